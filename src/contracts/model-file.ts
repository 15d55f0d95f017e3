/** A version outside of the service: what a file of it says beside the numbers, and how it is asked for. */
import { z } from 'zod';
import { ModelName } from './names.ts';
import { TrainedModel, Version } from './version.ts';

export const VersionExportQuery = z.strictObject({ format: z.enum(['onnx', 'safetensors']) });
export type VersionExportQuery = z.infer<typeof VersionExportQuery>;

const { shape } = Version;

/** Where the version comes from, and everything that predict needs beside the weights. */
export const ModelFile = z.strictObject({
  model: ModelName,
  version: shape.version,
  job: shape.job,
  dataset: shape.dataset,
  dataset_sha256: shape.dataset_sha256,
  validation_dataset_sha256: shape.validation_dataset_sha256,
  config: shape.config,
  metrics: shape.metrics,
  trained: TrainedModel,
  weights_sha256: shape.weights_sha256,
  engine: shape.engine,
  package_version: shape.package_version,
  created_at: shape.created_at,
});
export type ModelFile = z.infer<typeof ModelFile>;
