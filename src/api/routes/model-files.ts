/** Versions as files: `/api/v1/models/{model}/versions/{version}/export` and `/api/v1/models/{model}/import`. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { VersionExportQuery } from '../../contracts/model-file.ts';
import { Version } from '../../contracts/version.ts';
import type { ApiInstance } from '../api-instance.ts';
import { keyCodes, responses } from '../responses.ts';
import type { ModelFileService } from '../services/model-files.ts';
import { ModelParams, VersionParams } from './path-params.ts';

const mediaType = 'application/octet-stream';

const description = [
  '`onnx` (opset 15, ai.onnx.ml 2): the preprocessing is part of the model, computed in double. When all features are numbers there is one input',
  '`input`, double `[rows, features]`, NaN where a value is missing; otherwise one input of each feature, `[rows, 1]`, double or string, where the',
  'empty string is missing unless it is a category of the feature. Outputs are `label` and `probabilities` (double, in class order), or `value`.',
  'What native predict refuses, such as a missing value that is not imputed, has outputs of NaN or without meaning there.',
  '',
  '`safetensors`: of each layer `{name}.weights` `[inputs, outputs]` and `{name}.bias`; the metadata `trainyard_model` is JSON with config,',
  'preprocessing, classes and metrics. Import takes it back.',
].join('\n');

const importDescription = [
  'The weights are those of the file to the bit, and so are its predictions. The model must exist; its config stays as it is, the version shows',
  'its own. All or nothing: a file that is damaged, or whose parts do not fit together, is refused with the reason.',
].join('\n');

export function registerModelFileRoutes(app: ApiInstance, files: ModelFileService): void {
  app.get(
    '/api/v1/models/:model/versions/:version/export',
    {
      config: { auth: 'key' },
      schema: {
        tags: ['Versions'],
        operationId: 'exportVersion',
        summary: 'Download a version as ONNX or safetensors',
        description,
        params: VersionParams,
        querystring: VersionExportQuery,
        produces: [mediaType],
        response: responses(
          { 200: z.unknown().meta({ description: 'The file' }) },
          ...keyCodes,
          'model_not_found',
          'version_not_found',
          'not_exportable',
          'model_corrupt',
        ),
      },
    },
    async ({ params, query }, reply) => {
      const { fileName, pieces } = await files.export(params.model, params.version, query);
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      return reply
        .type(mediaType)
        .header('content-length', length)
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(Readable.from(joined(pieces), { objectMode: false }));
    },
  );

  app.post(
    '/api/v1/models/:model/import',
    {
      config: {
        auth: 'key',
        upload: {
          [mediaType]: {
            description: 'A safetensors file that an export gave',
            schema: { type: 'string', format: 'binary' },
          },
        },
      },
      schema: {
        tags: ['Versions'],
        operationId: 'importVersion',
        summary: 'Take an exported safetensors file as the next version',
        description: importDescription,
        params: ModelParams,
        response: responses(
          { 201: Version },
          ...keyCodes,
          'model_not_found',
          'unsupported_media_type',
          'payload_too_large',
          'incomplete_body',
          'empty_body',
          'malformed_gzip',
          'data_process_restarted',
          'invalid_model_file',
          'busy',
          'disk_full',
        ),
      },
    },
    async (request, reply) => {
      const encoding = request.headers['content-encoding'] ?? 'identity';
      const upload = { body: request.raw, isGzip: encoding.toLowerCase() !== 'identity' };
      const version = await files.import(request.params.model, upload);
      const location = `/api/v1/models/${request.params.model}/versions/${version.version}`;
      return reply.code(201).header('location', location).send(version);
    },
  );
}

const writeBytes = 64 * 1024;

/** A graph of many features is a hundred thousand pieces of a few bytes: a write for each would take longer than the model. */
function* joined(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < writeBytes) continue;
    yield waiting.length === 1 ? piece : Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
