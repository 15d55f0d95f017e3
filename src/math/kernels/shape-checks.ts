/** What the kernels ask of the shapes that they are given, the same in every implementation. */
import { type FloatArray, type Matrix, requireLength, requireShape, ShapeError } from '../matrix.ts';

export function checkGather(source: Matrix, count: number, out: Matrix): void {
  requireShape('gatherRows, out', out, count, source.columns);
}

export function checkDenseForward(x: Matrix, w: Matrix, b: FloatArray, a: Matrix, z: Matrix | null): void {
  requireShape('denseForward, w', w, x.columns, w.columns);
  requireShape('denseForward, a', a, x.rows, w.columns);
  requireLength('denseForward, b', b, w.columns);
  if (z !== null) requireShape('denseForward, z', z, x.rows, w.columns);
}

export function checkBackwardInput(dz: Matrix, w: Matrix, dx: Matrix): void {
  requireShape('denseBackwardInput, w', w, dx.columns, dz.columns);
  requireShape('denseBackwardInput, dx', dx, dz.rows, w.rows);
}

export function checkBackwardWeights(x: Matrix, dz: Matrix, dw: Matrix, db: FloatArray): void {
  requireShape('denseBackwardWeights, dz', dz, x.rows, dz.columns);
  requireShape('denseBackwardWeights, dw', dw, x.columns, dz.columns);
  requireLength('denseBackwardWeights, db', db, dz.columns);
}

export function checkElements(x: Matrix, y: Matrix, out: Matrix): void {
  requireShape('multiplyElements, y', y, x.rows, x.columns);
  requireShape('multiplyElements, out', out, x.rows, x.columns);
}

/** @param isScalar the loss is of one logit a row, else of one a class */
export function checkLoss(
  name: string,
  isScalar: boolean,
  logits: Matrix,
  target: FloatArray,
  c: FloatArray | null,
  dz: Matrix | null,
): void {
  if (isScalar ? logits.columns !== 1 : logits.columns < 2) {
    throw new ShapeError(
      `${name}: expected ${isScalar ? '1 logit' : 'at least 2 logits'}, got ${logits.columns}`,
    );
  }
  requireLength(`${name}, target`, target, logits.rows);
  if (c !== null) requireLength(`${name}, c`, c, logits.rows);
  if (dz !== null) requireShape(`${name}, dz`, dz, logits.rows, logits.columns);
}
