/** Reads JSON bodies strictly and within bounds; leaves uploads to their handler; refuses what a route does not take. */
import type { FastifyRequest } from 'fastify';
import { parseJson } from '../../contracts/parse-json.ts';
import { TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import { decodeBody } from '../decode-body.ts';
import type { ApiLimits } from '../limits.ts';
import { announcesBody, checkAnnouncedLength, receiveBody } from '../receive-body.ts';
import { validationFailed } from './validation.ts';

export function addRequestBody(app: ApiInstance, limits: ApiLimits): void {
  app.removeAllContentTypeParsers();
  // The second is looked up for what is not JSON; naming the first spares that look-up.
  app.addContentTypeParser(['application/json', '*'], async (request: FastifyRequest) => {
    if (request.is404 || request.routeOptions.config.upload) return undefined;
    if (request.routeOptions.config.wireBody) return readEncoded(request, limits);
    return takesJson(request) ? readJson(request, limits) : refuseBody(request, limits);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && announcesBody(request.raw)) {
      throw new TrainyardError('malformed_request', `${request.method} takes no body`);
    }
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.config.upload)
      checkMediaType(request, Object.keys(request.routeOptions.config.upload), ['gzip', 'x-gzip']);
    if (takesJson(request) && request.body === undefined) {
      throw new TrainyardError('empty_body', 'expected a JSON object, got no body');
    }
    done();
  });
}

function takesJson(request: FastifyRequest): boolean {
  return request.routeOptions.schema?.body !== undefined;
}

async function readJson(request: FastifyRequest, limits: ApiLimits): Promise<unknown> {
  if (announcesBody(request.raw)) checkMediaType(request, ['application/json']);
  const bytes = await readAll(request, request.routeOptions.bodyLimit ?? limits.maxJsonBodyBytes, limits);
  return parseJson(bytes, request.routeOptions.config.maxJsonElements ?? limits.maxJsonElements);
}

/** Both bounds are of the same size: what arrives, and what it unpacks to. */
async function readEncoded(request: FastifyRequest, limits: ApiLimits): Promise<Buffer> {
  const maxBytes = request.routeOptions.bodyLimit ?? limits.maxJsonBodyBytes;
  return decodeBody(await readAll(request, maxBytes, limits), request.headers['content-encoding'], maxBytes);
}

/** Clients that always send a JSON body send `{}` to a route that needs none; that says nothing, so it may pass. */
async function refuseBody(request: FastifyRequest, limits: ApiLimits): Promise<undefined> {
  const bytes = await readAll(request, limits.maxJsonBodyBytes, limits);
  if (bytes.length === 0) return undefined;
  checkMediaType(request, ['application/json']);
  const value = parseJson(bytes);
  const isEmptyObject =
    value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
  if (isEmptyObject) return undefined;
  throw validationFailed([
    { pointer: '', code: 'unknown_field', message: 'expected no body, or an empty object' },
  ]);
}

async function readAll({ raw }: FastifyRequest, maxBytes: number, limits: ApiLimits): Promise<Buffer> {
  checkAnnouncedLength(raw, maxBytes);
  const pieces: Buffer[] = [];
  const bounds = { maxBytes, timeoutMs: limits.bodyTimeoutMs, timeoutCovers: 'whole' } as const;
  await receiveBody(raw, bounds, (piece) => void pieces.push(piece));
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** @throws TrainyardError `unsupported_media_type`, naming what the route takes */
function checkMediaType(
  request: FastifyRequest,
  taken: readonly string[],
  encodings: readonly string[] = [],
): void {
  const expected = `expected Content-Type ${taken.join(' or ')}`;
  const { 'content-type': type, 'content-encoding': encoding } = request.headers;
  if (!taken.includes(request.mediaType ?? '')) {
    throw new TrainyardError(
      'unsupported_media_type',
      `${expected}, got ${type ? JSON.stringify(type.slice(0, 100)) : 'none'}`,
    );
  }
  const charset = /;\s*charset="?([^";\s]+)/i.exec(type ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new TrainyardError('unsupported_media_type', `expected charset utf-8, got ${charset.slice(0, 40)}`);
  }
  if (encoding !== undefined && !['identity', ...encodings].includes(encoding.toLowerCase())) {
    throw new TrainyardError(
      'unsupported_media_type',
      `expected ${encodings.length > 0 ? 'gzip or ' : ''}no Content-Encoding, got ${encoding.slice(0, 40)}`,
    );
  }
}
