/** A typed client of the HTTP API: one method for each operation of openapi.yaml. Needs nothing but `fetch`. */
import { type Operations, operations, type Problem, type UploadData } from './operations.ts';

export type * from './operations.ts';

export interface ClientOptions {
  /** Of the service, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

type Input<Name extends keyof Operations> = Operations[Name]['input'];

/** An operation that needs nothing may be called with nothing. */
type Arguments<Name extends keyof Operations> =
  Record<string, never> extends Input<Name>
    ? [input?: Input<Name>, options?: CallOptions]
    : [input: Input<Name>, options?: CallOptions];

/** @throws TrainyardProblem when the service refuses; whatever `fetch` throws when it cannot be reached */
export type Client = {
  readonly [Name in keyof Operations]: (...args: Arguments<Name>) => Promise<Operations[Name]['output']>;
};

/** A refusal: `code` is stable, `errors` name every field at fault (docs/errors.md). */
export class TrainyardProblem extends Error {
  override readonly name = 'TrainyardProblem';
  readonly status: number;
  readonly code: string;
  /** Null when something between client and service has answered. */
  readonly problem: Problem | null;

  constructor(status: number, problem: Problem | null) {
    super(problem ? `${problem.code}: ${problem.detail}` : `HTTP ${status}, not from Trainyard`);
    this.status = status;
    this.code = problem?.code ?? 'unknown';
    this.problem = problem;
  }

  get errors(): NonNullable<Problem['errors']> {
    return this.problem?.errors ?? [];
  }
}

type Operation = (typeof operations)[keyof typeof operations];
type Fields = Readonly<Record<string, unknown>>;

export function createClient(options: ClientOptions): Client {
  const methods = Object.entries(operations).map(([name, operation]) => [
    name,
    (input: Fields = {}, callOptions: CallOptions = {}) => call(options, operation, input, callOptions),
  ]);
  return Object.fromEntries(methods);
}

async function call(
  { baseUrl, apiKey, fetch: send = fetch }: ClientOptions,
  operation: Operation,
  input: Fields,
  { signal }: CallOptions,
): Promise<unknown> {
  const { type, data } = bodyOf(input);
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.5' };
  if (type !== undefined) headers['content-type'] = type;
  if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
  for (const name of operation.headers) if (input[name] !== undefined) headers[name] = String(input[name]);
  const response = await send(urlOf(baseUrl, operation, input), {
    method: operation.method,
    headers,
    ...(data === undefined ? {} : { body: data }),
    ...(signal ? { signal } : {}),
    // Node asks for it where the body is a stream.
    ...(data instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined;
  return operation.isJson ? response.json() : response;
}

function bodyOf({ body, upload }: Fields): { type?: string; data?: UploadData } {
  if (upload !== undefined) return upload as { type: string; data: UploadData };
  return body === undefined ? {} : { type: 'application/json', data: JSON.stringify(body) };
}

function urlOf(baseUrl: string, { path, query }: Operation, input: Fields): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])));
  const url = new URL(baseUrl.replace(/\/$/, '') + filled);
  for (const name of query) if (input[name] !== undefined) url.searchParams.set(name, String(input[name]));
  return url.href;
}

async function problemOf(response: Response): Promise<TrainyardProblem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const problem = isProblem ? await response.json().catch(() => null) : null;
  return new TrainyardProblem(response.status, problem as Problem | null);
}
