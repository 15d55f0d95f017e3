/** TensorFlow Serving's REST API, and KServe's v1, which has the same paths: whose paths they are, and their errors. */
import type { Wire } from '../wire.ts';

/** @see https://www.tensorflow.org/tfx/serving/api_rest: "a JSON object with `error` as key and the error message as the value" */
export const tensorflowServing: Wire = {
  owns: (path) => /^\/v1(\/|$)/.test(path),
  errorBody: (_status, error) => ({ error }),
};
