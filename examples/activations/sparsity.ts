/** How many activations are exactly 0 under each activation, layer by layer. */
import { colors, type Point, renderFigure } from '../parts/chart.ts';
import { percent } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import { noisyClasses } from './noisy-classes.ts';

const activations = ['relu', 'leaky_relu', 'tanh', 'sigmoid'] as const;
const shades = [colors.orange, colors.green, colors.blue];

export async function sparsity({ service, document, isShort }: Example): Promise<void> {
  const dataset = await service.upload(noisyClasses(isShort ? 200 : 2_000, 6));
  const rows: string[][] = [];
  for (const activation of activations.slice(0, isShort ? 2 : activations.length)) {
    const job = await service.train(`sparse_${activation}`, dataset, {
      type: 'mlp',
      target: 'label',
      hidden_layers: Array.from({ length: 3 }, () => ({ units: 64, activation })),
      epochs: isShort ? 3 : 60,
    });
    const { layers } = await service.diagnostics(job);
    const hidden = layers.slice(0, -1);
    const last = hidden.map(({ epochs }) => epochs.at(-1)!);
    rows.push([
      activation,
      ...last.map(({ zero_fraction: zero }) => percent(zero)),
      last.map(({ dead_fraction: dead }) => percent(dead)).join(', '),
    ]);
    if (activation !== 'relu') continue;
    document.figure(
      'sparsity',
      renderFigure([
        {
          title: 'Zeros among the activations of a ReLU network',
          x: { label: 'epoch' },
          y: { label: 'share that is exactly 0', range: [0, 1] },
          series: hidden.map(({ name, epochs }, i) => ({
            name,
            points: epochs.map(({ epoch, zero_fraction: zero }): Point => [epoch, zero]),
            color: shades[i]!,
            style: 'line' as const,
          })),
        },
      ]),
    );
  }
  document.table('sparsity', [
    ['activation', 'zeros in hidden_1', 'hidden_2', 'hidden_3', 'units that are always 0, by layer'],
    ...rows,
  ]);
}
