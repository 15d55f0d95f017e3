/** `/api/v1/jobs`: durable training runs. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Diagnostics, DiagnosticsQuery, LastFiniteWeights } from '../../contracts/diagnostics.ts';
import {
  type EpochRecord,
  History,
  HistoryQuery,
  Job,
  JobListQuery,
  JobPage,
  JobRequest,
  JobWaitQuery,
} from '../../contracts/job.ts';
import type { ApiInstance } from '../api-instance.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import type { JobService } from '../services/jobs.ts';
import { JobParams, VersionParams } from './path-params.ts';

const base = '/api/v1/jobs';
const tags = ['Jobs'];

/** What a config may turn out not to be against its dataset. */
const configCodes = [
  'unknown_reference',
  'unknown_column',
  'wrong_column_type',
  'wrong_target_type',
  'single_class',
  'too_many_classes',
  'too_few_rows',
  'all_missing',
  'missing_values',
  'cardinality_too_high',
  'column_name_clash',
  'number_out_of_range',
  'memory_exceeded',
  'incompatible_version',
] as const;

const SubmitHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 visible ASCII characters')
    .optional()
    .meta({
      description:
        'A name of your choosing for this request. Sent again within 24 hours, the same request is answered as the first time, with `Idempotency-Replayed: true`, and makes no second job; another request under the same key is 422. A refused request leaves its key free',
    }),
});

const actions = [
  {
    action: 'cancel',
    operationId: 'cancelJob',
    summary: 'Cancel a job at once',
    description: 'Whatever it has done so far makes no version. Cancelling a cancelled job is the same 202.',
  },
  {
    action: 'pause',
    operationId: 'pauseJob',
    summary: 'Pause a job',
    description:
      'A queued job is paused at once; a running one saves its state within a second and then is `paused`. Pausing a paused job is the same 202.',
  },
  {
    action: 'resume',
    operationId: 'resumeJob',
    summary: 'Resume a paused job',
    description:
      'It waits for a trainer again, at its old place, and goes on from its checkpoint to the bits that it would have come to.',
  },
] as const;

export function registerJobRoutes(app: ApiInstance, jobs: JobService): void {
  app.post(
    base,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'createJob',
        summary: 'Train a model on a dataset',
        description:
          "Trains the model's config of this moment unless the body carries one. The answer's Location is the job. Pointers under /config are into the config that the job would train.",
        headers: SubmitHeaders,
        body: JobRequest,
        response: responses(
          { 202: Job },
          ...keyCodes,
          ...jsonBodyCodes,
          ...configCodes,
          'idempotency_key_reused',
          'queue_full',
        ),
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const submittedAs = key === undefined ? undefined : { holder: request.keyHolder, key };
      const { job, isReplayed } = await jobs.submit(request.body, submittedAs);
      if (isReplayed) reply.header('idempotency-replayed', 'true');
      return reply.code(202).header('location', `${base}/${job.id}`).send(job);
    },
  );

  app.post(
    '/api/v1/models/:model/versions/:version/verify',
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'verifyVersion',
        summary: 'Train a version again and compare',
        description:
          "A job of kind `verify`: the version's config on the version's data, from the same seed. It makes no version; `verification` of the job says whether the weights are equal to the bit. Takes no body.",
        params: VersionParams,
        response: responses(
          { 202: Job },
          ...keyCodes,
          'model_not_found',
          'version_not_found',
          'dataset_not_found',
          'queue_full',
        ),
      },
    },
    async (request, reply) => {
      const job = await jobs.verify(request.params.model, request.params.version);
      return reply.code(202).header('location', `${base}/${job.id}`).send(job);
    },
  );

  app.get(
    base,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'listJobs',
        summary: 'List jobs, newest first',
        querystring: JobListQuery,
        response: responses({ 200: JobPage }, ...keyCodes),
      },
    },
    async (request) => jobs.list(request.query),
  );

  app.get(
    `${base}/:job`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getJob',
        summary: 'Show a job, or wait for its end',
        params: JobParams,
        querystring: JobWaitQuery,
        response: responses({ 200: Job }, ...keyCodes, 'job_not_found', 'busy'),
      },
    },
    async (request, reply) => jobs.get(request.params.job, request.query.wait ?? 0, clientGone(reply)),
  );

  for (const { action, ...documented } of actions) {
    app.post(
      `${base}/:job/${action}`,
      {
        config: { auth: 'key' },
        schema: {
          tags,
          ...documented,
          params: JobParams,
          response: responses({ 202: Job }, ...keyCodes, 'job_not_found', 'job_state_conflict'),
        },
      },
      async (request, reply) => reply.code(202).send(await jobs.act(action, request.params.job)),
    );
  }

  app.delete(
    `${base}/:job`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'deleteJob',
        summary: 'Delete a job that has ended',
        description: 'Its history and events go along; the version that it made stays.',
        params: JobParams,
        response: responses({ 204: z.undefined() }, ...keyCodes, 'job_not_found', 'job_state_conflict'),
      },
    },
    async (request, reply) => {
      await jobs.delete(request.params.job);
      return reply.code(204).send(undefined);
    },
  );

  app.get(
    `${base}/:job/history`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getHistory',
        summary: 'Read the loss and metrics of each epoch',
        params: JobParams,
        querystring: HistoryQuery,
        response: responses({ 200: History }, ...keyCodes, 'job_not_found'),
      },
    },
    async (request, reply) => {
      const pages = await jobs.history(request.params.job, request.query.max_points);
      // As text: a long one is never an object as a whole.
      return reply.type('application/json; charset=utf-8').send(Readable.from(historyText(pages)) as never);
    },
  );

  app.get(
    `${base}/:job/diagnostics`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getDiagnostics',
        summary:
          'See inside the training: gradients and activations of each layer, and what is wrong with them',
        description:
          'A network is looked at after each of its first 100 epochs, then after every ⌈epochs/100⌉th, on a fixed sample of its training rows: a 64th of them, at least 128 and at most 1,024. Thresholds are in docs/diagnostics.md.',
        params: JobParams,
        querystring: DiagnosticsQuery,
        response: responses({ 200: Diagnostics }, ...keyCodes, 'job_not_found'),
      },
    },
    async (request) => jobs.diagnostics(request.params.job, request.query.max_points),
  );

  app.get(
    `${base}/:job/last-finite-weights`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getLastFiniteWeights',
        summary: 'Read the last finite weights of a job that diverged',
        description: 'To see where it was when it broke. They make no version and predict nothing.',
        params: JobParams,
        response: responses({ 200: LastFiniteWeights }, ...keyCodes, 'job_not_found', 'no_weights_kept'),
      },
    },
    async (request) => jobs.lastFiniteWeights(request.params.job),
  );
}

/** A `History`, in pieces. */
async function* historyText(pages: AsyncIterable<readonly EpochRecord[]>): AsyncGenerator<string> {
  let separator = '{"epochs":[';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield separator + page.map((record) => JSON.stringify(record)).join(',');
    separator = ',';
  }
  yield separator === ',' ? ']}' : `${separator}]}`;
}

/** Aborts when the response is over, by an answer or by a client that hung up. */
function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
