/** The messages between the API process and the data process: one request, one reply, matched by id. */

import { join } from 'node:path';
import type { CsvOptions } from '../contracts/csv-options.ts';
import type { ColumnProfile, FormulaMode } from '../contracts/dataset.ts';
import type { Collapse, GradientCheck } from '../contracts/inspections.ts';
import type { Metrics } from '../contracts/metrics.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { ModelFile } from '../contracts/model-file.ts';
import type { Warning } from '../contracts/names.ts';
import type { TrainedModel } from '../contracts/version.ts';
import type { ErrorCode, FieldError } from '../errors.ts';
import type { Penalty } from '../math/network.ts';

export const uploadFormats = ['json', 'csv', 'ndjson', 'parquet'] as const;
export type UploadFormat = (typeof uploadFormats)[number];

/** The formats of an export that are made of the table's rows. */
export type LineExportFormat = 'csv' | 'ndjson';

/**
 * Read the upload while it arrives, write the typed table to `path` (durably: fsync, rename, fsync of the folder), profile it.
 * The messages about the upload's growth carry the id of this request.
 */
export interface IngestRequest {
  readonly kind: 'ingest';
  readonly format: UploadFormat;
  /**
   * Path of a folder for this upload alone: its bytes are at `uploadPath`, everything half-done goes beside them, and the API
   * deletes all of it afterwards.
   */
  readonly folder: string;
  /** Path of the Parquet file to make; null profiles the table and keeps nothing. */
  readonly path: string | null;
  /** How to read a CSV file; of no meaning for another format. */
  readonly csv: CsvOptions;
}

/** Path of the file with the bytes of the upload that a folder is for. */
export function uploadPath(folder: string): string {
  return join(folder, 'upload');
}

/** Path of the table that is made of it, until it is published. */
export function tablePath(folder: string): string {
  return join(folder, 'table.parquet');
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

/** Rows `offset` to `offset + limit`, in the order of the upload; replies with the text of a JSON array of objects. */
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

/** Read a model that an upload brought, and believe nothing of it. */
export interface ReadModelFileRequest {
  readonly kind: 'read_model_file';
  readonly path: string;
}

/** A model file whose every part was checked. */
export interface ModelFromFile {
  readonly file: ModelFile;
  /** Offset of the weights block, which goes to the end of the file. */
  readonly weightsStart: number;
  /** Number of weights and biases. */
  readonly parameters: number;
}

/** Predict every row that has a target and measure how well: what the version needs to know, and the table. */
export interface EvaluateRequest {
  readonly kind: 'evaluate';
  readonly path: string;
  /** Of the features and the target; they are there, in the types that the model needs. */
  readonly columns: readonly ColumnProfile[];
  readonly config: Pick<ResolvedModelConfig, 'target' | 'features' | 'preprocessing'>;
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
}

/** Rows of a version's dataset, encoded, and the version: what a proof of its arithmetic needs. */
interface InspectionRequest {
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
  /** Row-major [n, k], n ≥ 1. */
  readonly x: Float64Array;
  /** Class numbers, or values on the scale that the model is fitted on, [n]. */
  readonly target: Float64Array;
}

/** Fold the layers that are one affine map, and measure on the rows what that changes. */
export interface CollapseRequest extends InspectionRequest {
  readonly kind: 'collapse';
}

/** Compare the gradient of J over the rows with finite differences. */
export interface CheckGradientsRequest extends InspectionRequest {
  readonly kind: 'check_gradients';
  readonly penalty: Penalty;
  /** Draws the numbers that are checked. */
  readonly seed: number;
}

export interface DataReplies {
  ingest: IngestedTable;
  rows: Uint8Array;
  present_labels: string[];
  open_export: number;
  read_export: Uint8Array | null;
  close_export: null;
  read_model_file: ModelFromFile;
  evaluate: Metrics;
  collapse: Collapse;
  check_gradients: GradientCheck;
}

export type DataRequest =
  | IngestRequest
  | RowsRequest
  | PresentLabelsRequest
  | OpenExportRequest
  | ReadExportRequest
  | CloseExportRequest
  | ReadModelFileRequest
  | EvaluateRequest
  | CollapseRequest
  | CheckGradientsRequest;

/** A TrainyardError on the wire: the client makes one of it again. */
export interface WireError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
}

/** What has become of an upload: there is more of it, all of it, or it broke off. */
export type UploadState = 'grown' | 'whole' | 'broken_off';

export type ToDataProcess =
  | { readonly id: number; readonly request: DataRequest }
  | { readonly id: number; readonly upload: UploadState };
export type FromDataProcess =
  | { readonly id: number; readonly reply: DataReplies[keyof DataReplies] }
  | { readonly id: number; readonly error: WireError };

/** An ingest that runs while its upload arrives. */
export interface Ingestion {
  /** Rejects as soon as what has arrived is refused, and after `upload('broken_off')`. */
  readonly table: Promise<IngestedTable>;
  upload(state: UploadState): void;
}

/** What the API needs of the data process. */
export interface DataService {
  /** The upload's file is there, empty or not. */
  ingest(request: IngestRequest): Ingestion;
  call<K extends Exclude<DataRequest['kind'], 'ingest'>>(
    request: Extract<DataRequest, { kind: K }>,
  ): Promise<DataReplies[K]>;
}
