/** How fast whole trainings run, from a table in memory to weights: what a job costs beyond reading its data. */
import { ModelConfig, type ResolvedModelConfig } from '../src/contracts/model-config.ts';
import type { Table } from '../src/data/table.ts';
import { createReferenceKernels } from '../src/math/kernels/reference.ts';
import { createRandom } from '../src/math/random.ts';
import { train } from '../src/training/train.ts';
import { type BenchCase, interleave, printResults } from './interleave.ts';

/** Features `x1` … `xk`, standard normal, and a noisy linear `value` with its sign as the category `label`. */
function syntheticTable(rows: number, features: number): Table {
  const random = createRandom(1);
  const weights = Array.from({ length: features }, () => random.normal());
  const columns = weights.map(() => new Float64Array(rows));
  const value = new Float64Array(rows);
  const codes = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) {
      columns[j][i] = random.normal();
      value[i] += weights[j] * columns[j][i];
    }
    value[i] += random.normal();
    codes[i] = value[i] > 0 ? 1 : 0;
  }
  return {
    rows,
    columns: [
      ...columns.map((values, j) => ({ name: `x${j + 1}`, type: 'number' as const, values })),
      { name: 'value', type: 'number', values: value },
      { name: 'label', type: 'category', codes, dictionary: ['no', 'yes'], boolean: false },
    ],
  };
}

function trainingCase(name: string, table: Table, config: Record<string, unknown>): BenchCase {
  const features = table.columns.map((column) => column.name).filter((column) => column.startsWith('x'));
  const resolved = ModelConfig.parse({ ...config, features }) as ResolvedModelConfig;
  const epochs = typeof config.epochs === 'number' ? config.epochs : 1;
  return {
    name,
    amount: table.rows * epochs,
    run() {
      const outcome = train({
        config: resolved,
        table,
        checkpoint: null,
        createKernels: createReferenceKernels,
        control: () => 'continue',
        nowMs: () => performance.now(),
        onEpoch: () => {},
        onCheckpoint: () => {},
      });
      if (outcome.kind !== 'finished') throw new Error(`${name}: the training was stopped`);
    },
  };
}

export function benchTraining(rounds: number): void {
  const small = syntheticTable(10_000, 32);
  const network = (batch: number) =>
    trainingCase(`32-64-64-1, batch ${batch}`, small, {
      type: 'mlp',
      target: 'label',
      hidden_layers: [
        { units: 64, activation: 'relu' },
        { units: 64, activation: 'relu' },
      ],
      epochs: 2,
      batch_size: batch,
      validation: { fraction: 0 },
    });
  printResults(
    'Networks with Adam, row visits',
    'rows',
    interleave([network(32), network(128), network(512)], rounds),
  );

  const wide = syntheticTable(50_000, 50);
  const logistic = (type: string) =>
    trainingCase(`logistic regression, ${type}`, wide, {
      type: 'logistic_regression',
      target: 'label',
      solver: { type },
    });
  const linear = trainingCase('linear regression, normal equations', wide, {
    type: 'linear_regression',
    target: 'value',
    solver: { type: 'normal_equations' },
  });
  printResults(
    'Regressions to their optimum, 50,000 × 50',
    'rows',
    interleave([logistic('lbfgs'), logistic('newton'), linear], rounds),
  );
}
