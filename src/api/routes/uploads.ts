/** `POST /api/v1/datasets` and `/api/v1/datasets/inspect`: tables on their way in. */
import type { FastifyRequest } from 'fastify';
import { defaultCsvOptions } from '../../contracts/csv-options.ts';
import { Dataset, DatasetInspection, UploadQuery } from '../../contracts/dataset.ts';
import type { UploadFormat } from '../../data/messages.ts';
import type { FieldError } from '../../errors.ts';
import type { ApiInstance, UploadMediaType } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { validationFailed } from '../plugins/validation.ts';
import { keyCodes, responses } from '../responses.ts';
import type { DatasetService } from '../services/datasets.ts';
import type { Upload } from '../uploads/receive-upload.ts';
import { formatOfMediaType, formMediaType, mediaTypes } from '../uploads/upload-format.ts';

const base = '/api/v1/datasets';
const tags = ['Datasets'];

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
  'malformed_gzip',
  'malformed_parquet',
  'malformed_multipart',
  'payload_too_large',
  'unsupported_media_type',
  'empty_dataset',
  'invalid_column_name',
  'too_many_columns',
  'ragged_row',
  'mixed_types',
  'wrong_type',
  'unsupported_type',
  'number_out_of_range',
  'unknown_column',
  'data_process_restarted',
  'busy',
  'disk_full',
] as const;

const documentation: Readonly<Record<UploadFormat, UploadMediaType>> = {
  json: {
    description: 'Rows or columns, with the name beside them',
    schema: { $ref: '#/components/schemas/DatasetUploadInput' },
  },
  csv: { description: 'RFC 4180, UTF-8, by default with a header line', schema: { type: 'string' } },
  ndjson: {
    description: 'A JSON object a line; the keys of the first are the columns',
    schema: { type: 'string' },
  },
  parquet: {
    description: 'Flat columns of numbers, text, booleans, dates or times',
    schema: { type: 'string', contentEncoding: 'binary' },
  },
};

const form: UploadMediaType = {
  description: 'A form with the file as its only part, `file`; its type, or else its name, says what it is',
  schema: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] },
};

export function registerUploadRoutes(app: ApiInstance, datasets: DatasetService, limits: ApiLimits): void {
  const upload = {
    ...Object.fromEntries(
      Object.entries(documentation).map(([format, type]) => [mediaTypes[format as UploadFormat], type]),
    ),
    [formMediaType]: form,
  };
  const description = `JSON: at most ${limits.maxJsonUploadBytes} bytes. \`Content-Encoding: gzip\` is taken; bounds are of what it unpacks to.`;

  app.post(
    base,
    {
      config: { auth: 'key', upload },
      schema: {
        tags,
        operationId: 'createDataset',
        summary: 'Upload a table',
        description: `All or nothing. ${description} The answer's Location is the dataset.`,
        querystring: UploadQuery,
        response: responses({ 201: Dataset }, ...keyCodes, ...tableCodes),
      },
    },
    async (request, reply) => {
      const dataset = await datasets.create(uploadOf(request, request.query), request.query.name);
      return reply.code(201).header('location', `${base}/${dataset.id}`).send(dataset);
    },
  );

  app.post(
    `${base}/inspect`,
    {
      config: { auth: 'key', upload },
      schema: {
        tags,
        operationId: 'inspectDataset',
        summary: 'Say what an upload would become',
        description: `The same answers and refusals as an upload's, and nothing is kept. ${description}`,
        querystring: UploadQuery,
        response: responses({ 200: DatasetInspection }, ...keyCodes, ...tableCodes),
      },
    },
    async (request) => datasets.inspect(uploadOf(request, request.query), request.query.name),
  );
}

function uploadOf(request: FastifyRequest, query: UploadQuery): Upload {
  const { 'content-type': contentType = '', 'content-encoding': encoding = 'identity' } = request.headers;
  const { delimiter, header, missing, types } = query;
  return {
    body: request.raw,
    isGzip: encoding.toLowerCase() !== 'identity',
    // Media types have been checked before: what is none of the formats is the form.
    format: formatOfMediaType(request.mediaType),
    contentType,
    csv: {
      delimiter: delimiter ?? defaultCsvOptions.delimiter,
      hasHeader: header ?? defaultCsvOptions.hasHeader,
      missing: missing ?? defaultCsvOptions.missing,
      types: types ?? defaultCsvOptions.types,
    },
    checkFormat: (format) => checkQuery(query, format),
  };
}

/** @throws TrainyardError `validation_failed` for keys that say nothing about this format */
function checkQuery({ name, ...csvKeys }: UploadQuery, format: UploadFormat): void {
  const errors: FieldError[] = [];
  if (format === 'json' && name !== undefined) {
    const message = 'expected the name of a JSON upload in its body';
    errors.push({ pointer: '?name', code: 'invalid_value', message });
  }
  if (format !== 'csv') {
    for (const key of Object.keys(csvKeys)) {
      errors.push({
        pointer: `?${key}`,
        code: 'invalid_value',
        message: `only a CSV upload takes it, not ${format}`,
      });
    }
  }
  if (errors.length > 0) throw validationFailed(errors);
}
