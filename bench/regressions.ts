/** Regressions solved to their optimum, from a table in memory to weights. */
import { ModelConfig, type ResolvedModelConfig } from '../src/contracts/model-config.ts';
import type { Table } from '../src/data/table.ts';
import { createReferenceKernels } from '../src/math/kernels/reference.ts';
import { train } from '../src/training/train.ts';
import { type BenchCase, interleave, printResults, timed } from './interleave.ts';
import { syntheticTable } from './synthetic-table.ts';

function regressionCase(name: string, table: Table, config: Record<string, unknown>): BenchCase {
  const features = table.columns.map((column) => column.name).filter((column) => column.startsWith('x'));
  const resolved = ModelConfig.parse({ ...config, features }) as ResolvedModelConfig;
  return {
    name,
    amount: table.rows,
    run: () =>
      timed(() => {
        const outcome = train({
          config: resolved,
          table,
          dataHash: '',
          checkpoint: null,
          createKernels: createReferenceKernels,
          control: () => 'continue',
          nowMs: () => performance.now(),
          onEpoch: () => {},
          onCheckpoint: () => {},
        });
        if (outcome.kind !== 'finished') throw new Error(`${name}: the training was stopped`);
      }),
  };
}

export async function benchRegressions(rounds: number): Promise<void> {
  const table = syntheticTable(50_000, 50);
  const logistic = (type: string) =>
    regressionCase(`logistic regression, ${type}`, table, {
      type: 'logistic_regression',
      target: 'label',
      solver: { type },
    });
  const linear = regressionCase('linear regression, normal equations', table, {
    type: 'linear_regression',
    target: 'value',
    solver: { type: 'normal_equations' },
  });
  const results = await interleave([logistic('lbfgs'), logistic('newton'), linear], rounds);
  printResults('Regressions to their optimum, 50,000 × 50', 'rows', results);
}
