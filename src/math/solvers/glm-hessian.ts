/** The Hessian of a generalised linear model, by symmetric blocks of class pairs. */
import type { Pace } from '../pace.ts';
import { curvatures } from './curvature.ts';
import { groupRows } from './design-rows.ts';
import { addGroupOuter } from './group-products.ts';
import type { GlmProblem, RowPass } from './row-pass.ts';

/**
 * ∂²J/∂θ² = (1/m) Σᵢ (xᵢxᵢᵀ) ⊗ Dᵢ + λ on the weights' diagonal, Dᵢ = ∂²lossᵢ/∂z∂zᵀ. Block (c, d) of it is Σᵢ Dᵢ[c, d]·xᵢxᵢᵀ, so only
 * c ≤ d and half of each block are summed: m·k²C²/4 multiply-adds. The blocks take C(C + 1)/2 · k² doubles, allocated at the
 * first call.
 */
export function createGlmHessian(problem: GlmProblem, pass: RowPass, pace: Pace) {
  const { outputs, target } = problem;
  const curvature = curvatures[problem.loss];
  const { width, group, residuals } = pass;
  const d = Array.from({ length: groupRows }, () => new Float64Array(outputs * outputs));
  let blocks: Float64Array | null = null;

  return (theta: Float64Array, out: Float64Array): void => {
    blocks ??= new Float64Array(((outputs * (outputs + 1)) / 2) * width * width);
    blocks.fill(0);
    const sums = blocks;
    pass.run(theta, (start, count) => {
      for (let r = 0; r < groupRows; r++) {
        if (r < count) curvature(residuals, r * outputs, outputs, target[start + r], d[r]);
        else d[r].fill(0);
      }
      let offset = 0;
      for (let c = 0; c < outputs; c++) {
        for (let e = c; e < outputs; e++, offset += width * width) {
          const at = c * outputs + e;
          addGroupOuter(group, width, d[0][at], d[1][at], d[2][at], d[3][at], sums, offset);
          pace((groupRows / 2) * width * width);
        }
      }
    });
    spreadBlocks(sums, width, problem, out, pace);
  };
}

/** Writes the blocks' means into θ's order, both triangles, with the penalty. */
function spreadBlocks(
  blocks: Float64Array,
  width: number,
  problem: GlmProblem,
  out: Float64Array,
  pace: Pace,
): void {
  const { outputs, x, l2 } = problem;
  const size = width * outputs;
  let offset = 0;
  for (let c = 0; c < outputs; c++) {
    for (let e = c; e < outputs; e++, offset += width * width) {
      for (let j = 0; j < width; j++) {
        for (let l = j; l < width; l++) {
          const value = blocks[offset + j * width + l] / x.rows;
          out[(j * outputs + c) * size + l * outputs + e] = value;
          out[(l * outputs + c) * size + j * outputs + e] = value;
          out[(j * outputs + e) * size + l * outputs + c] = value;
          out[(l * outputs + e) * size + j * outputs + c] = value;
        }
        // Half of the writes go down columns: a cache miss each, worth some eight multiply-adds.
        pace(16 * (width - j));
      }
    }
  }
  for (let i = 0; i < x.columns * outputs; i++) out[i * size + i] += l2;
}
