/** `/api/v1/datasets/{id}/export`: a table back as a file, streamed. */
import { z } from 'zod';
import { ExportQuery } from '../../contracts/dataset.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { keyCodes, responses } from '../responses.ts';
import type { ExportService } from '../services/exports.ts';
import { DatasetParams } from './path-params.ts';

const description = [
  'Streams all rows in the order of the upload, at the pace of the client. An upload of the file is the same table again, with the same `sha256`:',
  '- `parquet`: always; it is the stored file.',
  '- `ndjson`: but for a category without any value, which JSON cannot tell from a number without any.',
  '- `csv` with `formulas=keep`, uploaded with the query in `X-Upload-Query` if the answer has one: it names the categories whose values read as numbers. Not for rows of more than 256 KiB, which an upload of CSV refuses.',
  '- `csv` as it is by default: if no text starts as a formula does. `X-Formulas` says `escaped` or `kept`.',
  '',
  'A connection that closes before the end of the body tells of a failure midway.',
].join('\n');

export function registerExportRoutes(app: ApiInstance, exports: ExportService, limits: ApiLimits): void {
  app.get(
    '/api/v1/datasets/:dataset/export',
    {
      config: { auth: 'key' },
      schema: {
        tags: ['Datasets'],
        operationId: 'exportDataset',
        summary: 'Download a table as CSV, NDJSON or Parquet',
        description,
        params: DatasetParams,
        querystring: ExportQuery,
        produces: ['text/csv', 'application/x-ndjson', 'application/vnd.apache.parquet'],
        response: responses(
          { 200: z.unknown().meta({ description: 'The table' }) },
          ...keyCodes,
          'dataset_not_found',
          'data_process_restarted',
          'busy',
        ),
      },
    },
    async (request, reply) => {
      const { method, params, query } = request;
      const { headers, body } = await exports.export(params.dataset, query, method !== 'HEAD');
      // A client that takes nothing for so long has its connection cut: an export holds a table open.
      reply.raw.setTimeout(limits.exportIdleTimeoutMs);
      return reply.headers(headers).send(body);
    },
  );
}
