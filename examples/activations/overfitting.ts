/** Whether sparse activations overfit less: training and validation loss of the same network under each, over several seeds. */
import { colors, type Panel, type Point, renderFigure } from '../parts/chart.ts';
import { digits, mean, percent } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import type { Epoch, ServiceClient, Trained } from '../parts/service-client.ts';
import { noisyClasses } from './noisy-classes.ts';

interface Variant {
  readonly name: string;
  readonly activation: string;
  readonly settings?: object;
  readonly dropout?: number;
}

const variants: readonly Variant[] = [
  { name: 'ReLU', activation: 'relu' },
  { name: 'tanh', activation: 'tanh' },
  { name: 'sigmoid', activation: 'sigmoid' },
  { name: 'ReLU, dropout 0.5', activation: 'relu', dropout: 0.5 },
  { name: 'ReLU, l2 0.01', activation: 'relu', settings: { l2: 0.01 } },
  { name: 'ReLU, early stopping', activation: 'relu', settings: { early_stopping: { patience: 10 } } },
];
const drawn = 3;

interface Course {
  readonly loss: number[];
  readonly held: number[];
  /** Lowest validation loss of each seed, and its epoch: their means. */
  readonly lowest: number;
  readonly lowestEpoch: number;
  /** At the end: means. */
  readonly accuracy: number;
  readonly trainLogLoss: number;
  readonly heldLogLoss: number;
  readonly found: number;
}

export async function overfitting({ service, document, isShort }: Example): Promise<void> {
  const seeds = isShort ? 1 : 8;
  const epochs = isShort ? 5 : 150;
  const dataset = await service.upload(noisyClasses(isShort ? 100 : 600, 8));
  const rows: string[][] = [];
  const panels: Panel[] = [];
  for (const [index, variant] of variants.slice(0, isShort ? drawn : variants.length).entries()) {
    const course = await coursesOf(service, variant, dataset, epochs, seeds);
    // With a penalty the loss is J, and no log loss to compare with.
    const hasPenalty = variant.settings !== undefined && 'l2' in variant.settings;
    rows.push([
      variant.name,
      digits(course.trainLogLoss, 2),
      hasPenalty ? '–' : digits(course.lowest),
      hasPenalty ? '–' : String(Math.round(course.lowestEpoch)),
      digits(course.heldLogLoss),
      percent(course.accuracy, 1),
      `${course.found} of ${seeds}`,
    ]);
    if (index < drawn) panels.push(panelOf(variant.name, course));
  }
  document.table('overfitting', [
    [
      'network 20-64-64-1',
      'training log loss at the end',
      'lowest validation log loss',
      'in epoch',
      'validation log loss at the end',
      'validation accuracy at the end',
      '`overfitting` found',
    ],
    ...rows,
  ]);
  document.figure('overfitting', renderFigure(panels));
}

async function coursesOf(
  service: ServiceClient,
  { activation, settings, dropout = 0 }: Variant,
  dataset: string,
  epochs: number,
  seeds: number,
): Promise<Course> {
  const histories: Epoch[][] = [];
  const jobs: Trained[] = [];
  let found = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const job = await service.train('overfitting', dataset, {
      type: 'mlp',
      target: 'label',
      hidden_layers: [64, 64].map((units) => ({ units, activation, dropout })),
      epochs,
      seed,
      validation: { fraction: 0.5 },
      ...settings,
    });
    jobs.push(job);
    histories.push(await service.history(job));
    const { findings } = await service.diagnostics(job);
    if (findings.some(({ code }) => code === 'overfitting')) found++;
  }
  // Where one has stopped early, the others go on without it.
  const longest = Math.max(...histories.map((history) => history.length));
  const averaged = (pick: (epoch: Epoch) => number) =>
    Array.from({ length: longest }, (_, i) =>
      mean(histories.flatMap((history) => (history[i] ? [pick(history[i])] : []))),
    );
  const lowest = histories.map((history) =>
    history.reduce((best, epoch) => (epoch.validation_loss! < best.validation_loss! ? epoch : best)),
  );
  return {
    loss: averaged(({ loss }) => loss),
    held: averaged(({ validation_loss: held }) => held!),
    lowest: mean(lowest.map((epoch) => epoch.validation_loss!)),
    lowestEpoch: mean(lowest.map(({ epoch }) => epoch)),
    accuracy: mean(jobs.map(({ metrics }) => metrics.validation!.accuracy!)),
    trainLogLoss: mean(jobs.map(({ metrics }) => metrics.train.log_loss!)),
    heldLogLoss: mean(jobs.map(({ metrics }) => metrics.validation!.log_loss!)),
    found,
  };
}

function panelOf(name: string, { loss, held }: Course): Panel {
  const line = (values: readonly number[]): Point[] => values.map((value, i) => [i + 1, value]);
  return {
    title: `${name}: mean of the seeds`,
    x: { label: 'epoch' },
    y: { label: 'loss', range: [0, 1.5] },
    series: [
      { name: 'training', points: line(loss), color: colors.blue, style: 'line' },
      { name: 'validation', points: line(held), color: colors.orange, style: 'line' },
    ],
  };
}
