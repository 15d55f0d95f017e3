/** Problems for the solver tests: matrices, random regressions, and goldens as the objective takes them. */
import type { LossName } from '../../../../src/math/losses/index.ts';
import { losses } from '../../../../src/math/losses/index.ts';
import type { Dtype, Matrix } from '../../../../src/math/matrix.ts';
import { createRandom } from '../../../../src/math/random.ts';
import type { GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import { createReferenceGlmKernels } from '../../../../src/math/solvers/reference-glm-kernels.ts';

export const noPoll = () => {};

/** What a problem has when nothing else is said: an intercept, no penalty, all rows weighing 1. */
export const plainOptions = {
  weights: null,
  fitIntercept: true,
  l1: 0,
  l2: 0,
  kernels: createReferenceGlmKernels(),
  poll: noPoll,
} satisfies Partial<GlmProblem>;

/** Rows are padded to a multiple of 4, as the design matrix of a job is. */
export function matrixOf(rows: readonly (readonly number[])[], dtype: Dtype = 'f64'): Matrix {
  const columns = rows[0]?.length ?? 0;
  const stride = Math.ceil(columns / 4) * 4;
  const data =
    dtype === 'f32' ? new Float32Array(rows.length * stride) : new Float64Array(rows.length * stride);
  rows.forEach((row, i) => {
    data.set(row, i * stride);
  });
  return { data, rows: rows.length, columns, stride };
}

/** A problem from rows and targets written out; softmax has three classes. */
export function writtenProblem(
  loss: LossName,
  rows: readonly (readonly number[])[],
  target: ArrayLike<number>,
  options: Partial<GlmProblem> = {},
): GlmProblem {
  const outputs = losses[loss].isScalar ? 1 : 3;
  const x = matrixOf(rows);
  return {
    loss,
    x,
    target: Float64Array.from(target),
    outputs,
    ...plainOptions,
    ...options,
  };
}

/** The problem with each element of x put through `change`. */
export function changeColumns<Problem extends GlmProblem>(
  problem: Problem,
  change: (value: number, column: number) => number,
): Problem {
  const { data, rows, columns, stride } = problem.x;
  const changed = Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(i * stride, i * stride + columns), change),
  );
  return { ...problem, x: matrixOf(changed) };
}

export function normals(count: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Columns ~ N(0.5, 1), targets drawn without regard to them: classes of about equal size, or standard normals. */
export function randomProblem(
  loss: LossName,
  rows: number,
  columns: number,
  options: Partial<GlmProblem> & { readonly dtype?: Dtype; readonly seed?: number } = {},
): GlmProblem {
  const { dtype = 'f64', seed = 1, ...rest } = options;
  const outputs = losses[loss].isScalar ? 1 : 3;
  const classes = Math.max(2, outputs);
  const values = normals(rows * columns, seed);
  const x = Array.from({ length: rows }, (_, i) =>
    Array.from(values.subarray(i * columns, (i + 1) * columns), (value) => value + 0.5),
  );
  const random = createRandom(seed, 1);
  const target = Float64Array.from({ length: rows }, () =>
    loss === 'half_squared_error' ? random.normal() : random.below(classes),
  );
  return { loss, x: matrixOf(x, dtype), target, outputs, ...plainOptions, ...rest };
}
