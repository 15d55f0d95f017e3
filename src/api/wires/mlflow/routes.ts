/** `/invocations/{model}`: MLflow's scoring protocol, a model in the path where MLflow serves one alone. */
import { z } from 'zod';
import type { TrainedModel } from '../../../contracts/version.ts';
import { TrainyardError } from '../../../errors.ts';
import type { PredictedBatch } from '../../../training/predict.ts';
import type { ApiInstance } from '../../api-instance.ts';
import { ModelParams } from '../../routes/path-params.ts';
import { sendPieces } from '../../send-pieces.ts';
import type { CheckReady } from '../../services/readiness.ts';
import { predictTexts, readWireJson, type WireRows, type WireServices } from '../predict-by-wire.ts';
import { MlflowError, wireResponses } from '../wire-responses.ts';
import { rowsOfCsv } from './csv-rows.ts';
import { MlflowRequest, rowsOfRequest } from './requests.ts';

const tags = ['MLflow'];
/** The protocol of this wire is MLflow's since this version. */
const protocolVersion = '2.0.0';
const MlflowResponse = z.strictObject({ predictions: z.array(z.unknown()) }).meta({ id: 'MlflowResponse' });
/** Not JSON, though MLflow calls it so. */
const PlainText = z.string().meta({ id: 'MlflowText' });

interface MlflowDependencies extends WireServices {
  readonly checkReady: CheckReady;
}

export function registerMlflow(app: ApiInstance, { checkReady, ...services }: MlflowDependencies): void {
  const { limits } = services;
  app.post(
    '/invocations/:model',
    {
      bodyLimit: limits.maxPredictBodyBytes,
      config: {
        auth: 'key',
        isFrequent: true,
        wireBody: {
          'application/json': { description: 'One of the four forms', schema: z.toJSONSchema(MlflowRequest) },
          'text/csv': { description: 'As `DataFrame.to_csv` writes it', schema: { type: 'string' } },
        },
      },
      schema: {
        tags,
        operationId: 'mlflowInvocations',
        summary: 'Predict labels or values by the latest version',
        params: ModelParams,
        response: wireResponses({ 200: MlflowResponse }, MlflowError),
      },
    },
    async ({ params, body, headers }, reply) => {
      const readRows = createRowReader(headers['content-type'], body, services);
      const { pieces } = await predictTexts(services, params.model, 'latest', readRows, predictionWriter);
      return sendPieces(reply, ['{"predictions":[', ...pieces, ']}'], 'application/json');
    },
  );
  addHealth(app, checkReady, '/ping', 'mlflowPing');
  addHealth(app, checkReady, '/health', 'mlflowHealth');
  app.get(
    '/version',
    {
      config: { auth: 'public' },
      schema: {
        tags,
        operationId: 'mlflowVersion',
        summary: "MLflow's version whose protocol this is",
        response: wireResponses({ 200: PlainText }, MlflowError),
      },
    },
    async (_request, reply) => reply.type('application/json').send(Buffer.from(protocolVersion) as never),
  );
}

/** MLflow answers both with an empty line. */
function addHealth(app: ApiInstance, checkReady: CheckReady, path: string, operationId: string): void {
  app.get(
    path,
    {
      config: { auth: 'public' },
      schema: {
        tags,
        operationId,
        summary: 'Tell whether the service is ready to work',
        response: wireResponses({ 200: PlainText }, MlflowError),
      },
    },
    async (_request, reply) => {
      await checkReady();
      return reply.type('application/json').send(Buffer.from('\n') as never);
    },
  );
}

/** @throws TrainyardError `unsupported_media_type` */
function createRowReader(
  contentType: string | undefined,
  body: unknown,
  { limits }: WireServices,
): (trained: TrainedModel) => WireRows {
  const mediaType = (contentType ?? 'application/json').split(';')[0]!.trim().toLowerCase();
  if (mediaType === 'application/json') {
    const request = readWireJson(MlflowRequest, body, limits);
    return (trained) => rowsOfRequest(request, trained);
  }
  if (mediaType === 'text/csv') {
    const bytes = (body as Buffer | undefined) ?? Buffer.alloc(0);
    return (trained) => ({ rows: rowsOfCsv(bytes, trained), pointer: '/csv' });
  }
  const message = `expected Content-Type application/json or text/csv, got ${JSON.stringify(mediaType.slice(0, 100))}`;
  throw new TrainyardError('unsupported_media_type', message);
}

/** What a scikit-learn model's `predict` gives: the label in its own type, or the number. */
function predictionWriter({ classes }: TrainedModel): (batch: PredictedBatch, i: number) => string {
  if (classes === null) return ({ outputs }, i) => `${outputs[i]}`;
  const labels = classes.map((label) => JSON.stringify(label));
  return ({ labels: predicted }, i) => labels[predicted[i]];
}
