/** What the probe says of a network, against the network's own arithmetic; and that it leaves the training as it is. */
import { describe, expect, it } from 'vitest';
import type { MlpConfig, ResolvedModelConfig } from '../../../../src/contracts/model-config.ts';
import { createReferenceKernels } from '../../../../src/math/kernels/reference.ts';
import { sharedMatrix } from '../../../../src/math/matrix.ts';
import { createRandom } from '../../../../src/math/random.ts';
import { createNetworkProbe } from '../../../../src/training/diagnostics/network-probe.ts';
import { networkLayers } from '../../../../src/training/network-layers.ts';
import { createNetworkPasses } from '../../../../src/training/network-passes.ts';
import { prepareData } from '../../../../src/training/prepare-data.ts';
import { trainToEnd, trainUntilDrained } from '../run-training.ts';
import { noisyTable, resolved } from '../table-fixtures.ts';

const table = noisyTable(300);

function mlp(options: Record<string, unknown> = {}) {
  const hidden = [
    { units: 6, activation: 'relu' },
    { units: 5, activation: 'tanh', dropout: 0.3 },
  ];
  const base = { type: 'mlp', target: 'grade', features: ['a', 'b', 'color'], task: 'classification' };
  return resolved({
    ...base,
    hidden_layers: hidden,
    epochs: 5,
    l2: 0.1,
    validation: { fraction: 0.1 },
    ...options,
  }) as ResolvedModelConfig & MlpConfig;
}

/** A network with seeded weights, in passes of 256 rows over 270 training rows. */
function passesOf(config: ResolvedModelConfig & MlpConfig) {
  const kernels = createReferenceKernels('f32');
  const data = prepareData(
    config,
    { table },
    (rows, columns, dtype) => sharedMatrix(rows, columns, kernels.strideOf(columns), dtype),
    () => {},
  );
  const widths = [data.train.x.columns, 6, 5, 3];
  const layers = networkLayers(config.hidden_layers).map((layer, l) => ({
    ...layer,
    inputs: widths[l],
    outputs: widths[l + 1],
  }));
  const passes = createNetworkPasses({
    layers,
    data,
    batchSize: 16,
    penalty: { l1: 0, l2: 0 },
    dropout: [0, 0],
    dropping: createRandom(1),
    kernels,
    poll: () => {},
  });
  passes.network.initialize(createRandom(3), () => 'he');
  return { kernels, data, passes };
}

describe('the probe', () => {
  it('gives the norms of the gradient over its rows and of the step', () => {
    const config = mlp();
    const { kernels, data, passes } = passesOf(config);
    const { network } = passes;
    const probe = createNetworkProbe(config, data.train.x.rows, passes, kernels);
    probe.beforeLastStep();
    kernels.scale(1.25, network.parameters);
    const seen = probe.look();
    // 128 rows of the 270; the whole gradient is then near, not equal.
    expect(seen).toHaveLength(3);
    const everyRow = Uint32Array.from({ length: data.train.x.rows }, (_, row) => row);
    const sums = { rows: 0, loss: 0, correct: 0 };
    const gradients = network.layout.views(passes.gradient(everyRow, 0, everyRow.length, sums).slice());
    seen.forEach((layer, l) => {
      const normOf = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
      expect(layer.update_ratio).toBeCloseTo(0.2, 6);
      expect(layer.weight_norm).toBeCloseTo(normOf(network.layers[l].weights.data), 5);
      const whole = normOf(gradients[l].weights.data);
      expect(layer.gradient_norm! / whole).toBeGreaterThan(0.5);
      expect(layer.gradient_norm! / whole).toBeLessThan(2);
    });
  });

  it('sums its pieces to the gradient over all of its rows', () => {
    const config = mlp();
    const { passes } = passesOf(config);
    const rows = Uint32Array.from({ length: 270 }, (_, row) => row);
    const out = passes.network.parameters.slice();
    let seen = 0;
    passes.probe(rows, out, (layers) => {
      seen += layers[0].a.rows;
    });
    expect(seen).toBe(270);
    const sums = { rows: 0, loss: 0, correct: 0 };
    const half = [0, 135].map((start) => passes.gradient(rows, start, 135, sums).slice());
    for (let i = 0; i < out.length; i++) expect(out[i]).toBeCloseTo((half[0][i] + half[1][i]) / 2, 6);
  });
});

describe('a training', () => {
  it('reports every layer after each epoch, as plain finite numbers', () => {
    const { records } = trainToEnd(mlp(), table);
    expect(records.map(({ layers }) => layers?.length)).toEqual([3, 3, 3, 3, 3]);
    for (const { layers } of records) {
      expect(layers!.flatMap((layer) => Object.values(layer)).every(Number.isFinite)).toBe(true);
      expect(layers![0].zero_fraction).toBe(layers![0].saturated_fraction);
      expect(layers![1].zero_fraction).toBe(0);
    }
  });

  it('reports the same bits when it was stopped and resumed', () => {
    const whole = trainToEnd(mlp(), table);
    const first = trainUntilDrained(mlp(), table, 2);
    const rest = trainToEnd(mlp(), table, { checkpoint: first.state });
    const seen = [...first.records, ...rest.records].map(({ layers }) => layers);
    expect(seen).toEqual(whole.records.map(({ layers }) => layers));
  });

  it('has no layers to report for a linear model', () => {
    const config = resolved({ type: 'logistic_regression', target: 'label', features: ['a', 'b'] });
    for (const record of trainToEnd(
      { ...config, solver: { type: 'newton', max_iterations: 100, tolerance: 1e-10 } } as ResolvedModelConfig,
      table,
    ).records)
      expect(record).not.toHaveProperty('layers');
  });
});
