/** What the wires of other systems have in common: whose a path is, and how refusals look on it. */
import { type ErrorCode, errorCodes } from '../../errors.ts';

export interface Wire {
  /** Whether this wire answers for the path, known route or not. */
  owns(path: string): boolean;
  /** The body of a refusal, in the other system's own shape. */
  errorBody(status: number, message: string): object;
}

/** These systems know no 422 and no 409: what they cannot take is 400, a model without a version is one that is not there. */
export function wireStatus(code: ErrorCode): number {
  const { status } = errorCodes[code];
  if (status === 422) return 400;
  return code === 'no_version' ? 404 : status;
}
