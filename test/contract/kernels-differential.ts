/** Holds a fast implementation of `Kernels` against the reference on every kernel: every size and tail, no rows, NaN, infinities, denormals. */
import { describe, expect, it } from 'vitest';
import { activationNames, activations } from '../../src/math/activations/index.ts';
import type { Kernels } from '../../src/math/kernels/kernels.ts';
import { createReferenceKernels } from '../../src/math/kernels/reference.ts';
import { losses, lossNames } from '../../src/math/losses/index.ts';
import type { FloatArray, Matrix } from '../../src/math/matrix.ts';
import { createRandom } from '../../src/math/random.ts';

const sizes = [0, 1, 3, 4, 5, 17, 63, 65];

const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40, -2e-45];

/** Fills kernels' memory with the same values whatever the kernels. */
interface Inputs {
  readonly kernels: Kernels;
  matrix(rows: number, columns: number): Matrix;
  block(length: number): FloatArray;
  /** Class numbers below `classes`. */
  labels(length: number, classes: number): FloatArray;
}

/** What a kernel leaves in its outputs, n, k and m being the sizes that it is called with. */
type Case = (inputs: Inputs, n: number, k: number, m: number) => (Matrix | FloatArray | number)[];

const scalars = {
  learningRate: 0.1,
  beta1: 0.8,
  beta2: 0.9,
  epsilon: 1e-8,
  correction1: 0.3,
  correction2: 0.2,
};

const cases: Record<string, Case> = {
  gatherRows({ kernels, matrix }, n, k) {
    const out = matrix(n, k);
    kernels.gatherRows(matrix(9, k), gathered(kernels, n), 1, n, out);
    return [out];
  },
  gatherValues({ kernels, block }, n) {
    const out = block(n);
    kernels.gatherValues(block(9), gathered(kernels, n), 1, n, out);
    return [out];
  },
  ...Object.fromEntries(
    activationNames.flatMap((activation): [string, Case][] => [
      [
        `denseForward, ${activation}`,
        ({ kernels, matrix, block }, n, k, m) => {
          const [x, w, b, a, z, alone] = [
            matrix(n, k),
            matrix(k, m),
            block(m),
            matrix(n, m),
            matrix(n, m),
            matrix(n, m),
          ];
          kernels.denseForward(x, w, b, activation, a, z);
          kernels.denseForward(x, w, b, activation, alone, null);
          return [a, z, alone];
        },
      ],
      [
        `activationBackward, ${activation}`,
        ({ kernels, matrix }, n, _k, m) => {
          const [z, da] = [matrix(n, m), matrix(n, m)];
          const a = matrix(n, m);
          a.data.set(z.data.map(activations[activation].forward));
          kernels.activationBackward(activation, a, z, da);
          return [da];
        },
      ],
    ]),
  ),
  denseBackwardInput({ kernels, matrix }, n, k, m) {
    const dx = matrix(n, k);
    kernels.denseBackwardInput(matrix(n, m), matrix(k, m), dx);
    return [dx];
  },
  denseBackwardWeights({ kernels, matrix, block }, n, k, m) {
    const [x, dz, dw, db] = [matrix(n, k), matrix(n, m), matrix(k, m), block(m)];
    kernels.denseBackwardWeights(x, dz, dw, db);
    return [dw, db];
  },
  drawFactors({ kernels }, n, _k, m) {
    const [random, out] = [createRandom(n + m), kernels.matrix(n, m)];
    kernels.drawFactors(random, 0.3, out);
    // The next draw too: the generator is left where the reference leaves it.
    return [out, random.nextUint32()];
  },
  multiplyElements({ kernels, matrix }, n, _k, m) {
    const out = matrix(n, m);
    kernels.multiplyElements(matrix(n, m), matrix(n, m), out);
    return [out];
  },
  ...Object.fromEntries(
    lossNames.map((loss): [string, Case] => [
      loss,
      ({ kernels, matrix, block, labels }, n, k) => {
        const m = losses[loss].isScalar ? 1 : Math.max(2, k);
        const [logits, target, c, dz] = [matrix(n, m), labels(n, Math.max(2, m)), block(n), matrix(n, m)];
        const score = { correct: 3 };
        const plain = kernels.loss(loss, logits, target, null, null, score);
        return [plain, score.correct, kernels.loss(loss, logits, target, c, dz), dz];
      },
    ]),
  ),
  axpy({ kernels, block }, n) {
    const y = block(n);
    kernels.axpy(0.3, block(n), y);
    return [y];
  },
  addSigns({ kernels, block }, n) {
    const y = block(n);
    kernels.addSigns(0.3, block(n), y);
    return [y];
  },
  scale({ kernels, block }, n) {
    const x = block(n);
    kernels.scale(-0.3, x);
    return [x];
  },
  sums: ({ kernels, block }, n) => [kernels.sumOfSquares(block(n)), kernels.sumOfMagnitudes(block(n))],
  sgdStep({ kernels, block }, n) {
    const p = block(n);
    kernels.sgdStep(p, block(n), 0.1);
    return [p];
  },
  momentumStep({ kernels, block }, n) {
    const [p, v] = [block(n), block(n)];
    kernels.momentumStep(p, block(n), v, 0.1, 0.9, false);
    kernels.momentumStep(p, block(n), v, 0.1, 0.9, true);
    return [p, v];
  },
  rootSquareStep({ kernels, block }, n) {
    const [p, s] = [block(n), kernels.allocate(n)];
    kernels.rootSquareStep(p, block(n), s, { learningRate: 0.1, keep: 0.9, add: 0.2, epsilon: 1e-3 });
    return [p, s];
  },
  adamStep({ kernels, block }, n) {
    const [p, m, v] = [block(n), kernels.allocate(n), kernels.allocate(n)];
    for (const shrink of [1, 0.9]) kernels.adamStep(p, block(n), m, v, { ...scalars, shrink });
    return [p, m, v];
  },
};

function gathered(kernels: Kernels, count: number): Uint32Array {
  const indices = kernels.allocateIndices(count + 1);
  for (let i = 0; i <= count; i++) indices[i] = (i * 5) % 9;
  return indices;
}

/** @param value gives the next value of a matrix or block */
function inputsOf(kernels: Kernels, value: () => number): Inputs {
  const filled = (length: number) => {
    const block = kernels.allocate(length);
    for (let i = 0; i < length; i++) block[i] = value();
    return block;
  };
  return {
    kernels,
    block: filled,
    matrix(rows, columns) {
      const matrix = kernels.matrix(rows, columns);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) matrix.data[i * matrix.stride + j] = value();
      }
      return matrix;
    },
    labels: (length, classes) => {
      const block = kernels.allocate(length);
      for (let i = 0; i < length; i++) block[i] = (i * 7) % classes;
      return block;
    },
  };
}

function elementsOf(output: Matrix | FloatArray | number): number[] {
  if (typeof output === 'number') return [output];
  if (!('data' in output)) return Array.from(output);
  const { data, rows, columns, stride } = output;
  return Array.from(
    { length: rows * columns },
    (_, i) => data[Math.floor(i / columns) * stride + (i % columns)],
  );
}

/** NaN and infinities are those of the reference; the rest is near it. */
function expectNear(actual: number[], expected: number[], tolerance: number, where: string): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (Object.is(a, e) || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))) continue;
    expect.fail(`${where}, element ${i}: expected ${e}, got ${a}`);
  }
}

function compare(
  kernels: Kernels,
  run: Case,
  valuesFrom: (seed: number) => () => number,
  dims: number[],
): void {
  const [n, k, m] = dims;
  const reference = createReferenceKernels(kernels.dtype);
  const seed = 1 + n + 100 * k + 10_000 * m;
  const actual = run(inputsOf(kernels, valuesFrom(seed)), n, k, m);
  const expected = run(inputsOf(reference, valuesFrom(seed)), n, k, m);
  expect(actual.length).toBe(expected.length);
  actual.forEach((output, i) => {
    // An inner sum of up to 65 products of about 1, in f32: 65·u·√65 is 3e-5.
    expectNear(elementsOf(output), elementsOf(expected[i]), 5e-5, `[${dims}], output ${i}`);
  });
}

export function kernelsDifferential(name: string, create: () => Kernels): void {
  describe(`${name} against the reference`, () => {
    const normal = (seed: number) => {
      const random = createRandom(seed);
      return () => Math.fround(random.normal());
    };
    /** Every third value is special, each kind in turn. */
    const withSpecial = (seed: number) => {
      const random = createRandom(seed);
      return () =>
        random.below(3) === 0 ? special[random.below(special.length)] : Math.fround(random.normal());
    };

    it.each(Object.entries(cases))('%s on every size', (_name, run) => {
      // One set of kernels a case: their memory is given back as a whole.
      const kernels = create();
      for (const n of sizes)
        for (const k of sizes) for (const m of [1, 4, 5, 17]) compare(kernels, run, normal, [n, k, m]);
      for (const m of sizes) compare(kernels, run, normal, [5, 4, m]);
    });

    it.each(Object.entries(cases))(
      '%s with NaN, infinities, denormals and zeros of both signs',
      (_name, run) => {
        const kernels = create();
        for (const n of [1, 4, 7])
          for (const k of [1, 3]) for (const m of [1, 5]) compare(kernels, run, withSpecial, [n, k, m]);
      },
    );

    it('keeps denormals: they are not flushed to zero', () => {
      const kernels = create();
      const [x, w, b, a] = [
        kernels.matrix(1, 1),
        kernels.matrix(1, 1),
        kernels.allocate(1),
        kernels.matrix(1, 1),
      ];
      x.data[0] = 1e-40;
      w.data[0] = 0.5;
      kernels.denseForward(x, w, b, 'identity', a, null);
      expect(a.data[0]).toBe(Math.fround(Math.fround(1e-40) * 0.5));
    });
  });
}
