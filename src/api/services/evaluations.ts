/** Evaluations: a version measured on any dataset, off this process. */
import type { Metrics } from '../../contracts/metrics.ts';
import type { DataService } from '../../data/messages.ts';
import { type FieldError, TrainyardError } from '../../errors.ts';
import type { Store, StoredDataset, VersionSelector } from '../../store/ports.ts';
import type { EvaluatedVersion } from '../../training/evaluate.ts';
import type { PredictionService } from './predictions.ts';

export type EvaluationService = ReturnType<typeof createEvaluationService>;

interface EvaluationDependencies {
  readonly store: Store;
  readonly data: DataService;
  readonly predictions: PredictionService;
  /** What one evaluation may hold, bytes: as much as a job. */
  readonly maxBytes: number;
}

export function createEvaluationService({ store, data, predictions, maxBytes }: EvaluationDependencies) {
  return {
    /**
     * @throws TrainyardError 422 where the dataset is not of the model's columns, or too large; as `PredictionService.serve` does;
     *   `busy`, `data_process_restarted`
     */
    async evaluate(model: string, selector: VersionSelector, datasetId: string): Promise<Metrics> {
      const version = await predictions.load(model, selector);
      const dataset = await store.datasets.get(datasetId);
      if (!dataset) {
        const message = `no dataset ${datasetId}`;
        const errors = [{ pointer: '/dataset', code: 'unknown_reference', message }];
        throw new TrainyardError('unknown_reference', message, { errors });
      }
      checkColumns(version, dataset);
      checkMemory(version, dataset, maxBytes);
      const { target, features, preprocessing } = version.config;
      const names = new Set([...version.trained.features, target]);
      return data.call({
        kind: 'evaluate',
        path: store.datasets.pathOf(dataset.file),
        columns: dataset.columns.filter(({ name }) => names.has(name)),
        config: { target, features, preprocessing },
        trained: version.trained,
        weights: version.weights,
      });
    },
  };
}

function checkColumns({ config, trained }: EvaluatedVersion, { columns }: StoredDataset): void {
  const found = new Map(columns.map(({ name, type }) => [name, type]));
  const needed: [string, 'number' | 'category'][] = [
    ...trained.preprocessing.features.map(({ name, type }): [string, typeof type] => [name, type]),
    [config.target, typeof (trained.classes?.[0] ?? 0) === 'number' ? 'number' : 'category'],
  ];
  const errors = needed.flatMap(([name, type]): FieldError[] => {
    const place = { pointer: '/dataset', column: name };
    if (!found.has(name))
      return [{ ...place, code: 'unknown_column', message: `the dataset has no column "${name}"` }];
    if (found.get(name) === type) return [];
    const message = `"${name}" is a ${found.get(name)}, the model needs a ${type}`;
    return [{ ...place, code: 'wrong_column_type', message }];
  });
  const [first] = errors;
  if (!first) return;
  const code = errors.some((error) => error.code === 'unknown_column')
    ? 'unknown_column'
    : 'wrong_column_type';
  const others = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  throw new TrainyardError(code, `${first.message}${others}`, { errors: errors.slice(0, 100) });
}

/** The table's columns, and the outputs, which ranking holds twice. */
function checkMemory({ trained }: EvaluatedVersion, { rows }: StoredDataset, maxBytes: number): void {
  const bytes = rows * 8 * (trained.features.length + 2 + 2 * (trained.classes?.length ?? 1));
  if (bytes <= maxBytes) return;
  throw new TrainyardError(
    'memory_exceeded',
    `evaluating ${rows} rows would need ${bytes} bytes, more than the budget of ${maxBytes} (JOB_MEMORY_MB)`,
  );
}
