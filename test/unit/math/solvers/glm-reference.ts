/** J and its gradient straight from the equations, row by row: what the grouped, stable and centred form must equal. */
import type { LossName } from '../../../../src/math/losses/index.ts';
import type { GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';

/** Loss and ∂loss/∂z of one row, as in docs/math-notation.md; for logits of moderate size. */
const rowLosses: Record<
  LossName,
  (z: readonly number[], y: number) => { loss: number; residuals: number[] }
> = {
  half_squared_error: ([z], y) => ({ loss: (z - y) ** 2 / 2, residuals: [z - y] }),
  binary_cross_entropy: ([z], y) => {
    const h = 1 / (1 + Math.exp(-z));
    return { loss: -y * Math.log(h) - (1 - y) * Math.log(1 - h), residuals: [h - y] };
  },
  softmax_cross_entropy: (z, y) => {
    const powers = z.map(Math.exp);
    const total = powers.reduce((sum, power) => sum + power, 0);
    const residuals = powers.map((power, c) => power / total - (c === y ? 1 : 0));
    return { loss: Math.log(total) - z[y], residuals };
  },
};

export function referenceObjective(problem: GlmProblem, theta: ArrayLike<number>) {
  const { x, target, weights, outputs, fitIntercept, l2 } = problem;
  const penalised = x.columns * outputs;
  const gradient = new Float64Array(theta.length);
  let loss = 0;
  for (let i = 0; i < x.rows; i++) {
    const row = Array.from(x.data.subarray(i * x.stride, i * x.stride + x.columns));
    if (fitIntercept) row.push(1);
    const z = Array.from({ length: outputs }, (_, c) =>
      row.reduce((sum, value, j) => sum + value * theta[j * outputs + c], 0),
    );
    const { loss: rowLoss, residuals } = rowLosses[problem.loss](z, target[i]);
    const c = weights === null ? 1 : weights[i];
    loss += (c * rowLoss) / x.rows;
    row.forEach((value, j) => {
      for (let o = 0; o < outputs; o++) gradient[j * outputs + o] += (c * value * residuals[o]) / x.rows;
    });
  }
  for (let i = 0; i < penalised; i++) {
    loss += (l2 / 2) * theta[i] ** 2;
    gradient[i] += l2 * theta[i];
  }
  return { loss, gradient };
}
