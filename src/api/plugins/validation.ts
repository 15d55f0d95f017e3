/** Checks params, query and body by the route's zod schemas: every problem at once, nothing coerced, unknown keys refused. */

import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { quickChecks } from '../../contracts/quick-checks.ts';
import { type ErrorCode, type FieldError, TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import { fieldErrors, type RequestPart } from '../validation-errors.ts';

/** A body of junk can break a rule per byte; the answer stays readable. */
const maxReportedErrors = 100;

const noQuery = z.strictObject({});

/** A path that cannot name a thing names nothing: 404, except where the client is choosing the name. */
const notFoundByParam: Readonly<Record<string, ErrorCode>> = {
  dataset: 'dataset_not_found',
  model: 'model_not_found',
  version: 'version_not_found',
  alias: 'alias_not_found',
  job: 'job_not_found',
};

export function addValidation(app: ApiInstance, checkResponses: boolean): void {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(({ schema, method, url }) => (data) => {
    // Handlers return what the schemas say, so checking each answer is for the tests: it would cost predict a third of its rate.
    if (checkResponses) checkAnswer(schema as unknown as z.ZodType, data, `${method} ${url}`);
    return JSON.stringify(data);
  });
  app.addHook('onRoute', (route) => {
    if (route.schema && !('hide' in route.schema)) route.schema.querystring ??= noQuery;
  });
}

const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart, method }) => {
  const part = httpPart as RequestPart;
  const shortcut = shortcutOf(schema, part);
  return (data: unknown) => {
    const known = shortcut.known(data);
    if (known !== undefined) return { value: known };
    const parsed = schema.safeParse(data, { reportInput: true });
    if (parsed.success) {
      shortcut.learn?.(data, parsed.data);
      return { value: parsed.data };
    }
    if (part === 'params' && method !== 'PUT') return { error: notFound(parsed.error) };
    return { error: validationFailed(fieldErrors(parsed.error.issues, part)) };
  };
};

/** Spares most requests the schema. */
interface Shortcut {
  /** What the schema would make of the data; undefined where it must be asked. Frozen where other requests get it too. */
  known(data: unknown): unknown;
  learn?(data: unknown, parsed: unknown): void;
}

function shortcutOf(schema: z.ZodType, part: RequestPart): Shortcut {
  if (part === 'querystring') {
    // Most requests have no query, and what an empty one means does not change.
    const empty = Object.freeze(schema.safeParse({}).data);
    return { known: (query) => (isEmpty(query) ? empty : undefined) };
  }
  if (part === 'params') return lastParams();
  const check = quickChecks.get(schema);
  return { known: (body) => (check?.accepts(body) ? body : undefined) };
}

/** Clients ask for the same thing again and again: what its path meant, it means the next time. */
function lastParams(): Shortcut {
  let last: Record<string, unknown> | null = null;
  let meant: unknown;
  return {
    known: (params) =>
      last !== null && hasValues(params as Record<string, unknown>, last) ? meant : undefined,
    learn(params, parsed) {
      last = params as Record<string, unknown>;
      meant = Object.freeze(parsed);
    },
  };
}

/** The params of a route all have the same names. */
function hasValues(params: Record<string, unknown>, expected: Record<string, unknown>): boolean {
  for (const name in expected) if (params[name] !== expected[name]) return false;
  return true;
}

function isEmpty(query: unknown): boolean {
  for (const _ in query as object) return false;
  return true;
}

function notFound(error: z.ZodError): TrainyardError {
  const param = String(error.issues[0]?.path[0]);
  return new TrainyardError(notFoundByParam[param] ?? 'route_not_found', `no ${param} can have this name`);
}

/** One refusal for all the problems of a request. */
export function validationFailed(errors: readonly FieldError[]): TrainyardError {
  const [first] = errors;
  const place = first?.pointer ? `${first.pointer}: ` : '';
  const detail =
    errors.length === 1
      ? `${place}${first?.message}`
      : `${errors.length} problems; the first: ${place}${first?.message}`;
  return new TrainyardError('validation_failed', detail, { errors: errors.slice(0, maxReportedErrors) });
}

function checkAnswer(schema: z.ZodType, data: unknown, route: string): void {
  const checked = z.safeEncode(schema, data as never);
  if (!checked.success) throw new Error(`${route} answers what its schema forbids`, { cause: checked.error });
}
