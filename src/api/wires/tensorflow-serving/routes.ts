/** `/v1/models/…`: TensorFlow Serving's REST API, which KServe's v1 has taken over. */
import { z } from 'zod';
import type { TrainedModel } from '../../../contracts/version.ts';
import type { Store } from '../../../store/ports.ts';
import type { PredictedBatch } from '../../../training/predict.ts';
import type { ApiInstance } from '../../api-instance.ts';
import { validationFailed } from '../../plugins/validation.ts';
import { sendPieces } from '../../send-pieces.ts';
import { modelNotFound } from '../../services/models.ts';
import { predictTexts, readWireJson, type WireRows, type WireServices } from '../predict-by-wire.ts';
import { wireResponses } from '../wire-responses.ts';
import { tensorflowTargets, type WireTarget } from '../wire-target.ts';
import {
  ModelStatus,
  modelStatus,
  SignatureMetadata,
  signatureMetadata,
  versionNumbers,
} from './metadata.ts';
import {
  rowsOfExamples,
  rowsOfPredict,
  TensorflowExamplesRequest,
  TensorflowPredictRequest,
} from './requests.ts';

const tags = ['TensorFlow Serving and KServe v1'];
/** A verb follows the name at a colon, which find-my-way writes as two. */
const base = '/v1/models/:model([^/:]+)';
const mediaType = 'application/json';

type RowWriter = (batch: PredictedBatch, i: number) => string;

/** What the verbs do not share. */
interface Verb<Request> {
  readonly name: 'predict' | 'classify' | 'regress';
  readonly summary: string;
  readonly request: z.ZodType<Request>;
  readonly response: z.ZodType;
  rows(request: Request, trained: TrainedModel): WireRows;
  writerFor(trained: TrainedModel): RowWriter;
  /** The key of the answer that holds the rows' results. */
  key(request: Request): string;
}

const results = z.array(z.unknown());

const predict: Verb<TensorflowPredictRequest> = {
  name: 'predict',
  summary: 'Predict by instances or inputs',
  request: TensorflowPredictRequest,
  response: z.union([z.strictObject({ predictions: results }), z.strictObject({ outputs: results })]),
  rows: rowsOfPredict,
  writerFor: outputWriter,
  key: ({ instances }) => (instances ? 'predictions' : 'outputs'),
};

const classify: Verb<TensorflowExamplesRequest> = {
  name: 'classify',
  summary: 'Label and score of every class, by example',
  request: TensorflowExamplesRequest,
  response: z.strictObject({ results }),
  rows: rowsOfExamples,
  writerFor: scoreWriter,
  key: () => 'results',
};

const regress: Verb<TensorflowExamplesRequest> = {
  name: 'regress',
  summary: 'Value, by example',
  request: TensorflowExamplesRequest,
  response: z.strictObject({ results }),
  rows: rowsOfExamples,
  writerFor: valueWriter,
  key: () => 'results',
};

export function registerTensorflowServing(app: ApiInstance, store: Store, services: WireServices): void {
  for (const target of tensorflowTargets) {
    addStatus(app, store, services, target);
    addMetadata(app, services, target);
    addVerb(app, services, target, predict);
    addVerb(app, services, target, classify);
    addVerb(app, services, target, regress);
  }
}

function addVerb<Request>(
  app: ApiInstance,
  services: WireServices,
  target: WireTarget,
  verb: Verb<Request>,
): void {
  const { limits } = services;
  app.post(
    `${base}${target.path}::${verb.name}`,
    {
      bodyLimit: limits.maxPredictBodyBytes,
      config: {
        auth: 'key',
        isFrequent: true,
        wireBody: {
          [mediaType]: {
            description: 'Whatever the Content-Type says',
            schema: z.toJSONSchema(verb.request),
          },
        },
      },
      schema: {
        tags,
        operationId: `tensorflow${capitalised(verb.name)}${target.suffix}`,
        summary: verb.summary,
        params: target.params,
        response: wireResponses({ 200: verb.response }),
      },
    },
    async ({ params, body }, reply) => {
      const { model } = params as { model: string };
      const request = readWireJson(verb.request, body, limits);
      const { pieces } = await predictTexts(
        services,
        model,
        target.select(params),
        (trained) => verb.rows(request, trained),
        verb.writerFor,
      );
      return sendPieces(reply, [`{"${verb.key(request)}":[`, ...pieces, ']}'], mediaType);
    },
  );
}

function addStatus(app: ApiInstance, store: Store, { predictions }: WireServices, target: WireTarget): void {
  app.get(
    `${base}${target.path}`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: `tensorflowStatus${target.suffix}`,
        summary: 'Status of the versions that can predict',
        params: target.params,
        response: wireResponses({ 200: ModelStatus }),
      },
    },
    async ({ params }) => {
      const { model } = params as { model: string };
      const selector = target.select(params);
      if (selector !== 'latest')
        return modelStatus(model, [(await predictions.serve(model, selector)).version]);
      if (!(await store.models.get(model))) throw modelNotFound(model);
      return modelStatus(model, await versionNumbers(store, model));
    },
  );
}

function addMetadata(app: ApiInstance, { predictions }: WireServices, target: WireTarget): void {
  app.get(
    `${base}${target.path}/metadata`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: `tensorflowMetadata${target.suffix}`,
        summary: 'Inputs and outputs of a version',
        params: target.params,
        response: wireResponses({ 200: SignatureMetadata }),
      },
    },
    async ({ params }) => {
      const { model } = params as { model: string };
      const { version, predictor } = await predictions.serve(model, target.select(params));
      return signatureMetadata(model, version, predictor.trained);
    },
  );
}

/** The one output has no name: probabilities in class order, or the value. */
function outputWriter({ classes }: TrainedModel): RowWriter {
  if (classes === null) return ({ outputs }, i) => `${outputs[i]}`;
  return ({ outputs, width }, i) => `[${outputs.subarray(i * width, (i + 1) * width).join()}]`;
}

/** @throws TrainyardError `validation_failed` for a model without classes */
function scoreWriter({ classes }: TrainedModel): RowWriter {
  if (classes === null) throw unfit('classify', 'a model with classes; this one gives a value: use :regress');
  const labels = classes.map((label) => JSON.stringify(String(label)));
  return ({ outputs, width }, i) =>
    `[${labels.map((label, code) => `[${label},${outputs[i * width + code]}]`).join()}]`;
}

/** @throws TrainyardError `validation_failed` for a model with classes */
function valueWriter({ classes }: TrainedModel): RowWriter {
  if (classes !== null) throw unfit('regress', 'a model of a value; this one has classes: use :classify');
  return ({ outputs }, i) => `${outputs[i]}`;
}

function unfit(verb: string, expected: string): Error {
  return validationFailed([{ pointer: '', code: 'invalid_option', message: `${verb} expected ${expected}` }]);
}

function capitalised(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`;
}
