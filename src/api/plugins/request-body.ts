/** Reads JSON bodies strictly and within bounds; leaves uploads to their handler; refuses what a route does not take. */
import type { FastifyRequest } from 'fastify';
import { parseJson } from '../../contracts/parse-json.ts';
import { TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import { createDeadlines } from '../deadlines.ts';
import { decodeBody } from '../decode-body.ts';
import type { ApiLimits } from '../limits.ts';
import { announcesBody, checkAnnouncedLength, collectBody } from '../receive-body.ts';
import { validationFailed } from './validation.ts';

/** What is made of the bytes of a body. */
type ReadBody = (bytes: Buffer, request: FastifyRequest, route: BodyRoute) => unknown;
type BodyRoute = Pick<FastifyRequest['routeOptions'], 'bodyLimit' | 'config'>;
type Done = (error: Error | null, body?: unknown) => void;

/** Called back and not promised, as the hooks are: predict reads a body thousands of times a second. */
export function addRequestBody(app: ApiInstance, limits: ApiLimits): void {
  const deadlines = createDeadlines(limits.bodyTimeoutMs);
  const readJson: ReadBody = (bytes, _request, { config }) =>
    parseJson(bytes, config.maxJsonElements ?? limits.maxJsonElements);

  app.removeAllContentTypeParsers();
  // The second is looked up for what is not JSON; naming the first spares that look-up.
  app.addContentTypeParser(['application/json', '*'], (request: FastifyRequest, raw, done: Done) => {
    // Made anew each time it is asked for.
    const route = request.routeOptions;
    const { upload, wireBody } = route.config;
    if (request.is404 || upload) return done(null);
    const isJson = takesJson(route);
    if (isJson && announcesBody(raw)) checkMediaType(request, ['application/json']);
    const { bodyLimit: maxBytes } = route;
    checkAnnouncedLength(raw, maxBytes);
    const read = wireBody ? decode : isJson ? readJson : refuseBody;
    collectBody(raw, maxBytes, deadlines, (error, bytes) => {
      if (error) return done(error);
      let body: unknown;
      try {
        body = read(bytes, request, route);
      } catch (refusal) {
        return done(refusal as Error);
      }
      if (body instanceof Promise) body.then((value) => done(null, value), done);
      else done(null, body);
    });
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.body !== undefined) return done();
    const route = request.routeOptions;
    const { upload } = route.config;
    if (upload) checkMediaType(request, Object.keys(upload), ['gzip', 'x-gzip']);
    if (takesJson(route)) {
      throw new TrainyardError('empty_body', 'expected a JSON object, got no body');
    }
    done();
  });
}

function takesJson({ schema }: FastifyRequest['routeOptions']): boolean {
  return schema?.body !== undefined;
}

/** Both bounds are of the same size: what arrives, and what it unpacks to. */
function decode(
  bytes: Buffer,
  { headers }: FastifyRequest,
  { bodyLimit }: BodyRoute,
): Buffer | Promise<Buffer> {
  return decodeBody(bytes, headers['content-encoding'], bodyLimit);
}

/** Clients that always send a JSON body send `{}` to a route that needs none; that says nothing, so it may pass. */
function refuseBody(bytes: Buffer, request: FastifyRequest): undefined {
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

/** @throws TrainyardError `unsupported_media_type`, naming what the route takes */
function checkMediaType(
  request: FastifyRequest,
  taken: readonly string[],
  encodings: readonly string[] = [],
): void {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers;
  if (type === taken[0] && encoding === undefined) return;
  const expected = `expected Content-Type ${taken.join(' or ')}`;
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
