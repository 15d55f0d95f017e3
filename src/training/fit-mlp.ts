/** Fits a network by mini-batches of rows in a seeded order. */
import type { MlpConfig } from '../contracts/model-config.ts';
import type { DenseLayer } from '../contracts/version.ts';
import { activations } from '../math/activations/index.ts';
import type { Network } from '../math/network.ts';
import { createDescent } from '../math/optimizers/descent.ts';
import { createRandom } from '../math/random.ts';
import { createNetworkProbe } from './diagnostics/network-probe.ts';
import { createLossWatch } from './early-stopping.ts';
import { createEpochRanking } from './epoch-auc.ts';
import { createEpochMeasure } from './epoch-score.ts';
import { createEpochWalk } from './epoch-walk.ts';
import type { Fit, FitOptions } from './fit.ts';
import { mlpState, openDropping, restoreMlp } from './mlp-state.ts';
import { networkLayers } from './network-layers.ts';
import { createNetworkPasses } from './network-passes.ts';
import { randomStreams } from './random-streams.ts';

/**
 * An epoch's training loss and metric are the running means over its steps, each measured before its update and with units left out
 * where a layer has dropout.
 *
 * @param regression given for a network that is one: a single layer, which starts at 0, may have no bias, and is not probed
 */
export function createMlpFit(
  { config, data, kernels, poll, onStep, state, start }: FitOptions<MlpConfig>,
  regression: { readonly fit_intercept: boolean } | null = null,
): Fit {
  const { train, validation } = data;
  const penalty = { l1: config.l1, l2: config.l2 };
  const layers = mlpLayers(config, train.x.columns, data.outputs);
  const dropping = openDropping(config.seed, state);
  const passes = createNetworkPasses({
    layers,
    data,
    batchSize: config.batch_size,
    penalty,
    dropout: config.hidden_layers.map(({ dropout }) => dropout),
    dropping,
    kernels,
    poll,
  });
  const { network, batchRows } = passes;
  const descent = createDescent(config.optimizer, config.epochs, network.layout.blockLength, kernels);
  if (state) restoreMlp(state, network, descent.state);
  else if (start) network.importParameters(start);
  else if (regression === null) initialize(network, config, data.zeroColumns);
  let finishedEpochs = state ? (state.values.epoch as number) : 0;
  const watch =
    config.early_stopping && createLossWatch(config.early_stopping, network.exportParameters(), state);
  const walk = createEpochWalk({
    rows: train.x.rows,
    order: kernels.allocateIndices(train.x.rows),
    shuffle: config.shuffle,
    seed: config.seed,
    zero: { rows: 0, loss: 0, correct: 0, penalties: 0 },
    state,
  });
  const { order, sums } = walk;
  const measure = createEpochMeasure(data, train);
  const measureHeld = validation && createEpochMeasure(data, validation, 'validation_');
  const ranking = createEpochRanking(data);
  const probe = regression === null ? createNetworkProbe(config, train.x.rows, passes, kernels) : null;

  /** Steps through all training rows that this epoch has not seen yet. */
  function descend(isProbed: boolean): void {
    walk.begin();
    descent.beginEpoch(finishedEpochs);
    while (walk.row < order.length) {
      const count = Math.min(batchRows, order.length - walk.row);
      const isLast = walk.row + count === order.length;
      sums.penalties += count * network.penalty(penalty);
      const gradients = passes.gradient(order, walk.row, count, sums);
      if (regression?.fit_intercept === false) network.layout.views(gradients)[0].bias.fill(0);
      if (isProbed && isLast) probe!.beforeLastStep();
      descent.step(network.parameters, gradients);
      walk.row += count;
      // After the last step the epoch's end comes at once, and the probe must see what that step changed.
      if (!isLast) onStep();
    }
  }

  return {
    layers,
    epoch() {
      const isProbed = probe?.isDue(finishedEpochs + 1) ?? false;
      descend(isProbed);
      // The running mean of J.
      const loss = (sums.loss + sums.penalties) / sums.rows;
      walk.end();
      finishedEpochs++;
      const layers = isProbed ? { layers: probe!.look() } : {};
      const held = validation && passes.score(validation, ranking?.add);
      const validationLoss = held && held.loss / held.rows + network.penalty(penalty);
      const isOver = watch?.observe(finishedEpochs, { loss, validationLoss }, network.exportParameters());
      return {
        loss,
        validationLoss,
        metrics: {
          ...measure(sums),
          ...(held && measureHeld?.(held)),
          ...ranking?.take(),
        },
        stopReason: isOver ? 'early_stopping' : null,
        ...layers,
      };
    },
    state: () =>
      mlpState({ epoch: finishedEpochs, walk, dropping, network, optimizer: descent.state, watch }),
    parameters: () => network.exportParameters(),
    finish() {
      if (watch === null) return [];
      network.importParameters(watch.best());
      return watch.warnings(finishedEpochs);
    },
  };
}

/** Multiply-adds of a step's forward pass, with as many inputs as features: known before the data is. */
export function stepWork({
  features,
  hidden_layers: hidden,
  batch_size: batch,
}: MlpConfig & { readonly features: readonly string[] }): number {
  const widths = [features.length, ...hidden.map(({ units }) => units), 1];
  return batch * widths.slice(1).reduce((sum, width, l) => sum + width * widths[l], 0);
}

function mlpLayers({ hidden_layers: hidden }: MlpConfig, inputs: number, outputs: number): DenseLayer[] {
  const widths = [inputs, ...hidden.map(({ units }) => units), outputs];
  return networkLayers(hidden).map((layer, index) => ({
    ...layer,
    inputs: widths[index],
    outputs: widths[index + 1],
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
