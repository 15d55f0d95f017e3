/** `/api/v1/models/{model}/predict`: predictions from raw rows. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { PredictRequest, PredictResponse } from '../../contracts/predict.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import type { PredictionService } from '../services/predictions.ts';
import { ModelParams, VersionParams } from './path-params.ts';

const tags = ['Predictions'];

export function registerPredictRoutes(
  app: ApiInstance,
  predictions: PredictionService,
  limits: ApiLimits,
): void {
  const bodyLimit = limits.maxPredictBodyBytes;

  app.post(
    '/api/v1/models/:model/predict',
    {
      bodyLimit,
      config: { auth: 'key', maxJsonElements: limits.maxPredictRows },
      schema: {
        tags,
        operationId: 'predict',
        summary: 'Predict by the latest version',
        description: `At most ${limits.maxPredictRows} rows and ${bodyLimit} bytes. A row's prediction depends neither on its neighbours nor on the order of its keys.`,
        params: ModelParams,
        body: PredictRequest,
        response: responses(
          { 200: PredictResponse },
          ...keyCodes,
          ...jsonBodyCodes,
          'model_not_found',
          'no_version',
          'missing_values',
          'number_out_of_range',
          'answer_too_large',
        ),
      },
    },
    async (request, reply) =>
      sendPieces(reply, await predictions.predict(request.params.model, undefined, request.body)),
  );

  app.post(
    '/api/v1/models/:model/versions/:version/predict',
    {
      bodyLimit,
      config: { auth: 'key', maxJsonElements: limits.maxPredictRows },
      schema: {
        tags,
        operationId: 'predictByVersion',
        summary: 'Predict by one version',
        params: VersionParams,
        body: PredictRequest,
        response: responses(
          { 200: PredictResponse },
          ...keyCodes,
          ...jsonBodyCodes,
          'model_not_found',
          'version_not_found',
          'missing_values',
          'number_out_of_range',
          'answer_too_large',
        ),
      },
    },
    async (request, reply) =>
      sendPieces(
        reply,
        await predictions.predict(request.params.model, request.params.version, request.body),
      ),
  );
}

/** Already serialised: Fastify would wrap neither a string of JSON nor a stream. */
function sendPieces(reply: FastifyReply, pieces: readonly string[]): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .send(pieces.length < 8 ? pieces.join('') : Readable.from(pieces));
}
