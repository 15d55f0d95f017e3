/** A network whose activation bends comes the nearer to a curve the more units it has. */
import { colors, type Point, renderFigure } from '../parts/chart.ts';
import { digits } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';

const curve = (x: number) => Math.sin(2 * x) + 0.4 * Math.cos(5 * x);
const xs = (count: number) => Array.from({ length: count }, (_, i) => -3 + (6 * i) / (count - 1));
/** Hidden layers, each of the same number of units. */
const networks = [
  { name: 'identity, two layers', activation: 'identity', depth: 2, color: colors.grey },
  { name: 'ReLU, one layer', activation: 'relu', depth: 1, color: colors.green },
  { name: 'ReLU, two layers', activation: 'relu', depth: 2, color: colors.orange },
  { name: 'tanh, two layers', activation: 'tanh', depth: 2, color: colors.blue },
] as const;

export async function approximation({ service, document, isShort }: Example): Promise<void> {
  const widths = isShort ? [4] : [2, 4, 8, 16, 32, 64];
  const x = xs(isShort ? 60 : 400);
  const dataset = await service.upload({ x, y: x.map(curve) });
  const grid = xs(241);
  const fits = new Map<string, number[]>();
  const errors = new Map<string, number>();
  for (const { name, activation, depth } of networks) {
    for (const units of widths) {
      const model = await service.train('curve', dataset, {
        type: 'mlp',
        target: 'y',
        hidden_layers: Array.from({ length: depth }, () => ({ units, activation })),
        epochs: isShort ? 10 : 1000,
        optimizer: { type: 'adam', learning_rate: 0.01, schedule: { type: 'cosine' } },
        validation: { fraction: 0 },
      });
      const predicted = await service.predict(
        model,
        grid.map((value) => ({ x: value })),
      );
      const key = `${name} ${units}`;
      fits.set(
        key,
        predicted.map(({ value }) => value),
      );
      const squares = predicted.map(({ value }, i) => (value - curve(grid[i]!)) ** 2);
      errors.set(key, Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / grid.length));
    }
  }

  const rmse = (name: string, units: number) => errors.get(`${name} ${units}`)!;
  document.table('approximation', [
    ['units of a layer', ...networks.map(({ name }) => name)],
    ...widths.map((units) => [String(units), ...networks.map(({ name }) => digits(rmse(name, units), 2))]),
  ]);
  const [narrow, wide] = [widths[1] ?? widths[0]!, widths.at(-1)!];
  const line = (key: string): Point[] => grid.map((value, i) => [value, fits.get(key)![i]!] as const);
  document.figure(
    'approximation',
    renderFigure([
      {
        title: 'A curve and what fits it',
        x: { label: 'x' },
        y: { label: 'y' },
        series: [
          {
            name: 'sin 2x + 0.4 cos 5x',
            points: grid.map((value) => [value, curve(value)]),
            color: colors.black,
            style: 'line',
          },
          {
            name: `2 × ${narrow} ReLU units`,
            points: line(`ReLU, two layers ${narrow}`),
            color: colors.green,
            style: 'line',
          },
          {
            name: `2 × ${wide} ReLU units`,
            points: line(`ReLU, two layers ${wide}`),
            color: colors.orange,
            style: 'dashed',
          },
          {
            name: `2 × ${wide} identity units`,
            points: line(`identity, two layers ${wide}`),
            color: colors.grey,
            style: 'dashed',
          },
        ],
      },
      {
        title: 'Error by width',
        x: {
          label: 'units of a layer',
          isLogarithmic: true,
          range: [widths[0]! / 1.3, widths.at(-1)! * 1.3],
          ticks: widths,
        },
        y: { label: 'root mean squared error', isLogarithmic: true },
        series: networks.map(({ name, color }) => ({
          name,
          points: widths.map((units) => [units, rmse(name, units)] as const),
          color,
          style: 'line_and_dots' as const,
        })),
      },
    ]),
  );
}
