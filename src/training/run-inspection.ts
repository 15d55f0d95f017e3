/** Inspects a version in a thread of its own: a large one takes seconds, and the process stays able to answer others. */
import { Worker } from 'node:worker_threads';
import type { Collapse, GradientCheck } from '../contracts/inspections.ts';
import type { CheckGradientsRequest, CollapseRequest } from '../data/messages.ts';

export type InspectionStart = CollapseRequest | CheckGradientsRequest;
export type Inspection = Collapse | GradientCheck;

export function inspectInThread(start: InspectionStart): Promise<Inspection> {
  const thread = new Worker(new URL('./inspection-thread.ts', import.meta.url), { workerData: start });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the inspection ended without a result')));
  });
}
