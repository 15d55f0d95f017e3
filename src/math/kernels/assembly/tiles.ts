/**
 * The innermost loops of a matrix product: tiles of up to 6 × 8 sums that stay in registers (12 vectors, with two of B and one of A
 * fifteen of the sixteen that x64 has).
 *
 * c[i, j] = start + Σₜ A[i, t]·B[t, j] over t = 0 … depth − 1, always in that order and one multiply-add each, so that an element's
 * bits depend neither on the tile it falls into nor on how the depth is cut: a tile that continues starts from what c holds.
 */
import { madd } from './vector';

/** Where a tile's sums start: at zero, at the bias (the same for every row), or at what c holds. */
export const fromZero: i32 = 0;
export const fromBias: i32 = 1;
export const fromOutput: i32 = 2;

@inline
export function start(from: i32, bias: usize, c: usize, offset: usize): v128 {
  if (from == fromOutput) return v128.load(c + offset);
  return from == fromBias ? v128.load(bias + offset) : i32x4.splat(0);
}

/** The last vector of a row is cut off by `mask`: x may hold NaN, which times 0 is NaN in the padding. */
@inline
export function store(c: usize, offset: usize, sum: v128, mask: v128, isRectified: bool): void {
  // x < 0 ? 0 : x keeps NaN.
  const value = isRectified ? f32x4.pmax(sum, i32x4.splat(0)) : sum;
  v128.store(c + offset, v128.and(value, mask));
}

/**
 * `count` tiles below each other, of `rows` × 8 sums, or × 4 where not `isWide`; both are constants, and what they leave out is not
 * compiled. Steps are bytes: from A[i, t] to A[i + 1, t], from A[i, t] to A[i, t + 1], from B[t, j] to B[t + 1, j], from c[i, j] to
 * c[i + 1, j].
 */
@inline
export function tiles(
  rows: i32,
  isWide: bool,
  count: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  aInner: usize,
  b: usize,
  bInner: usize,
  c: usize,
  cRow: usize,
  from: i32,
  bias: usize,
  mask: v128,
  isRectified: bool,
): void {
  const zero = i32x4.splat(0);
  const all = i32x4.splat(-1);
  for (; count > 0; count--) {
    let c0 = c;
    let c1 = rows > 1 ? c0 + cRow : c0;
    let c2 = rows > 2 ? c1 + cRow : c0;
    let c3 = rows > 3 ? c2 + cRow : c0;
    let c4 = rows > 4 ? c3 + cRow : c0;
    let c5 = rows > 5 ? c4 + cRow : c0;
    let s00 = start(from, bias, c0, 0);
    let s01 = isWide ? start(from, bias, c0, 16) : zero;
    let s10 = rows > 1 ? start(from, bias, c1, 0) : zero;
    let s11 = rows > 1 && isWide ? start(from, bias, c1, 16) : zero;
    let s20 = rows > 2 ? start(from, bias, c2, 0) : zero;
    let s21 = rows > 2 && isWide ? start(from, bias, c2, 16) : zero;
    let s30 = rows > 3 ? start(from, bias, c3, 0) : zero;
    let s31 = rows > 3 && isWide ? start(from, bias, c3, 16) : zero;
    let s40 = rows > 4 ? start(from, bias, c4, 0) : zero;
    let s41 = rows > 4 && isWide ? start(from, bias, c4, 16) : zero;
    let s50 = rows > 5 ? start(from, bias, c5, 0) : zero;
    let s51 = rows > 5 && isWide ? start(from, bias, c5, 16) : zero;
    let a0 = a;
    let a1 = rows > 1 ? a0 + aRow : a0;
    let a2 = rows > 2 ? a1 + aRow : a0;
    let a3 = rows > 3 ? a2 + aRow : a0;
    let a4 = rows > 4 ? a3 + aRow : a0;
    let a5 = rows > 5 ? a4 + aRow : a0;
    let bt = b;
    for (let t = depth; t > 0; t--) {
      const b0 = v128.load(bt);
      const b1 = isWide ? v128.load(bt, 16) : zero;
      bt += bInner;
      const x0 = v128.load32_splat(a0);
      a0 += aInner;
      s00 = madd(x0, b0, s00);
      if (isWide) s01 = madd(x0, b1, s01);
      if (rows > 1) {
        const x1 = v128.load32_splat(a1);
        a1 += aInner;
        s10 = madd(x1, b0, s10);
        if (isWide) s11 = madd(x1, b1, s11);
      }
      if (rows > 2) {
        const x2 = v128.load32_splat(a2);
        a2 += aInner;
        s20 = madd(x2, b0, s20);
        if (isWide) s21 = madd(x2, b1, s21);
      }
      if (rows > 3) {
        const x3 = v128.load32_splat(a3);
        a3 += aInner;
        s30 = madd(x3, b0, s30);
        if (isWide) s31 = madd(x3, b1, s31);
      }
      if (rows > 4) {
        const x4 = v128.load32_splat(a4);
        a4 += aInner;
        s40 = madd(x4, b0, s40);
        if (isWide) s41 = madd(x4, b1, s41);
      }
      if (rows > 5) {
        const x5 = v128.load32_splat(a5);
        a5 += aInner;
        s50 = madd(x5, b0, s50);
        if (isWide) s51 = madd(x5, b1, s51);
      }
    }
    const first = isWide ? all : mask;
    store(c0, 0, s00, first, isRectified);
    if (isWide) store(c0, 16, s01, mask, isRectified);
    if (rows > 1) store(c1, 0, s10, first, isRectified);
    if (rows > 1 && isWide) store(c1, 16, s11, mask, isRectified);
    if (rows > 2) store(c2, 0, s20, first, isRectified);
    if (rows > 2 && isWide) store(c2, 16, s21, mask, isRectified);
    if (rows > 3) store(c3, 0, s30, first, isRectified);
    if (rows > 3 && isWide) store(c3, 16, s31, mask, isRectified);
    if (rows > 4) store(c4, 0, s40, first, isRectified);
    if (rows > 4 && isWide) store(c4, 16, s41, mask, isRectified);
    if (rows > 5) store(c5, 0, s50, first, isRectified);
    if (rows > 5 && isWide) store(c5, 16, s51, mask, isRectified);
    a += <usize>rows * aRow;
    c += <usize>rows * cRow;
  }
}
