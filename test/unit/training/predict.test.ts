/** What predictions say, that they depend on their row alone, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/contracts/dataset.ts';
import { PredictResponse } from '../../../src/contracts/predict.ts';
import { encodeTable } from '../../../src/data/preprocessing/encode-table.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { sharedMatrix } from '../../../src/math/matrix.ts';
import { createPredictor } from '../../../src/training/predict.ts';
import { allRows, tableOf } from '../data/table-of.ts';
import {
  type ModelOptions,
  people,
  predictAll,
  predictLinear,
  predictorOf,
  trainedModel,
  weightsOf,
} from './trained-models.ts';

const heads: Record<string, ModelOptions> = {
  'linear regression': { output: 'value' },
  'logistic regression': { output: 'sigmoid', classes: ['no', 'yes'] },
  'softmax regression': { output: 'softmax', classes: [1, 2, 3], outputs: 3 },
  'perceptron of two classes': { output: 'step', classes: [false, true] },
  'perceptron of three classes': { output: 'step', classes: ['a', 'b', 'c'], outputs: 3 },
  'network that classifies': {
    output: 'softmax',
    classes: ['a', 'b', 'c'],
    outputs: 3,
    dtype: 'f32',
    hidden: [
      { units: 7, activation: 'relu' },
      { units: 5, activation: 'tanh' },
    ],
  },
  'network that regresses': {
    output: 'value',
    dtype: 'f32',
    hidden: [{ units: 9, activation: 'sigmoid' }],
    targetScaling: { mean: 1000, scale: 12.5 },
  },
};

const rows = fc.array(
  fc.record(
    {
      age: fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null }),
      sex: fc.option(fc.constantFrom('f', 'm', 'x'), { nil: null }),
      member: fc.option(fc.boolean(), { nil: null }),
    },
    { requiredKeys: [] },
  ),
  // More than one batch of 64.
  { minLength: 1, maxLength: 150 },
);

describe.each(Object.entries(heads))('predictRows of a %s', (_, options) => {
  const trained = trainedModel(options);
  const predictor = predictorOf(trained);

  it('gives each row the prediction that it has alone, whatever the order of its keys, to the bit', () => {
    fc.assert(
      fc.property(rows, (request) => {
        const { predictions } = predictAll(predictor, request);
        request.forEach((row, i) => {
          const reversed: Row = Object.fromEntries(Object.entries(row).reverse());
          expect(predictAll(predictor, [reversed]).predictions[0]).toEqual(predictions[i]);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('fits the response schema, with probabilities that add up to 1', () => {
    fc.assert(
      fc.property(rows, (request) => {
        const result = { model: 'm', version: 1, ...predictAll(predictor, request) };
        expect(PredictResponse.safeParse(result).success).toBe(true);
        for (const prediction of result.predictions) {
          if ('value' in prediction) continue;
          const probabilities = Object.values(prediction.probabilities);
          expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14);
          expect(prediction.probabilities[String(prediction.label)]).toBe(Math.max(...probabilities));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('scores an encoded table as it predicts its rows', () => {
    const table = tableOf(people);
    const x = sharedMatrix(table.rows, trained.layers[0].inputs, trained.layers[0].inputs + 1, trained.dtype);
    encodeTable(trained.preprocessing, table, allRows(table), x);
    const { outputs, predictedCodes } = predictor.scores(x, () => {});
    const width = outputs.length / table.rows;
    const requests = people.age.map((age, i): Row => ({ age, sex: people.sex[i], member: people.member[i] }));
    predictAll(predictor, requests).predictions.forEach((prediction, i) => {
      const scored = [...outputs.subarray(i * width, (i + 1) * width)];
      if ('value' in prediction) expect(scored).toEqual([prediction.value]);
      else {
        expect(trained.classes!.map((label) => prediction.probabilities[String(label)])).toEqual(scored);
        expect(trained.classes![predictedCodes![i]]).toBe(prediction.label);
      }
    });
    expect(predictedCodes === null).toBe(trained.classes === null);
  });
});

describe('heads', () => {
  it('gives a regression in the units of its target', () => {
    const options = { output: 'value', targetScaling: { mean: 100, scale: 10 } } as const;
    expect(predictLinear(options, [2, 0.5], [1, -1])).toEqual([{ value: 125 }, { value: 85 }]);
  });

  it('gives the second of two classes by the logistic function, and the first at exactly ½', () => {
    const [tie, second, first] = predictLinear(
      { output: 'sigmoid', classes: [0, 1] },
      [1, 0],
      [0, Math.log(3), -800],
    );
    expect(tie).toEqual({ label: 0, probabilities: { 0: 0.5, 1: 0.5 } });
    expect(second).toMatchObject({ label: 1, probabilities: { 1: expect.closeTo(0.75, 15) } });
    expect(first).toEqual({ label: 0, probabilities: { 0: 1, 1: 0 } });
  });

  it('gives many classes by softmax, without overflow, and the lowest of equals', () => {
    const options = { output: 'softmax', classes: ['a', 'b', 'c'], outputs: 3 } as const;
    const parameters = [1000, 1000, -1000, 0, 0, 0];
    const [tie, last] = predictLinear({ ...options, classes: [...options.classes] }, parameters, [1, -1]);
    expect(tie).toEqual({ label: 'a', probabilities: { a: 0.5, b: 0.5, c: 0 } });
    expect(last).toEqual({ label: 'c', probabilities: { a: 0, b: 0, c: 1 } });
  });

  it("gives a perceptron's step: 1 above 0 and 0 at 0", () => {
    expect(predictLinear({ output: 'step', classes: [false, true] }, [1, 0], [0, 1e-300])).toEqual([
      { label: false, probabilities: { false: 1, true: 0 } },
      { label: true, probabilities: { false: 0, true: 1 } },
    ]);
  });

  it('keeps a class that is called __proto__', () => {
    const [prediction] = predictLinear({ output: 'sigmoid', classes: ['__proto__', 'a'] }, [0, 0], [1]);
    const probabilities = 'value' in prediction ? {} : prediction.probabilities;
    expect(Object.entries(probabilities)).toEqual([
      ['__proto__', 0.5],
      ['a', 0.5],
    ]);
  });
});

describe('createPredictor', () => {
  it('refuses bad rows together, and predicts none', () => {
    const predictor = predictorOf(trainedModel(heads['logistic regression']));
    const bad = Array.from({ length: 130 }, (_, i): Row => (i % 65 === 64 ? { age: 'old' } : { age: 3 }));
    expect(() => predictAll(predictor, bad)).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [64, 129].map((row) => expect.objectContaining({ pointer: `/rows/${row}/age` })),
      }),
    );
  });

  it('warns of an unseen category and predicts all the same', () => {
    const { predictions, warnings } = predictAll(predictorOf(trainedModel(heads['linear regression'])), [
      { sex: 'x' },
    ]);
    expect(predictions).toHaveLength(1);
    expect(warnings).toEqual([expect.objectContaining({ code: 'unseen_category' })]);
  });

  it('refuses numbers that overflow the model, by their row', () => {
    const trained = trainedModel({
      output: 'value',
      columns: { x: [0, 1] },
      preprocessing: { numeric: 'none' },
    });
    const predictor = predictorOf(trained, [1e10, 0]);
    expect(() => predictAll(predictor, [{ x: 1 }, { x: 1e305 }])).toThrow(
      expect.objectContaining({
        code: 'number_out_of_range',
        errors: [expect.objectContaining({ pointer: '/rows/1' })],
      }),
    );
    expect(predictAll(predictor, [{ x: 1 }]).predictions).toEqual([{ value: 1e10 }]);
  });

  it('does not take an overflow for certainty', () => {
    const options = { output: 'sigmoid', classes: ['a', 'b'] } satisfies ModelOptions;
    expect(() => predictLinear(options, [1e10, 0], [1e305])).toThrow('output overflows');
  });

  it('ends a job whose outputs are not finite', () => {
    const trained = trainedModel({
      output: 'value',
      columns: { x: [0, 1] },
      preprocessing: { numeric: 'none' },
    });
    const x = { data: Float64Array.of(1e305), rows: 1, columns: 1, stride: 1 };
    expect(() => predictorOf(trained, [1e10, 0]).scores(x, () => {})).toThrow(
      expect.objectContaining({ name: 'JobFailure', code: 'diverged' }),
    );
  });

  it('reads an f32 matrix into an f64 model', () => {
    const trained = trainedModel({
      output: 'value',
      columns: { x: [0, 1] },
      preprocessing: { numeric: 'none' },
    });
    const x = { data: Float32Array.of(1, 0, 2, 0), rows: 2, columns: 1, stride: 2 };
    expect([...predictorOf(trained, [3, 1]).scores(x, () => {}).outputs]).toEqual([4, 7]);
  });

  it('polls before each batch, and stops where that throws', () => {
    const predictor = predictorOf(trainedModel({ output: 'value', columns: { x: [0, 1] } }));
    const x = { data: new Float64Array(130), rows: 130, columns: 1, stride: 1 };
    let polls = 0;
    predictor.scores(x, () => polls++);
    expect(polls).toBe(3);
    const stop = () => {
      throw new Error('stopped');
    };
    expect(() => predictor.scores(x, stop)).toThrow('stopped');
  });

  it('refuses kernels of the other dtype, and a matrix of another width', () => {
    const trained = trainedModel({ output: 'value' });
    expect(() => createPredictor(trained, weightsOf(trained), createReferenceKernels('f32'))).toThrow(
      'of f64, got f32',
    );
    const narrow = { data: new Float64Array(1), rows: 1, columns: 1, stride: 1 };
    expect(() => predictorOf(trained).scores(narrow, () => {})).toThrow('expected [1, 5], got [1, 1]');
  });
});
