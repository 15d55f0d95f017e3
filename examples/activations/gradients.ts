/** How much of the gradient reaches the first layers of a deep network, and what that does to learning. */
import { colors, type Panel, type Point, renderFigure } from '../parts/chart.ts';
import { digits } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import { createNormal, createUniform } from '../parts/seeded-noise.ts';
import type { Layer, ServiceClient } from '../parts/service-client.ts';

const activations = ['sigmoid', 'tanh', 'relu'] as const;
const shades = [colors.sky, colors.blue, colors.green, colors.orange];

function sineColumns(rows: number) {
  const [uniform, normal] = [createUniform(4), createNormal(5)];
  const x = Array.from({ length: rows }, () => 6 * uniform() - 3);
  return { x, y: x.map((value) => Math.sin(2 * value) + 0.05 * normal()) };
}

function configOf(activation: string, depth: number, epochs: number, learningRate: number) {
  return {
    type: 'mlp',
    target: 'y',
    hidden_layers: Array.from({ length: depth }, () => ({ units: 32, activation })),
    epochs,
    optimizer: { type: 'adam', learning_rate: learningRate },
    validation: { fraction: 0.2 },
  };
}

export async function gradients({ service, document, isShort }: Example): Promise<void> {
  const depths = isShort ? [2] : [2, 5, 10, 20];
  const dataset = await service.upload(sineColumns(isShort ? 100 : 500));
  const panels: Panel[] = [];
  const ratios: string[][] = [];
  for (const activation of activations) {
    const norms = new Map<number, number[]>();
    for (const depth of depths) {
      // Steps of a millionth leave the initial weights as they were drawn.
      const job = await service.train(
        `deep_${activation}_${depth}`,
        dataset,
        configOf(activation, depth, 1, 1e-6),
      );
      const { layers } = await service.diagnostics(job);
      norms.set(
        depth,
        layers.map(({ epochs }) => epochs[0]!.gradient_norm),
      );
    }
    panels.push(panelOf(activation, norms));
    ratios.push([
      activation,
      ...depths.map((depth) => digits(norms.get(depth)![0]! / norms.get(depth)!.at(-1)!, 2)),
    ]);
  }
  document.table('gradients', [
    ['activation', ...depths.map((depth) => `${depth} hidden layers`)],
    ...ratios,
  ]);
  document.figure('gradients', renderFigure(panels));
  await trainTwins(service, document, dataset, isShort);
}

function panelOf(activation: string, norms: ReadonlyMap<number, number[]>): Panel {
  const series = [...norms].map(([depth, values], i) => ({
    name: `${depth} hidden layers`,
    points: values.map((norm, layer): Point => [layer + 1, norm]),
    color: shades[i]!,
    style: 'line_and_dots' as const,
  }));
  return {
    title: `${activation}, before training`,
    x: { label: 'layer, the output last' },
    y: { label: 'gradient norm', isLogarithmic: true, range: [1e-14, 100] },
    series,
  };
}

/** Eight layers, the same data, seed and settings, and only the activation differs. */
async function trainTwins(
  service: ServiceClient,
  document: Example['document'],
  dataset: string,
  isShort: boolean,
): Promise<void> {
  const rows: string[][] = [];
  const panels: Panel[] = [];
  for (const activation of activations) {
    const job = await service.train(
      `twin_${activation}`,
      dataset,
      configOf(activation, 8, isShort ? 2 : 100, 0.001),
    );
    const { layers, findings } = await service.diagnostics(job);
    const said = findings.map(({ code, message }) => `\`${code}\`: ${message}`).join('; ');
    rows.push([activation, digits(job.metrics.validation!.r2!, 2), said || 'none']);
    panels.push(courseOf(activation, layers));
  }
  document.table('twins', [['activation', 'validation R²', 'findings'], ...rows]);
  document.figure('gradients-in-training', renderFigure(panels));
}

function courseOf(activation: string, layers: readonly Layer[]): Panel {
  const shown = [layers[0]!, layers[3]!, layers.at(-1)!];
  const series = shown.map(({ name, epochs }, i) => ({
    name,
    points: epochs.map(({ epoch, gradient_norm: norm }): Point => [epoch, norm]),
    color: [colors.orange, colors.green, colors.blue][i]!,
    style: 'line' as const,
  }));
  return {
    title: `${activation}, eight layers in training`,
    x: { label: 'epoch' },
    y: { label: 'gradient norm', isLogarithmic: true, range: [1e-8, 10] },
    series,
  };
}
