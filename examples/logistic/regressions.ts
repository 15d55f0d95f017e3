/** Logistic regression from its likelihood to its decision boundary, each formula held against what the service computes. */
import { colors, type Point, renderFigure } from '../parts/chart.ts';
import { digits } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import type { Epoch, ServiceClient, Trained } from '../parts/service-client.ts';
import { drawBoundary } from './boundary.ts';
import { type Exams, examColumns } from './exams.ts';

const rows = 300;
const rate = 0.5;

export async function regressions({ service, document, isShort }: Example): Promise<void> {
  const exams = examColumns(rows);
  const dataset = await service.upload(exams);
  const base = { type: 'logistic_regression', target: 'passed' };
  const train = (name: string, solver: object) => service.train(name, dataset, { ...base, solver });
  const steps = { max_iterations: isShort ? 20 : 2_000, tolerance: 0 };
  const mean = await train('exam_mean', {
    type: 'gradient_descent',
    learning_rate: rate,
    reduction: 'mean',
    ...steps,
  });
  const sum = await train('exam_sum', {
    type: 'gradient_descent',
    learning_rate: rate / rows,
    reduction: 'sum',
    ...steps,
  });
  const newton = await train('exam_newton', { type: 'newton' });
  const lbfgs = await train('exam_lbfgs', { type: 'lbfgs' });

  await writeFormulas(service, document, newton, exams);
  await writeReductions(service, document, mean, sum);
  await writeCourses(service, document, { mean, newton, lbfgs });
  await drawBoundary(service, document, newton, exams);
}

/** The likelihood and the gradient by hand, from nothing but the predicted probabilities. */
async function writeFormulas(
  service: ServiceClient,
  document: Example['document'],
  newton: Trained,
  { hours, points, passed }: Exams,
): Promise<void> {
  const predicted = await service.predict(
    newton,
    hours.map((value, i) => ({ hours: value, points: points[i] })),
  );
  const h = predicted.map(({ probabilities }) => probabilities.yes!);
  const y = passed.map((label) => (label === 'yes' ? 1 : 0));
  const logLikelihood = h.reduce((sum, p, i) => sum + (y[i] === 1 ? Math.log(p) : Math.log(1 - p)), 0);
  const gradient = [hours.map(() => 1), standardized(hours), standardized(points)].map(
    (x) => h.reduce((sum, p, i) => sum + (p - y[i]!) * x[i]!, 0) / rows,
  );
  const { coefficients, intercept } = await service.weights(newton, 'model');
  const { max_relative_error: error } = await service.checkGradients(newton);
  document.table('formulas', [
    ['what', 'value'],
    [
      'θ (intercept, hours, points; features standardized)',
      [intercept, coefficients.hours!, coefficients.points!].map((value) => digits(value, 5)).join(', '),
    ],
    ['log-likelihood l(θ) by the formula', digits(logLikelihood, 8)],
    ['−l(θ)/m by the formula', digits(-logLikelihood / rows, 10)],
    ['J(θ) as the service reports it', digits(newton.loss, 10)],
    ['difference', digits(Math.abs(newton.loss + logLikelihood / rows), 2)],
    ['largest component of (1/m) Σ (h − y)·x by the formula', digits(Math.max(...gradient.map(Math.abs)), 2)],
    ['gradient against finite differences, largest relative error', digits(error, 2)],
  ]);
}

function standardized(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / deviation);
}

/** α with 1/m and α/m without it are the same step, but for rounding. */
async function writeReductions(
  service: ServiceClient,
  document: Example['document'],
  mean: Trained,
  sum: Trained,
): Promise<void> {
  const [a, b] = [await service.history(mean), await service.history(sum)];
  const apart = a.map(({ loss }, i) => Math.abs(loss - b[i]!.loss));
  const [w, v] = [await service.weights(mean, 'model'), await service.weights(sum, 'model')];
  const weights = ['hours', 'points'].map((name) => Math.abs(w.coefficients[name]! - v.coefficients[name]!));
  document.table('reductions', [
    ['what', 'value'],
    ['iterations compared', String(a.length)],
    ['largest difference of J in any iteration', digits(Math.max(...apart), 2)],
    [
      'largest difference of a final weight',
      digits(Math.max(...weights, Math.abs(w.intercept - v.intercept)), 2),
    ],
  ]);
}

async function writeCourses(
  service: ServiceClient,
  document: Example['document'],
  jobs: Readonly<Record<'mean' | 'newton' | 'lbfgs', Trained>>,
): Promise<void> {
  const [descent, newton, lbfgs] = [
    await service.history(jobs.mean),
    await service.history(jobs.newton),
    await service.history(jobs.lbfgs),
  ];
  const optimum = Math.min(...[...newton, ...lbfgs].map(({ loss }) => loss));
  const gap = ({ loss }: Epoch) => loss - optimum;
  const reaching = (history: readonly Epoch[], bound: number) => {
    const epoch = history.find((one) => gap(one) < bound)?.epoch;
    return epoch === undefined ? 'not reached' : String(epoch);
  };
  const named = [
    [`gradient descent, α = ${rate}`, descent],
    ['L-BFGS', lbfgs],
    ['Newton', newton],
  ] as const;
  document.table('courses', [
    ['solver', 'iterations to J − J* < 10⁻³', '< 10⁻⁶', '< 10⁻⁹'],
    ...named.map(([name, history]) => [name, ...[1e-3, 1e-6, 1e-9].map((bound) => reaching(history, bound))]),
  ]);
  const shown = (history: readonly Epoch[]): Point[] =>
    history.filter((epoch) => gap(epoch) > 1e-16).map((epoch) => [epoch.epoch, gap(epoch)]);
  document.figure(
    'logistic-descent',
    renderFigure([
      {
        title: 'Distance from the optimum',
        x: { label: 'iteration', isLogarithmic: true, range: [0.9, 2_200] },
        y: { label: 'J(θ) − J*', isLogarithmic: true, range: [1e-16, 1] },
        series: named.map(([name, history], i) => ({
          name,
          points: shown(history),
          color: [colors.blue, colors.green, colors.orange][i]!,
          style: i === 0 ? ('line' as const) : ('line_and_dots' as const),
        })),
      },
    ]),
  );
}
