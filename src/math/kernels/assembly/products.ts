/** The three matrix products of a dense layer, cut into blocks that fit the caches. */
import { packedInner, packTransposed } from './pack';
import { narrowPanel, widePanel } from './panel';
import { rowTiles } from './row';
import { fromBias, fromOutput, fromZero } from './tiles';
import { tailMask } from './vector';

/** Most depth of a block, and most columns of one that is packed: 128 KB, half of the smallest L2 in use. */
const blockDepth: i32 = 256;
const packedColumns: i32 = 128;
/**
 * Most rows of a block. The tiles of a panel are below each other: with more rows, a wide c would be written in too many pages at
 * once, each of them a miss of the TLB.
 */
const blockRows: i32 = 48;
/**
 * A panel of B is eight columns of it. Where B's rows are this many bytes apart or more, few of a deep panel's lines have room in L1
 * together, and down a panel each would come from another page: such a B is read in shallow blocks, whose rows are then read from left
 * to right. That is as fast as a packed copy of it from 64 rows of A on, and up to twice as fast below (measured to 1024 × 1024).
 */
const wideStride: usize = 512;
const shallowDepth: i32 = 64;

/** How B is given: as it is read, or as the transposed of a matrix, which is packed. */
const asIs: i32 = 0;
const transposed: i32 = 1;

/**
 * c [n, m] = start + A·B over `depth`; steps are bytes (see tiles.ts), `scratch` is room for a packed block and may be 0 without one. With no depth, c is the
 * start.
 */
function product(
  order: i32,
  n: i32,
  m: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  aInner: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cRow: usize,
  from: i32,
  bias: usize,
  isRectified: bool,
  scratch: usize,
): void {
  const isPacked = order == transposed;
  const mostDepth = isPacked || bStride < wideStride ? blockDepth : shallowDepth;
  const mostColumns = isPacked ? packedColumns : m;
  for (let j = 0; j < m; j += mostColumns) {
    const columns = min(mostColumns, m - j);
    const cColumns = c + <usize>j * 4;
    const biasColumns = bias + <usize>j * 4;
    let t = 0;
    do {
      const block = min(mostDepth, depth - t);
      if (isPacked) packTransposed(b + <usize>j * bStride + <usize>t * 4, bStride, block, columns, scratch);
      const panels = isPacked ? scratch : b + <usize>t * bStride + <usize>j * 4;
      const at = t == 0 ? from : fromOutput;
      const rectify = isRectified && t + block == depth;
      for (let i = 0; i < n; i += blockRows) {
        const rows = min(blockRows, n - i);
        const aBlock = a + <usize>i * aRow + <usize>t * aInner;
        const cBlock = cColumns + <usize>i * cRow;
        multiplyPanels(
          rows,
          columns,
          block,
          aBlock,
          aRow,
          aInner,
          panels,
          isPacked ? packedInner : bStride,
          isPacked ? <usize>block * packedInner : packedInner,
          cBlock,
          cRow,
          at,
          biasColumns,
          rectify,
        );
      }
      t += block;
    } while (t < depth);
  }
}

/** A block of rows times the panels of B, which are `nextPanel` bytes apart. */
function multiplyPanels(
  rows: i32,
  columns: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  aInner: usize,
  b: usize,
  bInner: usize,
  nextPanel: usize,
  c: usize,
  cRow: usize,
  from: i32,
  bias: usize,
  rectify: bool,
): void {
  let left = columns;
  // Panels beside each other are columns of one block.
  if (rows == 1 && nextPanel == packedInner) {
    const taken = rowTiles(columns, depth, a, aInner, b, bInner, c, from, bias, rectify);
    left -= taken;
    b += <usize>taken * 4;
    c += <usize>taken * 4;
    bias += <usize>taken * 4;
  }
  for (; left > 0; left -= 8) {
    const mask = tailMask(min(8, left));
    if (left > 4) widePanel(rows, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, rectify);
    else narrowPanel(rows, depth, a, aRow, aInner, b, bInner, c, cRow, from, bias, mask, rectify);
    b += nextPanel;
    c += packedInner;
    bias += packedInner;
  }
}

/** c [n, m] = x·w + b, through max(0, ·) where `isRectified`: x [n, k], w [k, m]. */
export function multiplyAddBias(
  n: i32,
  k: i32,
  m: i32,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  b: usize,
  c: usize,
  cStride: usize,
  isRectified: bool,
): void {
  product(asIs, n, m, k, x, 4 * xStride, 4, w, 4 * wStride, c, 4 * cStride, fromBias, b, isRectified, 0);
}

/** dx [n, k] = dz·wᵀ: dz [n, m], w [k, m]. */
export function multiplyByTransposed(
  n: i32,
  k: i32,
  m: i32,
  dz: usize,
  dzStride: usize,
  w: usize,
  wStride: usize,
  dx: usize,
  dxStride: usize,
  scratch: usize,
): void {
  product(transposed, n, k, m, dz, 4 * dzStride, 4, w, 4 * wStride, dx, 4 * dxStride, fromZero, 0, false, scratch);
}

/** dw [k, m] = xᵀ·dz: x [n, k], dz [n, m]. */
export function multiplyTransposed(
  n: i32,
  k: i32,
  m: i32,
  x: usize,
  xStride: usize,
  dz: usize,
  dzStride: usize,
  dw: usize,
  dwStride: usize,
): void {
  product(asIs, k, m, n, x, 4, 4 * xStride, dz, 4 * dzStride, dw, 4 * dwStride, fromZero, 0, false, 0);
}
