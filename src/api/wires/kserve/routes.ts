/** KServe: the Open Inference Protocol under `/v2`, and of its v1 the list of models (the rest of v1 is TensorFlow Serving's). */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { RowReport } from '../../../data/preprocessing/row-report.ts';
import { TrainyardError } from '../../../errors.ts';
import type { Store } from '../../../store/ports.ts';
import type { ApiInstance } from '../../api-instance.ts';
import { sendPieces } from '../../send-pieces.ts';
import type { ServedVersion } from '../../services/predictions.ts';
import type { CheckReady } from '../../services/readiness.ts';
import { readWireJson, type WireServices } from '../predict-by-wire.ts';
import { checkRowCount } from '../row-forms.ts';
import { inputTensors, modelOutputs } from '../tensor-specs.ts';
import { versionNumbers } from '../tensorflow-serving/metadata.ts';
import { wireResponses } from '../wire-responses.ts';
import { openInferenceTargets, type WireTarget } from '../wire-target.ts';
import { createOutputs, type InferOutput } from './infer-outputs.ts';
import { InferRequest, readTensors, splitBody } from './infer-request.ts';
import { rowsOfTensors } from './tensor-rows.ts';

const tags = ['Open Inference Protocol'];
const base = '/v2/models/:model';
const headerLength = 'inference-header-content-length';

const Live = z.strictObject({ live: z.literal(true) });
const Ready = z.strictObject({ ready: z.literal(true) });
const ServerMetadata = z.strictObject({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
const ModelReady = z.strictObject({ name: z.string(), ready: z.literal(true) });
const tensor = z.strictObject({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) });
const ModelMetadata = z
  .strictObject({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  })
  .meta({ id: 'ModelMetadata' });
const InferResponse = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(
      tensor.extend({
        data: z.array(z.unknown()).optional(),
        parameters: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  })
  .meta({ id: 'InferResponse' });
const ModelList = z.strictObject({ models: z.array(z.string()) }).meta({ id: 'ModelList' });

export interface KserveDependencies extends WireServices {
  readonly store: Store;
  readonly packageVersion: string;
  readonly checkReady: CheckReady;
}

export function registerKserve(app: ApiInstance, dependencies: KserveDependencies): void {
  addModelList(app, dependencies.store);
  addServer(app, dependencies);
  for (const target of openInferenceTargets) {
    addModel(app, dependencies, target);
    addInfer(app, dependencies, target);
  }
}

function addModelList(app: ApiInstance, store: Store): void {
  app.get(
    '/v1/models',
    {
      config: { auth: 'key' },
      schema: {
        tags: ['TensorFlow Serving and KServe v1'],
        operationId: 'kserveListModels',
        summary: 'Names of the models that can predict',
        response: wireResponses({ 200: ModelList }),
      },
    },
    async () => {
      const models: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await store.models.list({ limit: 1000, cursor });
        models.push(...page.items.filter((model) => model.latest_version !== null).map(({ name }) => name));
        cursor = page.next_cursor;
      }
      return { models };
    },
  );
}

function addServer(app: ApiInstance, { packageVersion, checkReady }: KserveDependencies): void {
  app.get(
    '/v2',
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'openInferenceServer',
        summary: 'Name, version and extensions of the server',
        response: wireResponses({ 200: ServerMetadata }),
      },
    },
    async () => ({ name: 'trainyard', version: packageVersion, extensions: ['binary_tensor_data'] }),
  );
  app.get(
    '/v2/health/live',
    {
      config: { auth: 'public' },
      schema: {
        tags,
        operationId: 'openInferenceLive',
        summary: 'Tell whether the process answers',
        response: wireResponses({ 200: Live }),
      },
    },
    async () => ({ live: true as const }),
  );
  app.get(
    '/v2/health/ready',
    {
      config: { auth: 'public' },
      schema: {
        tags,
        operationId: 'openInferenceReady',
        summary: 'Tell whether the service is ready to work',
        response: wireResponses({ 200: Ready }),
      },
    },
    async () => {
      await checkReady();
      return { ready: true as const };
    },
  );
}

function addModel(app: ApiInstance, { predictions, store }: KserveDependencies, target: WireTarget): void {
  app.get(
    `${base}${target.path}`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: `openInferenceModel${target.suffix}`,
        summary: 'Input and output tensors of a model',
        params: target.params,
        response: wireResponses({ 200: ModelMetadata }),
      },
    },
    async ({ params }) => {
      const { model } = params as { model: string };
      const { predictor } = await predictions.serve(model, target.select(params));
      return {
        name: model,
        versions: (await versionNumbers(store, model)).map(String),
        platform: 'trainyard',
        inputs: inputTensors(predictor.trained).map((spec) => ({ ...spec, shape: [...spec.shape] })),
        outputs: modelOutputs(predictor.trained).map((spec) => ({ ...spec, shape: [...spec.shape] })),
      };
    },
  );
  app.get(
    `${base}${target.path}/ready`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: `openInferenceModelReady${target.suffix}`,
        summary: 'Tell whether a model can predict',
        params: target.params,
        response: wireResponses({ 200: ModelReady }),
      },
    },
    async ({ params }) => {
      const { model: name } = params as { model: string };
      await predictions.serve(name, target.select(params));
      return { name, ready: true as const };
    },
  );
}

function addInfer(app: ApiInstance, { predictions, limits }: KserveDependencies, target: WireTarget): void {
  app.post(
    `${base}${target.path}/infer`,
    {
      bodyLimit: limits.maxPredictBodyBytes,
      config: {
        auth: 'key',
        isFrequent: true,
        wireBody: {
          'application/json': {
            description: 'Whatever the Content-Type says',
            schema: z.toJSONSchema(InferRequest),
          },
          'application/octet-stream': {
            description:
              'JSON, and binary tensors behind it: `Inference-Header-Content-Length` is the length of the JSON',
            schema: { type: 'string', format: 'binary' },
          },
        },
      },
      schema: {
        tags,
        operationId: `openInferenceInfer${target.suffix}`,
        summary: 'Predict by tensors',
        params: target.params,
        response: wireResponses({ 200: InferResponse }),
      },
    },
    async ({ params, body, headers }, reply) => {
      const { model } = params as { model: string };
      const { json, binary } = splitBody(
        (body as Buffer | undefined) ?? Buffer.alloc(0),
        headers[headerLength]?.toString(),
      );
      const request = readWireJson(InferRequest, json, limits);
      const served = await predictions.serve(model, target.select(params));
      const { trained } = served.predictor;
      const rows = rowsOfTensors(readTensors(request.inputs, binary), trained);
      checkRowCount(rows, limits.maxPredictRows, '/inputs');
      const outputs = createOutputs(request, trained);
      checkAnswerBytes(outputs, rows.length, limits.maxPredictAnswerBytes);
      await predictions.run(served.predictor, rows, new RowReport('/inputs'), (batch) => {
        for (const output of outputs) output.take(batch);
      });
      return sendResponse(reply, { model, served, id: request.id, outputs, rows: rows.length });
    },
  );
}

function checkAnswerBytes(outputs: readonly InferOutput[], rows: number, maxBytes: number): void {
  const bytes = outputs.reduce((sum, { rowBytes }) => sum + rowBytes, 0) * rows;
  if (bytes <= maxBytes) return;
  throw new TrainyardError(
    'answer_too_large',
    `the outputs for ${rows} rows may take ${bytes} bytes, more than ${maxBytes}: send fewer at once`,
  );
}

interface Answer {
  readonly model: string;
  readonly served: ServedVersion;
  readonly id: string | undefined;
  readonly outputs: readonly InferOutput[];
  readonly rows: number;
}

function sendResponse(reply: FastifyReply, { model, served, id, outputs, rows }: Answer): FastifyReply {
  const finished = outputs.map((output) => output.finish(rows));
  const head = {
    model_name: model,
    model_version: String(served.version),
    ...(id === undefined ? {} : { id }),
  };
  const json = [`${JSON.stringify(head).slice(0, -1)},"outputs":[`];
  finished.forEach((output, i) => {
    if (i > 0) json.push(',');
    json.push(...output.json);
  });
  json.push(']}');
  const binary = finished.flatMap((output) => output.binary ?? []);
  if (binary.length === 0) return sendPieces(reply, json, 'application/json');
  const header = Buffer.from(json.join(''));
  return reply
    .type('application/octet-stream')
    .header(headerLength, header.length)
    .send(Buffer.concat([header, ...binary]));
}
