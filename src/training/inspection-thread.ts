/** The thread of one inspection of a version: posts what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import { collapseVersion } from './collapse.ts';
import { checkVersionGradients } from './gradient-check.ts';
import type { Inspection, InspectionStart } from './run-inspection.ts';

if (!parentPort) throw new Error('inspection-thread.ts runs as a worker thread');
const start = workerData as InspectionStart;
const inspection: Inspection =
  start.kind === 'collapse' ? collapseVersion(start) : checkVersionGradients(start);
parentPort.postMessage(inspection);
