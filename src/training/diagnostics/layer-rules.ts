/** What can be wrong with the layers of a network in one epoch. */
import type { Finding, LayerStatistics } from '../../contracts/diagnostics.ts';
import type { DenseLayer } from '../../contracts/version.ts';
import { activations } from '../../math/activations/index.ts';
import { inWords, percent } from './in-words.ts';
import { thresholds } from './thresholds.ts';

export type LayerNames = readonly Pick<DenseLayer, 'name' | 'activation'>[];

export interface LayerRule {
  readonly code: Finding['code'];
  /** Recorded epochs in a row that must be past the bound. */
  readonly streak: number;
  appliesTo(layers: LayerNames, index: number): boolean;
  /** Of layer `index`; null where it has no meaning. */
  measure(statistics: readonly LayerStatistics[], index: number): number | null;
  isPast(value: number): boolean;
  /** The number in words, and one sentence of advice. */
  message(name: string, value: number): string;
}

const { streak, vanishingRatio, explodingNorm, deadShare, saturatedShare } = thresholds;

const isHidden = (layers: LayerNames, index: number) => index < layers.length - 1;

/** Bounded above and below, so that it is the size of z that saturates it and not its sign. */
function isSquashing({ activation }: LayerNames[number]): boolean {
  return activations[activation].saturatesAt.every(Number.isFinite);
}

export const layerRules: readonly LayerRule[] = [
  {
    code: 'vanishing_gradient',
    streak,
    // One hidden layer cannot vanish: its gradient has passed through a single activation.
    appliesTo: (layers, index) => index === 0 && layers.length >= 3,
    measure(statistics) {
      const [first, last] = [statistics[0].gradient_norm, statistics.at(-1)!.gradient_norm];
      return first === null || last === null || last === 0 ? null : first / last;
    },
    isPast: (value) => value < vanishingRatio,
    message: (name, value) =>
      `the gradient of ${name} is ${inWords(value)} of the last layer's, for ${streak} epochs: it hardly learns; use relu in place of a saturating activation, or fewer layers`,
  },
  {
    code: 'exploding_gradient',
    streak: 1,
    appliesTo: () => true,
    measure: (statistics, index) => statistics[index].gradient_norm ?? Number.MAX_VALUE,
    isPast: (value) => value > explodingNorm,
    message: (name, value) =>
      `the gradient of ${name} has a norm of ${inWords(value)}: steps are out of proportion; lower the learning rate, set clip_norm, or standardize the features`,
  },
  {
    code: 'dead_units',
    streak,
    appliesTo: isHidden,
    measure: (statistics, index) => statistics[index].dead_fraction,
    isPast: (value) => value >= deadShare,
    message: (name, value) =>
      `${percent(value)} of the units of ${name} are 0 on every row looked at, for ${streak} epochs: they get no gradient; lower the learning rate, or use leaky_relu or elu`,
  },
  {
    code: 'saturated_units',
    streak,
    appliesTo: (layers, index) => isHidden(layers, index) && isSquashing(layers[index]),
    measure: (statistics, index) => statistics[index].saturated_fraction,
    isPast: (value) => value >= saturatedShare,
    message: (name, value) =>
      `${percent(value)} of the activations of ${name} are saturated, for ${streak} epochs: almost no gradient passes; lower the learning rate, add l2, or use relu`,
  },
];
