/** What `evaluate` measures, flat; definitions are scikit-learn's. */
import { z } from 'zod';

const score = z.number();

export const ClassificationMetrics = z
  .strictObject({
    rows: z.int(),
    accuracy: score,
    log_loss: score.optional().meta({
      description: 'Natural logarithm; probabilities are clipped to [2⁻⁵², 1 − 2⁻⁵²]. Not for a perceptron',
    }),
    brier: score
      .optional()
      .meta({ description: 'Two classes: mean (p − y)²; more: mean over rows of Σ (p − y)²' }),
    precision: score.meta({ description: 'Macro average; a class never predicted counts 0' }),
    recall: score.meta({ description: 'Macro average' }),
    f1: score.meta({ description: 'Macro average' }),
    roc_auc: score.nullable().optional().meta({
      description:
        'Two classes: of the second; more: macro one against the rest. Null when a class has no row. Not for a perceptron',
    }),
    pr_auc: score.nullable().optional().meta({ description: 'Average precision, averaged as roc_auc is' }),
    calibration: z
      .array(
        z.strictObject({
          lower: score,
          upper: score.meta({ description: 'The bin is (lower, upper], and 0 is in the first' }),
          rows: z.int().min(1),
          mean_predicted: score,
          observed: score.meta({ description: 'Share of the rows that are of the class' }),
        }),
      )
      .optional()
      .meta({
        description:
          'Ten bins by the probability of the second of two classes, or of the predicted one of more; bins without a row are left out. Not for a perceptron',
      }),
    per_class: z.array(
      z.strictObject({
        label: z.union([z.string(), z.boolean(), z.number()]),
        support: z.int(),
        precision: score,
        recall: score,
        f1: score,
      }),
    ),
    confusion_matrix: z
      .array(z.array(z.int()))
      .meta({ description: '[true class][predicted class], in class order' }),
  })
  .meta({ id: 'ClassificationMetrics' });
export type ClassificationMetrics = z.infer<typeof ClassificationMetrics>;

export const RegressionMetrics = z
  .strictObject({
    rows: z.int(),
    mse: score.meta({ description: "Mean squared error, target units squared; without the loss's ½" }),
    rmse: score,
    mae: score,
    r2: score
      .nullable()
      .meta({ description: 'Null when the target is constant or there are fewer than two rows' }),
    explained_variance: score.nullable(),
  })
  .meta({ id: 'RegressionMetrics' });
export type RegressionMetrics = z.infer<typeof RegressionMetrics>;

export const Metrics = z.union([ClassificationMetrics, RegressionMetrics]).meta({ id: 'Metrics' });
export type Metrics = z.infer<typeof Metrics>;

/** Metrics of the training rows and of the rows held back. */
export const SplitMetrics = z
  .strictObject({ train: Metrics, validation: Metrics.nullable() })
  .meta({ id: 'SplitMetrics' });
export type SplitMetrics = z.infer<typeof SplitMetrics>;
