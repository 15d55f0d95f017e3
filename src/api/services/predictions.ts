/** Predictions from raw rows by a version of a model. */
import { createHash } from 'node:crypto';
import type { PredictRequest, PredictResponse } from '../../contracts/predict.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import type { Predictor } from '../../training/predict.ts';
import { modelNotFound, versionNotFound } from './models.ts';
import { createPredictorCache } from './predictor-cache.ts';

export type CreatePredictor = (trained: TrainedModel, weights: Uint8Array) => Predictor;

export type PredictionService = ReturnType<typeof createPredictionService>;

/** A parameter is 4 or 8 bytes, and the predictor holds a working copy of its own. */
const bytesPerParameter = 16;

export function createPredictionService(store: Store, createPredictor: CreatePredictor, cacheBytes: number) {
  const cache = createPredictorCache(cacheBytes);

  async function load(version: StoredVersion): Promise<Predictor> {
    const weights = await store.versions.weights(version.model, version.version);
    if (!weights) throw versionNotFound(version.model, version.version);
    const sha256 = createHash('sha256').update(weights).digest('hex');
    if (sha256 !== version.weights_sha256) {
      throw new Error(
        `weights of ${version.model}/${version.version} are ${sha256}, not ${version.weights_sha256}: corrupt store`,
      );
    }
    return createPredictor(version.trained, weights);
  }

  return {
    /**
     * @param number of the version; undefined: the latest
     * @throws TrainyardError `model_not_found`, `version_not_found`, `no_version`; 422 for rows that the model cannot take
     */
    async predict(
      model: string,
      number: number | undefined,
      { rows }: PredictRequest,
    ): Promise<PredictResponse> {
      const version =
        number === undefined ? await store.versions.latest(model) : await store.versions.get(model, number);
      if (!version) throw await missing(store, model, number);
      // A model made again starts at version 1 again; the job is what no other version shares.
      const key = `${version.job} ${version.weights_sha256}`;
      const predictor = await cache.get(key, version.parameters * bytesPerParameter, () => load(version));
      const { predictions, warnings } = predictor.predictRows(rows);
      return { model, version: version.version, predictions, ...(warnings.length > 0 ? { warnings } : {}) };
    },
  };
}

async function missing(store: Store, model: string, number: number | undefined): Promise<TrainyardError> {
  if (!(await store.models.get(model))) return modelNotFound(model);
  if (number !== undefined) return versionNotFound(model, number);
  return new TrainyardError('no_version', `no job of "${model}" has succeeded yet`);
}
