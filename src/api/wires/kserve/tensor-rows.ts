/** The rows that a request's tensors hold: one matrix of all features, or one tensor for each. */
import type { TrainedModel } from '../../../contracts/version.ts';
import type { RowSource } from '../../../training/predict.ts';
import { isMatrixModel, matrixInput } from '../tensor-specs.ts';
import { refusal, type Tensor } from './infer-request.ts';

/**
 * A single tensor [n, k] of a model whose features are all numbers is the matrix, whatever it is called: the name `input` is ours,
 * and clients have their own.
 *
 * @throws TrainyardError `validation_failed` for shapes that are no rows of this model
 */
export function rowsOfTensors(tensors: readonly Tensor[], trained: TrainedModel): RowSource {
  const { features } = trained;
  const [first] = tensors;
  const isMatrix =
    tensors.length === 1 &&
    isMatrixModel(trained.preprocessing) &&
    (first.name === matrixInput || first.shape[1] === features.length || features.length === 1);
  return isMatrix ? rowsOfMatrix(first, features) : rowsOfColumns(tensors);
}

function rowsOfMatrix(tensor: Tensor, features: readonly string[]): RowSource {
  const [rows, columns = 1] = tensor.shape;
  if (tensor.shape.length > 2 || columns !== features.length) {
    const expected = `expected [n, ${features.length}], a column for each of ${features.slice(0, 20).join(', ')}`;
    throw refusal('/inputs/0/shape', `${expected}; got [${tensor.shape.join(', ')}]`);
  }
  return {
    length: rows,
    at: (i) => rowOf(features, (j) => tensor.at(i * columns + j)),
  };
}

function rowsOfColumns(tensors: readonly Tensor[]): RowSource {
  const [rows] = tensors[0].shape;
  tensors.forEach(({ shape }, i) => {
    if (shape[0] === rows && (shape.length === 1 || (shape.length === 2 && shape[1] === 1))) return;
    throw refusal(`/inputs/${i}/shape`, `expected [${rows}] or [${rows}, 1], got [${shape.join(', ')}]`);
  });
  const names = tensors.map(({ name }) => name);
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) throw refusal(`/inputs/${i}/name`, `"${name}" is given twice`);
  });
  return { length: rows, at: (i) => rowOf(names, (j) => tensors[j].at(i)) };
}

/** Without a prototype, so that an input named `__proto__` is one like any other, and refused. */
function rowOf(names: readonly string[], value: (j: number) => unknown): Record<string, unknown> {
  const row: Record<string, unknown> = Object.create(null);
  for (let j = 0; j < names.length; j++) row[names[j]] = value(j);
  return row;
}
