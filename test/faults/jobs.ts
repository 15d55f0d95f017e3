/** The jobs of a run of kills: how they are made, waited for and compared. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { History, Job } from '../../src/contracts/job.ts';
import type { Version } from '../../src/contracts/version.ts';
import { call, type Service } from '../e2e/service.ts';
import { type Family, tableOf } from './fault-families.ts';

export const isEnded = ({ state }: Job): boolean => ['succeeded', 'failed', 'cancelled'].includes(state);

/** @returns the dataset's id */
export async function prepare(service: Service, family: Family): Promise<string> {
  const dataset = await call<{ id: string }>(service, 'POST', '/api/v1/datasets', tableOf(family));
  if (dataset.status !== 201) throw new Error(`the table was refused: ${dataset.text}`);
  const model = await call(service, 'PUT', '/api/v1/models/m', family.config(1));
  if (model.status !== 201) throw new Error(`the model was refused: ${model.text}`);
  return dataset.body.id;
}

export async function submit(service: Service, dataset: string, config: object): Promise<string> {
  const job = await call<Job>(service, 'POST', '/api/v1/jobs', { model: 'm', dataset, config });
  if (job.status !== 202) throw new Error(`the job was refused: ${job.text}`);
  return job.body.id;
}

/** @returns null when the service does not know it */
export async function find(service: Service, id: string): Promise<Job | null> {
  const { status, body } = await call<Job>(service, 'GET', `/api/v1/jobs/${id}`);
  if (status !== 200 && status !== 404) throw new Error(`GET of job ${id}: ${status}`);
  return status === 200 ? body : null;
}

/** What the service logged as a warning or worse. */
export function troubles(service: Service): string {
  return service
    .output()
    .split('\n')
    .filter((line) => !/^{"level":[1-3]0/.test(line))
    .slice(-3)
    .map((line) => line.slice(0, 500))
    .join('\n');
}

/** The service does not know a job that it acknowledged. */
export class LostJob extends Error {}

/** Polls until the condition holds; throws after two minutes, and LostJob when the job is gone. */
export async function waitFor(service: Service, id: string, condition: (job: Job) => boolean): Promise<Job> {
  for (const startedAt = performance.now(); performance.now() - startedAt < 120_000; await sleep(20)) {
    const job = await find(service, id);
    if (!job) throw new LostJob(id);
    if (condition(job)) return job;
  }
  throw new Error(
    `the job did not get there: ${JSON.stringify(await find(service, id))}\n${troubles(service)}`,
  );
}

/** Everything of a job that must not depend on what befell it. */
export interface Outcome {
  readonly state: string;
  readonly weights: string | null;
  readonly metrics: unknown;
  readonly history: object[];
}

export async function outcomeOf(service: Service, { id, state, version, metrics }: Job): Promise<Outcome> {
  const versions = `/api/v1/models/m/versions/${version}`;
  const weights =
    version === null ? null : (await call<Version>(service, 'GET', versions)).body.weights_sha256;
  const { body } = await call<History>(service, 'GET', `/api/v1/jobs/${id}/history`);
  return { state, weights, metrics, history: body.epochs.map(({ seconds: _, ...record }) => record) };
}

/** @returns how many epochs of the family take so long here */
export async function epochsFor(
  service: Service,
  dataset: string,
  family: Family,
  seconds: number,
): Promise<number> {
  const id = await submit(service, dataset, family.config(1_000_000));
  const startedAt = performance.now();
  await waitFor(service, id, ({ progress }) => progress.epoch > 3 && performance.now() - startedAt > 1_500);
  const { body } = await call<History>(service, 'GET', `/api/v1/jobs/${id}/history`);
  await call(service, 'POST', `/api/v1/jobs/${id}/cancel`);
  const last = body.epochs.slice(-1_000);
  const each = last.reduce((sum, epoch) => sum + epoch.seconds, 0) / last.length;
  return Math.min(100_000, Math.max(20, Math.round(seconds / each)));
}
