/** The messages between the API process and the data process: one request, one reply, matched by id. */
import type { ColumnProfile, FormulaMode, Row } from '../contracts/dataset.ts';
import type { Warning } from '../contracts/names.ts';
import type { ErrorCode, FieldError } from '../errors.ts';

export type UploadFormat = 'json' | 'csv';

/** The formats of an export that are made of the table's rows. */
export type LineExportFormat = 'csv' | 'ndjson';

/** Read the spooled upload, write the typed table to `path` (durably: fsync, rename, fsync of the folder), profile it. */
export interface IngestRequest {
  readonly kind: 'ingest';
  readonly format: UploadFormat;
  /** Path of the spooled bytes; the API deletes it afterwards. */
  readonly spool: string;
  /** Path of the Parquet file to make. */
  readonly path: string;
}

/** A typed table that has just been written. */
export interface IngestedTable {
  /** The name that a JSON body carried. */
  readonly name: string | null;
  readonly rows: number;
  /** Size of the Parquet file, bytes. */
  readonly bytes: number;
  readonly sha256: string;
  readonly columns: ColumnProfile[];
  /** Number columns whose every value is a whole number. */
  readonly integral_columns: string[];
  readonly warnings: Warning[];
}

/** Rows `offset` to `offset + limit` as JSON objects, in the order of the upload. */
export interface RowsRequest {
  readonly kind: 'rows';
  readonly path: string;
  readonly columns: readonly ColumnProfile[];
  readonly offset: number;
  readonly limit: number;
}

/** Which of the labels does the column have? */
export interface PresentLabelsRequest {
  readonly kind: 'present_labels';
  readonly path: string;
  readonly column: string;
  readonly type: ColumnProfile['type'];
  readonly labels: readonly string[];
}

/** Opens a table to be read as text; replies with the number to read and close it by. */
export interface OpenExportRequest {
  readonly kind: 'open_export';
  readonly path: string;
  readonly columns: readonly ColumnProfile[];
  readonly format: LineExportFormat;
  /** Of meaning for CSV alone. */
  readonly formulas: FormulaMode;
}

/** Replies with the next bytes, of whole lines; null at the end. */
export interface ReadExportRequest {
  readonly kind: 'read_export';
  readonly id: number;
}

/** Whoever opened an export closes it, whether it was read to its end or not. */
export interface CloseExportRequest {
  readonly kind: 'close_export';
  readonly id: number;
}

export interface DataReplies {
  ingest: IngestedTable;
  rows: Row[];
  present_labels: string[];
  open_export: number;
  read_export: Uint8Array | null;
  close_export: null;
}

export type DataRequest =
  | IngestRequest
  | RowsRequest
  | PresentLabelsRequest
  | OpenExportRequest
  | ReadExportRequest
  | CloseExportRequest;

/** A TrainyardError on the wire: the client makes one of it again. */
export interface WireError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
}

export type ToDataProcess = { readonly id: number; readonly request: DataRequest };
export type FromDataProcess =
  | { readonly id: number; readonly reply: DataReplies[keyof DataReplies] }
  | { readonly id: number; readonly error: WireError };

/** What the API needs of the data process. */
export interface DataService {
  call<K extends DataRequest['kind']>(request: Extract<DataRequest, { kind: K }>): Promise<DataReplies[K]>;
}
