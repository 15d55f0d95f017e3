/** Passes of a network over rows, in pieces that bound both the memory for activations and the time between two polls. */
import type { Kernels } from '../math/kernels/kernels.ts';
import type { FloatArray, Matrix } from '../math/matrix.ts';
import { createNetwork, type Network, type Penalty } from '../math/network.ts';
import type { LayerBatch } from '../math/network-memory.ts';
import type { LayerShape } from '../math/parameter-layout.ts';
import type { Random } from '../math/random.ts';
import { viewsByRows } from '../math/views-by-rows.ts';
import type { ScoreSums } from './epoch-score.ts';
import type { PreparedData, PreparedRows } from './prepare-data.ts';

/** Rows of one pass that only scores, whatever the batch size: rows one by one would crawl. */
const scoringRows = 256;

/**
 * Most rows of one pass of a network with steps of `batchRows`. A function of the engine and of shapes alone, since the order of the
 * sums depends on it.
 *
 * @param maxProductWork the kernels'
 */
export function passRows(
  layers: readonly Omit<LayerShape, 'activation'>[],
  batchRows: number,
  maxProductWork: number,
): number {
  const largest = Math.max(...layers.map(({ inputs, outputs }) => inputs * outputs));
  return Math.max(1, Math.min(Math.max(batchRows, scoringRows), Math.floor(maxProductWork / largest)));
}

export interface NetworkPassesOptions {
  readonly layers: readonly LayerShape[];
  readonly data: PreparedData;
  readonly batchSize: number;
  readonly penalty: Penalty;
  /** Dropout rate of each hidden layer. */
  readonly dropout: readonly number[];
  /** Draws the units that the training passes leave out. */
  readonly dropping: Random;
  readonly kernels: Kernels;
  /** Called before each layer of a pass; may throw. */
  readonly poll: () => void;
}

export interface NetworkPasses {
  readonly network: Network;
  /** Training rows of one step. */
  readonly batchRows: number;
  /**
   * ∂J/∂parameters over the training rows order[start … start + count), in the layout of the network's block; valid until the next
   * call. Adds the rows' loss and score to `sums`.
   */
  gradient(order: Uint32Array, start: number, count: number, sums: ScoreSums): FloatArray;
  /** Loss and score of rows under the present parameters; `look` sees the logits of the rows from `start` on, piece by piece. */
  score(rows: PreparedRows, look?: (logits: Matrix, start: number) => void): ScoreSums;
  /**
   * `out` becomes the gradient of the mean loss over these training rows, in the block's layout: no unit left out, no penalty. `look`
   * sees the layers after each forward pass.
   */
  probe(rows: Uint32Array, out: FloatArray, look: (layers: readonly LayerBatch[]) => void): void;
}

/** Views of the batch memory for so many rows. */
interface Batch {
  readonly x: Matrix;
  readonly target: FloatArray;
  readonly weights: FloatArray;
  readonly dLogits: Matrix;
}

export function createNetworkPasses(options: NetworkPassesOptions): NetworkPasses {
  const { layers, data, penalty, dropout, dropping, kernels, poll } = options;
  const batchRows = Math.min(options.batchSize, data.train.x.rows);
  const pieceRows = passRows(layers, batchRows, kernels.maxProductWork);
  const network = createNetwork({ layers, maxBatch: pieceRows, kernels, dropout, poll });
  const batchOf = createBatches(pieceRows, data, kernels);
  const hasPenalty = penalty.l1 > 0 || penalty.l2 > 0;
  /** All rows that are scored: those held back, the same at each epoch. */
  let scored: Uint32Array | null = null;
  const summed = batchRows > pieceRows ? kernels.allocate(network.layout.blockLength) : null;

  function forward(
    rows: PreparedRows,
    order: Uint32Array,
    start: number,
    batch: Batch,
    random: Random | null,
    sums: ScoreSums,
  ): Matrix {
    kernels.gatherRows(rows.x, order, start, batch.x.rows, batch.x);
    kernels.gatherValues(rows.target, order, start, batch.x.rows, batch.target);
    if (rows.weights) kernels.gatherValues(rows.weights, order, start, batch.x.rows, batch.weights);
    const logits = network.forward(batch.x, random);
    sums.rows += batch.x.rows;
    return logits;
  }

  /** Adds Σᵢ cᵢ·lossᵢ of the batch, and its right answers. */
  function addLoss(
    rows: PreparedRows,
    logits: Matrix,
    batch: Batch,
    dLogits: Matrix | null,
    sums: ScoreSums,
  ): void {
    const weights = rows.weights && batch.weights;
    sums.loss += kernels.loss(data.loss, logits, batch.target, weights, dLogits, sums);
  }

  return {
    network,
    batchRows,
    gradient(order, start, count, sums) {
      summed?.fill(0);
      for (let done = 0; done < count; done += pieceRows) {
        const batch = batchOf(Math.min(pieceRows, count - done));
        const logits = forward(data.train, order, start + done, batch, dropping, sums);
        addLoss(data.train, logits, batch, batch.dLogits, sums);
        network.backward(batch.x, batch.dLogits);
        if (hasPenalty) network.addPenaltyGradient(penalty);
        // Each piece's gradient is a mean over its own rows, and the shares rows / count add up to 1.
        if (summed) kernels.axpy(batch.x.rows / count, network.gradients, summed);
      }
      return summed ?? network.gradients;
    },
    score(rows, look) {
      if (scored?.length !== rows.x.rows) scored = ascending(kernels.allocateIndices(rows.x.rows));
      const order = scored;
      const sums: ScoreSums = { rows: 0, loss: 0, correct: 0 };
      for (let start = 0; start < order.length; start += pieceRows) {
        const batch = batchOf(Math.min(pieceRows, order.length - start));
        const logits = forward(rows, order, start, batch, null, sums);
        look?.(logits, start);
        addLoss(rows, logits, batch, null, sums);
      }
      return sums;
    },
    probe(rows, out, look) {
      const sums: ScoreSums = { rows: 0, loss: 0, correct: 0 };
      out.fill(0);
      for (let start = 0; start < rows.length; start += pieceRows) {
        const batch = batchOf(Math.min(pieceRows, rows.length - start));
        const logits = forward(data.train, rows, start, batch, null, sums);
        look(network.activations(batch.x.rows));
        addLoss(data.train, logits, batch, batch.dLogits, sums);
        network.backward(batch.x, batch.dLogits);
        kernels.axpy(batch.x.rows / rows.length, network.gradients, out);
      }
    },
  };
}

function ascending(order: Uint32Array): Uint32Array {
  for (let row = 0; row < order.length; row++) order[row] = row;
  return order;
}

/** Memory for one batch, and its views by number of rows. */
function createBatches(maxRows: number, data: PreparedData, kernels: Kernels): (rows: number) => Batch {
  const x = kernels.matrix(maxRows, data.train.x.columns);
  const target = kernels.allocate(maxRows);
  const weights = kernels.allocate(maxRows);
  const dLogits = kernels.matrix(maxRows, data.outputs);
  return viewsByRows((rows) => ({
    x: kernels.matrix(rows, x.columns, x.data),
    target: target.subarray(0, rows),
    weights: weights.subarray(0, rows),
    dLogits: kernels.matrix(rows, dLogits.columns, dLogits.data),
  }));
}
