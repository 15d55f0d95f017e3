/** The Open Inference Protocol v2, which KServe, Triton and others speak: whose paths they are, and their errors. */
import type { Wire } from '../wire.ts';

/** @see https://github.com/kserve/open-inference-protocol, inference_rest.md: `$inference_error_response` */
export const openInference: Wire = {
  owns: (path) => /^\/v2(\/|$)/.test(path),
  errorBody: (_status, error) => ({ error }),
};
