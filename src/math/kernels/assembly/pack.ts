/** Transposes a block of B into the order that the tiles read it in. */
import { vectorBytes } from './vector';

/** Bytes from one depth to the next in a packed panel: eight floats. */
export const packedInner: usize = 2 * vectorBytes;

/**
 * Panel after panel, packed[t][j] = w[j][t] for t below depth; zeros for the columns that are missing. Reads and writes whole vectors:
 * w's rows are padded to them, and the last panel is followed by room for three rows more.
 */
export function packTransposed(w: usize, wRow: usize, depth: i32, columns: i32, packed: usize): void {
  for (let left = columns; left > 0; left -= 8) {
    packFour(w, wRow, depth, min(left, 4), packed);
    if (left > 4) packFour(w + 4 * wRow, wRow, depth, min(left - 4, 4), packed + vectorBytes);
    w += 8 * wRow;
    packed += <usize>depth * packedInner;
  }
}

/** Four columns, by blocks of 4 × 4 that are transposed in registers. */
function packFour(w: usize, wRow: usize, depth: i32, columns: i32, packed: usize): void {
  const zero = i32x4.splat(0);
  const w1 = w + wRow;
  const w2 = w1 + wRow;
  const w3 = w2 + wRow;
  for (let t = 0; t < depth; t += 4) {
    const at = <usize>t * 4;
    const r0 = v128.load(w + at);
    const r1 = columns > 1 ? v128.load(w1 + at) : zero;
    const r2 = columns > 2 ? v128.load(w2 + at) : zero;
    const r3 = columns > 3 ? v128.load(w3 + at) : zero;
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(packed, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(packed, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
    v128.store(packed, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
    v128.store(packed, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
    packed += 4 * packedInner;
  }
}
