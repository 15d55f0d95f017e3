/** What is wrong with a config for a dataset, gathered so that one refusal names it all. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import { type ErrorCode, type FieldError, TrainyardError } from '../errors.ts';

/** What a submit knows of a dataset without reading it. */
export interface DatasetProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  /** Number columns whose every value is a whole number: they may be a class target. */
  readonly integral_columns: readonly string[];
}

export interface ConfigProblem extends FieldError {
  /** RFC 6901, from the `config` of a job request. */
  readonly pointer: string;
  readonly code: ErrorCode;
}

/** Most problems that a refusal lists: a table may have ten thousand columns. */
const maxListed = 100;

/** @throws TrainyardError with all the problems if there is one; its code is theirs when they agree, else `validation_failed` */
export function refuse(problems: readonly ConfigProblem[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  const code = others.every((problem) => problem.code === first.code) ? first.code : 'validation_failed';
  const detail = others.length === 0 ? first.message : `${first.message}; and ${others.length} more`;
  throw new TrainyardError(code, detail, { errors: problems.slice(0, maxListed) });
}
