/** Versions as files: ONNX for other runtimes, safetensors to keep and to move. */
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { ModelFile, VersionExportQuery } from '../../contracts/model-file.ts';
import type { Version } from '../../contracts/version.ts';
import { createLimiter } from '../../data/limiter.ts';
import type { DataService } from '../../data/messages.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import { toOnnx } from '../../training/onnx/to-onnx.ts';
import { toSafetensors } from '../../training/safetensors/to-safetensors.ts';
import type { ApiLimits } from '../limits.ts';
import { checkAnnouncedLength, receiveBody } from '../receive-body.ts';
import { createTurns } from '../turns.ts';
import { gunzipInto } from '../uploads/gunzip-sink.ts';
import { openSpool } from '../uploads/spool-sink.ts';
import { modelNotFound, publicVersion, versionNotFound } from './models.ts';

export interface VersionExport {
  readonly fileName: string;
  readonly pieces: readonly Uint8Array[];
}

export type ModelFileService = ReturnType<typeof createModelFileService>;

interface ModelFileDependencies {
  readonly store: Store;
  readonly data: DataService;
  /** Folder for the bytes of uploads in progress; exists. */
  readonly spoolDir: string;
  readonly limits: ApiLimits;
  readonly now: () => Date;
}

export interface ModelUpload {
  readonly body: IncomingMessage;
  readonly isGzip: boolean;
}

/** Each holds its weights in memory while they are stored. */
const importLimits = { running: 2, waiting: 64 };

export function createModelFileService({ store, data, spoolDir, limits, now }: ModelFileDependencies) {
  const limitImports = createLimiter(importLimits);

  async function importFrom(model: string, path: string): Promise<StoredVersion> {
    const { weightsStart, ...read } = await data.call({ kind: 'read_model_file', path });
    const weights = await readFrom(path, weightsStart);
    const number = await store.versions.import(model, { ...read, weights }, now());
    const version = number && (await store.versions.get(model, number));
    if (!version) throw modelNotFound(model);
    return version;
  }

  return {
    /** @throws TrainyardError `model_not_found`, `invalid_model_file`, `busy`; what reading the body may refuse. Nothing is stored then */
    async import(model: string, upload: ModelUpload): Promise<Version> {
      if (!(await store.models.get(model))) throw modelNotFound(model);
      const path = join(spoolDir, `model-${randomUUID()}`);
      try {
        await spool(upload, path, limits);
        return publicVersion(await limitImports(() => importFrom(model, path)));
      } finally {
        await rm(path, { force: true });
      }
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

async function spool({ body, isGzip }: ModelUpload, path: string, limits: ApiLimits): Promise<void> {
  const { maxImportBytes: maxBytes, uploadIdleTimeoutMs: timeoutMs, minFreeDiskBytes: minFreeBytes } = limits;
  checkAnnouncedLength(body, maxBytes);
  const file = await openSpool({ path, minFreeBytes, maxBytes: () => maxBytes, onGrowth: () => {} });
  const sink = isGzip ? gunzipInto(file) : file;
  try {
    await receiveBody(body, { maxBytes, timeoutMs, timeoutCovers: 'silence' }, (piece) => sink.write(piece));
    await sink.end();
  } finally {
    sink.close();
  }
}

/** The file's bytes from there on, in a buffer of their own. */
async function readFrom(path: string, start: number): Promise<Uint8Array> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(size - start);
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
    filled += bytesRead;
  }
  return bytes;
}
