/** What networks and perceptrons learn, and what their history says of it. */
import { describe, expect, it } from 'vitest';
import type { ClassificationMetrics, RegressionMetrics } from '../../../src/contracts/metrics.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { createNetwork } from '../../../src/math/network.ts';
import { weightsInUnits } from '../../../src/training/model-weights.ts';
import { parametersOf, trainToEnd } from './run-training.ts';
import { irisFeatures, irisTable, noisyTable, resolved, xorTable } from './table-fixtures.ts';
import { codesOf, distance, dot, largest, pointsOf, standardized, valuesOf } from './textbook.ts';

describe('a network', () => {
  const iris = (seed: number) =>
    resolved({
      type: 'mlp',
      task: 'classification',
      target: 'species',
      features: irisFeatures,
      hidden_layers: [{ units: 16, activation: 'relu' }],
      optimizer: { type: 'adam', learning_rate: 0.01 },
      validation: { fraction: 0.2 },
      seed,
    });

  it('of 4-16-3 classifies iris, on rows that it has not seen too', () => {
    // A split holds 30 rows back, and each is 3 %: five splits together tell more.
    const metrics = [0, 1, 2, 3, 4].map((seed) => trainToEnd(iris(seed), irisTable()).outcome.metrics);
    const accuracies = (side: 'train' | 'validation') =>
      metrics.map((split) => (split[side] as ClassificationMetrics).accuracy);
    for (const accuracy of accuracies('train')) expect(accuracy).toBeGreaterThanOrEqual(0.95);
    expect(accuracies('validation').reduce((sum, accuracy) => sum + accuracy / 5, 0)).toBeGreaterThanOrEqual(
      0.95,
    );
  });

  it('says what it is and how it came about', () => {
    const { outcome, records } = trainToEnd(iris(0), irisTable());
    const { train, validation } = outcome.metrics as Record<'train' | 'validation', ClassificationMetrics>;
    expect([train.rows, validation.rows]).toEqual([120, 30]);
    expect(outcome.stopReason).toBe('max_epochs');
    expect(outcome.parameters).toBe(5 * 16 + 17 * 3);
    expect(outcome.trained).toMatchObject({ output: 'softmax', dtype: 'f32', features: irisFeatures });
    expect(outcome.trained.classes).toEqual(['setosa', 'versicolor', 'virginica']);
    expect(outcome.engine).toBe('reference/1');
    expect(records.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(records.at(-1)!.metrics.validation_accuracy).toBe(validation.accuracy);
    expect(records.at(-1)!.loss).toBeLessThan(records[0].loss / 5);
  });

  const xor = (activation: string) =>
    resolved({
      type: 'mlp',
      task: 'classification',
      target: 'label',
      features: ['a', 'b'],
      hidden_layers: [
        { units: 8, activation },
        { units: 8, activation },
      ],
      optimizer: { type: 'adam', learning_rate: 0.02 },
      validation: { fraction: 0 },
    });
  const accuracyOnXor = (activation: string) =>
    (trainToEnd(xor(activation), xorTable()).outcome.metrics.train as ClassificationMetrics).accuracy;

  it.each(['relu', 'tanh'])('with %s solves XOR', (activation) => {
    expect(accuracyOnXor(activation)).toBe(1);
  });

  it('with identity is one line however deep, and has at most three corners of XOR right', () => {
    expect(accuracyOnXor('identity')).toBeLessThanOrEqual(0.75);
  });

  describe('that regresses', () => {
    const table = noisyTable(300);
    const config = resolved({
      type: 'mlp',
      task: 'regression',
      target: 'price',
      features: ['a', 'b'],
      hidden_layers: [{ units: 6, activation: 'tanh' }],
      optimizer: { type: 'adam', learning_rate: 0.01 },
      l2: 1e-4,
      validation: { fraction: 0 },
    });
    const { outcome, records } = trainToEnd(config, table);
    const metrics = outcome.metrics.train as RegressionMetrics;

    /** Forward from the stored parameters, by hand. */
    function predictions(): number[] {
      const parameters = parametersOf(outcome);
      const { mean, scale } = outcome.trained.target_scaling!;
      return standardized(pointsOf(table, ['a', 'b'])).map(([a, b]) => {
        let z = parameters[24];
        for (let unit = 0; unit < 6; unit++) {
          const hidden = Math.tanh(a * parameters[unit] + b * parameters[6 + unit] + parameters[12 + unit]);
          z += hidden * parameters[18 + unit];
        }
        return z * scale + mean;
      });
    }

    it('explains its target', () => {
      expect(metrics.r2).toBeGreaterThan(0.98);
    });

    it('measures itself in the units of the target', () => {
      const truth = valuesOf(table, 'price');
      const errors = predictions().map((value, i) => value - truth[i]);
      const rmse = Math.sqrt(dot(errors, errors) / errors.length);
      // Prices are about 1400: f32 leaves an error of 1e-4 in each.
      expect(Math.abs(metrics.rmse - rmse)).toBeLessThan(1e-3);
      expect(metrics.rmse).toBeGreaterThan(3);
    });

    it('records the error of its epochs in the units of the target too', () => {
      // The running mean of an epoch, against the weights at its end.
      expect(records.at(-1)!.metrics.rmse / metrics.rmse).toBeCloseTo(1, 1);
    });

    it('records its loss on the standardised scale, with the penalty', () => {
      const parameters = parametersOf(outcome);
      const weights = [...parameters.slice(0, 12), ...parameters.slice(18, 24)];
      const { loss, metrics: of } = records.at(-1)!;
      const halfSquare = (of.rmse / outcome.trained.target_scaling!.scale) ** 2 / 2;
      const penalty = (1e-4 / 2) * dot(weights, weights);
      // The weights are those of the epoch's end, the penalty its running mean.
      expect((loss - halfSquare) / penalty).toBeCloseTo(1, 1);
    });
  });

  it('counts the penalty in the validation loss of the weights that it ends the epoch with', () => {
    const config = resolved({
      type: 'mlp',
      task: 'classification',
      target: 'label',
      features: ['a', 'b'],
      hidden_layers: [{ units: 3, activation: 'relu' }],
      l2: 0.1,
      epochs: 5,
      validation: { fraction: 0.3 },
    });
    const { outcome, records } = trainToEnd(config, noisyTable(100));
    const parameters = parametersOf(outcome);
    const weights = [...parameters.slice(0, 6), ...parameters.slice(9, 12)];
    const { log_loss: logLoss } = outcome.metrics.validation as ClassificationMetrics;
    // Sums over a forward pass in f32.
    expect(records.at(-1)!.validation_loss).toBeCloseTo(logLoss! + 0.05 * dot(weights, weights), 6);
  });

  it('takes a batch that is too large for one pass in pieces, to the same gradient', () => {
    // 2²³ multiply-adds a pass are 41 rows at these widths: the pieces are unequal.
    const hidden = [400, 500];
    const config = (rate: number) =>
      resolved({
        type: 'mlp',
        task: 'regression',
        target: 'price',
        features: ['a', 'b'],
        hidden_layers: hidden.map((units) => ({ units, activation: 'tanh' })),
        optimizer: { type: 'sgd', learning_rate: rate },
        l2: 0.01,
        epochs: 1,
        batch_size: 80,
        validation: { fraction: 0 },
      });
    const table = noisyTable(80);
    // So small a step that the weights stay as they were drawn.
    const before = parametersOf(trainToEnd(config(1e-30), table).outcome);
    const after = parametersOf(trainToEnd(config(0.5), table).outcome);
    const steps = before.map((weight, i) => (weight - after[i]) / 0.5);

    const kernels = createReferenceKernels('f64');
    const widths = [2, ...hidden, 1];
    const network = createNetwork({
      layers: widths.slice(1).map((outputs, l) => ({
        inputs: widths[l],
        outputs,
        activation: l < hidden.length ? 'tanh' : 'identity',
      })),
      maxBatch: 80,
      kernels,
    });
    network.importParameters(Float64Array.from(before));
    const x = kernels.matrix(80, 2);
    for (const [i, point] of standardized(pointsOf(table, ['a', 'b'])).entries())
      x.data.set(point, i * x.stride);
    const target = Float64Array.from(standardized(pointsOf(table, ['price'])).flat());
    const dLogits = kernels.matrix(80, 1);
    kernels.loss('half_squared_error', network.forward(x), target, null, dLogits);
    network.backward(x, dLogits);
    network.addPenaltyGradient({ l1: 0, l2: 0.01 });
    const gradient = Array.from(network.layout.flatten(network.gradients));
    // Weights below 1, rounded to f32 before and after the step.
    expect(distance(steps, gradient)).toBeLessThan(1e-6);
    expect(largest(gradient)).toBeGreaterThan(1e-2);
  });
});

describe('a perceptron', () => {
  const perceptron = (target: string, features: string[], more = {}) =>
    resolved({ type: 'perceptron', target, features, ...more });

  it('stops when an epoch passes without a mistake, and then separates the rows', () => {
    const isSetosa = { ...irisTable() };
    const { outcome, records } = trainToEnd(perceptron('species', irisFeatures), setosaOrNot(isSetosa));
    expect(outcome.stopReason).toBe('converged');
    expect(records.at(-1)).toMatchObject({ loss: 0, metrics: { accuracy: 1 } });
    expect(records.length).toBeLessThan(100);
    expect(outcome.trained).toMatchObject({ output: 'step', dtype: 'f64' });
    expect(outcome.metrics.train).toMatchObject({ accuracy: 1 });
    expect(outcome.metrics.train).not.toHaveProperty('log_loss');
    expect(outcome.metrics.train).not.toHaveProperty('brier');
  });

  it('runs through the epochs where no line separates the classes', () => {
    const { outcome, records } = trainToEnd(perceptron('label', ['a', 'b'], { epochs: 20 }), xorTable());
    expect(outcome.stopReason).toBe('max_epochs');
    expect(records).toHaveLength(20);
    expect((outcome.metrics.train as ClassificationMetrics).accuracy).toBeLessThanOrEqual(0.75);
  });

  it('learns many classes one against the rest', () => {
    const { outcome } = trainToEnd(perceptron('species', irisFeatures), irisTable());
    expect(outcome.trained.layers).toEqual([
      { name: 'output', inputs: 4, outputs: 3, activation: 'identity' },
    ]);
    expect((outcome.metrics.train as ClassificationMetrics).accuracy).toBeGreaterThan(0.7);
  });

  it('follows the rule row by row', () => {
    const table = noisyTable(40);
    const config = perceptron('label', ['a', 'b'], { epochs: 3, shuffle: false });
    const { outcome } = trainToEnd(config, table);
    const classes = codesOf(table, 'label');
    let [v, w, bias] = [0, 0, 0];
    for (let epoch = 0; epoch < 3; epoch++) {
      standardized(pointsOf(table, ['a', 'b'])).forEach(([a, b], i) => {
        const error = classes[i] - (v * a + w * b + bias > 0 ? 1 : 0);
        v += error * a;
        w += error * b;
        bias += error;
      });
    }
    const shown = weightsInUnits({ config, trained: outcome.trained }, outcome.weights, 'model');
    expect(shown).toEqual({
      coefficients: { a: expect.closeTo(v, 10), b: expect.closeTo(w, 10) },
      intercept: bias,
    });
  });

  it('without an intercept has a bias of 0', () => {
    const { outcome } = trainToEnd(perceptron('label', ['a', 'b'], { fit_intercept: false }), noisyTable(40));
    expect(parametersOf(outcome).at(-1)).toBe(0);
  });
});

/** Iris with two classes, which a line separates. */
function setosaOrNot(table: ReturnType<typeof irisTable>): ReturnType<typeof irisTable> {
  return {
    rows: table.rows,
    columns: table.columns.map((column) =>
      column.type === 'number'
        ? column
        : {
            ...column,
            dictionary: ['other', 'setosa'],
            codes: column.codes.map((code) => (code === 0 ? 1 : 0)),
          },
    ),
  };
}
