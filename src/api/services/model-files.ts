/** Versions as files: ONNX for other runtimes, safetensors to keep and to move. */
import type { IncomingMessage } from 'node:http';
import type { ModelFile, VersionExportQuery } from '../../contracts/model-file.ts';
import type { Version } from '../../contracts/version.ts';
import { createLimiter } from '../../data/limiter.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import { toOnnx } from '../../training/onnx/to-onnx.ts';
import { fromSafetensors } from '../../training/safetensors/from-safetensors.ts';
import { toSafetensors } from '../../training/safetensors/to-safetensors.ts';
import type { ApiLimits } from '../limits.ts';
import { checkAnnouncedLength, receiveBody } from '../receive-body.ts';
import { createTurns } from '../turns.ts';
import { modelNotFound, publicVersion, versionNotFound } from './models.ts';

export interface VersionExport {
  readonly fileName: string;
  readonly pieces: readonly Uint8Array[];
}

export type ModelFileService = ReturnType<typeof createModelFileService>;

/** A file is in memory as a whole, twice while it is taken apart. */
const importLimits = { running: 2, waiting: 16 };

export function createModelFileService(store: Store, limits: ApiLimits, now: () => Date) {
  const limitImports = createLimiter(importLimits);

  async function importFrom(model: string, body: IncomingMessage): Promise<StoredVersion> {
    const bytes = await readAll(body, limits);
    const imported = await fromSafetensors(bytes, createTurns(limits.exportSliceMs));
    const number = await store.versions.import(model, imported, now());
    const version = number && (await store.versions.get(model, number));
    if (!version) throw modelNotFound(model);
    return version;
  }

  return {
    /** @throws TrainyardError `model_not_found`, `invalid_model_file`, `busy`; what reading the body may refuse. Nothing is stored then */
    async import(model: string, body: IncomingMessage): Promise<Version> {
      if (!(await store.models.get(model))) throw modelNotFound(model);
      return publicVersion(await limitImports(() => importFrom(model, body)));
    },

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

async function readAll(body: IncomingMessage, limits: ApiLimits): Promise<Buffer> {
  checkAnnouncedLength(body, limits.maxImportBytes);
  const pieces: Buffer[] = [];
  const bounds = {
    maxBytes: limits.maxImportBytes,
    timeoutMs: limits.uploadIdleTimeoutMs,
    timeoutCovers: 'silence',
  } as const;
  await receiveBody(body, bounds, (piece) => void pieces.push(piece));
  return Buffer.concat(pieces);
}
