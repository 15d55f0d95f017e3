/** Fits a network by mini-batches of rows in a seeded order. */
import type { MlpConfig } from '../contracts/model-config.ts';
import type { DenseLayer } from '../contracts/version.ts';
import { activations } from '../math/activations/index.ts';
import type { Network } from '../math/network.ts';
import { type OptimizerState, optimizers } from '../math/optimizers/index.ts';
import { createRandom, type RandomState, restoreRandom } from '../math/random.ts';
import { epochMetrics, type ScoreSums } from './epoch-score.ts';
import { type Fit, type FitOptions, type FitState, tensorsOf } from './fit.ts';
import { createNetworkPasses } from './network-passes.ts';
import { randomStreams } from './random-streams.ts';

/** An epoch's training loss and metric are the running means over its steps, each measured before its update. */
export function createMlpFit({ config, data, kernels, poll, state }: FitOptions<MlpConfig>): Fit {
  const { train, validation, task } = data;
  const { l2 } = config;
  const layers = mlpLayers(config, train.x.columns, data.outputs);
  const passes = createNetworkPasses({ layers, data, batchSize: config.batch_size, l2, kernels, poll });
  const { network, batchRows } = passes;
  const optimizer = optimizers[config.optimizer.type];
  const optimizerState = optimizer.init(network.layout.blockLength, kernels);
  const shuffling = state
    ? restoreRandom(state.values.shuffle as RandomState)
    : createRandom(config.seed, randomStreams.shuffle);
  if (state) restore(network, optimizerState, state);
  else initialize(network, config, data.zeroColumns);
  const order = new Uint32Array(train.x.rows);
  const targetScale = data.targetScaling?.scale ?? 1;

  return {
    layers,
    epoch() {
      // Each epoch shuffles the ascending order anew: the generator's state alone is then enough to resume.
      for (let row = 0; row < order.length; row++) order[row] = row;
      if (config.shuffle) shuffling.shuffle(order);
      const sums: ScoreSums = { rows: 0, loss: 0, correct: 0 };
      let penalty = 0;
      for (let start = 0; start < order.length; start += batchRows) {
        const count = Math.min(batchRows, order.length - start);
        if (l2 > 0) penalty += count * network.penalty(l2);
        const gradients = passes.gradient(order, start, count, sums);
        optimizer.update(kernels, network.parameters, gradients, optimizerState, config.optimizer);
      }
      const held = validation && passes.score(validation);
      return {
        loss: (sums.loss + penalty) / sums.rows,
        validationLoss: held && held.loss / held.rows + network.penalty(l2),
        metrics: {
          ...epochMetrics(task, sums, targetScale),
          ...(held && epochMetrics(task, held, targetScale, 'validation_')),
        },
        isConverged: false,
      };
    },
    state: () => ({
      values: { shuffle: shuffling.state() },
      tensors: { parameters: network.exportParameters(), ...tensorsOf(flattened(network, optimizerState)) },
    }),
    parameters: () => network.exportParameters(),
  };
}

function mlpLayers({ hidden_layers: hidden }: MlpConfig, inputs: number, outputs: number): DenseLayer[] {
  const widths = [inputs, ...hidden.map(({ units }) => units), outputs];
  return widths.slice(1).map((width, index) => ({
    name: index < hidden.length ? `hidden_${index + 1}` : 'output',
    inputs: widths[index],
    outputs: width,
    activation: hidden[index]?.activation ?? 'identity',
  }));
}

function initialize(network: Network, config: MlpConfig, zeroColumns: readonly number[]): void {
  network.initialize(
    createRandom(config.seed, randomStreams.initialize),
    ({ activation }, index) =>
      config.hidden_layers[index]?.initializer ?? activations[activation].defaultInitializer,
  );
  const { data, stride } = network.layers[0].weights;
  for (const column of zeroColumns) data.fill(0, column * stride, (column + 1) * stride);
}

/** Padding is left out of a checkpoint: another engine may pad otherwise. */
function flattened({ layout }: Network, { tensors, scalars }: OptimizerState) {
  const flat = Object.entries(tensors).map(([name, block]) => [name, layout.flatten(block)] as const);
  return { tensors: Object.fromEntries(flat), scalars };
}

function restore(network: Network, { tensors, scalars }: OptimizerState, state: FitState): void {
  network.importParameters(state.tensors.parameters);
  for (const [name, block] of Object.entries(tensors))
    network.layout.fill(block, state.tensors[`tensor.${name}`]);
  for (const name of Object.keys(scalars)) scalars[name] = state.tensors[`scalar.${name}`][0];
}
