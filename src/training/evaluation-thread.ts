/** The thread of one evaluation: posts the metrics, or why there are none. */
import { parentPort, workerData } from 'node:worker_threads';
import { JobFailure } from '../errors.ts';
import { kernelsOf } from '../math/kernels/math-backend.ts';
import { evaluate } from './evaluate.ts';
import type { EvaluationStart, FromEvaluation } from './run-evaluation.ts';

if (!parentPort) throw new Error('evaluation-thread.ts runs as a worker thread');
const { table, mathBackend, ...version } = workerData as EvaluationStart;
try {
  const metrics = evaluate(version, table, kernelsOf(mathBackend));
  parentPort.postMessage({ metrics } satisfies FromEvaluation);
} catch (error) {
  if (!(error instanceof JobFailure)) throw error;
  parentPort.postMessage({ code: error.code, message: error.message } satisfies FromEvaluation);
}
