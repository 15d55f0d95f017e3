/** `/api/v1/models/{model}/predict`: predictions from raw rows. */
import { PredictQuery, PredictRequest, PredictResponse } from '../../contracts/predict.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import { sendPieces } from '../send-pieces.ts';
import type { PredictionService } from '../services/predictions.ts';
import { atEndOfTurn } from '../turns.ts';
import { versionTargets } from './version-targets.ts';

const mediaType = 'application/json; charset=utf-8';

export function registerPredictRoutes(
  app: ApiInstance,
  predictions: PredictionService,
  limits: ApiLimits,
): void {
  const bodyLimit = limits.maxPredictBodyBytes;
  for (const { path, suffix, by, params, missing, select } of versionTargets) {
    app.post(
      `/api/v1/models/:model${path}/predict`,
      {
        bodyLimit,
        config: { auth: 'key', maxJsonElements: limits.maxPredictRows, isFrequent: true },
        schema: {
          tags: ['Predictions'],
          operationId: `predict${suffix}`,
          summary: `Predict by ${by}`,
          description: `At most ${limits.maxPredictRows} rows and ${bodyLimit} bytes. A row's prediction depends neither on its neighbours nor on the order of its keys.`,
          params,
          querystring: PredictQuery,
          body: PredictRequest,
          response: responses(
            { 200: PredictResponse },
            ...keyCodes,
            ...jsonBodyCodes,
            'model_not_found',
            missing,
            'missing_values',
            'number_out_of_range',
            'answer_too_large',
            'model_corrupt',
          ),
        },
      },
      (request, reply) => {
        const { model } = request.params as { model: string };
        const pieces = predictions.predict(model, select(request.params), request.body, request.query);
        if (pieces instanceof Promise) {
          return pieces.then((later) => sendPieces(reply, later, mediaType)) as Promise<never>;
        }
        // With the other answers of this turn: a write wakes a client that sleeps, which takes longer than such a prediction; one that
        // is awake already costs little.
        atEndOfTurn(() => void sendPieces(reply, pieces, mediaType));
      },
    );
  }
}
