/** The GLM kernels in WebAssembly give the reference's bits: every kernel, odd sizes and tails, both dtypes, and what is not finite. */
import { describe, expect, it } from 'vitest';
import { type LossName, losses, lossNames } from '../../src/math/losses/index.ts';
import { type Dtype, type Matrix, sharedMatrix } from '../../src/math/matrix.ts';
import { createRandom } from '../../src/math/random.ts';
import {
  createRowBlock,
  type GlmKernels,
  paddedTo,
  type RowBlock,
} from '../../src/math/solvers/glm-kernels.ts';
import { createReferenceGlmKernels } from '../../src/math/solvers/reference-glm-kernels.ts';
import { createWasmGlmKernels } from '../../src/math/solvers/wasm-glm-kernels.ts';

const reference = createReferenceGlmKernels();
const wasm = createWasmGlmKernels();
const sizes = [1, 3, 4, 5, 17, 63, 64];
const widths = [1, 2, 3, 4, 5, 17, 50];

/** −0 and 0 are the same number to a sum, and NaN has many bits: all else must be equal to the last. */
function expectSameBits(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const isSame = actual[i] === expected[i] || (Number.isNaN(actual[i]) && Number.isNaN(expected[i]));
    if (!isSame) expect(actual[i], `element ${i}`).toBe(expected[i]);
  }
}

/** Runs the same on both, each on a block of its own with the same contents, and compares what `use` gives back. */
function compare(
  columns: number,
  outputs: number,
  fill: (block: RowBlock) => void,
  use: (kernels: GlmKernels, block: RowBlock) => ArrayLike<number>[],
): void {
  const [expected, actual] = [reference, wasm].map((kernels) => {
    const block = createRowBlock(kernels, columns, outputs);
    fill(block);
    return use(kernels, block);
  });
  for (const [i, values] of expected.entries()) expectSameBits(actual[i], values);
}

/** A copy in a memory of these kernels: the fast one must not be handed the other's. */
function copyTo(kernels: GlmKernels, values: ArrayLike<number>): Float64Array {
  const copy = kernels.allocate(values.length);
  copy.set(Array.from(values));
  return copy;
}

function numbers(count: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.normal());
}

/** Rows of a block as `load` leaves them: zeros past the last row and the last column. */
function fillRows({ rows, width }: RowBlock, count: number, columns: number, seed: number): void {
  const values = numbers(count * columns, seed);
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < columns; j++) rows[r * width + j] = values[r * columns + j];
  }
}

const shapes = sizes.flatMap((count) => widths.map((columns): [number, number] => [count, columns]));

describe.each(['f64', 'f32'] as const)('load, %s', (dtype) => {
  function source(make: (rows: number, columns: number, dtype: Dtype) => Matrix, columns: number): Matrix {
    const x = make(70, columns, dtype);
    const values = numbers(70 * columns, columns);
    for (let i = 0; i < 70; i++) {
      for (let j = 0; j < columns; j++) x.data[i * x.stride + j] = values[i * columns + j];
    }
    return x;
  }

  it.each([true, false])(
    'with and without an intercept (%s), from its memory and from outside',
    (hasIntercept) => {
      for (const [count, columns] of shapes) {
        const width = hasIntercept ? columns + 1 : columns;
        const means = numbers(paddedTo(width), 9);
        const inside = source(wasm.matrix, columns);
        const outside = source((rows, k, type) => sharedMatrix(rows, k, k + 1, type), columns);
        // What an earlier, fuller block has left behind must go.
        const dirty = (block: RowBlock) => fillRows(block, 64, width, 3);
        const loaded = (x: Matrix) => (kernels: GlmKernels, block: RowBlock) => {
          kernels.load({ x, start: 5, count, means: copyTo(kernels, means), hasIntercept }, block);
          return [block.rows];
        };
        compare(width, 1, dirty, (kernels, block) =>
          loaded(kernels === wasm ? inside : outside)(kernels, block),
        );
        compare(width, 1, dirty, loaded(outside));
      }
    },
  );
});

it('logits, gradients, scaled rows, outer products and squares', () => {
  for (const outputs of [1, 3]) {
    for (const [count, columns] of shapes) {
      const rows = paddedTo(count);
      const fill = (block: RowBlock) => {
        fillRows(block, count, columns, count);
        block.residuals.set(numbers(count * outputs, 7));
      };
      compare(columns, outputs, fill, (kernels, block) => {
        const { width } = block;
        kernels.logits(block, rows, copyTo(kernels, numbers(width * outputs, 1)));
        const g = copyTo(kernels, numbers(width * outputs, 2));
        kernels.addGradient(block, rows, g);
        const scaled = kernels.allocate(block.capacity * width);
        kernels.scaleRows(block, rows, copyTo(kernels, numbers(block.capacity, 4)), scaled);
        const h = copyTo(kernels, numbers(width * width + 3, 5));
        const half = paddedTo(width / 2);
        kernels.addOuter(block, rows, scaled, h, 3, 0, half);
        kernels.addOuter(block, rows, scaled, h, 3, half, width);
        return [block.logits, g, scaled, h, [kernels.sumOfSquares(block, rows)]];
      });
    }
  }
});

/** Logits of every size: where exp is 1, rounds to a denormal, underflows and overflows, and what is no number. */
const extremes = [
  ...[0, -0, 1e-300, -1e-300, 1e-17, -1e-17, 0.3465735902799726, -0.3465735902799727, 0.34657359027997264],
  ...[36.7, -36.7, 707.9, -707.9, 708, -708, 708.1, -708.1, 709.8, -709.8, 745, -745, 746, -746],
  ...[1e300, -1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
];
const targetsOf: Record<LossName, number[]> = {
  half_squared_error: [0, 1.5, -2e200],
  binary_cross_entropy: [0, 1],
  softmax_cross_entropy: [0, 1, 2],
};

describe.each(lossNames)('losses: %s', (loss) => {
  const outputs = losses[loss].isScalar ? 1 : 3;

  function expectLosses(logits: (row: number, output: number) => number, count: number): void {
    const targets = targetsOf[loss];
    const fill = (block: RowBlock) => {
      for (let r = 0; r < count; r++) {
        for (let c = 0; c < outputs; c++) block.logits[r * outputs + c] = logits(r, c);
      }
      block.totals.set([0.25, 3]);
    };
    // The rows stand behind others, whose targets and weights must not count.
    const rowsOf = (values: readonly number[], before: number) =>
      Array.from({ length: 4 + paddedTo(count) }, (_, i) =>
        i < 4 ? before : i < 4 + count ? values[(i - 4) % values.length] : 0,
      );
    compare(4, outputs, fill, (kernels, block) => {
      const target = copyTo(kernels, rowsOf(targets, 1));
      const weights = copyTo(kernels, rowsOf([1, 0.5, 3], 7));
      kernels.losses(block, { target, weights }, 4, paddedTo(count), loss);
      return [block.residuals, block.totals];
    });
  }

  it('of logits of every size, with weights and a tail that counts for nothing', () => {
    for (const count of sizes) {
      for (const [i, spread] of [1e-8, 1, 30, 400, 800].entries()) {
        const values = numbers(count * outputs, 10 * i + count);
        expectLosses((r, c) => spread * values[r * outputs + c], count);
      }
    }
  });

  it('of thousands of logits, so that no rounding of exp and log is left to chance', () => {
    for (let round = 0; round < 100; round++) {
      const values = numbers(64 * outputs, 1000 + round);
      expectLosses((r, c) => (round % 10) * 4 * values[r * outputs + c], 64);
    }
  });

  it('at the edges and beyond', () => {
    for (const first of extremes) {
      for (const other of extremes) expectLosses((r, c) => (r % 2 === 0 && c === 0 ? first : other), 6);
    }
  });
});

describe.each(lossNames)('evaluate: %s', (loss) => {
  const outputs = losses[loss].isScalar ? 1 : 3;

  it.each(['f64', 'f32'] as const)(
    'is its parts one after the other, in both, from either memory: %s',
    (dtype) => {
      for (const columns of [1, 4, 5, 50]) {
        for (const [start, count] of [
          [0, 1],
          [0, 70],
          [8, 150],
          [192, 9],
        ]) {
          const total = 201;
          const x = sharedMatrix(total, columns, paddedTo(columns), dtype);
          x.data.set(numbers(x.data.length, columns).map((value, i) => (i % x.stride < columns ? value : 0)));
          const inside = wasm.matrix(total, columns, dtype);
          inside.data.set(x.data);
          const all = paddedTo(total);
          const targets = Array.from({ length: all }, (_, i) => targetsOf[loss][i % targetsOf[loss].length]);
          const rowWeights = Array.from({ length: all }, (_, i) => (i < total ? 1 + (i % 2) : 0));
          const inputs = (kernels: GlmKernels, block: RowBlock, source: Matrix) => ({
            stretch: {
              x: source,
              start,
              count,
              means: copyTo(kernels, numbers(block.width, 3)),
              hasIntercept: true,
            },
            data: { target: copyTo(kernels, targets), weights: copyTo(kernels, rowWeights) },
            w: copyTo(kernels, numbers(block.width * outputs, 4)),
            g: copyTo(kernels, numbers(block.width * outputs, 5)),
          });
          for (const source of [inside, x]) {
            compare(
              columns + 1,
              outputs,
              () => {},
              (kernels, block) => {
                const { stretch, data, w, g } = inputs(kernels, block, kernels === wasm ? source : x);
                kernels.evaluate(stretch, block, data, w, loss, g);
                const withGradient = block.totals.slice();
                kernels.evaluate(stretch, block, data, w, loss, null);
                return [g, withGradient, block.totals];
              },
            );
          }
          const block = createRowBlock(reference, columns + 1, outputs);
          const { stretch, data, w, g } = inputs(reference, block, x);
          const once = g.slice();
          reference.evaluate(stretch, block, data, w, loss, once);
          const totals = block.totals.slice();
          block.totals.fill(0);
          for (let at = start; at < start + count; at += 64) {
            const some = Math.min(64, start + count - at);
            reference.load({ ...stretch, start: at, count: some }, block);
            reference.logits(block, paddedTo(some), w);
            reference.losses(block, data, at, paddedTo(some), loss);
            reference.addGradient(block, paddedTo(some), g);
          }
          expectSameBits(once, g);
          expectSameBits(totals, block.totals);
        }
      }
    },
  );
});

it('numbers that are not finite pass through products as they do in the reference', () => {
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324]) {
    const fill = (block: RowBlock) => {
      fillRows(block, 5, 5, 1);
      block.rows[2] = odd;
      block.residuals.set(numbers(5, 7));
    };
    compare(5, 1, fill, (kernels, block) => {
      kernels.logits(block, 8, copyTo(kernels, numbers(8, 1)));
      const g = kernels.allocate(8);
      kernels.addGradient(block, 8, g);
      const h = kernels.allocate(64);
      kernels.addOuter(block, 8, block.rows, h, 0, 0, 8);
      return [block.logits, g, h, [kernels.sumOfSquares(block, 8)]];
    });
  }
});

it('the fast path is WebAssembly: its blocks lie in one shared memory, and its functions write there', () => {
  const block = createRowBlock(wasm, 3, 1);
  expect(block.rows.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(block.rows.byteOffset).toBeGreaterThan(0);
  const x = wasm.matrix(4, 3, 'f32');
  expect(x.data.buffer.byteLength).toBeGreaterThan(x.data.byteLength);
});
