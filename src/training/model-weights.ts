/** Reads and writes a version's weights block, and shows it to people: as layers, or as coefficients in the units they know. */
import type { ModelConfig } from '../contracts/model-config.ts';
import type { DenseLayer, FittedPreprocessing, TrainedModel, Weights } from '../contracts/version.ts';
import { columnNames } from '../data/preprocessing/column-names.ts';
import { TrainyardError } from '../errors.ts';
import type { FloatArray } from '../math/matrix.ts';

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The parameters as stored and hashed: little-endian on every machine, for each layer W row-major, then b. */
export function encodeWeights(parameters: FloatArray): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parameters.byteLength);
  const view = new DataView(bytes.buffer);
  const width = parameters.BYTES_PER_ELEMENT;
  for (let i = 0; i < parameters.length; i++) {
    if (width === 4) view.setFloat32(i * 4, parameters[i], true);
    else view.setFloat64(i * 8, parameters[i], true);
  }
  return bytes;
}

/**
 * The inverse of `encodeWeights`; copies.
 *
 * @throws Error when the block's size is not that of the model's layers: a damaged store
 */
export function decodeWeights(trained: TrainedModel, bytes: Uint8Array): FloatArray {
  const length = trained.layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);
  const width = trained.dtype === 'f32' ? 4 : 8;
  if (bytes.byteLength !== length * width) {
    throw new Error(`weights: expected ${length * width} bytes, got ${bytes.byteLength}`);
  }
  const parameters = trained.dtype === 'f32' ? new Float32Array(length) : new Float64Array(length);
  if (isLittleEndian) {
    // The bytes are the numbers already: one copy, where ten million calls would hold the event loop for 50 ms.
    new Uint8Array(parameters.buffer).set(bytes);
    return parameters;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < length; i++) {
    parameters[i] = width === 4 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true);
  }
  return parameters;
}

/**
 * A network gives its layers, in preprocessed units whatever the scale. Every other type gives coefficients by encoded column and
 * an intercept: one of each for a value or for the log-odds of the second of two classes, else one of each by class. In
 * units of the input a coefficient is w / scale and the intercept b − Σ w · offset / scale.
 *
 * @throws TrainyardError `scaling_not_affine` for `input` units after log1p, or where they are too large for a number
 */
export function weightsInUnits(
  version: { readonly config: Pick<ModelConfig, 'type'>; readonly trained: TrainedModel },
  bytes: Uint8Array,
  scale: 'input' | 'model',
): Weights {
  const { config, trained } = version;
  const parameters = decodeWeights(trained, bytes);
  if (config.type === 'mlp') return { layers: layersOf(trained.layers, parameters) };

  const [{ outputs }] = trained.layers;
  const scaling = scale === 'input' ? inputScaling(trained.preprocessing) : null;
  const equations = Array.from({ length: outputs }, (_, output) =>
    linearEquation(trained.preprocessing.columns, parameters, output, outputs, scaling),
  );
  if (outputs === 1) return equations[0];
  // fromEntries and not assignment: a class may be called __proto__.
  const byClass = <T>(pick: (equation: LinearEquation) => T): Record<string, T> =>
    Object.fromEntries(trained.classes!.map((label, i) => [String(label), pick(equations[i])]));
  return {
    coefficients: byClass((equation) => equation.coefficients),
    intercept: byClass((equation) => equation.intercept),
  };
}

type LayerWeights = Extract<Weights, { layers: unknown }>['layers'];

function layersOf(layers: readonly DenseLayer[], parameters: FloatArray): LayerWeights {
  let at = 0;
  const take = (count: number) => {
    at += count;
    return Array.from(parameters.subarray(at - count, at));
  };
  return layers.map(({ name, activation, inputs, outputs }) => ({
    name,
    activation,
    weights: Array.from({ length: inputs }, () => take(outputs)),
    bias: take(outputs),
  }));
}

interface LinearEquation {
  readonly coefficients: Record<string, number>;
  readonly intercept: number;
}

interface ColumnScaling {
  readonly offset: number;
  readonly scale: number;
}

function linearEquation(
  columns: readonly string[],
  parameters: FloatArray,
  output: number,
  outputs: number,
  scaling: readonly ColumnScaling[] | null,
): LinearEquation {
  let intercept = parameters[columns.length * outputs + output];
  const coefficients = columns.map((column, j): [string, number] => {
    const weight = parameters[j * outputs + output];
    if (scaling === null) return [column, weight];
    const coefficient = weight / scaling[j].scale;
    intercept -= coefficient * scaling[j].offset;
    return [column, coefficient];
  });
  if (!Number.isFinite(intercept) || coefficients.some(([, coefficient]) => !Number.isFinite(coefficient))) {
    throw new TrainyardError(
      'scaling_not_affine',
      'the weights are too large for a number in the units of the input; ask for ?scale=model',
    );
  }
  return { coefficients: Object.fromEntries(coefficients), intercept };
}

/** By encoded column; columns that are no scaled number are themselves. */
function inputScaling(preprocessing: FittedPreprocessing): ColumnScaling[] {
  return preprocessing.features.flatMap((feature) => {
    if (feature.type === 'number' && feature.transform !== 'identity') {
      const message = `"${feature.name}" is encoded as ln(1 + x), which has no coefficient in units of x; ask for ?scale=model`;
      throw new TrainyardError('scaling_not_affine', message);
    }
    return columnNames(feature).map((_, index) =>
      feature.type === 'number' && index === 0 ? feature : { offset: 0, scale: 1 },
    );
  });
}
