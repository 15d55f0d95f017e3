/** `/api/v1/datasets`: immutable tables. */
import { z } from 'zod';
import { Dataset, DatasetPage, RowPage, RowsQuery } from '../../contracts/dataset.ts';
import { PageQuery } from '../../contracts/page.ts';
import type { ApiInstance } from '../api-instance.ts';
import { keyCodes, responses } from '../responses.ts';
import type { DatasetService } from '../services/datasets.ts';
import { DatasetParams } from './path-params.ts';

const base = '/api/v1/datasets';
const tags = ['Datasets'];

export function registerDatasetRoutes(app: ApiInstance, datasets: DatasetService): void {
  app.get(
    base,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'listDatasets',
        summary: 'List datasets, newest first',
        querystring: PageQuery,
        response: responses({ 200: DatasetPage }, ...keyCodes),
      },
    },
    async (request) => datasets.list(request.query),
  );

  app.get(
    `${base}/:dataset`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getDataset',
        summary: 'Show a dataset with its profile',
        params: DatasetParams,
        response: responses({ 200: Dataset }, ...keyCodes, 'dataset_not_found'),
      },
    },
    async (request) => datasets.get(request.params.dataset),
  );

  app.get(
    `${base}/:dataset/rows`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'listRows',
        summary: 'Read rows, in the order of the upload',
        params: DatasetParams,
        querystring: RowsQuery,
        response: responses(
          { 200: RowPage },
          ...keyCodes,
          'dataset_not_found',
          'answer_too_large',
          'data_process_restarted',
          'busy',
        ),
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const page = await datasets.rows(params.dataset, query.offset, query.limit);
      // Bytes are sent as they are; the type of a reply knows only what its schema says.
      return reply.type('application/json; charset=utf-8').send(page as never);
    },
  );

  app.delete(
    `${base}/:dataset`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'deleteDataset',
        summary: 'Delete a dataset',
        params: DatasetParams,
        response: responses({ 204: z.undefined() }, ...keyCodes, 'dataset_not_found', 'dataset_in_use'),
      },
    },
    async (request, reply) => {
      await datasets.delete(request.params.dataset);
      return reply.code(204).send(undefined);
    },
  );
}
