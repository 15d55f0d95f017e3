/** A version outside of the service: what a file of it says beside the numbers, and how it is asked for. */
import { z } from 'zod';
import { ClassificationMetrics, RegressionMetrics } from './metrics.ts';
import { Label, ModelName } from './names.ts';
import {
  DenseLayer,
  FittedCategory,
  FittedNumber,
  FittedPreprocessing,
  TrainedModel,
  Version,
} from './version.ts';

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

/** Text, numbers or objects in a list that a stranger wrote: its first bad item is reported and no other, since it may have a million. */
function listOf<T extends z.ZodType>(item: T) {
  return z.array(z.unknown()).check(({ value, issues }) => {
    for (const [index, element] of value.entries()) {
      const issue = item.safeParse(element).error?.issues[0];
      if (issue === undefined) continue;
      issues.push({ code: 'custom', path: [index, ...issue.path], message: issue.message, input: element });
      return;
    }
  });
}

const category = FittedCategory.extend({ categories: listOf(z.string()) });
const score = ClassificationMetrics.shape.per_class.element;
const metrics = z.union([
  ClassificationMetrics.extend({ per_class: listOf(score), confusion_matrix: listOf(listOf(z.int())) }),
  RegressionMetrics,
]);

/** What `ModelFile` accepts, for files that nobody has checked: the work and the memory that a bad one takes are bounded. */
export const UntrustedModelFile = ModelFile.extend({
  metrics: z.strictObject({ train: metrics, validation: metrics.nullable() }),
  trained: TrainedModel.extend({
    classes: listOf(Label).nullable(),
    features: listOf(z.string()),
    preprocessing: FittedPreprocessing.extend({
      features: listOf(z.discriminatedUnion('type', [FittedNumber, category])),
      columns: listOf(z.string()),
    }),
    layers: listOf(DenseLayer).check(z.minLength(1)),
  }),
});
