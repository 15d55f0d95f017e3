/** One panel of a product: up to eight columns of it over all rows, cut into tiles. */
import { tiles } from './tiles';

/**
 * As `tiles`, for any number of rows. A tail of 1 or 2 rows would keep two or four sums going, too few to hide the latency of a
 * multiply-add: it takes rows of the tile before, 6 + 1 = 4 + 3 and 6 + 2 = 4 + 4.
 */
@inline
function panel(
  isWide: bool,
  rows: i32,
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
  let tail = rows % 6;
  let full = rows / 6;
  if (full > 0 && tail > 0 && tail < 3) {
    full--;
    tail += 6;
  }
  if (full > 0) {
    tiles(6, isWide, full, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
    a += <usize>(full * 6) * aRow;
    c += <usize>(full * 6) * cRow;
  }
  if (tail == 5) {
    tiles(5, isWide, 1, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
    return;
  }
  if (tail >= 4) {
    tiles(4, isWide, tail >> 2, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
    a += <usize>(tail & 4) * aRow;
    c += <usize>(tail & 4) * cRow;
  }
  tail &= 3;
  if (tail == 3) tiles(3, isWide, 1, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
  else if (tail == 2) tiles(2, isWide, 1, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
  else if (tail == 1) tiles(1, isWide, 1, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
}

/** Columns 5 to 8 of a panel are there: tiles of eight columns. */
export function widePanel(
  rows: i32,
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
  panel(true, rows, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
}

/** At most four columns are left. */
export function narrowPanel(
  rows: i32,
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
  panel(false, rows, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, isRectified);
}
