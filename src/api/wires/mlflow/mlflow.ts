/** MLflow's scoring protocol: whose paths they are, and their errors. */
import type { Wire } from '../wire.ts';

/** By status, the words of MLflow's `ErrorCode` (databricks.proto) that its clients know. */
const errorCodes: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  405: 'ENDPOINT_NOT_FOUND',
  500: 'INTERNAL_ERROR',
  503: 'TEMPORARILY_UNAVAILABLE',
  507: 'RESOURCE_EXHAUSTED',
};

/** The shape of `MlflowException.serialize_as_json`. */
export const mlflow: Wire = {
  owns: (path) => /^\/(invocations(\/|$)|(ping|health|version)$)/.test(path),
  errorBody: (status, message) => ({ error_code: errorCodes[status] ?? 'BAD_REQUEST', message }),
};
