/** What is wrong with a config or its data before the first epoch. */
import type { Finding } from '../../contracts/diagnostics.ts';
import type { ResolvedModelConfig } from '../../contracts/model-config.ts';
import type { Label } from '../../contracts/names.ts';
import { activations } from '../../math/activations/index.ts';
import { networkLayers } from '../network-layers.ts';
import type { PreparedData } from '../prepare-data.ts';
import { collinearColumns } from './collinear-columns.ts';
import { inWords, listed } from './in-words.ts';
import { thresholds } from './thresholds.ts';

/** A function of config and data alone. @param poll called every few milliseconds; may throw to stop */
export function dataFindings(config: ResolvedModelConfig, data: PreparedData, poll: () => void): Finding[] {
  return [
    ...linearCollapse(config),
    ...constantFeatures(data),
    ...collinearFeatures(config, data, poll),
    ...classImbalance(config, data),
  ];
}

function finding(
  code: Finding['code'],
  value: number,
  message: string,
  layer: string | null = null,
): Finding {
  return { code, layer, epoch: 0, value, message };
}

/** Each run of hidden layers with an affine activation is one map with the layer after it. */
function linearCollapse(config: ResolvedModelConfig): Finding[] {
  if (config.type !== 'mlp') return [];
  const layers = networkLayers(config.hidden_layers);
  const isAffine = (index: number) =>
    index < layers.length - 1 && activations[layers[index]?.activation ?? 'relu'].isAffine;
  return layers.flatMap(({ name, activation }, start) => {
    if (!isAffine(start) || isAffine(start - 1)) return [];
    let end = start;
    while (isAffine(end)) end++;
    const count = end - start + 1;
    const message = `${name} to ${layers[end].name} are one affine map, since nothing but ${activation} is between them: the ${count} layers can do no more than one; give them a non-linear activation such as relu`;
    return [finding('linear_collapse', count, message, name)];
  });
}

function constantFeatures({ constantFeatures: constants }: PreparedData): Finding[] {
  if (constants.length === 0) return [];
  const names = listed(constants.map(({ name }) => name));
  const [has, encodes] = constants.length === 1 ? ['has', 'it encodes'] : ['have', 'they encode'];
  const effect = constants.every(({ isZero }) => isZero) ? `: ${encodes} as 0 and get weight 0` : '';
  const message = `${names} ${has} a single value in the training rows${effect}; leave such a feature out`;
  return [finding('constant_feature', constants.length, message)];
}

function collinearFeatures(
  { seed }: ResolvedModelConfig,
  { preprocessing, train }: PreparedData,
  poll: () => void,
): Finding[] {
  const collinear = collinearColumns(preprocessing, train.x, seed, poll);
  if (collinear.length === 0) return [];
  const worst = collinear.reduce((a, b) => (b.rSquared > a.rSquared ? b : a));
  const message =
    `${listed(collinear.map(({ column }) => column))} can be computed from other columns (R² = ${inWords(worst.rSquared)} for "${worst.column}", ` +
    `most of it from "${worst.partner}"): their weights cannot be told apart; leave one of them out, or set l2`;
  return [finding('collinear_features', worst.rSquared, message)];
}

function classImbalance(config: ResolvedModelConfig, { classes, train }: PreparedData): Finding[] {
  if (classes === null || ('class_weight' in config && config.class_weight !== null)) return [];
  const counts = new Array<number>(classes.length).fill(0);
  for (const code of train.truth) counts[code]++;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const ratio = most / least;
  if (!(ratio >= thresholds.imbalance)) return [];
  const labelOf = (count: number): Label => classes[counts.indexOf(count)];
  const message = `${most} training rows are "${labelOf(most)}" and ${least} are "${labelOf(least)}": accuracy says little then; look at recall and pr_auc, and set class_weight to "balanced"`;
  return [finding('class_imbalance', ratio, message)];
}
