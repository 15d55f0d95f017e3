/** A stack of identity layers is one affine map: computed, and seen on XOR, which no line separates. */
import { colors, type Panel, type Point, renderFigure } from '../parts/chart.ts';
import { digits, percent } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import { createNormal } from '../parts/seeded-noise.ts';
import type { ServiceClient, Trained } from '../parts/service-client.ts';

const gridSize = 41;
const range = [-2, 2] as const;

/** Four clouds about (±1, ±1): `same` where both signs agree. */
function xorColumns(rows: number) {
  const normal = createNormal(1);
  const corners = Array.from({ length: rows }, (_, i) => [i & 1 ? 1 : -1, i & 2 ? 1 : -1] as const);
  return {
    a: corners.map(([a]) => a + 0.3 * normal()),
    b: corners.map(([, b]) => b + 0.3 * normal()),
    label: corners.map(([a, b]) => (a === b ? 'same' : 'different')),
  };
}

const layers = (depth: number, activation: string) =>
  Array.from({ length: depth }, () => ({ units: 16, activation }));

export async function collapse({ service, document, isShort }: Example): Promise<void> {
  const columns = xorColumns(isShort ? 80 : 400);
  const dataset = await service.upload(columns);
  const train = (name: string, config: object) =>
    service.train(name, dataset, { target: 'label', ...config });
  const network = (depth: number, activation: string) => ({
    type: 'mlp',
    hidden_layers: layers(depth, activation),
    epochs: isShort ? 10 : 100,
    optimizer: { type: 'adam', learning_rate: 0.01 },
  });
  const perceptron = await train('xor_perceptron', { type: 'perceptron' });
  const logistic = await train('xor_logistic', { type: 'logistic_regression' });
  const linear = await train('xor_identity', network(4, 'identity'));
  const relu = await train('xor_relu', network(1, 'relu'));
  const tanh = await train('xor_tanh', network(1, 'tanh'));

  const accuracy = ({ metrics }: Trained) => percent(metrics.train.accuracy!, 1);
  document.table('xor', [
    ['model', 'weights and biases', 'accuracy on its training rows'],
    ['perceptron', '3', accuracy(perceptron)],
    ['logistic regression', '3', accuracy(logistic)],
    ['network 2-16-16-16-16-1, identity', '881', accuracy(linear)],
    ['network 2-16-1, ReLU', '65', accuracy(relu)],
    ['network 2-16-1, tanh', '65', accuracy(tanh)],
  ]);
  await writeCollapse(service, document, linear);
  document.figure(
    'xor',
    renderFigure([
      await panelOf(service, 'Four identity layers: a line', linear, columns),
      await panelOf(service, 'One ReLU layer', relu, columns),
    ]),
  );
}

async function writeCollapse(
  service: ServiceClient,
  document: Example['document'],
  linear: Trained,
): Promise<void> {
  const { layers: folded, max_abs_difference: difference } = await service.collapse(linear);
  const [{ from, to, weights, bias }] = folded as [(typeof folded)[number]];
  const [[w1], [w2]] = weights as [[number], [number]];
  const { findings } = await service.diagnostics(linear);
  const finding = findings.find(({ code }) => code === 'linear_collapse')!;
  document.table('collapse', [
    ['what', 'value'],
    ['layers folded', `${from} to ${to}`],
    [
      '881 numbers are these 3',
      `z = ${digits(w1)}·a ${signed(w2)}·b ${signed(bias[0]!)} (a, b standardized)`,
    ],
    ['largest difference of the logits on 256 rows', digits(difference, 2)],
    ['finding', `\`${finding.code}\`: ${finding.message}`],
  ]);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'} ${digits(Math.abs(value))}`;

async function panelOf(
  service: ServiceClient,
  title: string,
  model: Trained,
  columns: ReturnType<typeof xorColumns>,
): Promise<Panel> {
  const at = (i: number) => range[0] + ((i + 0.5) / gridSize) * (range[1] - range[0]);
  const rows = Array.from({ length: gridSize ** 2 }, (_, i) => ({
    a: at(i % gridSize),
    b: at(Math.floor(i / gridSize)),
  }));
  const probabilities = (await service.predict(model, rows)).map((one) => one.probabilities.same!);
  const values = Array.from({ length: gridSize }, (_, i) =>
    probabilities.slice(i * gridSize, (i + 1) * gridSize),
  );
  const pointsOf = (label: string): Point[] =>
    columns.label.flatMap((name, i) => (name === label ? [[columns.a[i]!, columns.b[i]!] as const] : []));
  return {
    title,
    x: { label: 'a', range },
    y: { label: 'b', range },
    regions: { values },
    series: [
      { name: 'same', points: pointsOf('same'), color: colors.orange, style: 'dots' },
      { name: 'different', points: pointsOf('different'), color: colors.blue, style: 'dots' },
    ],
  };
}
