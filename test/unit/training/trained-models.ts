/** Small trained models for tests: real preprocessing, random weights. */
import { createPredictionWriter } from '../../../src/api/services/prediction-writer.ts';
import type { Cell, Row } from '../../../src/contracts/dataset.ts';
import { Preprocessing } from '../../../src/contracts/model-config.ts';
import type { Prediction, PredictQuery } from '../../../src/contracts/predict.ts';
import type { TrainedModel } from '../../../src/contracts/version.ts';
import { fitPreprocessing } from '../../../src/data/preprocessing/fit-preprocessing.ts';
import { RowReport } from '../../../src/data/preprocessing/row-report.ts';
import type { ActivationName } from '../../../src/math/activations/index.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { createRandom } from '../../../src/math/random.ts';
import { encodeWeights } from '../../../src/training/model-weights.ts';
import { createPredictor, type Predictor, type RowSource } from '../../../src/training/predict.ts';
import { allRows, tableOf } from '../data/table-of.ts';

export interface ModelOptions {
  readonly columns?: Readonly<Record<string, readonly Cell[]>>;
  readonly preprocessing?: Partial<Preprocessing>;
  readonly output: TrainedModel['output'];
  readonly classes?: TrainedModel['classes'];
  readonly hidden?: readonly { readonly units: number; readonly activation: ActivationName }[];
  readonly outputs?: number;
  readonly dtype?: 'f32' | 'f64';
  readonly targetScaling?: TrainedModel['target_scaling'];
}

export const people = {
  age: [20, 35, null, 50, 65],
  sex: ['f', 'm', 'f', null, 'm'],
  member: [true, false, true, true, false],
} satisfies Record<string, Cell[]>;

export function trainedModel(options: ModelOptions): TrainedModel {
  const { columns = people, output, classes = null, hidden = [], outputs = 1, dtype = 'f64' } = options;
  const table = tableOf(columns);
  const features = Object.keys(columns);
  const { fitted } = fitPreprocessing(
    table,
    allRows(table),
    features,
    Preprocessing.parse(options.preprocessing ?? {}),
  );
  const widths = [fitted.columns.length, ...hidden.map(({ units }) => units), outputs];
  return {
    task: classes === null ? 'regression' : 'classification',
    output,
    classes,
    features,
    preprocessing: fitted,
    layers: widths.slice(1).map((width, index) => ({
      name: index < hidden.length ? `hidden_${index + 1}` : 'output',
      inputs: widths[index],
      outputs: width,
      activation: hidden[index]?.activation ?? 'identity',
    })),
    target_scaling: options.targetScaling ?? null,
    dtype,
  };
}

/** A weights block of these parameters, or of seeded normal ones. */
export function weightsOf(trained: TrainedModel, parameters?: readonly number[]): Uint8Array {
  const random = createRandom(42);
  const length = trained.layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);
  const values = parameters ?? Array.from({ length }, () => random.normal());
  return encodeWeights(trained.dtype === 'f32' ? Float32Array.from(values) : Float64Array.from(values));
}

export function predictorOf(trained: TrainedModel, parameters?: readonly number[]) {
  return createPredictor(trained, weightsOf(trained, parameters), createReferenceKernels(trained.dtype));
}

/** A model of one unscaled feature `x` whose logits are x · wⱼ + bⱼ: predictions for rows of `x`. */
export function predictLinear(
  options: Omit<ModelOptions, 'columns' | 'preprocessing'>,
  parameters: readonly number[],
  xs: readonly number[],
) {
  const trained = trainedModel({ ...options, columns: { x: [0, 1] }, preprocessing: { numeric: 'none' } });
  return predictAll(
    predictorOf(trained, parameters),
    xs.map((x): Row => ({ x })),
  ).predictions;
}

/** All batches of a prediction together, read back from the text that the API would send. */
export function predictAll(
  predictor: Predictor,
  rows: readonly unknown[],
  options: Partial<PredictQuery> = {},
) {
  const write = createPredictionWriter(predictor.trained, { raw: false, contributions: false, ...options });
  const report = new RowReport();
  const predictions: Prediction[] = [];
  for (let start = 0; start < rows.length; start += predictor.batchRows) {
    const batch = predictor.predictBatch(rows as RowSource, start, report);
    if (batch) predictions.push(...JSON.parse(`[${write(batch)}]`));
  }
  report.throwIfRefused();
  return { predictions, warnings: report.warnings() };
}
