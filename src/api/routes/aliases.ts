/** `/api/v1/models/{model}/aliases`: names that point to a version and are switched atomically. */
import { z } from 'zod';
import { Alias, AliasRequest, IfMatchHeaders } from '../../contracts/model.ts';
import type { ApiInstance } from '../api-instance.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import { type AliasService, entityTag } from '../services/aliases.ts';
import { AliasParams } from './path-params.ts';

const path = '/api/v1/models/:model/aliases/:alias';
const tags = ['Versions'];

export function registerAliasRoutes(app: ApiInstance, aliases: AliasService): void {
  app.put(
    path,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'putAlias',
        summary: 'Point an alias to a version',
        description:
          'From the commit on, every request by the alias is answered by that version. `If-Match` makes it a switch from one known version to another: 412 where somebody else was faster. The answer has the `ETag`.',
        params: AliasParams,
        headers: IfMatchHeaders,
        body: AliasRequest,
        response: responses(
          { 200: Alias, 201: Alias },
          ...keyCodes,
          ...jsonBodyCodes,
          'model_not_found',
          'unknown_reference',
          'precondition_failed',
        ),
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request;
      const { alias, created } = await aliases.put(
        params.model,
        params.alias,
        body.version,
        headers['if-match'],
      );
      reply.header('etag', entityTag(alias));
      return created
        ? reply
            .code(201)
            .header('location', `/api/v1/models/${params.model}/aliases/${alias.alias}`)
            .send(alias)
        : reply.code(200).send(alias);
    },
  );

  app.get(
    path,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getAlias',
        summary: 'Show which version an alias points to',
        description: 'The `ETag` is for `If-Match`.',
        params: AliasParams,
        response: responses({ 200: Alias }, ...keyCodes, 'alias_not_found'),
      },
    },
    async (request, reply) => {
      const alias = await aliases.get(request.params.model, request.params.alias);
      return reply.header('etag', entityTag(alias)).send(alias);
    },
  );

  app.delete(
    path,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'deleteAlias',
        summary: 'Delete an alias',
        params: AliasParams,
        headers: IfMatchHeaders,
        response: responses({ 204: z.undefined() }, ...keyCodes, 'alias_not_found', 'precondition_failed'),
      },
    },
    async (request, reply) => {
      const { params, headers } = request;
      await aliases.delete(params.model, params.alias, headers['if-match']);
      return reply.code(204).send(undefined);
    },
  );
}
