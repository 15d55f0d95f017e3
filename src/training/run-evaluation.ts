/** Evaluates in a thread of its own: the process that reads the tables stays able to answer others. */
import { Worker } from 'node:worker_threads';
import type { Metrics } from '../contracts/metrics.ts';
import type { EvaluateRequest } from '../data/messages.ts';
import { readTable } from '../data/read-table.ts';
import type { Table } from '../data/table.ts';
import { type ErrorCode, type JobErrorCode, TrainyardError } from '../errors.ts';
import type { MathBackend } from '../math/kernels/math-backend.ts';
import type { EvaluatedVersion } from './evaluate.ts';

export interface EvaluationStart extends EvaluatedVersion {
  readonly table: Table;
  readonly mathBackend: MathBackend;
}

export type FromEvaluation =
  | { readonly metrics: Metrics }
  | { readonly code: JobErrorCode; readonly message: string };

export function createEvaluator(mathBackend: MathBackend): (request: EvaluateRequest) => Promise<Metrics> {
  return async ({ path, columns, config, trained, weights }) => {
    const table = await readTable(path, columns);
    return runThread({ config, trained, weights, table, mathBackend });
  };
}

/** @throws TrainyardError `too_few_rows`, `unsuitable_dataset`; or what the thread threw */
function runThread(start: EvaluationStart): Promise<Metrics> {
  const thread = new Worker(new URL('./evaluation-thread.ts', import.meta.url), { workerData: start });
  return new Promise((resolve, reject) => {
    thread.once('message', (message: FromEvaluation) => {
      if ('metrics' in message) resolve(message.metrics);
      else reject(refusal(message.code, message.message));
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the evaluation ended without a result')));
  });
}

function refusal(code: JobErrorCode, message: string): TrainyardError {
  const answered: ErrorCode = code === 'too_few_rows' ? code : 'unsuitable_dataset';
  return new TrainyardError(answered, message, {
    errors: [{ pointer: '/dataset', code: answered, message }],
  });
}
