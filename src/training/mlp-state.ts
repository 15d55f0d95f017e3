/** The state of a network's training as a checkpoint holds it: all that the next epoch depends on, beside config and data. */
import type { Network } from '../math/network.ts';
import type { OptimizerState } from '../math/optimizers/index.ts';
import { createRandom, type Random, type RandomState, restoreRandom } from '../math/random.ts';
import type { LossWatch } from './early-stopping.ts';
import { type FitState, tensorsOf } from './fit.ts';
import { randomStreams } from './random-streams.ts';

/** Where the draws of the epochs come from. */
export interface EpochStreams {
  readonly shuffle: Random;
  readonly dropout: Random;
}

export interface MlpParts {
  /** Finished epochs. */
  readonly epoch: number;
  readonly streams: EpochStreams;
  readonly network: Network;
  readonly optimizer: OptimizerState;
  readonly watch: LossWatch | null;
}

/** @param state to continue from; null starts anew */
export function openStreams(seed: number, state: FitState | null): EpochStreams {
  const open = (use: keyof EpochStreams) =>
    state ? restoreRandom(state.values[use] as RandomState) : createRandom(seed, randomStreams[use]);
  return { shuffle: open('shuffle'), dropout: open('dropout') };
}

/** A copy. Padding is left out: another engine may pad otherwise. */
export function mlpState({ epoch, streams, network, optimizer, watch }: MlpParts): FitState {
  const { scalars } = optimizer;
  const tensors = Object.fromEntries(
    Object.entries(optimizer.tensors).map(([name, block]) => [name, network.layout.flatten(block)]),
  );
  const watched = watch?.state();
  return {
    values: {
      epoch,
      shuffle: streams.shuffle.state(),
      dropout: streams.dropout.state(),
      ...watched?.values,
    },
    tensors: {
      parameters: network.exportParameters(),
      ...tensorsOf({ tensors, scalars }),
      ...watched?.tensors,
    },
  };
}

/** Writes a state into the network and the optimizer's blocks and scalars. */
export function restoreMlp(state: FitState, network: Network, { tensors, scalars }: OptimizerState): void {
  network.importParameters(state.tensors.parameters);
  for (const [name, block] of Object.entries(tensors))
    network.layout.fill(block, state.tensors[`tensor.${name}`]);
  for (const name of Object.keys(scalars)) scalars[name] = state.tensors[`scalar.${name}`][0];
}
