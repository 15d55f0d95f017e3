/** Versions as files: ONNX for other runtimes, safetensors to keep and to move. */
import type { ModelFile, VersionExportQuery } from '../../contracts/model-file.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import { toOnnx } from '../../training/onnx/to-onnx.ts';
import { toSafetensors } from '../../training/safetensors/to-safetensors.ts';
import type { ApiLimits } from '../limits.ts';
import { createTurns } from '../turns.ts';
import { modelNotFound, versionNotFound } from './models.ts';

export interface VersionExport {
  readonly fileName: string;
  readonly pieces: readonly Uint8Array[];
}

export type ModelFileService = ReturnType<typeof createModelFileService>;

export function createModelFileService(store: Store, limits: ApiLimits) {
  return {
    /** @throws TrainyardError `model_not_found`, `version_not_found`, `model_corrupt`, `not_exportable` */
    async export(model: string, number: number, { format }: VersionExportQuery): Promise<VersionExport> {
      const version = await store.versions.get(model, number);
      const weights = version && (await store.versions.weights(model, number));
      if (!weights)
        throw (await store.models.get(model)) ? versionNotFound(model, number) : modelNotFound(model);
      const pieces =
        format === 'onnx'
          ? await toOnnx(version, weights, createTurns(limits.exportSliceMs))
          : toSafetensors(modelFile(version), weights);
      return { fileName: `${model}-${number}.${format}`, pieces };
    },
  };
}

function modelFile(version: StoredVersion): ModelFile {
  const { model, job, dataset, dataset_sha256, validation_dataset_sha256, config, metrics, trained } =
    version;
  const { weights_sha256, engine, package_version, created_at } = version;
  return {
    model,
    version: version.version,
    job,
    dataset,
    dataset_sha256,
    validation_dataset_sha256,
    config,
    metrics,
    trained,
    weights_sha256,
    engine,
    package_version,
    created_at,
  };
}
