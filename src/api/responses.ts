/** Declares a route's answers by status: the successes by schema, the refusals by their codes. */
import type { z } from 'zod';
import { Problem } from '../contracts/problem.ts';
import { type ErrorCode, errorCodes } from '../errors.ts';
import { problemMediaType } from './problem.ts';

/** What any request may meet, whatever its route. */
const everywhere: readonly ErrorCode[] = [
  'malformed_request',
  'forbidden_host',
  'validation_failed',
  'uri_too_long',
  'headers_too_large',
  'request_timeout',
  'internal',
  'shutting_down',
];

/** What a route with a key adds. */
export const keyCodes = ['unauthorized'] as const satisfies ErrorCode[];

/** What a route that reads a JSON body adds. */
export const jsonBodyCodes = [
  'malformed_json',
  'invalid_encoding',
  'nesting_too_deep',
  'duplicate_key',
  'forbidden_key',
  'too_many_elements',
  'incomplete_body',
  'empty_body',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies ErrorCode[];

/**
 * @param success schemas by status; they alone are the type, so a handler cannot return a problem by hand
 * @param codes what this route refuses beyond what every request may meet
 */
export function responses<S extends Readonly<Record<number, z.ZodType>>>(
  success: S,
  ...codes: readonly ErrorCode[]
): S {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...everywhere, ...codes])) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const problems = [...byStatus].map(([status, statusCodes]) => [status, problemResponse(statusCodes)]);
  return { ...success, ...Object.fromEntries(problems) };
}

function problemResponse(codes: readonly ErrorCode[]): object {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join('\n\n'),
    content: { [problemMediaType]: { schema: Problem } },
  };
}
