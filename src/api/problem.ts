/** Turns whatever was thrown into the one error body of the native routes: RFC 9457 problem details. */
import type { Problem } from '../contracts/problem.ts';
import { type ErrorCode, errorCodes, TrainyardError } from '../errors.ts';

import { wires } from './wires/index.ts';
import { type Wire, wireStatus } from './wires/wire.ts';

export const problemMediaType = 'application/problem+json';
export const requestIdHeader = 'x-request-id';

/** Fastify's own refusals, by its code. Any other of its errors is our mistake and answers 500. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'malformed_request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_NOT_FOUND: 'route_not_found',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'unsupported_media_type',
};

const diskFullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** @param thrown anything at all: JavaScript can throw null */
export function toRefusal(thrown: unknown): TrainyardError {
  if (thrown instanceof TrainyardError) return thrown;
  const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
  if (diskFullCodes.has(code))
    return new TrainyardError('disk_full', errorCodes.disk_full.title, { cause: thrown });
  const known = typeof code === 'string' ? frameworkCodes[code] : undefined;
  if (known) return new TrainyardError(known, (thrown as Error).message, { cause: thrown });
  // The static files of /docs refuse odd paths with plain HTTP errors.
  if (statusCode === 404) return new TrainyardError('route_not_found', 'no such file', { cause: thrown });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new TrainyardError('malformed_request', 'the request cannot be answered', { cause: thrown });
  }
  return new TrainyardError('internal', errorCodes.internal.title, { cause: thrown });
}

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A 5xx tells nothing but its code: what went wrong inside is for the log, which has the same request id. */
export function problemAnswer(refusal: TrainyardError, url: string, requestId: string): ProblemAnswer {
  const wire = wires.find(({ owns }) => owns(pathOf(url)));
  if (wire) return wireAnswer(wire, refusal);
  const { status, title } = errorCodes[refusal.code];
  const isOurs = status >= 500;
  const problem: Problem = {
    type: `urn:trainyard:problem:${refusal.code}`,
    title,
    status,
    code: refusal.code,
    detail: isOurs ? title : refusal.message,
    instance: pathOf(url).slice(0, 1024),
    request_id: requestId,
    ...(refusal.errors.length > 0 && !isOurs ? { errors: [...refusal.errors] } : {}),
  };
  return {
    status,
    headers: headersOf(refusal, status, problemMediaType),
    body: JSON.stringify(problem),
  };
}

/** The same refusal in the shape that the other system's clients look for. */
function wireAnswer(wire: Wire, refusal: TrainyardError): ProblemAnswer {
  const status = wireStatus(refusal.code);
  const message = status >= 500 ? errorCodes[refusal.code].title : refusal.message;
  return {
    status,
    // Exactly this media type: some clients look for no other.
    headers: headersOf(refusal, status, 'application/json'),
    body: JSON.stringify(wire.errorBody(status, message)),
  };
}

function headersOf(refusal: TrainyardError, status: number, mediaType: string): Record<string, string> {
  return {
    ...(status === 503 ? { 'retry-after': '1' } : {}),
    ...refusal.headers,
    'content-type': mediaType,
    'cache-control': 'no-store',
  };
}

/** The URL without its query, as it was received. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
