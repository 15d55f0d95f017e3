/** A single row of a product: up to 32 columns of it at once. */
import { start, store } from './tiles';
import { madd, tailMask } from './vector';

/**
 * One row of `vectors` × 4 sums, 4 or 8 (a constant): a row by itself has no rows beside it whose sums would hide the latency of a
 * multiply-add, so it takes more columns at once. Otherwise as `tiles`.
 */
@inline
function rowTile(
  vectors: i32,
  depth: i32,
  a: usize,
  aInner: usize,
  b: usize,
  bInner: usize,
  c: usize,
  from: i32,
  bias: usize,
  mask: v128,
  isRectified: bool,
): void {
  const zero = i32x4.splat(0);
  const all = i32x4.splat(-1);
  const isWide = vectors == 8;
  let s0 = start(from, bias, c, 0);
  let s1 = start(from, bias, c, 16);
  let s2 = start(from, bias, c, 32);
  let s3 = start(from, bias, c, 48);
  let s4 = isWide ? start(from, bias, c, 64) : zero;
  let s5 = isWide ? start(from, bias, c, 80) : zero;
  let s6 = isWide ? start(from, bias, c, 96) : zero;
  let s7 = isWide ? start(from, bias, c, 112) : zero;
  for (let t = depth; t > 0; t--) {
    const x = v128.load32_splat(a);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    s2 = madd(x, v128.load(b, 32), s2);
    s3 = madd(x, v128.load(b, 48), s3);
    if (isWide) {
      s4 = madd(x, v128.load(b, 64), s4);
      s5 = madd(x, v128.load(b, 80), s5);
      s6 = madd(x, v128.load(b, 96), s6);
      s7 = madd(x, v128.load(b, 112), s7);
    }
    a += aInner;
    b += bInner;
  }
  store(c, 0, s0, all, isRectified);
  store(c, 16, s1, all, isRectified);
  store(c, 32, s2, all, isRectified);
  store(c, 48, s3, isWide ? all : mask, isRectified);
  if (isWide) {
    store(c, 64, s4, all, isRectified);
    store(c, 80, s5, all, isRectified);
    store(c, 96, s6, all, isRectified);
    store(c, 112, s7, mask, isRectified);
  }
}

/**
 * The columns of a single row as far as they fill tiles of one.
 *
 * @returns how many columns that were: more than there are where the last vector has lanes left, so what is left may be negative
 */
export function rowTiles(
  columns: i32,
  depth: i32,
  a: usize,
  aInner: usize,
  b: usize,
  bInner: usize,
  c: usize,
  from: i32,
  bias: usize,
  isRectified: bool,
): i32 {
  let taken = 0;
  for (let left = columns; left > 12; left = columns - taken) {
    const at = <usize>taken * 4;
    const isWide = left > 28;
    const mask = tailMask(min(isWide ? 32 : 16, left));
    if (isWide) rowTile(8, depth, a, aInner, b + at, bInner, c + at, from, bias + at, mask, isRectified);
    else rowTile(4, depth, a, aInner, b + at, bInner, c + at, from, bias + at, mask, isRectified);
    taken += isWide ? 32 : 16;
  }
  return taken;
}
