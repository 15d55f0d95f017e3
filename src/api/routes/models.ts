/** `/api/v1/models`: named configs. */
import { z } from 'zod';
import { Model, ModelPage } from '../../contracts/model.ts';
import { ModelConfig } from '../../contracts/model-config.ts';
import { PageQuery } from '../../contracts/page.ts';
import type { ApiInstance } from '../api-instance.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import type { ModelService } from '../services/models.ts';
import { ModelParams } from './path-params.ts';

const base = '/api/v1/models';
const tags = ['Models'];

export function registerModelRoutes(app: ApiInstance, models: ModelService): void {
  app.put(
    `${base}/:model`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'putModel',
        summary: 'Create a model or replace its config',
        description:
          'Versions stay as they were trained. The answer shows every default; 201 has a Location.',
        params: ModelParams,
        body: ModelConfig,
        response: responses({ 200: Model, 201: Model }, ...keyCodes, ...jsonBodyCodes),
      },
    },
    async (request, reply) => {
      const { model, created } = await models.put(request.params.model, request.body);
      if (!created) return reply.code(200).send(model);
      return reply.code(201).header('location', `${base}/${model.name}`).send(model);
    },
  );

  app.get(
    base,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'listModels',
        summary: 'List models, newest first',
        querystring: PageQuery,
        response: responses({ 200: ModelPage }, ...keyCodes),
      },
    },
    async (request) => models.list(request.query),
  );

  app.get(
    `${base}/:model`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getModel',
        summary: 'Show a model',
        params: ModelParams,
        response: responses({ 200: Model }, ...keyCodes, 'model_not_found'),
      },
    },
    async (request) => models.get(request.params.model),
  );

  app.delete(
    `${base}/:model`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'deleteModel',
        summary: 'Delete a model with its versions',
        params: ModelParams,
        response: responses({ 204: z.undefined() }, ...keyCodes, 'model_not_found', 'model_in_use'),
      },
    },
    async (request, reply) => {
      await models.delete(request.params.model);
      return reply.code(204).send(undefined);
    },
  );
}
