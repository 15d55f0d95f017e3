/** Networks trained with Adam: rows a second beside PyTorch, scikit-learn and TensorFlow.js on the same shapes. */
import { ModelConfig, type ResolvedModelConfig } from '../src/contracts/model-config.ts';
import type { Table } from '../src/data/table.ts';
import type { CreateKernels } from '../src/math/kernels/math-backend.ts';
import { train } from '../src/training/train.ts';
import { type BenchCase, interleave, printResults } from './interleave.ts';
import type { Peer } from './peers/peer.ts';
import type { Peers } from './peers/start-peers.ts';
import { syntheticTable } from './synthetic-table.ts';

/** What to train: widths from the features to the logits, one of them for two classes. */
interface Shape {
  readonly widths: readonly number[];
  readonly batch: number;
  readonly rows: number;
  /** Timed ones; one more goes before them. */
  readonly epochs: number;
}

const shapes: readonly Shape[] = [
  { widths: [32, 64, 64, 1], batch: 32, rows: 10_000, epochs: 5 },
  { widths: [32, 64, 64, 1], batch: 128, rows: 10_000, epochs: 10 },
  { widths: [32, 64, 64, 1], batch: 512, rows: 10_000, epochs: 20 },
  { widths: [784, 256, 128, 10], batch: 128, rows: 5_000, epochs: 2 },
  { widths: [20, 16, 3], batch: 32, rows: 10_000, epochs: 5 },
];

/** PyTorch has several ways to do the same; the fastest counts, so all that it has are run. */
const torchModes = ['plain', 'plain traced', 'foreach', 'foreach traced', 'fused', 'fused traced'];

/** One of our implementations under the name it is shown by. */
export interface Backend {
  readonly name: string;
  readonly createKernels: CreateKernels;
}

export async function benchNetworks(
  backends: readonly Backend[],
  peers: Peers,
  rounds: number,
): Promise<void> {
  for (const shape of shapes) {
    const { widths, batch, rows } = shape;
    const table = syntheticTable(rows, widths[0], Math.max(2, widths.at(-1)!));
    const ours = backends.map((backend) => ourCase(backend, table, shape));
    const results = await interleave([...ours, ...(await peerCases(peers, shape))], rounds);
    printResults(`${widths.join('-')}, batch ${batch}, Adam`, 'rows', results);
  }
}

function ourCase(
  { name, createKernels }: Backend,
  table: Table,
  { widths, batch, epochs }: Shape,
): BenchCase {
  const config = ModelConfig.parse({
    type: 'mlp',
    target: 'label',
    task: 'classification',
    features: table.columns.map((column) => column.name).filter((column) => column.startsWith('x')),
    hidden_layers: widths.slice(1, -1).map((units) => ({ units, activation: 'relu', initializer: 'he' })),
    epochs: epochs + 1,
    batch_size: batch,
    validation: { fraction: 0 },
  }) as ResolvedModelConfig;
  return {
    name,
    amount: table.rows * epochs,
    run() {
      const ends: number[] = [];
      const outcome = train({
        config,
        table,
        dataHash: '',
        checkpoint: null,
        createKernels,
        control: () => 'continue',
        nowMs: () => performance.now(),
        onEpoch: () => ends.push(performance.now()),
        onCheckpoint: () => {},
      });
      if (outcome.kind !== 'finished') throw new Error('the training was stopped');
      return (ends.at(-1)! - ends[0]) / 1000;
    },
  };
}

async function peerCases({ torch, sklearn, tensorflow }: Peers, shape: Shape): Promise<BenchCase[]> {
  const amount = shape.rows * shape.epochs;
  const cases: BenchCase[] = [];
  for (const threads of torch ? [1, 2] : []) {
    for (const mode of torchModes) {
      if (!(await hasMode(torch!, shape, mode))) continue;
      cases.push({
        name: `${torch!.name}, ${threads} threads, ${mode}`,
        amount,
        run: () => torch!.run({ ...shape, threads, mode }),
      });
    }
  }
  for (const peer of [sklearn, tensorflow]) {
    if (peer) cases.push({ name: peer.name, amount, run: () => peer.run(shape) });
  }
  return cases;
}

/** Older versions lack some. */
async function hasMode(torch: Peer, shape: Shape, mode: string): Promise<boolean> {
  const trial = { ...shape, rows: shape.batch, epochs: 1, threads: 1, mode };
  return torch.run(trial).then(
    () => true,
    () => false,
  );
}
