/** Declares a wire route's answers for the OpenAPI document: its successes by schema, and one shape for every refusal. */
import { z } from 'zod';

export const WireError = z.strictObject({ error: z.string() }).meta({
  id: 'WireError',
  description: 'The error of TensorFlow Serving, KServe and the Open Inference Protocol',
});

export const MlflowError = z
  .strictObject({ error_code: z.string(), message: z.string() })
  .meta({ id: 'MlflowError', description: "MLflow's error" });

const refusalsOf = {
  400: 'The request cannot be read, or does not fit the model',
  401: 'A valid API key is needed',
  404: 'No such model, version or alias',
  500: 'Something went wrong on our side',
  503: 'The service cannot answer now',
};

export function wireResponses<S extends Readonly<Record<number, z.ZodType>>>(
  success: S,
  error: z.ZodType = WireError,
): S {
  const refusals = Object.entries(refusalsOf).map(([status, description]) => [
    status,
    { description, content: { 'application/json': { schema: error } } },
  ]);
  return { ...success, ...Object.fromEntries(refusals) };
}
