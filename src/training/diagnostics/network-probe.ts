/** Looks inside a network after an epoch: a forward and a backward pass over a few fixed rows, so that the training itself stays as it is. */
import type { LayerStatistics } from '../../contracts/diagnostics.ts';
import type { MlpConfig } from '../../contracts/model-config.ts';
import type { Kernels } from '../../math/kernels/kernels.ts';
import type { NetworkPasses } from '../network-passes.ts';
import { createLayerTally, finiteOrNull } from './layer-tally.ts';
import { drawProbe, isProbed } from './probe-plan.ts';

export interface NetworkProbe {
  /** Whether the epoch (1 for the first of the job) is one to look at. */
  isDue(epoch: number): boolean;
  /** Call before the last step of such an epoch: what the step changes is part of the statistics. */
  beforeLastStep(): void;
  /** The statistics of each layer, first to last. Call after the last step, once for each `beforeLastStep`. */
  look(): LayerStatistics[];
}

/** @param passes those of the training: the probe uses their memory between two steps, and one block of its own */
export function createNetworkProbe(
  { seed, epochs }: Pick<MlpConfig, 'seed' | 'epochs'>,
  trainRows: number,
  passes: NetworkPasses,
  kernels: Kernels,
): NetworkProbe {
  const { network } = passes;
  const { layout, layers: parameters, shapes } = network;
  const rows = drawProbe(trainRows, seed);
  const tallies = shapes.map(createLayerTally);
  /** Holds the parameters before the step, then the step, then the gradient. */
  const block = kernels.allocate(layout.blockLength);
  const weights = layout.views(block).map((layer) => layer.weights.data);
  const norms = () => weights.map((values) => Math.sqrt(kernels.sumOfSquares(values)));

  return {
    isDue: (epoch) => isProbed(epoch, epochs),
    beforeLastStep: () => block.set(network.parameters),
    look() {
      kernels.axpy(-1, network.parameters, block);
      const updates = norms();
      passes.probe(rows, block, (batches) => {
        for (let l = 0; l < tallies.length; l++) tallies[l].add(batches[l]);
      });
      const gradients = norms();
      return tallies.map((tally, l) => {
        const weightNorm = Math.sqrt(kernels.sumOfSquares(parameters[l].weights.data));
        return {
          gradient_norm: finiteOrNull(gradients[l]),
          weight_norm: finiteOrNull(weightNorm),
          update_ratio: finiteOrNull(updates[l] / weightNorm),
          ...tally.take(),
        };
      });
    },
  };
}
