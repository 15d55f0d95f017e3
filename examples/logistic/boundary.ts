/** Draws where a logistic regression changes its mind: P(y = 1 | x) over the plane, and the line θᵀx = 0. */
import { colors, type Point, renderFigure } from '../parts/chart.ts';
import { digits } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import type { ServiceClient, Trained } from '../parts/service-client.ts';
import type { Exams } from './exams.ts';

const gridSize = 41;
const hoursRange = [0, 11] as const;
const pointsRange = [10, 105] as const;

export async function drawBoundary(
  service: ServiceClient,
  document: Example['document'],
  model: Trained,
  { hours, points, passed }: Exams,
): Promise<void> {
  const at = (i: number, [low, high]: readonly [number, number]) =>
    low + ((i + 0.5) / gridSize) * (high - low);
  const grid = Array.from({ length: gridSize ** 2 }, (_, i) => ({
    hours: at(i % gridSize, hoursRange),
    points: at(Math.floor(i / gridSize), pointsRange),
  }));
  const predicted = (await service.predict(model, grid)).map(({ probabilities }) => probabilities.yes!);
  const values = Array.from({ length: gridSize }, (_, i) =>
    predicted.slice(i * gridSize, (i + 1) * gridSize),
  );
  const { coefficients, intercept } = await service.weights(model, 'input');
  const [w1, w2] = [coefficients.hours!, coefficients.points!];
  const onLine = (x: number): Point => [x, -(intercept + w1 * x) / w2];
  const rows = (label: string): Point[] =>
    passed.flatMap((name, i) => (name === label ? [[hours[i]!, points[i]!] as const] : []));
  document.text(
    'boundary',
    `In the units of the input z = ${digits(intercept)} + ${digits(w1)}·hours + ${digits(w2)}·points, so the boundary is points = ${digits(-intercept / w2)} − ${digits(w1 / w2)}·hours.`,
  );
  const inside = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
    .map((share) => onLine(hoursRange[0] + share * (hoursRange[1] - hoursRange[0])))
    .filter(([, y]) => y >= pointsRange[0] && y <= pointsRange[1]);
  document.figure(
    'logistic-boundary',
    renderFigure([
      {
        title: 'P(passed | hours, points)',
        x: { label: 'hours', range: hoursRange },
        y: { label: 'points', range: pointsRange },
        regions: { values },
        series: [
          { name: 'passed', points: rows('yes'), color: colors.orange, style: 'dots' },
          { name: 'failed', points: rows('no'), color: colors.blue, style: 'dots' },
          { name: 'θᵀx = 0: probability ½', points: inside, color: colors.black, style: 'line' },
        ],
      },
    ]),
  );
}
