/** Linear, logistic and softmax regression against their optimum, computed the long way in the units of the input. */
import { describe, expect, it } from 'vitest';
import type { ClassificationMetrics, RegressionMetrics } from '../../../src/contracts/metrics.ts';
import type { ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import type { Weights } from '../../../src/contracts/version.ts';
import { weightsInUnits } from '../../../src/training/model-weights.ts';
import { type FinishedRun, parametersOf, trainToEnd } from './run-training.ts';
import { irisFeatures, irisTable, noisyTable, resolved, wideTable } from './table-fixtures.ts';
import {
  codesOf,
  distance,
  dot,
  largest,
  logisticAt,
  pointsOf,
  solve,
  standardized,
  valuesOf,
  withOnes,
} from './textbook.ts';

const features = ['a', 'b'];
const table = noisyTable(400);
const rows = withOnes(pointsOf(table, features));
const scaledRows = withOnes(standardized(pointsOf(table, features)));
const labels = codesOf(table, 'label');

const logistic = (more: object) =>
  resolved({ type: 'logistic_regression', target: 'label', features, ...more });
const linear = (more: object) => resolved({ type: 'linear_regression', target: 'price', features, ...more });

/** Coefficients in the order of the features, then the intercept. */
function thetaOf(config: ResolvedModelConfig, { outcome }: FinishedRun, scale: 'input' | 'model'): number[] {
  const { coefficients, intercept } = weightsInUnits(
    { config, trained: outcome.trained },
    outcome.weights,
    scale,
  ) as Extract<Weights, { intercept: number }>;
  return [...outcome.trained.preprocessing.columns.map((name) => coefficients[name] as number), intercept];
}

/** How far the exact optimum is, by one Newton step from θ: the error of that is of second order. */
function distanceToOptimum(design: number[][], theta: number[], l2 = 0): number {
  const { gradient, hessian } = logisticAt(design, labels, theta, l2);
  return largest(solve(hessian, gradient));
}

describe('logistic regression', () => {
  it.each(['newton', 'lbfgs'])('by %s is at the optimum, in the units of the input', (type) => {
    const config = logistic({ solver: { type } });
    const run = trainToEnd(config, table);
    expect(run.outcome.stopReason).toBe('converged');
    const theta = thetaOf(config, run, 'input');
    expect(largest(logisticAt(rows, labels, theta).gradient)).toBeLessThan(1e-7);
    expect(distanceToOptimum(rows, theta)).toBeLessThan(1e-6);
    expect(run.records.at(-1)!.loss).toBeCloseTo(logisticAt(rows, labels, theta).loss, 12);
    expect((run.outcome.metrics.train as ClassificationMetrics).log_loss).toBeCloseTo(
      run.records.at(-1)!.loss,
      12,
    );
  });

  it.each(['newton', 'lbfgs'])('by %s is at the optimum with a penalty, which its loss counts', (type) => {
    const config = logistic({ solver: { type }, l2: 0.3 });
    const run = trainToEnd(config, table);
    const theta = thetaOf(config, run, 'model');
    expect(distanceToOptimum(scaledRows, theta, 0.3)).toBeLessThan(1e-6);
    const { loss } = run.records.at(-1)!;
    expect(loss).toBeCloseTo(logisticAt(scaledRows, labels, theta, 0.3).loss, 12);
    const { log_loss: logLoss } = run.outcome.metrics.train as ClassificationMetrics;
    expect(loss - logLoss!).toBeCloseTo(0.15 * dot(theta.slice(0, 2), theta.slice(0, 2)), 12);
  });

  it('without an intercept goes through the origin', () => {
    const config = logistic({ solver: { type: 'newton' }, fit_intercept: false });
    const run = trainToEnd(config, table);
    const theta = thetaOf(config, run, 'model');
    expect(theta[2]).toBe(0);
    expect(largest(logisticAt(scaledRows, labels, theta).gradient.slice(0, 2))).toBeLessThan(1e-9);
  });

  it.each([
    ['mean', 0.5],
    ['sum', 0.5 / 400],
  ])('by gradient descent takes the steps of the textbook (%s)', (reduction, rate) => {
    const solver = { type: 'gradient_descent', learning_rate: rate, reduction, max_iterations: 7 };
    const config = logistic({ solver, l2: 0.1 });
    const run = trainToEnd(config, table);
    let theta = [0, 0, 0];
    const losses = Array.from({ length: 7 }, () => {
      const { gradient } = logisticAt(scaledRows, labels, theta, 0.1);
      theta = theta.map((value, j) => value - 0.5 * gradient[j]);
      return logisticAt(scaledRows, labels, theta, 0.1).loss;
    });
    expect(distance(thetaOf(config, run, 'model'), theta)).toBeLessThan(1e-12);
    expect(
      distance(
        run.records.map(({ loss }) => loss),
        losses,
      ),
    ).toBeLessThan(1e-12);
    expect(run.outcome.stopReason).toBe('max_iterations');
    expect(run.records).toHaveLength(7);
  });
});

describe('softmax regression', () => {
  const config = resolved({
    type: 'logistic_regression',
    target: 'species',
    features: irisFeatures,
    solver: { type: 'newton' },
    l2: 0.01,
  });
  const run = trainToEnd(config, irisTable());
  const parameters = parametersOf(run.outcome);
  const species = codesOf(irisTable(), 'species');
  const design = withOnes(standardized(pointsOf(irisTable(), irisFeatures)));

  /** Row j of θ: the weights of column j (or the intercepts) by class. */
  const row = (j: number) => parameters.slice(3 * j, 3 * j + 3);

  function probabilities(x: readonly number[]): number[] {
    const logits = [0, 1, 2].map((c) =>
      dot(
        x,
        x.map((_, j) => row(j)[c]),
      ),
    );
    const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    return logits.map((z) => Math.exp(z) / total);
  }

  it('is where the gradient of J is 0', () => {
    const gradient = parameters.map((weight, i) => (i < 12 ? 0.01 * weight : 0));
    design.forEach((x, i) => {
      const p = probabilities(x);
      x.forEach((value, j) => {
        for (let c = 0; c < 3; c++)
          gradient[3 * j + c] += (value * (p[c] - (species[i] === c ? 1 : 0))) / 150;
      });
    });
    expect(largest(gradient)).toBeLessThan(1e-9);
  });

  it('has the least of all equal weights: they add up to 0 over the classes', () => {
    for (let j = 0; j < 5; j++) expect(row(j).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(0, 12);
  });

  it('reports J with its penalty, and the log loss without', () => {
    const logLoss = design.reduce((sum, x, i) => sum - Math.log(probabilities(x)[species[i]]) / 150, 0);
    const penalty = 0.005 * dot(parameters.slice(0, 12), parameters.slice(0, 12));
    expect(run.records.at(-1)!.loss).toBeCloseTo(logLoss + penalty, 12);
    expect((run.outcome.metrics.train as ClassificationMetrics).log_loss).toBeCloseTo(logLoss, 12);
  });
});

describe('linear regression', () => {
  const prices = valuesOf(table, 'price');

  /** θ of (XᵀX/m + λ·diag(1, …, 1, 0))·θ = Xᵀy/m. */
  function leastSquares(design: readonly number[][], l2: number): number[] {
    const columns = design[0].map((_, j) => design.map((x) => x[j]));
    const gram = columns.map((left, i) =>
      columns.map(
        (right, j) => dot(left, right) / design.length + (i === j && i < columns.length - 1 ? l2 : 0),
      ),
    );
    return solve(
      gram,
      columns.map((column) => dot(column, prices) / design.length),
    );
  }

  it.each(['normal_equations', 'newton', 'lbfgs'])('by %s solves the normal equations', (type) => {
    const config = linear({ solver: { type } });
    const run = trainToEnd(config, table);
    const exact = leastSquares(rows, 0);
    // Prices of about 1400 and a gradient tolerance of 1e-8 for L-BFGS.
    expect(distance(thetaOf(config, run, 'input'), exact)).toBeLessThan(1e-6);
    expect(run.outcome.stopReason).toBe('converged');
    if (type === 'normal_equations') expect(run.records).toHaveLength(1);
    const errors = rows.map((x, i) => dot(x, exact) - prices[i]);
    const mse = dot(errors, errors) / rows.length;
    expect(run.records.at(-1)!.loss / (mse / 2)).toBeCloseTo(1, 9);
    expect(run.records.at(-1)!.metrics.rmse / Math.sqrt(mse)).toBeCloseTo(1, 9);
    expect((run.outcome.metrics.train as RegressionMetrics).mse / mse).toBeCloseTo(1, 9);
  });

  it.each(['normal_equations', 'lbfgs'])('by %s solves them with a penalty', (type) => {
    const config = linear({ solver: { type }, l2: 0.2 });
    const run = trainToEnd(config, table);
    const exact = leastSquares(scaledRows, 0.2);
    expect(distance(thetaOf(config, run, 'model'), exact)).toBeLessThan(1e-6);
    const errors = scaledRows.map((x, i) => dot(x, exact) - prices[i]);
    const loss = dot(errors, errors) / rows.length / 2 + 0.1 * dot(exact.slice(0, 2), exact.slice(0, 2));
    expect(run.records.at(-1)!.loss / loss).toBeCloseTo(1, 9);
  });

  it('takes a category beside an intercept, which is one column too many, to the same fit', () => {
    const config = linear({ features: ['a', 'color'], solver: { type: 'normal_equations' } });
    const run = trainToEnd(config, table);
    expect(run.outcome.trained.preprocessing.columns).toEqual(['a', 'color=blue', 'color=red']);
    const colors = codesOf(table, 'color');
    const reduced = pointsOf(table, ['a']).map(([a], i) => [a, colors[i], 1]);
    const exact = leastSquares(reduced, 0);
    const [a, blue, red, intercept] = thetaOf(config, run, 'input');
    expect(distance([a, red - blue, intercept + blue], exact)).toBeLessThan(1e-8);
    expect(blue + red).toBeCloseTo(0, 9);
  });

  it('reads a matrix that is encoded in several blocks', () => {
    const wide = wideTable(30_000, 40);
    const names = wide.columns.slice(1).map(({ name }) => name);
    const [first, last] = [valuesOf(wide, 'x0'), valuesOf(wide, 'x39')];
    const y = {
      name: 'y',
      type: 'number',
      values: Float64Array.from(first, (x, i) => x - 2 * last[i] + 3),
    } as const;
    const config = resolved({
      type: 'linear_regression',
      target: 'y',
      features: names,
      solver: { type: 'normal_equations' },
    });
    const run = trainToEnd(config, { ...wide, columns: [...wide.columns, y] });
    const exact = [1, ...new Array(38).fill(0), -2, 3];
    expect(distance(thetaOf(config, run, 'input'), exact)).toBeLessThan(1e-12);
  });
});
