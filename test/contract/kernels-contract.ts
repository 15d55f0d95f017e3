/** What every implementation of `Kernels` must do, on sizes with and without tails; run it by `kernelsContract(name, create)`. */
import { describe, expect, it } from 'vitest';
import { activationNames, activations } from '../../src/math/activations/index.ts';
import type { Kernels } from '../../src/math/kernels/kernels.ts';
import { losses, lossNames } from '../../src/math/losses/index.ts';
import type { FloatArray, Matrix } from '../../src/math/matrix.ts';
import { createRandom, type Random } from '../../src/math/random.ts';

/** Around the widths of vector units and tiles: below, on and past multiples of 4, 8, 16 and 64. */
const sizes = [1, 3, 4, 5, 17, 63, 65];
/** And those of a row by itself: what it takes 16 or 32 of at once, with and without a tail. */
const rowSizes = [...sizes, 12, 13, 16, 28, 29, 32, 33, 45];

type Rows = number[][];

/** @param serves whether the kernels promise that a row's result does not depend on the rows beside it */
export function kernelsContract(name: string, create: () => Kernels, serves = true): void {
  describe(name, () => {
    const kernels = create();
    /** Unit roundoff of what is stored. */
    const roundoff = kernels.dtype === 'f32' ? 2 ** -24 : 2 ** -53;
    const random = createRandom(17);

    const shapes = sizes.flatMap((n) => sizes.flatMap((k) => sizes.map((m) => ({ n, k, m }))));

    const matrixOf = (rows: Rows, columns = rows[0].length): Matrix => {
      const matrix = kernels.matrix(rows.length, columns);
      rows.forEach((row, i) => {
        matrix.data.set(row, i * matrix.stride);
      });
      return matrix;
    };
    const arrayOf = (values: readonly number[]): FloatArray => {
      const array = kernels.allocate(values.length);
      array.set(values);
      return array;
    };
    const normalMatrix = (rows: number, columns: number) =>
      matrixOf(normalRows(random, rows, columns), columns);
    /** A matrix that holds something everywhere but in its padding: an output must not depend on what was there. */
    const used = (rows: number, columns: number) => matrixOf(filledRows(rows, columns, 7.5), columns);

    /** |actual − expected| ≤ (terms + 4)·u·scale: the bound of a sum of so many products, each rounded, then stored. */
    const expectClose = (actual: Rows, expected: Rows, scales: Rows, terms: number) => {
      const bound = (terms + 4) * roundoff;
      for (let i = 0; i < expected.length; i++) {
        for (let j = 0; j < expected[i].length; j++) {
          const error = Math.abs(actual[i][j] - expected[i][j]);
          if (!(error <= bound * scales[i][j])) {
            expect.fail(`(${i}, ${j}): expected ${expected[i][j]}, got ${actual[i][j]}`);
          }
        }
      }
    };

    describe('memory', () => {
      it('is zeroed, and of the dtype', () => {
        const block = kernels.allocate(67);
        expect(block).toBeInstanceOf(kernels.dtype === 'f32' ? Float32Array : Float64Array);
        expect(Array.from(block)).toEqual(new Array(67).fill(0));
      });

      it.each(sizes)('has rows of %i columns at the stride that strideOf says, padding zero', (columns) => {
        const matrix = kernels.matrix(3, columns);
        expect(matrix).toMatchObject({ rows: 3, columns, stride: kernels.strideOf(columns) });
        expect(matrix.stride).toBeGreaterThanOrEqual(columns);
        expect(matrix.data.length).toBe(3 * matrix.stride);
        expect(matrix.data.every((value) => value === 0)).toBe(true);
      });

      it('may be a view on a block that is larger, and refuses one that is smaller', () => {
        const block = kernels.allocate(4 * kernels.strideOf(5));
        kernels.matrix(2, 5, block).data[1] = 3;
        expect(block[1]).toBe(3);
        expect(() => kernels.matrix(5, 5, block)).toThrow('matrix [5, 5]: expected');
      });
    });

    describe('gather', () => {
      it.each(sizes)(
        'takes rows of %i columns by index from a matrix of either dtype outside its memory',
        (columns) => {
          const source = normalRows(random, 9, columns).map((row) => row.map(Math.fround));
          // A stride of its own, and padding that must not come along.
          const stride = columns + 3;
          for (const data of [new Float32Array(9 * stride).fill(99), new Float64Array(9 * stride).fill(99)]) {
            source.forEach((row, i) => {
              data.set(row, i * stride);
            });
            const out = used(3, columns);
            kernels.gatherRows({ data, rows: 9, columns, stride }, Uint32Array.of(1, 8, 0, 8, 5), 1, 3, out);
            expect(rowsOf(out)).toEqual(rowsOf(matrixOf([source[8], source[0], source[8]])));
            expectPaddingZero(out);
          }
        },
      );

      it('takes values by index, and leaves what is past the count', () => {
        const out = arrayOf([9, 9, 9, 9]);
        kernels.gatherValues(Float64Array.of(0.5, 1.5, 2.5, 3.5), Uint32Array.of(0, 3, 1, 2), 1, 3, out);
        expect(Array.from(out)).toEqual([3.5, 1.5, 2.5, 9]);
      });

      it('refuses an output of another shape', () => {
        const source = kernels.matrix(4, 3);
        expect(() => kernels.gatherRows(source, Uint32Array.of(0, 1), 0, 2, kernels.matrix(2, 4))).toThrow(
          'expected [2, 3], got [2, 4]',
        );
      });
    });

    describe('dense forward', () => {
      it('is x·w + b on every size', () => {
        for (const { n, k, m } of shapes) {
          const [x, w, b] = [normalMatrix(n, k), normalMatrix(k, m), arrayOf(normalRows(random, 1, m)[0])];
          const a = used(n, m);
          kernels.denseForward(x, w, b, 'identity', a, null);
          const expected = addRow(product(rowsOf(x), rowsOf(w)), b);
          const scales = addRow(product(absolute(rowsOf(x)), absolute(rowsOf(w))), b.map(Math.abs));
          expectClose(rowsOf(a), expected, scales, k);
          expectPaddingZero(a);
        }
      });

      it.each(activationNames)('applies %s to z, which it keeps when asked', (activation) => {
        const f = activations[activation];
        for (const m of sizes) {
          const [x, w, b] = [normalMatrix(5, 6), normalMatrix(6, m), arrayOf(normalRows(random, 1, m)[0])];
          const [a, z, alone, plain] = [used(5, m), used(5, m), used(5, m), used(5, m)];
          kernels.denseForward(x, w, b, activation, a, z);
          kernels.denseForward(x, w, b, activation, alone, null);
          kernels.denseForward(x, w, b, 'identity', plain, null);
          expect(rowsOf(z)).toEqual(rowsOf(plain));
          expect(rowsOf(alone)).toEqual(rowsOf(a));
          const expected = rowsOf(z).map((row) => row.map(f.forward));
          // 4u in f32 is 2.4e-7: twice what a fast exponential costs.
          const scales = expected.map((row) => row.map((value) => Math.max(1, Math.abs(value))));
          expectClose(rowsOf(a), expected, scales, 0);
          expectPaddingZero(a);
          expectPaddingZero(z);
        }
      });

      it.runIf(serves).each(activationNames)(
        'gives a row the same bits whatever batch it is in: %s',
        (activation) => {
          for (const m of rowSizes) {
            const [x, w, b] = [
              normalMatrix(67, 19),
              normalMatrix(19, m),
              arrayOf(normalRows(random, 1, m)[0]),
            ];
            const together = kernels.matrix(67, m);
            kernels.denseForward(x, w, b, activation, together, null);
            for (const [start, count] of [
              [0, 1],
              [5, 3],
              [66, 1],
              [30, 37],
            ]) {
              const part = kernels.matrix(count, m);
              const xPart = matrixOf(rowsOf(x).slice(start, start + count));
              kernels.denseForward(xPart, w, b, activation, part, null);
              expect(rowsOf(part)).toEqual(rowsOf(together).slice(start, start + count));
              expectPaddingZero(part);
            }
          }
        },
      );

      // Where the depth is cut into blocks, a tile goes on from what it has stored: B's rows far apart or not.
      it.runIf(serves).each([
        [130, 141],
        [300, 33],
        [600, 65],
        [513, 5],
      ])('gives a row of %i inputs and %i outputs the same bits by itself', (k, m) => {
        const [x, w, b] = [normalMatrix(7, k), normalMatrix(k, m), arrayOf(normalRows(random, 1, m)[0])];
        const [together, alone] = [kernels.matrix(7, m), used(1, m)];
        kernels.denseForward(x, w, b, 'relu', together, null);
        for (let i = 0; i < 7; i++) {
          kernels.denseForward(matrixOf([rowsOf(x)[i]]), w, b, 'relu', alone, null);
          expect(rowsOf(alone)[0]).toEqual(rowsOf(together)[i]);
          expectPaddingZero(alone);
        }
      });

      it('keeps NaN and Inf in their own row, and out of the padding', () => {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const x = normalMatrix(5, 3);
          x.data[2 * x.stride + 1] = value;
          const a = used(5, 5);
          kernels.denseForward(
            x,
            matrixOf(filledRows(3, 5, 1)),
            arrayOf([0, 0, 0, 0, 0]),
            'identity',
            a,
            null,
          );
          rowsOf(a).forEach((row, i) => {
            for (const element of row) {
              if (i === 2) expect(element).toBe(value);
              else expect(Number.isFinite(element)).toBe(true);
            }
          });
          expectPaddingZero(a);
        }
      });

      it('keeps NaN out of the padding of a row by itself', () => {
        for (const m of rowSizes) {
          const a = used(1, m);
          const [x, w] = [matrixOf([[1, Number.NaN, 1]]), normalMatrix(3, m)];
          kernels.denseForward(x, w, kernels.allocate(m), 'relu', a, null);
          expect(rowsOf(a)).toEqual(filledRows(1, m, Number.NaN));
          expectPaddingZero(a);
        }
      });

      it('refuses shapes that do not fit', () => {
        const [x, w] = [kernels.matrix(2, 3), kernels.matrix(3, 4)];
        const [b, a] = [kernels.allocate(4), kernels.matrix(2, 4)];
        const forward =
          (...args: Parameters<Kernels['denseForward']>) =>
          () =>
            kernels.denseForward(...args);
        expect(forward(x, kernels.matrix(4, 4), b, 'relu', a, null)).toThrow('expected [3, 4], got [4, 4]');
        expect(forward(x, w, b, 'relu', kernels.matrix(3, 4), null)).toThrow('expected [2, 4], got [3, 4]');
        expect(forward(x, w, kernels.allocate(3), 'relu', a, null)).toThrow('expected 4 elements, got 3');
        expect(forward(x, w, b, 'relu', a, kernels.matrix(2, 5))).toThrow('expected [2, 4], got [2, 5]');
      });
    });

    describe('backward', () => {
      it.each(activationNames)('multiplies by the derivative of %s', (activation) => {
        const f = activations[activation];
        for (const m of sizes) {
          const [z, da] = [normalMatrix(5, m), normalMatrix(5, m)];
          const a = matrixOf(rowsOf(z).map((row) => row.map(f.forward)));
          const at = rowsOf(f.derivativeFrom === 'output' ? a : z);
          const expected = rowsOf(da).map((row, i) => row.map((d, j) => d * f.derivative(at[i][j])));
          const scales = absolute(rowsOf(da));
          kernels.activationBackward(activation, a, f.derivativeFrom === 'output' ? null : z, da);
          // 6u: a derivative such as gelu's, a sum of two fast functions, is within 4u of 1.
          expectClose(rowsOf(da), expected, scales, 2);
          expectPaddingZero(da);
        }
      });

      it('gives dx = dz·wᵀ on every size', () => {
        for (const { n, k, m } of shapes) {
          const [dz, w, dx] = [normalMatrix(n, m), normalMatrix(k, m), used(n, k)];
          kernels.denseBackwardInput(dz, w, dx);
          const wT = transpose(rowsOf(w));
          expectClose(rowsOf(dx), product(rowsOf(dz), wT), product(absolute(rowsOf(dz)), absolute(wT)), m);
          expectPaddingZero(dx);
        }
      });

      it('gives dw = xᵀ·dz and db = Σ dz on every size', () => {
        for (const { n, k, m } of shapes) {
          const [x, dz, dw, db] = [
            normalMatrix(n, k),
            normalMatrix(n, m),
            used(k, m),
            arrayOf(new Array(m).fill(7)),
          ];
          kernels.denseBackwardWeights(x, dz, dw, db);
          const [xT, z, ones] = [transpose(rowsOf(x)), rowsOf(dz), filledRows(1, n, 1)];
          expectClose(rowsOf(dw), product(xT, z), product(absolute(xT), absolute(z)), n);
          expectClose([Array.from(db)], product(ones, z), product(ones, absolute(z)), n);
          expectPaddingZero(dw);
        }
      });

      it('of no rows is zero', () => {
        const [dw, db] = [used(3, 5), arrayOf([1, 2, 3, 4, 5])];
        kernels.denseBackwardWeights(kernels.matrix(0, 3), kernels.matrix(0, 5), dw, db);
        expect(rowsOf(dw)).toEqual(filledRows(3, 5, 0));
        expect(Array.from(db)).toEqual([0, 0, 0, 0, 0]);
      });

      it('multiplyElements multiplies element by element, into one of them too', () => {
        for (const m of sizes) {
          const [x, y, out] = [normalMatrix(5, m), normalMatrix(5, m), used(5, m)];
          const expected = rowsOf(x).map((row, i) => row.map((value, j) => value * rowsOf(y)[i][j]));
          kernels.multiplyElements(x, y, out);
          expectClose(rowsOf(out), expected, absolute(expected), 0);
          expectPaddingZero(out);
          kernels.multiplyElements(x, y, x);
          expect(rowsOf(x)).toEqual(rowsOf(out));
        }
        const [x, y] = [kernels.matrix(2, 3), kernels.matrix(2, 4)];
        expect(() => kernels.multiplyElements(x, y, x)).toThrow('expected [2, 3], got [2, 4]');
        expect(() => kernels.multiplyElements(x, x, y)).toThrow('expected [2, 3], got [2, 4]');
      });

      it('refuses shapes that do not fit', () => {
        const [x, dz] = [kernels.matrix(2, 3), kernels.matrix(2, 4)];
        const [w, db] = [kernels.matrix(3, 4), kernels.allocate(4)];
        expect(() => kernels.activationBackward('relu', dz, null, kernels.matrix(2, 5))).toThrow(
          'got [2, 5]',
        );
        expect(() => kernels.denseBackwardInput(dz, w, kernels.matrix(3, 3))).toThrow('got [3, 3]');
        expect(() => kernels.denseBackwardInput(dz, kernels.matrix(3, 5), x)).toThrow('got [3, 5]');
        expect(() => kernels.denseBackwardWeights(x, kernels.matrix(3, 4), w, db)).toThrow('got [3, 4]');
        expect(() => kernels.denseBackwardWeights(x, dz, kernels.matrix(4, 4), db)).toThrow('got [4, 4]');
        expect(() => kernels.denseBackwardWeights(x, dz, w, kernels.allocate(5))).toThrow('got 5');
      });
    });

    describe.each(lossNames)('loss %s', (loss) => {
      it('is the sum over the rows, with the gradient of their mean', () => {
        for (const n of sizes) {
          for (const m of losses[loss].isScalar ? [1] : sizes.filter((size) => size > 1)) {
            const [logits, dz] = [normalMatrix(n, m), used(n, m)];
            const target = arrayOf(Array.from({ length: n }, () => random.below(Math.max(2, m))));
            const gradient = new Float64Array(n * m);
            let expected = 0;
            rowsOf(logits).forEach((row, i) => {
              const one = new Float64Array(m);
              expected += losses[loss].row(Float64Array.from(row), 0, m, target[i], one, 1 / n);
              gradient.set(one, i * m);
            });
            const sum = kernels.loss(loss, logits, target, null, dz);
            expect(kernels.loss(loss, logits, target, null, null)).toBe(sum);
            expect(Math.abs(sum - expected)).toBeLessThanOrEqual((n + 4) * roundoff * Math.max(1, expected));
            const rows = Array.from({ length: n }, (_, i) =>
              Array.from(gradient.subarray(i * m, (i + 1) * m)),
            );
            // Gradients are below 10/n here: probabilities less one, or a difference of some units.
            expectClose(rowsOf(dz), rows, filledRows(n, m, 10 / n), 0);
            expectPaddingZero(dz);
          }
        }
      });

      it('weighs each row, in the sum and in the gradient, and ones weigh nothing', () => {
        for (const n of sizes) {
          const m = losses[loss].isScalar ? 1 : 3;
          const [logits, dz, plain] = [normalMatrix(n, m), used(n, m), used(n, m)];
          const target = arrayOf(Array.from({ length: n }, (_, i) => i % 2));
          const c = arrayOf(Array.from({ length: n }, () => 2 * random.uniform()));
          kernels.loss(loss, logits, target, null, plain);
          let expected = 0;
          for (let i = 0; i < n; i++) {
            const row = matrixOf([rowsOf(logits)[i]]);
            expected += c[i] * kernels.loss(loss, row, target.subarray(i, i + 1), null, null);
          }
          const sum = kernels.loss(loss, logits, target, c, dz);
          expect(Math.abs(sum - expected)).toBeLessThanOrEqual((n + 4) * roundoff * Math.max(1, expected));
          const weighed = rowsOf(plain).map((row, i) => row.map((value) => c[i] * value));
          expectClose(rowsOf(dz), weighed, filledRows(n, m, 20 / n), 0);
          expectPaddingZero(dz);
          const [ones, dOnes] = [arrayOf(new Array(n).fill(1)), used(n, m)];
          expect(kernels.loss(loss, logits, target, ones, dOnes)).toBe(
            kernels.loss(loss, logits, target, null, null),
          );
          expect(rowsOf(dOnes)).toEqual(rowsOf(plain));
        }
      });

      it('is finite at logits of ±1000 and NaN at NaN', () => {
        const m = losses[loss].isScalar ? 1 : 3;
        const target = arrayOf([0, 1]);
        for (const size of [1000, -1000]) {
          const [logits, dz] = [
            matrixOf([new Array(m).fill(0).with(0, size), new Array(m).fill(size)]),
            used(2, m),
          ];
          expect(Number.isFinite(kernels.loss(loss, logits, target, null, dz))).toBe(true);
          expect(rowsOf(dz).flat().every(Number.isFinite)).toBe(true);
        }
        const broken = matrixOf([new Array(m).fill(1), new Array(m).fill(1).with(m - 1, Number.NaN)]);
        expect(kernels.loss(loss, broken, target, null, null)).toBeNaN();
      });

      it('refuses a number of logits that it has no meaning for', () => {
        const m = losses[loss].isScalar ? 2 : 1;
        expect(() => kernels.loss(loss, kernels.matrix(1, m), arrayOf([0]), null, null)).toThrow(`got ${m}`);
      });
    });

    describe('blocks', () => {
      const lengths = [0, ...sizes, 257];
      /** What three steps of an update make of a block, against the same formula in f64. */
      const expectSteps = (
        states: number,
        step: (p: FloatArray, g: FloatArray, s: FloatArray[], t: number) => void,
        oracle: (p: number, g: number, s: number[], t: number) => number,
      ) => {
        for (const length of lengths) {
          const p = arrayOf(normalRows(random, 1, length)[0]);
          const state = Array.from({ length: states }, () => kernels.allocate(length));
          const expected = Array.from(p);
          const expectedState = expected.map(() => new Array<number>(states).fill(0));
          for (let t = 1; t <= 3; t++) {
            const g = arrayOf(normalRows(random, 1, length)[0]);
            step(p, g, state, t);
            for (let i = 0; i < length; i++) expected[i] = oracle(expected[i], g[i], expectedState[i], t);
          }
          // Three steps of some five roundings on values of at most about 5.
          expectClose([Array.from(p)], [expected], filledRows(1, length, 5), 11);
        }
      };

      it('axpy adds alpha · x', () => {
        for (const length of lengths) {
          const [x, y] = [
            arrayOf(normalRows(random, 1, length)[0]),
            arrayOf(normalRows(random, 1, length)[0]),
          ];
          const expected = Array.from(y, (value, i) => value - 0.3 * x[i]);
          kernels.axpy(-0.3, x, y);
          expectClose([Array.from(y)], [expected], filledRows(1, length, 5), 0);
        }
        expect(() => kernels.axpy(1, kernels.allocate(3), kernels.allocate(4))).toThrow(
          'expected 3 elements, got 4',
        );
      });

      it('addSigns adds ±alpha, and nothing at 0 of either sign', () => {
        for (const length of lengths) {
          const [x, y] = [normalRows(random, 1, length)[0], normalRows(random, 1, length)[0]].map(arrayOf);
          if (length > 2) x.set([0, -0], 1);
          const expected = Array.from(y, (value, i) => value + 0.3 * Math.sign(x[i]));
          kernels.addSigns(0.3, x, y);
          expectClose([Array.from(y)], [expected], filledRows(1, length, 5), 0);
        }
        expect(() => kernels.addSigns(1, kernels.allocate(3), kernels.allocate(4))).toThrow(
          'expected 3 elements, got 4',
        );
      });

      it('scale multiplies by alpha', () => {
        for (const length of lengths) {
          const x = arrayOf(normalRows(random, 1, length)[0]);
          const expected = Array.from(x, (value) => 0.3 * value);
          kernels.scale(0.3, x);
          expectClose([Array.from(x)], [expected], [expected.map(Math.abs)], 0);
        }
      });

      it('sumOfMagnitudes sums in f64', () => {
        for (const length of lengths) {
          const x = arrayOf(normalRows(random, 1, length)[0]);
          const expected = Array.from(x).reduce((sum, value) => sum + Math.abs(value), 0);
          expect(Math.abs(kernels.sumOfMagnitudes(x) - expected)).toBeLessThanOrEqual(1e-13 * expected);
        }
        // In f32 the one would be lost past 2²⁴.
        expect(kernels.sumOfMagnitudes(arrayOf(new Array(2 ** 14).fill(-(2 ** 12)).with(0, 1)))).toBe(
          (2 ** 14 - 1) * 2 ** 12 + 1,
        );
      });

      it('sumOfSquares sums in f64', () => {
        for (const length of lengths) {
          const x = arrayOf(normalRows(random, 1, length)[0]);
          const expected = Array.from(x).reduce((sum, value) => sum + value * value, 0);
          expect(Math.abs(kernels.sumOfSquares(x) - expected)).toBeLessThanOrEqual(1e-13 * expected);
        }
        // In f32 the second million of ones would be lost past 2²⁴.
        expect(kernels.sumOfSquares(arrayOf(new Array(2 ** 14).fill(2 ** 6).with(0, 1)))).toBe(
          (2 ** 14 - 1) * 2 ** 12 + 1,
        );
      });

      it('sgdStep: p −= α·g', () => {
        expectSteps(
          0,
          (p, g) => kernels.sgdStep(p, g, 0.1),
          (p, g) => p - 0.1 * g,
        );
      });

      it('momentumStep: v = μ·v + g, p −= α·v', () => {
        expectSteps(
          1,
          (p, g, [v]) => kernels.momentumStep(p, g, v, 0.1, 0.9, false),
          (p, g, s) => {
            s[0] = 0.9 * s[0] + g;
            return p - 0.1 * s[0];
          },
        );
      });

      it("momentumStep with Nesterov's: v = μ·v + g, p −= α·(g + μ·v)", () => {
        expectSteps(
          1,
          (p, g, [v]) => kernels.momentumStep(p, g, v, 0.1, 0.9, true),
          (p, g, s) => {
            s[0] = 0.9 * s[0] + g;
            return p - 0.1 * (g + 0.9 * s[0]);
          },
        );
      });

      it('rootSquareStep: s = keep·s + add·g², p −= α·g/(√s + ε)', () => {
        const scalars = { learningRate: 0.1, keep: 0.9, add: 0.2, epsilon: 1e-3 };
        expectSteps(
          1,
          (p, g, [s]) => kernels.rootSquareStep(p, g, s, scalars),
          (p, g, s) => {
            s[0] = 0.9 * s[0] + 0.2 * g * g;
            return p - (0.1 * g) / (Math.sqrt(s[0]) + 1e-3);
          },
        );
      });

      it.each([1, 0.98])('adamStep: p = %d·p, then as algorithm 1 of the paper has it', (shrink) => {
        const [beta1, beta2, epsilon] = [0.8, 0.9, 1e-8];
        expectSteps(
          2,
          (p, g, [m, v], t) => {
            const [correction1, correction2] = [1 - beta1 ** t, 1 - beta2 ** t];
            kernels.adamStep(p, g, m, v, {
              learningRate: 0.1,
              beta1,
              beta2,
              epsilon,
              correction1,
              correction2,
              shrink,
            });
          },
          (p, g, s, t) => {
            s[0] = beta1 * s[0] + (1 - beta1) * g;
            s[1] = beta2 * s[1] + (1 - beta2) * g * g;
            return (
              shrink * p - (0.1 * (s[0] / (1 - beta1 ** t))) / (Math.sqrt(s[1] / (1 - beta2 ** t)) + epsilon)
            );
          },
        );
      });

      it('a zero gradient from the start is a zero step: padding stays zero', () => {
        const [p, g, m, v] = [1, 2, 3, 4].map(() => kernels.allocate(8));
        const scalars = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        kernels.adamStep(p, g, m, v, { ...scalars, correction1: 0.1, correction2: 0.001, shrink: 0.5 });
        kernels.rootSquareStep(p, g, v, { learningRate: 0.1, keep: 0.9, add: 0.1, epsilon: 1e-8 });
        expect([p, m, v].map((block) => Array.from(block))).toEqual(filledRows(3, 8, 0));
      });
    });
  });
}

function normalRows(random: Random, rows: number, columns: number): Rows {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
}

function filledRows(rows: number, columns: number, value: number): Rows {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(value));
}

/** The elements as f64, without padding. */
function rowsOf({ data, rows, columns, stride }: Matrix): Rows {
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * stride, i * stride + columns)));
}

function expectPaddingZero({ data, rows, columns, stride }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    const padding = data.subarray(i * stride + columns, (i + 1) * stride);
    if (!padding.every((value) => value === 0)) expect.fail(`row ${i}: padding is ${padding}`);
  }
}

const absolute = (a: Rows): Rows => a.map((row) => row.map(Math.abs));
const transpose = (a: Rows): Rows => a[0].map((_, j) => a.map((row) => row[j]));
const addRow = (a: Rows, b: ArrayLike<number>): Rows => a.map((row) => row.map((value, j) => value + b[j]));

/** a·b in f64 by the definition. */
function product(a: Rows, b: Rows): Rows {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, value, t) => sum + value * b[t][j], 0)));
}
