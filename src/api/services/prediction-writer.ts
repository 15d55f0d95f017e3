/** Writes predictions as JSON text, with what a model's answers have in common written once: its labels and keys. */
import type { PredictQuery } from '../../contracts/predict.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import type { FieldError } from '../../errors.ts';
import type { Contributions } from '../../training/contributions.ts';
import type { PredictedBatch } from '../../training/predict.ts';
import { validationFailed } from '../plugins/validation.ts';

/** The predictions of a batch as JSON objects, separated by commas. */
export type PredictionWriter = (batch: PredictedBatch) => string;

/**
 * Writes what `JSON.stringify` would of a `Prediction`, but that probabilities stand in class order, or by falling probability
 * under `top_k`.
 *
 * @throws TrainyardError `validation_failed` for options that the model has no meaning for
 */
export function createPredictionWriter(trained: TrainedModel, options: PredictQuery): PredictionWriter {
  checkOptions(trained, options);
  const writeOutput = trained.classes === null ? writeValue : classWriter(trained, options);
  const writeMore = options.raw || options.contributions ? extrasWriter(trained, options) : null;
  return (batch) => {
    let text = '';
    for (let i = 0; i < batch.count; i++) {
      const more = writeMore === null ? '' : writeMore(batch, i);
      text += `${i === 0 ? '{' : ',{'}${writeOutput(batch, i)}${more}}`;
    }
    return text;
  };
}

function checkOptions({ classes, output, layers }: TrainedModel, options: PredictQuery): void {
  const errors: FieldError[] = [];
  const refuse = (name: keyof PredictQuery, message: string) =>
    errors.push({ pointer: `?${name}`, code: 'invalid_option', message });
  if (options.threshold !== undefined && (classes?.length !== 2 || output === 'step')) {
    refuse('threshold', 'expected a model that gives two classes probabilities');
  }
  if (options.top_k !== undefined && classes === null) refuse('top_k', 'expected a model with classes');
  if (options.contributions && layers.length > 1) {
    refuse('contributions', 'expected a linear model: a network has no terms that add up');
  }
  if (errors.length > 0) throw validationFailed(errors);
}

function writeValue({ outputs }: PredictedBatch, i: number): string {
  return `"value":${outputs[i]}`;
}

function classWriter(
  { classes }: TrainedModel,
  { threshold, top_k: topK }: PredictQuery,
): (batch: PredictedBatch, i: number) => string {
  const heads = classes!.map((label) => `"label":${JSON.stringify(label)},"probabilities":{`);
  const keys = classes!.map((label) => `${JSON.stringify(String(label))}:`);
  const laterKeys = keys.map((key) => `,${key}`);
  const all = classes!.map((_, code) => code);
  return ({ outputs, labels: predicted, width }, i) => {
    const from = i * width;
    const code = threshold === undefined ? predicted[i] : Number(outputs[from + 1] >= threshold);
    const shown = topK === undefined ? all : mostProbable(all, outputs, from, topK);
    let text = heads[code];
    for (let j = 0; j < shown.length; j++) {
      text += (j === 0 ? keys : laterKeys)[shown[j]] + outputs[from + shown[j]];
    }
    return `${text}}`;
  };
}

/** Of equals the first in class order: sorting is stable. */
function mostProbable(
  codes: readonly number[],
  outputs: Float64Array,
  from: number,
  count: number,
): number[] {
  return codes.toSorted((a, b) => outputs[from + b] - outputs[from + a]).slice(0, count);
}

function extrasWriter(
  trained: TrainedModel,
  { raw, contributions }: PredictQuery,
): (batch: PredictedBatch, i: number) => string {
  const features = trained.preprocessing.features.map(({ name }) => name);
  // A single logit stands for itself; of many, each is its class's.
  const { outputs } = trained.layers.at(-1)!;
  const names = outputs === 1 ? null : trained.classes!.map(String);
  const byOutput = (of: (output: number) => string) =>
    names === null ? of(0) : `{${names.map((name, c) => `${JSON.stringify(name)}:${of(c)}`).join()}}`;

  function writeContributions({ intercept, terms }: Contributions): string {
    const write = (c: number) =>
      `{${features.map((name, f) => `${JSON.stringify(name)}:${terms[c * features.length + f]}`).join()}}`;
    return `{"intercept":${byOutput((c) => `${intercept[c]}`)},"terms":${byOutput(write)}}`;
  }

  return (batch, i) => {
    const { data, stride } = batch.logits;
    const logits = raw ? `,"raw":${byOutput((c) => `${data[i * stride + c]}`)}` : '';
    const terms = contributions ? `,"contributions":${writeContributions(batch.contributions(i)!)}` : '';
    return logits + terms;
  };
}
