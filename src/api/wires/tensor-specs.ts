/** A model's inputs and outputs as tensors: name, datatype and shape, as the other systems' metadata tell them. */
import type { FittedFeature, TrainedModel } from '../../contracts/version.ts';

/** Datatypes are those of the Open Inference Protocol. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: 'FP64' | 'INT64' | 'BYTES' | 'BOOL';
  /** −1: the number of rows. */
  readonly shape: readonly number[];
}

/** Name of the one input tensor of a model whose features are all numbers. */
export const matrixInput = 'input';

/** One matrix when all features are numbers; else one tensor for each feature. */
export function inputTensors({ features, preprocessing }: TrainedModel): TensorSpec[] {
  if (isMatrixModel(preprocessing))
    return [{ name: matrixInput, datatype: 'FP64', shape: [-1, features.length] }];
  return preprocessing.features.map((feature) => ({
    name: feature.name,
    datatype: datatypeOf(feature),
    shape: [-1, 1],
  }));
}

export function isMatrixModel({ features }: TrainedModel['preprocessing']): boolean {
  return features.every(({ type }) => type === 'number');
}

/** The first is what has no name on the other wires: probabilities in class order, or the value. */
export function modelOutputs({ classes }: TrainedModel): [TensorSpec, ...TensorSpec[]] {
  if (classes === null) return [{ name: 'value', datatype: 'FP64', shape: [-1] }];
  return [
    { name: 'probabilities', datatype: 'FP64', shape: [-1, classes.length] },
    { name: 'label', datatype: labelDatatype(classes[0]), shape: [-1] },
  ];
}

function datatypeOf(feature: FittedFeature): TensorSpec['datatype'] {
  if (feature.type === 'number') return 'FP64';
  return feature.boolean ? 'BOOL' : 'BYTES';
}

/** Labels of a model are of one type; those that are numbers are whole. */
function labelDatatype(label: unknown): TensorSpec['datatype'] {
  if (typeof label === 'number') return 'INT64';
  return typeof label === 'boolean' ? 'BOOL' : 'BYTES';
}
