/** Whether the parts of a model from a file fit together: predict trusts what the store holds, so this is checked before it does. */

import type { ModelConfig } from '../../contracts/model-config.ts';
import type { ModelFile } from '../../contracts/model-file.ts';
import type { Label } from '../../contracts/names.ts';
import type { FittedFeature, TrainedModel } from '../../contracts/version.ts';
import { compareCodePoints } from '../../data/code-point-order.ts';
import { columnNames } from '../../data/preprocessing/column-names.ts';

/** @returns what is wrong first; null when training could have left such a model */
export function inconsistency({ config, trained }: ModelFile): string | null {
  return (
    featureProblem(config, trained) ??
    first(trained.preprocessing.features, encodingProblem) ??
    layerProblem(trained) ??
    outputProblem(trained) ??
    configProblem(config, trained)
  );
}

function first<T>(items: readonly T[], problemOf: (item: T) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== null) return problem;
  }
  return null;
}

const isSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((item, i) => item === b[i]);
const hasRepeats = (items: readonly unknown[]) => new Set(items).size < items.length;

function featureProblem(config: ModelConfig, { features, preprocessing }: TrainedModel): string | null {
  if (features.length === 0 || hasRepeats(features)) return 'expected features, each once';
  if (
    !isSame(
      features,
      preprocessing.features.map(({ name }) => name),
    )
  )
    return 'the features and those of the preprocessing are not the same';
  if (config.features && !isSame(features, config.features))
    return 'the features and those of the config are not the same';
  if (features.includes(config.target)) return `the target "${config.target}" is a feature`;
  const columns = preprocessing.features.flatMap(columnNames);
  if (!isSame(preprocessing.columns, columns) || hasRepeats(columns))
    return 'the columns are not those that the features encode to';
  return null;
}

function encodingProblem(feature: FittedFeature): string | null {
  const { name } = feature;
  if (feature.type === 'number')
    return feature.scale > 0 ? null : `expected the scale of "${name}" to be above 0, got ${feature.scale}`;
  const { categories, boolean } = feature;
  if (categories.length === 0) return `"${name}" has no categories`;
  if (!isAscending(categories, compareCodePoints))
    return `the categories of "${name}" are not in ascending order`;
  if (boolean && !categories.every((category) => category === 'false' || category === 'true'))
    return `"${name}" has categories that are no booleans`;
  return null;
}

function isAscending<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  return items.every((item, i) => i === 0 || compare(items[i - 1]!, item) < 0);
}

function layerProblem({ layers, preprocessing }: TrainedModel): string | null {
  if (hasRepeats(layers.map(({ name }) => name))) return 'two layers have one name';
  const widths = [preprocessing.columns.length, ...layers.map(({ outputs }) => outputs)];
  const broken = layers.find(({ inputs }, i) => inputs !== widths[i]);
  if (broken)
    return `the layer "${broken.name}" takes ${broken.inputs} inputs, what comes before gives another number`;
  return layers.at(-1)!.activation === 'identity'
    ? null
    : 'expected the last layer to have the activation identity';
}

function outputProblem({
  task,
  output,
  classes,
  layers,
  target_scaling: scaling,
}: TrainedModel): string | null {
  const { outputs } = layers.at(-1)!;
  if ((task === 'regression') !== (output === 'value') || (classes === null) !== (output === 'value'))
    return `the task ${task}, the output ${output} and the classes do not go together`;
  if (scaling && (output !== 'value' || scaling.scale <= 0)) return 'the scaling of the target is of no use';
  if (classes === null) return outputs === 1 ? null : `expected 1 output of a regression, got ${outputs}`;
  if (!areClasses(classes)) return 'expected at least two classes of one type, in ascending order';
  // Two classes share one output, but a softmax has one for each.
  const expected = classes.length === 2 && output !== 'softmax' ? 1 : classes.length;
  if (outputs !== expected || (output === 'sigmoid' && expected !== 1))
    return `${classes.length} classes do not go with ${outputs} outputs of ${output}`;
  return null;
}

function areClasses(classes: readonly Label[]): boolean {
  if (classes.length < 2) return false;
  const types = new Set(classes.map((label) => typeof label));
  if (types.size > 1) return false;
  if (types.has('string')) return isAscending(classes as string[], compareCodePoints);
  return (
    classes.every((label) => typeof label === 'boolean' || Number.isSafeInteger(label)) &&
    isAscending(classes.map(Number), (a, b) => a - b)
  );
}

const outputsOfType: Readonly<Record<ModelConfig['type'], readonly TrainedModel['output'][]>> = {
  linear_regression: ['value'],
  logistic_regression: ['sigmoid', 'softmax'],
  perceptron: ['step'],
  mlp: ['value', 'sigmoid', 'softmax'],
};

function configProblem(config: ModelConfig, { output, layers }: TrainedModel): string | null {
  if (!outputsOfType[config.type].includes(output)) return `a ${config.type} has no output ${output}`;
  const hidden = config.type === 'mlp' ? config.hidden_layers : [];
  const isShape = hidden.every(
    ({ units, activation }, i) => layers[i]?.outputs === units && layers[i].activation === activation,
  );
  return isShape && layers.length === hidden.length + 1 ? null : 'the layers are not those of the config';
}
