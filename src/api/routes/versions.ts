/** `/api/v1/models/{model}/versions`: what training left behind. */
import { z } from 'zod';
import { PageQuery } from '../../contracts/page.ts';
import { Version, VersionPage, Weights, WeightsQuery } from '../../contracts/version.ts';
import type { ApiInstance } from '../api-instance.ts';
import { keyCodes, responses } from '../responses.ts';
import type { ModelService } from '../services/models.ts';
import { ModelParams, VersionParams } from './path-params.ts';

const base = '/api/v1/models/:model/versions';
const tags = ['Versions'];

export function registerVersionRoutes(app: ApiInstance, models: ModelService): void {
  app.get(
    base,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'listVersions',
        summary: 'List versions of a model, newest first',
        params: ModelParams,
        querystring: PageQuery,
        response: responses({ 200: VersionPage }, ...keyCodes, 'model_not_found'),
      },
    },
    async (request) => models.listVersions(request.params.model, request.query),
  );

  app.get(
    `${base}/:version`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getVersion',
        summary: 'Show a version: config, metrics, preprocessing',
        params: VersionParams,
        response: responses({ 200: Version }, ...keyCodes, 'model_not_found', 'version_not_found'),
      },
    },
    async (request) => models.getVersion(request.params.model, request.params.version),
  );

  app.get(
    `${base}/:version/weights`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getWeights',
        summary: 'Read the weights of a version',
        params: VersionParams,
        querystring: WeightsQuery,
        response: responses(
          { 200: Weights },
          ...keyCodes,
          'model_not_found',
          'version_not_found',
          'scaling_not_affine',
          'model_corrupt',
        ),
      },
    },
    async (request) => models.weights(request.params.model, request.params.version, request.query.scale),
  );

  app.delete(
    `${base}/:version`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'deleteVersion',
        summary: 'Delete a version',
        description: 'Its number is not given again. Requests that it is answering are answered by it.',
        params: VersionParams,
        response: responses(
          { 204: z.undefined() },
          ...keyCodes,
          'model_not_found',
          'version_not_found',
          'version_aliased',
          'version_in_use',
        ),
      },
    },
    async (request, reply) => {
      await models.deleteVersion(request.params.model, request.params.version);
      return reply.code(204).send(undefined);
    },
  );
}
