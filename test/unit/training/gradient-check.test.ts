/** The check passes right gradients of every loss and activation, and catches a wrong one. */
import { describe, expect, it } from 'vitest';
import { activationNames } from '../../../src/math/activations/index.ts';
import type { Kernels } from '../../../src/math/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { createRandom } from '../../../src/math/random.ts';
import { checkGradient, checkPlan, lossOfOutput } from '../../../src/training/gradient-check.ts';
import { trainedModel, weightsOf } from './trained-models.ts';

const rows = 20;
const random = createRandom(4);
const x = {
  data: Float64Array.from({ length: rows * 3 }, () => random.normal()),
  rows,
  columns: 3,
  stride: 3,
};
const columns = { a: [0, 1], b: [1, 3], c: [2, 1] };

type Output = keyof typeof lossOfOutput;

function check(
  output: Output,
  activation: (typeof activationNames)[number],
  kernels: Kernels,
  penalty = { l1: 0, l2: 0 },
) {
  const classes = { value: null, sigmoid: ['n', 'y'], softmax: ['p', 'q', 'r'] }[output];
  const outputs = output === 'softmax' ? 3 : 1;
  const hidden = [
    { units: 9, activation },
    { units: 5, activation },
  ];
  const trained = trainedModel({ columns, output, classes, outputs, hidden, dtype: 'f32' });
  const target = Float64Array.from({ length: rows }, (_, i) =>
    output === 'value' ? Math.cos(i) : i % (outputs + (outputs === 1 ? 1 : 0)),
  );
  const weights = weightsOf(trained);
  const loss = lossOfOutput[output];
  const options = { trained, weights, penalty, seed: 1, x, target, loss, kernels, perTensor: 32 };
  return checkGradient(options);
}

describe.each(Object.keys(lossOfOutput) as Output[])(
  'the check of a network with the output %s',
  (output) => {
    it.each(activationNames)('passes %s', (activation) => {
      const tensors = check(output, activation, createReferenceKernels('f64'), { l1: 0.01, l2: 0.1 });
      expect(tensors.map(({ name }) => name)).toEqual([
        ...['hidden_1.weights', 'hidden_1.bias', 'hidden_2.weights', 'hidden_2.bias'],
        ...['output.weights', 'output.bias'],
      ]);
      expect(tensors[0]).toMatchObject({ size: 27, checked: 27 });
      expect(tensors[2]).toMatchObject({ size: 45, checked: 32 });
      for (const tensor of tensors) expect(tensor.max_relative_error, tensor.name).toBeLessThan(1e-5);
    });
  },
);

it('finds the tensor whose gradient is wrong, by as little as a thousandth', () => {
  const kernels = createReferenceKernels('f64');
  const wrong: Kernels = {
    ...kernels,
    denseBackwardWeights(input, dz, dw, db) {
      kernels.denseBackwardWeights(input, dz, dw, db);
      if (dw.rows === 9) kernels.scale(1.001, dw.data);
    },
  };
  const errors = new Map(
    check('softmax', 'tanh', wrong).map((tensor) => [tensor.name, tensor.max_relative_error]),
  );
  expect(errors.get('hidden_2.weights')).toBeCloseTo(0.001, 4);
  for (const [name, error] of errors) if (name !== 'hidden_2.weights') expect(error).toBeLessThan(1e-5);
});

it('does less the larger the network, and always something', () => {
  const plan = (units: number) => {
    const hidden = [{ units, activation: 'relu' as const }];
    return checkPlan(trainedModel({ columns, output: 'value', hidden }), 64);
  };
  expect(plan(64)).toEqual({ perTensor: 32, rows: 64 });
  expect(plan(20_000).rows).toBeLessThan(64);
  expect(plan(900_000)).toEqual({ perTensor: 4, rows: 2 });
});
