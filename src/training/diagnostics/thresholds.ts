/** The bounds that findings are held against: docs/diagnostics.md gives each its source, and a test holds the two together. */

export const thresholds = {
  /** Recorded epochs in a row that are past a bound before it is a finding: one bad epoch says nothing. */
  streak: 5,
  /** Gradient norm of the first layer over that of the last, below which the first hardly learns. */
  vanishingRatio: 1e-3,
  /** Gradient norm of a layer; inputs and target have a spread of about 1, where it is seldom above 10. */
  explodingNorm: 100,
  /** Share of a layer's units. */
  deadShare: 0.75,
  /** Share of a layer's activations. */
  saturatedShare: 0.75,
  /** Rise of the validation loss above its best, over the best. */
  generalisationLoss: 0.1,
  /** The same rise over what the validation loss had gained since the first epoch. */
  lostShare: 0.2,
  /** Rows of the largest class for one of the smallest. */
  imbalance: 10,
  /** R² of a column on the others. */
  collinearity: 0.99,
} as const;
