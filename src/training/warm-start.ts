/** Turns the weights of an earlier version into the start of a training that fits its preprocessing anew. */
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { FittedFeature, TrainedModel } from '../contracts/version.ts';
import { columnNames } from '../data/preprocessing/column-names.ts';
import { JobFailure } from '../errors.ts';
import type { FloatArray } from '../math/matrix.ts';
import { decodeWeights } from './model-weights.ts';
import type { PreparedData } from './prepare-data.ts';

/** The version to start from. */
export interface InitialVersion {
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
}

/**
 * Parameters with which the new training begins as the function that the version is, though its preprocessing has other offsets and
 * scales: with u = (x − o)/s before and u′ = (x − o′)/s′ now, w·u + b = w·(s′/s)·u′ + b + w·(o′ − o)/s; and likewise for a target
 * that is standardised. Equal scalings leave the weights as they are to the bit. A column that the version had not (a new category)
 * has weight 0, one that is no more is left out, and a constant one has weight 0.
 *
 * The two differ in what stands in for missing values, and in a model without intercept, which has no place for the offsets.
 *
 * @returns W row-major, then b, layer after layer; in f64
 * @throws JobFailure `unsupported_data` when the rows turn out not to have the version's classes or ordinal codes
 */
export function startingParameters(
  { trained, weights }: InitialVersion,
  data: Pick<PreparedData, 'classes' | 'preprocessing' | 'targetScaling' | 'zeroColumns'>,
  config: ResolvedModelConfig,
): Float64Array {
  requireSameClasses(trained, data.classes);
  const parameters = decodeWeights(trained, weights);
  const [{ inputs, outputs: width }] = trained.layers;
  const firstEnd = (inputs + 1) * width;
  const first = rescaledInputs(trained, parameters.subarray(0, firstEnd), width, data);
  const start = new Float64Array(first.length + parameters.length - firstEnd);
  start.set(first);
  start.set(parameters.subarray(firstEnd), first.length);
  rescaleTarget(trained, start, data.targetScaling);
  if ('fit_intercept' in config && !config.fit_intercept) start.fill(0, start.length - width);
  return start;
}

/** Where the version's first layer has a feature: its fitted form, and the number of its first column. */
interface KnownFeature {
  readonly feature: FittedFeature;
  readonly at: number;
}

/** The first layer, W [k′, width] then b [width], for the columns of the new preprocessing. */
function rescaledInputs(
  { preprocessing }: TrainedModel,
  layer: FloatArray,
  width: number,
  data: Pick<PreparedData, 'preprocessing' | 'zeroColumns'>,
): Float64Array {
  const known = placesOf(preprocessing.features);
  const columns = data.preprocessing.columns.length;
  const out = new Float64Array((columns + 1) * width);
  const bias = out.subarray(columns * width);
  bias.set(layer.subarray(layer.length - width));
  let to = 0;
  for (const feature of data.preprocessing.features) {
    const place = known.get(feature.name)!;
    const { factor, shift } = rescaling(place.feature, feature);
    const names = columnNames(place.feature);
    for (const [index, name] of columnNames(feature).entries()) {
      const from = names.indexOf(name);
      // The first column of a number is the scaled one; its indicator of missing values has no scale.
      const isScaled = feature.type === 'number' && index === 0;
      for (let j = 0; from >= 0 && j < width; j++) {
        const weight = layer[(place.at + from) * width + j];
        out[to * width + j] = isScaled ? weight * factor : weight;
        if (isScaled) bias[j] += weight * shift;
      }
      to++;
    }
  }
  for (const column of data.zeroColumns) out.fill(0, column * width, (column + 1) * width);
  return out;
}

function placesOf(features: readonly FittedFeature[]): ReadonlyMap<string, KnownFeature> {
  const places = new Map<string, KnownFeature>();
  let at = 0;
  for (const feature of features) {
    places.set(feature.name, { feature, at });
    at += columnNames(feature).length;
  }
  return places;
}

/** factor = s′/s, shift = (o′ − o)/s. */
function rescaling(before: FittedFeature, now: FittedFeature): { factor: number; shift: number } {
  if (before.type === 'number' && now.type === 'number') {
    return { factor: now.scale / before.scale, shift: (now.offset - before.offset) / before.scale };
  }
  if (before.type === 'category' && now.type === 'category' && now.encoding === 'ordinal') {
    const same = before.categories.join('\0') === now.categories.join('\0');
    if (!same) {
      const message = `initialize_from: the ordinal feature "${now.name}" has other categories than in the version, so that its codes mean something else`;
      throw new JobFailure('unsupported_data', message);
    }
  }
  return { factor: 1, shift: 0 };
}

/** ŷ = S·z + M before and S′·z′ + M′ now: W′ = W·S/S′, b′ = b·S/S′ + (M − M′)/S′. Changes the last layer in place. */
function rescaleTarget(
  { layers, target_scaling: before }: TrainedModel,
  parameters: Float64Array,
  now: PreparedData['targetScaling'],
): void {
  if (!before || !now) return;
  const { inputs, outputs } = layers.at(-1)!;
  // Of a single layer, the columns are those of the new preprocessing.
  const size = layers.length === 1 ? parameters.length : (inputs + 1) * outputs;
  const factor = before.scale / now.scale;
  for (let i = parameters.length - size; i < parameters.length; i++) parameters[i] *= factor;
  const shift = (before.mean - now.mean) / now.scale;
  for (let i = parameters.length - outputs; i < parameters.length; i++) parameters[i] += shift;
}

function requireSameClasses({ classes: before }: TrainedModel, now: PreparedData['classes']): void {
  const isSame = before?.length === now?.length && (before ?? []).every((label, i) => label === now![i]);
  if (isSame) return;
  const shown = (classes: typeof now) => JSON.stringify(classes?.slice(0, 10));
  const message = `initialize_from: expected training rows of the version's classes ${shown(before)}, got ${shown(now)}`;
  throw new JobFailure('unsupported_data', message);
}
