/** `/api/v1/models/{model}/predict`: predictions from raw rows. */
import type { z } from 'zod';
import { PredictQuery, PredictRequest, PredictResponse } from '../../contracts/predict.ts';
import type { ErrorCode } from '../../errors.ts';
import type { VersionSelector } from '../../store/ports.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import { sendPieces } from '../send-pieces.ts';
import type { PredictionService } from '../services/predictions.ts';
import { AliasParams, ModelParams, VersionParams } from './path-params.ts';

const base = '/api/v1/models/:model';

export function registerPredictRoutes(
  app: ApiInstance,
  predictions: PredictionService,
  limits: ApiLimits,
): void {
  const bodyLimit = limits.maxPredictBodyBytes;

  function addRoute<Params extends z.ZodType<{ model: string }>>(route: {
    path: string;
    operationId: string;
    summary: string;
    params: Params;
    missing: ErrorCode;
    select: (params: z.infer<Params>) => VersionSelector;
  }): void {
    const { params, select, operationId, summary } = route;
    app.post(
      route.path,
      {
        bodyLimit,
        config: { auth: 'key', maxJsonElements: limits.maxPredictRows, isFrequent: true },
        schema: {
          tags: ['Predictions'],
          operationId,
          summary,
          description: `At most ${limits.maxPredictRows} rows and ${bodyLimit} bytes. A row's prediction depends neither on its neighbours nor on the order of its keys.`,
          params,
          querystring: PredictQuery,
          body: PredictRequest,
          response: responses(
            { 200: PredictResponse },
            ...keyCodes,
            ...jsonBodyCodes,
            'model_not_found',
            route.missing,
            'missing_values',
            'number_out_of_range',
            'answer_too_large',
            'model_corrupt',
          ),
        },
      },
      async (request, reply) => {
        // The type provider cannot follow a schema that is itself a parameter.
        const named = request.params as z.infer<Params>;
        return sendPieces(
          reply,
          await predictions.predict(named.model, select(named), request.body, request.query),
          'application/json; charset=utf-8',
        );
      },
    );
  }

  addRoute({
    path: `${base}/predict`,
    operationId: 'predict',
    summary: 'Predict by the latest version',
    params: ModelParams,
    missing: 'no_version',
    select: () => 'latest',
  });
  addRoute({
    path: `${base}/versions/:version/predict`,
    operationId: 'predictByVersion',
    summary: 'Predict by one version',
    params: VersionParams,
    missing: 'version_not_found',
    select: ({ version }) => version,
  });
  addRoute({
    path: `${base}/aliases/:alias/predict`,
    operationId: 'predictByAlias',
    summary: 'Predict by the version that an alias points to',
    params: AliasParams,
    missing: 'alias_not_found',
    select: ({ alias }) => ({ alias }),
  });
}
