/** Rosenblatt's rule, followed by hand: its trajectory, its classes, its end, and numbers that overflow. */
import { describe, expect, it } from 'vitest';
import { type PerceptronPass, perceptronPass } from '../../../../src/math/solvers/perceptron-rule.ts';
import { matrixOf } from './glm-problems.ts';

function epochOf(
  rows: readonly (readonly number[])[],
  target: readonly number[],
  options: Partial<PerceptronPass> = {},
): PerceptronPass {
  const x = matrixOf(rows);
  const outputs = options.outputs ?? 1;
  return {
    x,
    target: Float64Array.from(target),
    rowWeights: null,
    outputs,
    order: Uint32Array.from(rows, (_, i) => i),
    weights: new Float64Array(x.columns * outputs),
    bias: new Float64Array(outputs),
    fitIntercept: true,
    ...options,
  };
}

const run = (epoch: PerceptronPass) => {
  const sums = { mistakes: 0, criterion: 0 };
  perceptronPass(epoch, sums);
  return {
    mistakes: sums.mistakes,
    loss: sums.criterion / epoch.order.length,
    weights: [...epoch.weights],
    bias: [...epoch.bias],
  };
};

describe('logical and, worked out by hand', () => {
  const rows = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];

  it('walks the trajectory and changes nothing from its first epoch without a mistake on', () => {
    const epoch = epochOf(rows, [0, 0, 0, 1]);
    // From (0,0; 0) to the last row, whose z is 0: (1,1; 1).
    expect(run(epoch)).toEqual({ mistakes: 1, loss: 0, weights: [1, 1], bias: [1] });
    // Row 1: z = 1 → (1,1; 0). Row 2: z = 1 → (1,0; −1). Row 3: z = 0. Row 4: z = 0 → (2,1; 0).
    expect(run(epoch)).toEqual({ mistakes: 3, loss: 2 / 4, weights: [2, 1], bias: [0] });
    // Row 2: z = 1 → (2,0; −1). Row 3: z = 1 → (1,0; −2). Row 4: z = −1 → (2,1; −1).
    expect(run(epoch)).toEqual({ mistakes: 3, loss: 3 / 4, weights: [2, 1], bias: [-1] });
    // Row 3: z = 2 − 1 = 1 → (1,1; −2). Row 4: z = 0 → (2,2; −1).
    expect(run(epoch)).toEqual({ mistakes: 2, loss: 1 / 4, weights: [2, 2], bias: [-1] });
    // Row 2: z = 1 → (2,1; −2). Row 3: z = 0. Row 4: z = 1.
    expect(run(epoch)).toEqual({ mistakes: 1, loss: 1 / 4, weights: [2, 1], bias: [-2] });
    for (let i = 0; i < 3; i++) {
      expect(run(epoch)).toEqual({ mistakes: 0, loss: 0, weights: [2, 1], bias: [-2] });
    }
  });

  it('never gets exclusive or right', () => {
    const epoch = epochOf(rows, [0, 1, 1, 0]);
    for (let i = 0; i < 100; i++) expect(run(epoch).mistakes).toBeGreaterThan(0);
  });
});

it('visits the rows in the order given, and a row as often as it is named', () => {
  // y = 1 at x = 2: w = 2, b = 1. Then y = −1 at x = 1: z = 3, so w = 1, b = 0. Then x = 2 is right.
  const epoch = epochOf([[1], [2]], [0, 1], { order: Uint32Array.of(1, 0, 1) });
  expect(run(epoch)).toEqual({ mistakes: 2, loss: 3 / 3, weights: [1], bias: [0] });
});

it('leaves the bias at 0 without an intercept', () => {
  const epoch = epochOf([[1], [-2]], [1, 1], { fitIntercept: false });
  // z = 0: w = 1. z = −2: w = −1.
  expect(run(epoch)).toEqual({ mistakes: 2, loss: 2 / 2, weights: [-1], bias: [0] });
});

it('sets each class against the rest, and counts a row once however many outputs err', () => {
  const epoch = epochOf([[1], [2]], [2, 0], { outputs: 3 });
  // Row 1, z = 0, 0, 0: only class 2 should fire: (0,0,1; 0,0,1). Row 2, z = 0, 0, 3: class 0 should, class 2 should not.
  expect(run(epoch)).toEqual({ mistakes: 2, loss: 3 / 2, weights: [2, 0, -1], bias: [1, 0, 0] });
});

it('converges within (R/γ)² mistakes on separable rows', () => {
  // Novikoff 1962, with rows (x, 1) and the separating direction (1, 1, 0)/√2 of margin 1/√2: |x₁ + x₂| ≥ 1.
  const rows = [-3, -2, -1, 0, 1, 2, 3].flatMap((a) =>
    [-3, -2, -1, 0, 1, 2, 3].flatMap((b) => (a + b === 0 ? [] : [[a, b]])),
  );
  const epoch = epochOf(
    rows,
    rows.map(([a, b]) => (a + b > 0 ? 1 : 0)),
  );
  let total = 0;
  let last = -1;
  while (last !== 0) {
    last = run(epoch).mistakes;
    total += last;
    expect(total).toBeLessThanOrEqual((9 + 9 + 1) / (1 / 2));
  }
  for (const [i, [a, b]] of rows.entries()) {
    const z = epoch.weights[0] * a + epoch.weights[1] * b + epoch.bias[0];
    expect(z > 0).toBe(epoch.target[i] === 1);
  }
});

it.each([
  ['weights', [[1e308], [1e308], [-1e308]], [1, 0, 0]],
  ['a z of ∞', [[1e200], [1e200]], [1, 1]],
  [
    'a z of ∞ − ∞',
    [
      [1e200, -1e200],
      [1e200, 1e200],
    ],
    [1, 0],
  ],
])('does not pass overflow off as a right answer: %s', (_what, rows, target) => {
  const epoch = epochOf(rows, target);
  const { mistakes, loss } = run(epoch);
  expect(mistakes).toBeGreaterThan(1);
  expect(Number.isFinite(loss)).toBe(false);
});

it('comes to the same bits in several passes as in one', () => {
  const rows = Array.from({ length: 30 }, (_, i) => [Math.fround(i / 7), Math.fround(-i * 0.3)]);
  const target = rows.map((_, i) => (i % 3 === 0 ? 1 : 0));
  const whole = epochOf(rows, target);
  const inParts = epochOf(rows, target);
  const [once, thrice] = [
    { mistakes: 0, criterion: 0 },
    { mistakes: 0, criterion: 0 },
  ];
  perceptronPass(whole, once);
  for (const [start, end] of [
    [0, 7],
    [7, 8],
    [8, 30],
  ])
    perceptronPass({ ...inParts, order: inParts.order.subarray(start, end) }, thrice);
  expect(thrice).toEqual(once);
  expect([...inParts.weights, ...inParts.bias]).toEqual([...whole.weights, ...whole.bias]);
});

it('corrects by the weight of the row', () => {
  const epoch = epochOf([[1], [2]], [0, 1], {
    rowWeights: Float64Array.of(3, 0.5),
    bias: Float64Array.of(2),
  });
  // z = 2 for class 0: w = −3, b = −1. Then z = −7 for class 1: w = −2, b = −0.5.
  expect(run(epoch)).toEqual({ mistakes: 2, loss: (3 * 2 + 0.5 * 7) / 2, weights: [-2], bias: [-0.5] });
});
