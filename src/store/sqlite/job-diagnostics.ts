/** What was seen inside a training: written with its progress, forgotten past a checkpoint, read as the API shows it. */
import type { Database } from 'better-sqlite3';
import type { EpochReport, Finding, LayerStatistics } from '../../contracts/diagnostics.ts';
import type { JobDiagnostics } from '../ports.ts';
import { toJson } from './json-column.ts';

const insertStatistics = 'INSERT INTO layer_statistics (job_id, epoch, layers) VALUES (?, ?, ?)';

// A job that starts anew after a crash finds the same in its data again.
const insertFinding = `
  INSERT OR REPLACE INTO findings (job_id, code, layer, epoch, value, message) VALUES (?, ?, ?, ?, ?, ?)`;

const deleteStatisticsAfter = 'DELETE FROM layer_statistics WHERE job_id = ? AND epoch > ?';

const deleteFindingsAfter = 'DELETE FROM findings WHERE job_id = ? AND epoch > ?';

const selectStatistics = 'SELECT epoch, layers FROM layer_statistics WHERE job_id = ? ORDER BY epoch';

const selectFindings = `
  SELECT code, nullif(layer, '') AS layer, epoch, value, message FROM findings
  WHERE job_id = ? ORDER BY epoch, code, layer`;

/** As JSON `Warning`s, for a query of jobs. */
export const findingsOfJob = `(
  SELECT json_group_array(json_object('code', code, 'message', message)) FROM (
    SELECT code, message FROM findings WHERE job_id = jobs.id ORDER BY epoch, code, layer))`;

interface Told {
  readonly statistics: { readonly epoch: number; readonly layers: LayerStatistics[] } | null;
  readonly findings: readonly Finding[];
}

export interface DiagnosticsRows {
  /** Call only inside `connection.write`. Returns what there is to tell: the last statistics, and all findings. */
  insert(jobId: string, reports: readonly EpochReport[]): Told;
  insertFindings(jobId: string, findings: readonly Finding[]): void;
  /** Call only inside `connection.write`. About two hundred rows of statistics at most. */
  deleteAfter(jobId: string, epoch: number): void;
  read(jobId: string): JobDiagnostics;
}

export function createDiagnosticsRows(database: Database): DiagnosticsRows {
  const addStatistics = database.prepare<[string, number, string]>(insertStatistics);
  const addFinding = database.prepare<[string, string, string, number, number | null, string]>(insertFinding);
  const deletions = [deleteStatisticsAfter, deleteFindingsAfter].map((sql) =>
    database.prepare<[string, number]>(sql),
  );
  const statisticsOf = database.prepare<[string], { epoch: number; layers: string }>(selectStatistics);
  const findings = database.prepare<[string], Finding>(selectFindings);

  function insertFindings(jobId: string, found: readonly Finding[]): void {
    for (const { code, layer, epoch, value, message } of found)
      addFinding.run(jobId, code, layer ?? '', epoch, value, message);
  }

  return {
    insertFindings,
    insert(jobId, reports) {
      let statistics: Told['statistics'] = null;
      for (const { epoch, layers } of reports) {
        if (!layers) continue;
        addStatistics.run(jobId, epoch, toJson(layers));
        statistics = { epoch, layers };
      }
      const found = reports.flatMap((report) => report.findings ?? []);
      insertFindings(jobId, found);
      return { statistics, findings: found };
    },
    deleteAfter(jobId, epoch) {
      for (const deletion of deletions) deletion.run(jobId, epoch);
    },
    read: (jobId) => ({
      epochs: statisticsOf.all(jobId).map(({ epoch, layers }) => ({ epoch, layers: JSON.parse(layers) })),
      findings: findings.all(jobId),
    }),
  };
}
