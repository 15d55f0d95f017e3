/** The Hessian of a generalised linear model, by symmetric blocks of class pairs. */
import type { Pace } from '../pace.ts';
import { curvatures } from './curvature.ts';
import { laneCount, paddedTo } from './glm-kernels.ts';
import type { GlmProblem, RowPass } from './row-pass.ts';

/** Multiply-adds of a strip of a block's outer products: a few milliseconds of the plain kernels. */
const maxStripWork = 2 ** 21;

/**
 * ∂²J/∂θ² = (1/m) Σᵢ cᵢ·(xᵢxᵢᵀ) ⊗ Dᵢ + λ on the weights' diagonal, Dᵢ = ∂²lossᵢ/∂z∂zᵀ. Block (c, d) of it is Σᵢ cᵢDᵢ[c, d]·xᵢxᵢᵀ, so only
 * c ≤ d and half of each block are summed: m·k²C²/4 multiply-adds. The blocks take C(C + 1)/2 · k² doubles, allocated at the
 * first call.
 */
export function createGlmHessian(problem: GlmProblem, pass: RowPass, pace: Pace) {
  const { outputs, kernels } = problem;
  const { width, capacity } = pass.block;
  /** Rows of the triangle between two polls. */
  const strip = Math.max(laneCount, paddedTo(Math.floor(maxStripWork / (capacity * width))));
  const pairs = (outputs * (outputs + 1)) / 2;
  const curvatureOf = createBlockCurvature(problem, pass);
  let memory: { readonly sums: Float64Array; readonly scaled: Float64Array } | null = null;

  return (theta: Float64Array, out: Float64Array): void => {
    memory ??= {
      sums: kernels.allocate(pairs * width * width),
      scaled: kernels.allocate(capacity * width),
    };
    const { sums, scaled } = memory;
    sums.fill(0);
    pass.visit(theta, (start, count, rows) => {
      const curvature = curvatureOf(start, count);
      for (let pair = 0; pair < pairs; pair++) {
        kernels.scaleRows(pass.block, rows, curvature[pair], scaled);
        for (let from = 0; from < width; from += strip) {
          const to = Math.min(width, from + strip);
          kernels.addOuter(pass.block, rows, scaled, sums, pair * width * width, from, to);
          pace(rows * (to - from) * (width - (from + to) / 2));
        }
      }
    });
    spreadBlocks(sums, width, problem, out, pace);
  };
}

/** cᵢDᵢ of the present block's rows by pairs (c, d), c ≤ d: [pairs][n], 0 past the last row. */
function createBlockCurvature({ loss, outputs, target, weights, kernels }: GlmProblem, { block }: RowPass) {
  const curvature = curvatures[loss];
  const d = new Float64Array(outputs * outputs);
  const pairs = Array.from({ length: (outputs * (outputs + 1)) / 2 }, () => kernels.allocate(block.capacity));
  return (start: number, count: number): readonly Float64Array[] => {
    for (let r = 0; r < count; r++) {
      curvature(block.residuals, r * outputs, outputs, target[start + r], d);
      const weight = weights === null ? 1 : weights[start + r];
      let pair = 0;
      for (let c = 0; c < outputs; c++) {
        for (let e = c; e < outputs; e++) pairs[pair++][r] = weight * d[c * outputs + e];
      }
    }
    for (const values of pairs) values.fill(0, count);
    return pairs;
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
  const { outputs, x, l2, fitIntercept } = problem;
  const columns = fitIntercept ? x.columns + 1 : x.columns;
  const size = columns * outputs;
  let offset = 0;
  for (let c = 0; c < outputs; c++) {
    for (let e = c; e < outputs; e++, offset += width * width) {
      for (let j = 0; j < columns; j++) {
        for (let l = j; l < columns; l++) {
          const value = blocks[offset + j * width + l] / x.rows;
          out[(j * outputs + c) * size + l * outputs + e] = value;
          out[(l * outputs + c) * size + j * outputs + e] = value;
          out[(j * outputs + e) * size + l * outputs + c] = value;
          out[(l * outputs + e) * size + j * outputs + c] = value;
        }
        // Half of the writes go down columns: a cache miss each, worth some eight multiply-adds.
        pace(16 * (columns - j));
      }
    }
  }
  for (let i = 0; i < x.columns * outputs; i++) out[i * size + i] += l2;
}
