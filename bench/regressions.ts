/** Regressions from a table in memory to their weights: the matrix is built and scaled, and the solver runs to its own tolerance. */
import { ModelConfig, type ResolvedModelConfig } from '../src/contracts/model-config.ts';
import type { Table } from '../src/data/table.ts';
import { createReferenceKernels } from '../src/math/kernels/reference.ts';
import { train } from '../src/training/train.ts';
import { type BenchCase, interleave, printResults } from './interleave.ts';
import type { Peer } from './peers/peer.ts';
import { syntheticTable } from './synthetic-table.ts';

const features = 50;

const problems = {
  logistic: {
    title: 'Logistic regression, L-BFGS',
    type: 'logistic_regression',
    target: 'label',
    solver: 'lbfgs',
  },
  linear: {
    title: 'Linear regression',
    type: 'linear_regression',
    target: 'value',
    solver: 'normal_equations',
  },
} as const;

export async function benchRegressions(sklearn: Peer | null, rounds: number): Promise<void> {
  for (const [problem, rows] of [
    ['logistic', 100_000],
    ['logistic', 1_000_000],
    ['linear', 100_000],
    ['linear', 1_000_000],
  ] as const) {
    const table = syntheticTable(rows, features);
    const cases = [ourCase(problem, table)];
    if (sklearn) {
      const run = () => sklearn.run({ regression: problem, rows, features });
      cases.push({ name: sklearn.name, amount: rows, run });
    }
    const title = `${problems[problem].title}, ${rows.toLocaleString('en')} × ${features}`;
    printResults(title, 'rows', await interleave(cases, rounds));
  }
}

/** Up to the last epoch, with the score of each; what follows, the final metrics, the peers are not asked for. */
function ourCase(problem: keyof typeof problems, table: Table): BenchCase {
  const { type, target, solver } = problems[problem];
  const names = table.columns.map(({ name }) => name).filter((name) => name.startsWith('x'));
  const config = ModelConfig.parse({ type, target, features: names, solver: { type: solver } });
  return {
    name: 'Trainyard',
    amount: table.rows,
    run() {
      const start = performance.now();
      let end = start;
      const outcome = train({
        config: config as ResolvedModelConfig,
        table,
        dataHash: '',
        checkpoint: null,
        createKernels: createReferenceKernels,
        control: () => 'continue',
        nowMs: () => performance.now(),
        onEpoch: () => {
          end = performance.now();
        },
        onCheckpoint: () => {},
      });
      if (outcome.kind !== 'finished' || outcome.stopReason !== 'converged')
        throw new Error(`${problem}: expected it to converge`);
      return (end - start) / 1000;
    },
  };
}
