/** Checks params, query and body by the route's zod schemas: every problem at once, nothing coerced, unknown keys refused. */

import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
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
  // Most requests have no query, and what an empty one means does not change.
  const empty = part === 'querystring' ? schema.safeParse({}) : undefined;
  return (data: unknown) => {
    if (empty?.success && isEmpty(data)) return { value: empty.data };
    const parsed = schema.safeParse(data, { reportInput: true });
    if (parsed.success) return { value: parsed.data };
    if (part === 'params' && method !== 'PUT') return { error: notFound(parsed.error) };
    return { error: validationFailed(fieldErrors(parsed.error.issues, part)) };
  };
};

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
