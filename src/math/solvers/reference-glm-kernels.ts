/** The reference implementation of the GLM kernels: plain TypeScript, and the oracle of the fast one. */
import { type LossName, losses } from '../losses/index.ts';
import { sharedMatrix } from '../matrix.ts';
import {
  type GlmKernels,
  laneCount,
  paddedTo,
  type RowBlock,
  type RowData,
  type Stretch,
} from './glm-kernels.ts';

export function createReferenceGlmKernels(): GlmKernels {
  return {
    allocate: (length) => new Float64Array(length),
    matrix: (rows, columns, dtype) => sharedMatrix(rows, columns, paddedTo(columns), dtype),
    load,
    logits,
    losses: addLosses,
    addGradient,
    evaluate,
    scaleRows,
    addOuter,
    sumOfSquares,
  };
}

function load({ x, start, count, means, hasIntercept }: Stretch, { rows, width }: RowBlock): void {
  const { data, columns, stride } = x;
  for (let r = 0; r < count; r++) {
    const from = (start + r) * stride;
    const to = r * width;
    for (let j = 0; j < columns; j++) rows[to + j] = data[from + j] - means[j];
    if (hasIntercept) rows[to + columns] = 1;
  }
  rows.fill(0, count * width, paddedTo(count) * width);
}

function evaluate(
  stretch: Stretch,
  block: RowBlock,
  data: RowData,
  w: Float64Array,
  loss: LossName,
  g: Float64Array | null,
): void {
  const end = stretch.start + stretch.count;
  for (let start = stretch.start; start < end; start += block.capacity) {
    const count = Math.min(block.capacity, end - start);
    const rows = paddedTo(count);
    load({ ...stretch, start, count }, block);
    logits(block, rows, w);
    addLosses(block, data, start, rows, loss);
    if (g !== null) addGradient(block, rows, g);
  }
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

function addLosses(
  { outputs, logits: z, residuals, totals }: RowBlock,
  { target, weights }: RowData,
  start: number,
  rows: number,
  name: LossName,
): void {
  const { row: rowLoss } = losses[name];
  const four = [0, 0, 0, 0];
  for (let r = 0; r < rows; r++) {
    const c = weights[start + r];
    const y = target[start + r];
    four[r % 4] = c * rowLoss(z, r * outputs, outputs, y, residuals, c);
    if (r % 4 === 3) totals[0] += four[0] + four[2] + (four[1] + four[3]);
    if (name !== 'half_squared_error' && c !== 0) totals[1] += isRight(z, r * outputs, outputs, y);
  }
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
