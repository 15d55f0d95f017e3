/** The module's functions with the three products of a dense layer shared by a team of threads. */
import type { WasmMemory } from './wasm-memory.ts';
import type { WasmExports } from './wasm-module.ts';
import { type Team, teamKernel } from './wasm-team.ts';

/** Floats of a packed block of assembly/products.ts, 256 deep and 128 wide, and of three rows of a panel past its end. */
export const blockFloats = 256 * 128 + 3 * 8;

/** Each part is a product of its own, over some of the rows: of x and a, of dz and dx, or of dw, that is of x's columns. */
export function shareProducts(wasm: WasmExports, team: Team, { floats }: WasmMemory): WasmExports {
  const scratches = Array.from({ length: team.helpers }, () => floats(blockFloats).byteOffset);
  return {
    ...wasm,
    denseForward(f, n, k, m, x, xStride, w, wStride, b, a, aStride, z) {
      const each = team.begin(n, n * k * m);
      for (let i = each; i < n; i += each) {
        const rows = Math.min(each, n - i);
        const out = 4 * i * aStride;
        const [xPart, aPart, zPart] = [x + 4 * i * xStride, a + out, z === 0 ? 0 : z + out];
        team.ask(teamKernel.forward, rows, k, m, xPart, xStride, w, wStride, b, aPart, aStride, zPart, f);
      }
      wasm.denseForward(f, Math.min(each, n), k, m, x, xStride, w, wStride, b, a, aStride, z);
      team.end();
    },
    denseBackwardInput(n, k, m, dz, dzStride, w, wStride, dx, dxStride, scratch) {
      const each = team.begin(n, n * k * m);
      for (let i = each, helper = 0; i < n; i += each, helper++) {
        const rows = Math.min(each, n - i);
        const [dzPart, dxPart] = [dz + 4 * i * dzStride, dx + 4 * i * dxStride];
        const own = scratches[helper];
        team.ask(teamKernel.backwardInput, rows, k, m, dzPart, dzStride, w, wStride, dxPart, dxStride, own);
      }
      wasm.denseBackwardInput(Math.min(each, n), k, m, dz, dzStride, w, wStride, dx, dxStride, scratch);
      team.end();
    },
    denseBackwardWeights(n, k, m, x, xStride, dz, dzStride, dw, dwStride, db) {
      const each = team.begin(k, n * k * m);
      for (let j = each; j < k; j += each) {
        const columns = Math.min(each, k - j);
        const [xPart, dwPart] = [x + 4 * j, dw + 4 * j * dwStride];
        team.ask(teamKernel.transposed, n, columns, m, xPart, xStride, dz, dzStride, dwPart, dwStride);
      }
      wasm.denseBackwardWeights(n, Math.min(each, k), m, x, xStride, dz, dzStride, dw, dwStride, db);
      team.end();
    },
  };
}
