/** The reference implementation of the GLM kernels: plain TypeScript, and the oracle of the fast one. */
import { type LossName, losses } from '../losses/index.ts';
import { type Matrix, sharedMatrix } from '../matrix.ts';
import { type GlmKernels, laneCount, paddedTo, type RowBlock } from './glm-kernels.ts';

export function createReferenceGlmKernels(): GlmKernels {
  return {
    allocate: (length) => new Float64Array(length),
    matrix: (rows, columns, dtype) => sharedMatrix(rows, columns, paddedTo(columns), dtype),
    load,
    logits,
    losses: addLosses,
    addGradient,
    scaleRows,
    addOuter,
    sumOfSquares,
  };
}

function load(
  { data, columns, stride }: Matrix,
  start: number,
  count: number,
  means: Float64Array,
  hasIntercept: boolean,
  { rows, width }: RowBlock,
): void {
  for (let r = 0; r < count; r++) {
    const from = (start + r) * stride;
    const to = r * width;
    for (let j = 0; j < columns; j++) rows[to + j] = data[from + j] - means[j];
    if (hasIntercept) rows[to + columns] = 1;
  }
  rows.fill(0, count * width, paddedTo(count) * width);
}

function logits({ rows: x, width, outputs, logits: z }: RowBlock, rows: number, w: Float64Array): void {
  for (let r = 0; r < rows; r++) {
    const row = r * width;
    for (let c = 0; c < outputs; c++) {
      const from = c * width;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < width; j += laneCount) {
        s0 += x[row + j] * w[from + j];
        s1 += x[row + j + 1] * w[from + j + 1];
        s2 += x[row + j + 2] * w[from + j + 2];
        s3 += x[row + j + 3] * w[from + j + 3];
      }
      z[r * outputs + c] = s0 + s2 + (s1 + s3);
    }
  }
}

function addLosses(block: RowBlock, rows: number, name: LossName): void {
  const { outputs, target, weights, logits: z, residuals, totals } = block;
  const { row: rowLoss } = losses[name];
  let even = 0;
  let odd = 0;
  for (let r = 0; r < rows; r++) {
    const c = weights[r];
    const loss = c * rowLoss(z, r * outputs, outputs, target[r], residuals, c);
    if (r % 2 === 0) even += loss;
    else odd += loss;
    if (name !== 'half_squared_error' && c !== 0) totals[1] += isRight(z, r * outputs, outputs, target[r]);
  }
  totals[0] += even + odd;
}

/** One logit is that of class 1, predicted when z > 0; of many the first that is largest is. */
function isRight(z: Float64Array, at: number, outputs: number, target: number): number {
  if (outputs === 1) return (z[at] > 0 ? 1 : 0) === target ? 1 : 0;
  let best = 0;
  for (let c = 1; c < outputs; c++) if (z[at + c] > z[at + best]) best = c;
  return best === target ? 1 : 0;
}

function addGradient({ rows: x, width, outputs, residuals: r }: RowBlock, rows: number, g: Float64Array) {
  for (let start = 0; start < rows; start += 4) {
    const x0 = start * width;
    const x1 = x0 + width;
    const x2 = x1 + width;
    const x3 = x2 + width;
    for (let c = 0; c < outputs; c++) {
      const at = start * outputs + c;
      const r0 = r[at];
      const r1 = r[at + outputs];
      const r2 = r[at + 2 * outputs];
      const r3 = r[at + 3 * outputs];
      const to = c * width;
      for (let j = 0; j < width; j++) {
        g[to + j] += r0 * x[x0 + j] + r1 * x[x1 + j] + r2 * x[x2 + j] + r3 * x[x3 + j];
      }
    }
  }
}

function scaleRows({ rows: x, width }: RowBlock, rows: number, d: Float64Array, out: Float64Array): void {
  for (let r = 0, at = 0; r < rows; r++) {
    for (let j = 0; j < width; j++, at++) out[at] = d[r] * x[at];
  }
}

function addOuter(
  { rows: x, width }: RowBlock,
  rows: number,
  scaled: Float64Array,
  h: Float64Array,
  offset: number,
  start: number,
  end: number,
): void {
  for (let j = start; j < end; j++) {
    const h0 = offset + j * width;
    // From the start of the tile that the diagonal runs through.
    for (let l = j - (j % laneCount); l < width; l += laneCount) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0, at = l, from = j; r < rows; r++, at += width, from += width) {
        const value = scaled[from];
        s0 += value * x[at];
        s1 += value * x[at + 1];
        s2 += value * x[at + 2];
        s3 += value * x[at + 3];
      }
      h[h0 + l] += s0;
      h[h0 + l + 1] += s1;
      h[h0 + l + 2] += s2;
      h[h0 + l + 3] += s3;
    }
  }
}

function sumOfSquares({ rows: x, width }: RowBlock, rows: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let at = 0; at < rows * width; at += laneCount) {
    s0 += x[at] * x[at];
    s1 += x[at + 1] * x[at + 1];
    s2 += x[at + 2] * x[at + 2];
    s3 += x[at + 3] * x[at + 3];
  }
  return s0 + s2 + (s1 + s3);
}
