/** A few real rows of a version's dataset, encoded as the model reads them. */
import type { Row } from '../../contracts/dataset.ts';
import type { Label } from '../../contracts/names.ts';
import type { DataService } from '../../data/messages.ts';
import { createRowEncoder } from '../../data/preprocessing/row-encoder.ts';
import { RowReport } from '../../data/preprocessing/row-report.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';

/** From so many places of the table, as far from each other as they can be: it may be sorted by class. */
const places = 8;

export interface SampledRows {
  /** Encoded, row-major [n, k], n ≥ 1. */
  readonly x: Float64Array;
  /** Class numbers, or values on the scale that the model is fitted on, [n]. */
  readonly target: Float64Array;
}

/**
 * Rows that training could not use (no target, a class or a hole that the model does not take) are passed over.
 *
 * @param count most rows
 * @throws TrainyardError `dataset_not_found` when it was deleted or none of the rows can be used, `busy`, `data_process_restarted`
 */
export async function sampleRows(
  store: Store,
  data: DataService,
  version: StoredVersion,
  count: number,
): Promise<SampledRows> {
  const dataset = await store.datasets.get(version.dataset);
  if (!dataset) throw gone(version, 'was deleted');
  const { trained, config } = version;
  const names = new Set([...trained.features, config.target]);
  const columns = dataset.columns.filter(({ name }) => names.has(name));
  const path = store.datasets.pathOf(dataset.file);
  const pages = dataset.rows <= count ? 1 : Math.min(places, count);
  const limit = Math.min(dataset.rows, Math.floor(count / pages));
  const rows: Row[] = [];
  for (let page = 0; page < pages; page++) {
    const offset = Math.floor((page * dataset.rows) / pages);
    const text = await data.call({ kind: 'rows', path, columns, offset, limit });
    rows.push(...(JSON.parse(Buffer.from(text).toString()) as Row[]));
  }
  return encoded(version, rows);
}

function encoded(version: StoredVersion, rows: readonly Row[]): SampledRows {
  const { trained, config } = version;
  const encoder = createRowEncoder(trained.preprocessing);
  const width = trained.preprocessing.columns.length;
  const data = new Float64Array(rows.length * width);
  const target: number[] = [];
  for (const { [config.target]: truth, ...row } of rows) {
    const value = targetOf(version, truth);
    const report = new RowReport();
    encoder.encode(row, 0, data, target.length * width, report);
    if (value !== null && !report.isRefused) target.push(value);
  }
  if (target.length === 0) throw gone(version, 'has no row that the model takes');
  const n = target.length;
  return { x: data.slice(0, n * width), target: Float64Array.from(target) };
}

/** Null where there is none. */
function targetOf({ trained }: StoredVersion, truth: Label | null): number | null {
  if (truth === null) return null;
  if (trained.classes) {
    const code = trained.classes.indexOf(truth);
    return code < 0 ? null : code;
  }
  const { mean, scale } = trained.target_scaling ?? { mean: 0, scale: 1 };
  return (Number(truth) - mean) / scale;
}

function gone({ model, version, dataset }: StoredVersion, what: string): TrainyardError {
  return new TrainyardError(
    'dataset_not_found',
    `${dataset}, which "${model}" version ${version} was trained on, ${what}`,
  );
}
