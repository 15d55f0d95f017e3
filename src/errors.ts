/** The one table of error codes and the one error class: whatever goes wrong on purpose is one of these. */

interface ErrorCodeEntry {
  /** HTTP status that the code answers with. */
  readonly status: number;
  /** Short, constant, human sentence: RFC 9457 `title`. */
  readonly title: string;
}

/** Codes of HTTP problems, by stable word. docs/errors.md lists exactly this table. */
export const errorCodes = {
  // 400: cannot be read
  malformed_request: { status: 400, title: 'The bytes received are not a valid HTTP request' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_encoding: { status: 400, title: 'The text is not valid UTF-8' },
  nesting_too_deep: { status: 400, title: 'The JSON is nested too deeply' },
  duplicate_key: { status: 400, title: 'A JSON object repeats a key' },
  forbidden_key: { status: 400, title: 'A JSON object uses a reserved key' },
  too_many_elements: { status: 400, title: 'A JSON array or object has too many elements' },
  incomplete_body: { status: 400, title: 'The body ended before it was complete' },
  empty_body: { status: 400, title: 'The request needs a body' },
  malformed_csv: { status: 400, title: 'The body is not valid CSV' },
  malformed_parquet: { status: 400, title: 'The body is not a Parquet file that can be read' },
  malformed_gzip: { status: 400, title: 'The body is not valid gzip' },
  malformed_multipart: { status: 400, title: 'The body is not a valid form' },
  // 401, 403
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden_host: { status: 403, title: 'This service without keys answers only to its loopback address' },
  // 404, 405, 408
  route_not_found: { status: 404, title: 'No such route' },
  dataset_not_found: { status: 404, title: 'No such dataset' },
  model_not_found: { status: 404, title: 'No such model' },
  version_not_found: { status: 404, title: 'No such model version' },
  alias_not_found: { status: 404, title: 'No such alias' },
  job_not_found: { status: 404, title: 'No such job' },
  method_not_allowed: { status: 405, title: 'The route does not take this method' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  // 409: the state forbids it
  dataset_in_use: { status: 409, title: 'An active job uses the dataset' },
  model_in_use: { status: 409, title: 'An active job uses the model' },
  nothing_to_collapse: { status: 409, title: 'No two consecutive layers of the model are affine' },
  no_gradient: { status: 409, title: 'The model has no gradient' },
  no_weights_kept: { status: 409, title: 'The job did not diverge, or broke before any weights' },
  job_state_conflict: { status: 409, title: 'The state of the job forbids the action' },
  no_version: { status: 409, title: 'The model has no version yet' },
  version_in_use: { status: 409, title: 'An active job starts from the version' },
  version_aliased: { status: 409, title: 'An alias points to the version' },
  not_exportable: { status: 409, title: 'The version cannot be expressed in the format' },
  scaling_not_affine: { status: 409, title: 'The weights cannot be given in the units of the input' },
  // 412: the condition of the request does not hold
  precondition_failed: { status: 412, title: 'The alias does not point to the version that If-Match names' },
  // 413, 414, 415, 417, 431
  payload_too_large: { status: 413, title: 'The body is larger than the route takes' },
  uri_too_long: { status: 414, title: 'The URL is too long' },
  unsupported_media_type: { status: 415, title: 'The route does not take this content type or encoding' },
  expectation_failed: { status: 417, title: 'The Expect header is not supported' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  // 422: read, but not acceptable
  validation_failed: { status: 422, title: 'The request does not fit the schema' },
  empty_dataset: { status: 422, title: 'The table has no rows or no columns' },
  invalid_column_name: { status: 422, title: 'A column name cannot be used' },
  too_many_columns: { status: 422, title: 'The table has too many columns' },
  ragged_row: { status: 422, title: 'A row has another number of fields than the header' },
  mixed_types: { status: 422, title: 'A column mixes numbers and text' },
  unsupported_type: { status: 422, title: 'A column is of a type that a table cannot hold' },
  wrong_type: { status: 422, title: 'A value is not of the type asked for' },
  number_out_of_range: { status: 422, title: 'A number cannot be represented' },
  unknown_reference: { status: 422, title: 'The request names something that does not exist' },
  unknown_column: { status: 422, title: 'The dataset has no such column' },
  wrong_column_type: { status: 422, title: 'A column has another type than the model needs' },
  wrong_target_type: { status: 422, title: 'The target column does not fit the model' },
  single_class: { status: 422, title: 'The target has fewer than two classes' },
  too_many_classes: { status: 422, title: 'The target has too many classes' },
  too_few_rows: { status: 422, title: 'There are too few rows to train on' },
  unsuitable_dataset: { status: 422, title: 'The rows of the dataset do not fit the model' },
  all_missing: { status: 422, title: 'A column has no values' },
  missing_values: { status: 422, title: 'A value is missing' },
  cardinality_too_high: { status: 422, title: 'A category column has too many distinct values' },
  column_name_clash: { status: 422, title: 'An encoded column would have the name of a real one' },
  answer_too_large: { status: 422, title: 'The answer would be too large' },
  model_too_large: { status: 422, title: 'The model has too many weights for the route' },
  invalid_model_file: { status: 422, title: 'The file is not a model that can be imported' },
  memory_exceeded: { status: 422, title: 'The job would need more memory than its budget' },
  incompatible_version: { status: 422, title: 'The training cannot start from the version' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request' },
  // 429: come back later
  queue_full: { status: 429, title: 'Too many jobs are waiting already' },
  // 5xx
  internal: { status: 500, title: 'Something went wrong on our side' },
  model_corrupt: { status: 500, title: 'The stored model is damaged: its hash is not that of its bytes' },
  data_process_restarted: { status: 503, title: 'The data process was restarted; try again' },
  shutting_down: { status: 503, title: 'The service is shutting down' },
  not_ready: { status: 503, title: 'The service is not ready to work' },
  busy: { status: 503, title: 'The service is busy; try again' },
  disk_full: { status: 507, title: 'The disk is full' },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** Codes that end a job as `failed`, by stable word. docs/errors.md lists exactly this table too. */
export const jobErrorCodes = {
  diverged: 'The loss or a weight stopped being a finite number',
  single_class: 'The training rows hold fewer than two classes',
  too_few_rows: 'Too few rows are left to train on',
  unsupported_data: 'The data does not fit the config, in a way that only training could see',
  memory_exceeded: 'The job took more memory than its budget',
  initial_version_unreadable: 'The version that the job starts from cannot be read',
  poison: 'The job crashed its trainer three times in a row',
  internal: 'Something went wrong on our side',
} as const satisfies Record<string, string>;

export type JobErrorCode = keyof typeof jobErrorCodes;

/** One field, line or column at fault: an element of a problem's `errors`. */
export interface FieldError {
  /** RFC 6901 JSON pointer into the body, `?name` for a query key, `{name}` for a part of the path, a header's name. */
  readonly pointer?: string;
  /** 1-based line of a text file. */
  readonly line?: number;
  /** Name of the table's column. */
  readonly column?: string;
  readonly code: string;
  readonly message: string;
}

interface TrainyardErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal with a code of the table. `detail` is for the client: it says what was expected and what came. */
export class TrainyardError extends Error {
  override readonly name = 'TrainyardError';
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, detail: string, options: TrainyardErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

/** Ends a job as `failed` with a code of the job table; never retried, since it would fail again. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly code: JobErrorCode;

  constructor(code: JobErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
