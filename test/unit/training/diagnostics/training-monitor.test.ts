/** Each rule at its bound, over its streak, once; and the same when the monitor was saved and made again. */
import { describe, expect, it } from 'vitest';
import type { EpochReport, LayerStatistics } from '../../../../src/contracts/diagnostics.ts';
import type { LayerNames } from '../../../../src/training/diagnostics/layer-rules.ts';
import { createTrainingMonitor } from '../../../../src/training/diagnostics/training-monitor.ts';

const layers: LayerNames = [
  { name: 'hidden_1', activation: 'tanh' },
  { name: 'hidden_2', activation: 'relu' },
  { name: 'output', activation: 'identity' },
];

const healthy: LayerStatistics = {
  gradient_norm: 1,
  weight_norm: 1,
  update_ratio: 0.001,
  activation_mean: 0,
  activation_std: 1,
  zero_fraction: 0.5,
  dead_fraction: 0.1,
  saturated_fraction: 0.5,
};

type Changes = Partial<LayerStatistics>;

function reportOf(epoch: number, changes: Changes[] = [], losses: Partial<EpochReport> = {}): EpochReport {
  const statistics = layers.map((_, l) => ({ ...healthy, ...changes[l] }));
  return { epoch, loss: 1, validation_loss: null, metrics: {}, seconds: 0, layers: statistics, ...losses };
}

/** Findings of a monitor that sees these epochs, saved and made again after each as JSON. */
function findingsOf(reports: readonly EpochReport[]) {
  let monitor = createTrainingMonitor(layers, null);
  const whole = createTrainingMonitor(layers, null);
  return reports.flatMap((report) => {
    const findings = monitor.observe(report);
    monitor = createTrainingMonitor(layers, JSON.parse(JSON.stringify(monitor.state())));
    expect(whole.observe(report)).toEqual(findings);
    return findings;
  });
}

const repeated = (count: number, changes: Changes[]) =>
  Array.from({ length: count }, (_, i) => reportOf(i + 1, changes));

it('finds nothing in healthy layers', () => {
  expect(findingsOf(repeated(50, []))).toEqual([]);
});

describe.each([
  ['vanishing_gradient', 'hidden_1', 5, [{ gradient_norm: 0.0009 }], [{ gradient_norm: 0.001 }], 0.0009],
  [
    'exploding_gradient',
    'output',
    1,
    [{}, {}, { gradient_norm: 101 }],
    [{}, {}, { gradient_norm: 100 }],
    101,
  ],
  ['dead_units', 'hidden_2', 5, [{}, { dead_fraction: 0.75 }], [{}, { dead_fraction: 0.74 }], 0.75],
  ['saturated_units', 'hidden_1', 5, [{ saturated_fraction: 0.8 }], [{ saturated_fraction: 0.74 }], 0.8],
] as const)('%s', (code, layer, streak, past, within, value) => {
  it(`is found once, after ${streak} probed epochs in a row`, () => {
    const found = findingsOf(repeated(20, [...past]));
    expect(found).toEqual([{ code, layer, epoch: streak, value, message: expect.stringContaining('; ') }]);
  });

  it('is not found within its bound, nor when the streak breaks', () => {
    expect(findingsOf(repeated(20, [...within]))).toEqual([]);
    if (streak === 1) return;
    const broken = repeated(20, [...past]).map((report, i) => (i % 5 === 4 ? reportOf(i + 1) : report));
    expect(findingsOf(broken)).toEqual([]);
  });
});

it('an epoch that was not probed neither breaks nor lengthens a streak', () => {
  const reports = repeated(9, [{}, { dead_fraction: 1 }]).map((report, i) =>
    i % 2 === 1 ? { ...report, layers: undefined } : report,
  );
  expect(findingsOf(reports as EpochReport[]).map(({ epoch }) => epoch)).toEqual([9]);
});

it('a gradient that is not finite has exploded', () => {
  const [found] = findingsOf(repeated(1, [{ gradient_norm: null }]));
  expect(found).toMatchObject({ code: 'exploding_gradient', layer: 'hidden_1' });
});

it('the output layer is neither dead nor saturated, and a ReLU is not saturated', () => {
  expect(findingsOf(repeated(9, [{}, { saturated_fraction: 1 }, { dead_fraction: 1 }]))).toEqual([]);
});

it('a single hidden layer cannot vanish', () => {
  const two = [layers[0], layers[2]];
  const monitor = createTrainingMonitor(two, null);
  const statistics = [{ ...healthy, gradient_norm: 1e-9 }, healthy];
  const reports = Array.from({ length: 9 }, (_, i) => ({ ...reportOf(i + 1), layers: statistics }));
  expect(reports.flatMap((report) => monitor.observe(report))).toEqual([]);
});

describe('overfitting', () => {
  const course = (pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([loss, held], i) => reportOf(i + 1, [], { loss, validation_loss: held }));
  const down: [number, number][] = [
    [1, 1],
    [0.8, 0.6],
    [0.6, 0.5],
  ];

  it('is found where the training loss falls on while the validation loss loses a fifth of its gain for five epochs', () => {
    const found = findingsOf(course([...down, ...new Array(20).fill([0.3, 0.61])]));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: 'overfitting', layer: null, epoch: 8 });
    expect(found[0].value).toBeCloseTo(0.22, 12);
    expect(found[0].message).toContain('22 % since epoch 3');
  });

  it.each([
    ['a smaller loss of gain', new Array(20).fill([0.3, 0.59])],
    ['a rise of less than a tenth', new Array(20).fill([0.3, 0.54])],
    ['a training loss that rises too', new Array(20).fill([0.7, 0.9])],
    ['ups and downs', Array.from({ length: 20 }, (_, i) => (i % 5 === 4 ? [0.3, 0.5] : [0.3, 0.9]))],
    ['no validation rows', new Array(20).fill([0.1, null])],
  ])('is not found in %s', (_, rest) => {
    expect(findingsOf(course([...down, ...rest]))).toEqual([]);
  });

  it('is found where the validation loss only ever rose', () => {
    expect(findingsOf(course([[1, 1], ...new Array(9).fill([0.5, 1.2])]))).toMatchObject([{ epoch: 6 }]);
  });
});
