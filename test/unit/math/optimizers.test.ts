/** Every optimizer of the registry: PyTorch's trajectory, resumable state, padding. */
import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import {
  type OptimizerHyperparameters,
  type OptimizerName,
  optimizers,
} from '../../../src/math/optimizers/index.ts';
import { pattern, torchTrajectories } from './goldens/torch-trajectories.ts';

const kernels = createReferenceKernels('f64');

/** Gradient of Σ (i + 1)/2 · pᵢ² + p₀p₁, the function that the goldens minimise. */
function gradientAt(p: Float64Array): Float64Array {
  const g = p.map((value, i) => (i + 1) * value);
  g[0] += p[1];
  g[1] += p[0];
  return g;
}

function run(hyperparameters: OptimizerHyperparameters, p: Float64Array, steps: number, resume = '') {
  const optimizer = optimizers[hyperparameters.type];
  const state = optimizer.init(p.length, kernels);
  if (resume !== '') {
    const { tensors, scalars } = JSON.parse(resume);
    for (const name of Object.keys(state.tensors)) state.tensors[name].set(tensors[name]);
    Object.assign(state.scalars, scalars);
  }
  const trajectory: number[][] = [];
  for (let i = 0; i < steps; i++) {
    optimizer.update(kernels, p, gradientAt(p), state, hyperparameters);
    trajectory.push([...p]);
  }
  const tensors = Object.fromEntries(Object.entries(state.tensors).map(([name, t]) => [name, [...t]]));
  return { trajectory, saved: JSON.stringify({ tensors, scalars: state.scalars }) };
}

it('every optimizer has a golden trajectory', () => {
  expect(Object.keys(torchTrajectories.optimizers)).toEqual(Object.keys(optimizers));
});

describe.each(Object.keys(optimizers) as OptimizerName[])('%s', (name) => {
  const { hyperparameters, steps } = torchTrajectories.optimizers[name];

  it("takes PyTorch's steps", () => {
    const { trajectory } = run(hyperparameters, pattern(5, 1), steps.length);
    for (let step = 0; step < steps.length; step++) {
      for (let i = 0; i < 5; i++) {
        // Both are f64 but round in another order: some ulps a step.
        expect(Math.abs(trajectory[step][i] - steps[step][i])).toBeLessThan(1e-14);
      }
    }
  });

  it('continues to the same bits from a serialised state', () => {
    const whole = pattern(5, 1);
    run(hyperparameters, whole, 7);
    const parts = pattern(5, 1);
    const { saved } = run(hyperparameters, parts, 3);
    run(hyperparameters, parts, 4, saved);
    expect(parts).toEqual(whole);
  });

  it('leaves a parameter that never has a gradient as it is, but for the weight decay', () => {
    const optimizer = optimizers[name];
    const { weight_decay: decay = 0, learning_rate: rate } = hyperparameters as {
      weight_decay?: number;
    } & OptimizerHyperparameters;
    const p = Float64Array.of(1, 0, -2);
    const state = optimizer.init(3, kernels);
    for (let i = 0; i < 5; i++)
      optimizer.update(kernels, p, Float64Array.of(1, 0, 0), state, hyperparameters);
    expect(p[0]).toBeLessThan(1);
    expect(p[1]).toBe(0);
    // Five products, each rounded.
    expect(Math.abs(p[2] + 2 * (1 - rate * decay) ** 5)).toBeLessThan(decay === 0 ? Number.MIN_VALUE : 1e-14);
  });
});

it('adam keeps its step near α whatever the scale of the gradient', () => {
  const hyperparameters = torchTrajectories.optimizers.adam.hyperparameters;
  for (const scale of [1e-3, 1, 1e6]) {
    const p = Float64Array.of(0);
    const state = optimizers.adam.init(1, kernels);
    optimizers.adam.update(kernels, p, Float64Array.of(scale), state, hyperparameters);
    // At t = 1, m̂/√v̂ = 1; ε = 1e-6 takes at most a thousandth of it here.
    expect(p[0] / -hyperparameters.learning_rate).toBeCloseTo(1, 2);
  }
});
