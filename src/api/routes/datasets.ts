/** `/api/v1/datasets`: immutable tables. */
import { z } from 'zod';
import { Dataset, DatasetPage, RowPage, RowsQuery, UploadQuery } from '../../contracts/dataset.ts';
import { PageQuery } from '../../contracts/page.ts';
import type { UploadFormat } from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { validationFailed } from '../plugins/validation.ts';
import { keyCodes, responses } from '../responses.ts';
import type { DatasetService } from '../services/datasets.ts';
import { DatasetParams } from './path-params.ts';

const base = '/api/v1/datasets';
const tags = ['Datasets'];

const formats: Readonly<Record<string, UploadFormat>> = { 'application/json': 'json', 'text/csv': 'csv' };

/** What reading a table may refuse. */
const tableCodes = [
  'malformed_json',
  'invalid_encoding',
  'nesting_too_deep',
  'duplicate_key',
  'forbidden_key',
  'incomplete_body',
  'empty_body',
  'malformed_csv',
  'payload_too_large',
  'unsupported_media_type',
  'empty_dataset',
  'invalid_column_name',
  'too_many_columns',
  'ragged_row',
  'mixed_types',
  'number_out_of_range',
  'data_process_restarted',
  'busy',
  'disk_full',
] as const;

interface UploadSizes {
  readonly maxUploadBytes: number;
  readonly limits: ApiLimits;
}

export function registerDatasetRoutes(
  app: ApiInstance,
  datasets: DatasetService,
  { maxUploadBytes, limits }: UploadSizes,
): void {
  app.post(
    base,
    {
      config: {
        auth: 'key',
        upload: {
          'application/json': {
            description: 'Rows or columns, with the name beside them',
            schema: { $ref: '#/components/schemas/DatasetUploadInput' },
          },
          'text/csv': { description: 'RFC 4180 with a header line', schema: { type: 'string' } },
        },
      },
      schema: {
        tags,
        operationId: 'createDataset',
        summary: 'Upload a table',
        description: `All or nothing. JSON: at most ${limits.maxJsonUploadBytes} bytes. The answer's Location is the dataset.`,
        querystring: UploadQuery,
        response: responses({ 201: Dataset }, ...keyCodes, ...tableCodes),
      },
    },
    async (request, reply) => {
      const format = formats[request.mediaType ?? ''];
      if (!format) throw new TrainyardError('unsupported_media_type', 'expected a table as JSON or CSV');
      if (format === 'json' && request.query.name !== undefined) throw nameInTwoPlaces();
      const maxBytes =
        format === 'json' ? Math.min(limits.maxJsonUploadBytes, maxUploadBytes) : maxUploadBytes;
      const dataset = await datasets.upload({
        body: request.raw,
        bounds: { maxBytes, timeoutMs: limits.uploadIdleTimeoutMs, timeoutCovers: 'silence' },
        format,
        name: request.query.name,
      });
      return reply.code(201).header('location', `${base}/${dataset.id}`).send(dataset);
    },
  );

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
    async (request) => datasets.rows(request.params.dataset, request.query.offset, request.query.limit),
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

function nameInTwoPlaces(): TrainyardError {
  const message = 'expected the name of a JSON upload in its body';
  return validationFailed([{ pointer: '?name', code: 'invalid_value', message }]);
}
