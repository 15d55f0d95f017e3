/** The state of a network's training as a checkpoint holds it: all that the next step depends on, beside config and data. */
import type { Network } from '../math/network.ts';
import type { OptimizerState } from '../math/optimizers/index.ts';
import { createRandom, type Random, type RandomState, restoreRandom } from '../math/random.ts';
import type { LossWatch } from './early-stopping.ts';
import type { EpochWalk } from './epoch-walk.ts';
import { type FitState, tensorsOf } from './fit.ts';
import { randomStreams } from './random-streams.ts';

export interface MlpParts {
  /** Finished epochs. */
  readonly epoch: number;
  readonly walk: EpochWalk<unknown>;
  /** Draws the units that steps leave out. */
  readonly dropping: Random;
  readonly network: Network;
  readonly optimizer: OptimizerState;
  readonly watch: LossWatch | null;
}

/** @param state to continue from; null starts anew */
export function openDropping(seed: number, state: FitState | null): Random {
  return state
    ? restoreRandom(state.values.dropout as RandomState)
    : createRandom(seed, randomStreams.dropout);
}

/** A copy. Padding is left out: another engine may pad otherwise. */
export function mlpState({ epoch, walk, dropping, network, optimizer, watch }: MlpParts): FitState {
  const { scalars } = optimizer;
  const tensors = Object.fromEntries(
    Object.entries(optimizer.tensors).map(([name, block]) => [name, network.layout.flatten(block)]),
  );
  const walked = walk.state();
  const watched = watch?.state();
  return {
    values: {
      epoch,
      dropout: dropping.state(),
      ...walked.values,
      ...watched?.values,
    },
    tensors: {
      parameters: network.exportParameters(),
      ...tensorsOf({ tensors, scalars }),
      ...walked.tensors,
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
