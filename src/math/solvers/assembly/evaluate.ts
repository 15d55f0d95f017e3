/** Loads, logits, losses and gradients four rows at a time: between them, the next rows are on their way from memory. */
import { addGradient, loadRows, logits } from './blocks';
import { losses } from './losses';

/** `g` is 0 where no gradient is asked for. */
export function evaluate(
  isDouble: bool,
  x: usize,
  rowBytes: usize,
  columns: i32,
  means: usize,
  hasIntercept: bool,
  count: i32,
  rows: usize,
  width: i32,
  w: usize,
  outputs: i32,
  kind: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
  g: usize,
): void {
  for (let r = 0; r < count; r += 4) {
    const offset: usize = (r as usize) << 3;
    const source = x + (r as usize) * rowBytes;
    loadRows(isDouble, source, rowBytes, columns, means, hasIntercept, min(4, count - r), rows, width);
    logits(rows, 4, width, w, outputs, z);
    losses(kind, 4, outputs, z, target + offset, weights + offset, residuals, totals);
    if (g != 0) addGradient(rows, 4, width, residuals, outputs, g);
  }
}
