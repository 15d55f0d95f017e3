/** The bytes of a weights block, and coefficients in the units of the input. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/contracts/dataset.ts';
import type { Weights } from '../../../src/contracts/version.ts';
import { decodeWeights, encodeWeights, weightsInUnits } from '../../../src/training/model-weights.ts';
import {
  type ModelOptions,
  people,
  predictAll,
  predictorOf,
  trainedModel,
  weightsOf,
} from './trained-models.ts';

type Type = Parameters<typeof weightsInUnits>[0]['config']['type'];

function weights(
  type: Type,
  options: ModelOptions,
  scale: 'input' | 'model',
  parameters?: readonly number[],
): Weights {
  const trained = trainedModel(options);
  return weightsInUnits({ config: { type }, trained }, weightsOf(trained, parameters), scale);
}

describe('weights block', () => {
  it('is little-endian', () => {
    expect([...encodeWeights(Float32Array.of(1))]).toEqual([0, 0, 0x80, 0x3f]);
    expect([...encodeWeights(Float64Array.of(-2))]).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0]);
  });

  it.each(['f32', 'f64'] as const)('comes back to the bit in %s, from any offset', (dtype) => {
    const trained = trainedModel({ output: 'value', dtype });
    const bytes = weightsOf(trained);
    // A database hands out views that start anywhere.
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const decoded = decodeWeights(trained, shifted.subarray(3));
    expect(decoded).toBeInstanceOf(dtype === 'f32' ? Float32Array : Float64Array);
    expect([...encodeWeights(decoded)]).toEqual([...bytes]);
  });

  it('refuses a block of another size', () => {
    const trained = trainedModel({ output: 'value' });
    expect(() => decodeWeights(trained, weightsOf(trained).subarray(8))).toThrow('expected 48 bytes, got 40');
  });
});

describe('weightsInUnits', () => {
  const twoNumbers = { x: [0, 2, 4, 6], y: [10, 10, 30, 30] };

  it('gives a value one coefficient per encoded column and an intercept', () => {
    const options = { output: 'value', columns: twoNumbers } as const;
    expect(weights('linear_regression', options, 'model', [3, 4, 5])).toEqual({
      coefficients: { x: 3, y: 4 },
      intercept: 5,
    });
    // min_max: x/6 and (y − 10)/20, so 3x/6 + 4(y − 10)/20 + 5.
    const scaled = { ...options, preprocessing: { numeric: 'min_max' } } as const;
    expect(weights('linear_regression', scaled, 'input', [3, 4, 5])).toEqual({
      coefficients: { x: 0.5, y: 0.2 },
      intercept: 3,
    });
  });

  it.each(['standardize', 'min_max', 'robust', 'none'] as const)(
    'gives in units of the input after %s what adds up to the prediction',
    (numeric) => {
      const options = {
        output: 'value',
        preprocessing: { numeric, missing_indicator: true },
      } satisfies ModelOptions;
      const trained = trainedModel(options);
      const { coefficients, intercept } = weights('linear_regression', options, 'input') as {
        coefficients: Record<string, number>;
        intercept: number;
      };
      const predictor = predictorOf(trained);
      for (const age of [-10, 0, 33.3]) {
        const [prediction] = predictAll(predictor, [{ age, sex: 'm', member: true }]).predictions as {
          value: number;
        }[];
        const terms = coefficients.age * age + coefficients['sex=m'] + coefficients['member=true'];
        expect(intercept + terms).toBeCloseTo(prediction.value, 12);
      }
    },
  );

  it('gives two classes one equation, more classes one each', () => {
    const x = { x: [1, 2] as Cell[] };
    const two = { output: 'sigmoid', classes: ['a', 'b'], columns: x } satisfies ModelOptions;
    expect(weights('logistic_regression', two, 'model', [7, 8])).toEqual({
      coefficients: { x: 7 },
      intercept: 8,
    });
    const three = {
      output: 'step',
      classes: [1, 2, '__proto__'],
      outputs: 3,
      columns: x,
    } satisfies ModelOptions;
    const { coefficients, intercept } = weights('perceptron', three, 'model', [1, 2, 3, 4, 5, 6]) as {
      coefficients: object;
      intercept: object;
    };
    expect(Object.entries(coefficients)).toEqual([
      ['1', { x: 1 }],
      ['2', { x: 2 }],
      ['__proto__', { x: 3 }],
    ]);
    expect(Object.entries(intercept)).toEqual([
      ['1', 4],
      ['2', 5],
      ['__proto__', 6],
    ]);
  });

  it('gives a network its layers, [inputs][outputs], in either scale', () => {
    const options = {
      output: 'value',
      columns: { x: [1, 2], y: [3, 5] },
      hidden: [{ units: 3, activation: 'relu' }],
      dtype: 'f32',
    } satisfies ModelOptions;
    const parameters = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    const layers = [
      {
        name: 'hidden_1',
        activation: 'relu',
        weights: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        bias: [7, 8, 9],
      },
      { name: 'output', activation: 'identity', weights: [[10], [11], [12]], bias: [13] },
    ];
    expect(weights('mlp', options, 'input', parameters)).toEqual({ layers });
    expect(weights('mlp', options, 'model', parameters)).toEqual({ layers });
  });

  it('gives a network without hidden layers as a layer, not as coefficients', () => {
    expect(
      weights('mlp', { output: 'value', columns: { x: [1, 2] }, dtype: 'f32' }, 'input', [1, 2]),
    ).toEqual({
      layers: [{ name: 'output', activation: 'identity', weights: [[1]], bias: [2] }],
    });
  });

  it('refuses units of the input after log1p, and gives those of the model', () => {
    const options = { output: 'value', preprocessing: { numeric: 'log1p' } } satisfies ModelOptions;
    expect(() => weights('linear_regression', options, 'input')).toThrow(
      expect.objectContaining({ code: 'scaling_not_affine', message: expect.stringContaining('"age"') }),
    );
    expect(weights('linear_regression', options, 'model')).toHaveProperty('coefficients.age');
    const categories = { ...options, columns: { sex: people.sex } };
    expect(weights('linear_regression', categories, 'input')).toHaveProperty('coefficients.sex=f');
  });

  it('refuses coefficients that no number can hold', () => {
    const options = { output: 'value', columns: { x: [0, 1e-300] } } satisfies ModelOptions;
    expect(() => weights('linear_regression', options, 'input', [1e10, 0])).toThrow(
      expect.objectContaining({ code: 'scaling_not_affine' }),
    );
  });
});
