/** Chooses the rows that can be trained on: those with a target and, where missing values are not imputed, with every feature. */
import type { ResolvedModelConfig } from '../../contracts/model-config.ts';
import type { Warning } from '../../contracts/names.ts';
import { JobFailure } from '../../errors.ts';
import { findColumn } from '../find-column.ts';
import type { Column, Table } from '../table.ts';

export interface UsableRows {
  /** Row numbers, ascending. */
  readonly rows: Uint32Array;
  readonly warnings: Warning[];
}

/**
 * Rows without a target are left out; rows without a feature are left out by `drop_row`, refused by `error` and kept by
 * `impute`. What was left out is counted in a warning.
 *
 * @throws JobFailure `unsupported_data` for a hole under `missing: "error"`
 */
export function usableRows(
  table: Table,
  config: Pick<ResolvedModelConfig, 'target' | 'features' | 'preprocessing'>,
): UsableRows {
  const target = findColumn(table, config.target);
  const missing = config.preprocessing.missing;
  const required = missing === 'impute' ? [] : config.features.map((name) => findColumn(table, name));

  const rows = new Uint32Array(table.rows);
  let kept = 0;
  let withoutTarget = 0;
  for (let row = 0; row < table.rows; row++) {
    if (isMissing(target, row)) {
      withoutTarget++;
      continue;
    }
    const hole = required.find((column) => isMissing(column, row));
    if (hole !== undefined && missing === 'error') {
      throw new JobFailure(
        'unsupported_data',
        `"${hole.name}" has no value in row ${row + 1}, and missing is "error"`,
      );
    }
    if (hole === undefined) rows[kept++] = row;
  }
  return {
    rows: rows.slice(0, kept),
    warnings: countLeftOut(table.rows, kept, withoutTarget, config.target),
  };
}

function isMissing(column: Column, row: number): boolean {
  return column.type === 'number' ? Number.isNaN(column.values[row]) : column.codes[row] < 0;
}

function countLeftOut(total: number, kept: number, withoutTarget: number, target: string): Warning[] {
  const warnings: Warning[] = [];
  if (withoutTarget > 0) {
    const message = `${withoutTarget} of ${total} rows have no value in the target "${target}" and were left out`;
    warnings.push({ code: 'missing_target', message });
  }
  const dropped = total - withoutTarget - kept;
  if (dropped > 0) {
    const message = `${dropped} of ${total} rows miss a feature and were left out (missing: "drop_row")`;
    warnings.push({ code: 'rows_dropped', message });
  }
  return warnings;
}
