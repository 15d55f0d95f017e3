/** Predictions from raw rows by a version of a model. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { PredictRequest, PredictResponse } from '../../contracts/predict.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import type { Predictor } from '../../training/predict.ts';
import type { ApiLimits } from '../limits.ts';
import { modelNotFound, versionNotFound } from './models.ts';
import { createPredictorCache } from './predictor-cache.ts';

export type CreatePredictor = (trained: TrainedModel, weights: Uint8Array) => Predictor;

export type PredictionService = ReturnType<typeof createPredictionService>;

/** A parameter is 4 or 8 bytes, and the predictor holds a working copy of its own. */
const bytesPerParameter = 16;

export function createPredictionService(store: Store, createPredictor: CreatePredictor, limits: ApiLimits) {
  const cache = createPredictorCache(limits.predictorCacheBytes);

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
     * @returns the pieces of a JSON `PredictResponse`: it may be long, and no one step of making or sending it is
     * @throws TrainyardError `model_not_found`, `version_not_found`, `no_version`, `answer_too_large`; 422 for rows that the model
     *   cannot take
     */
    async predict(model: string, number: number | undefined, { rows }: PredictRequest): Promise<string[]> {
      const version =
        number === undefined ? await store.versions.latest(model) : await store.versions.get(model, number);
      if (!version) throw await missing(store, model, number);
      // A model made again starts at version 1 again; the job is what no other version shares.
      const key = `${version.job} ${version.weights_sha256}`;
      const predictor = await cache.get(key, version.parameters * bytesPerParameter, () => load(version));
      return answerInPieces({ model, version: version.version }, predictor, rows, limits);
    },
  };
}

/** Between batches, and no less often than the limits say, the event loop turns. */
async function answerInPieces(
  head: Pick<PredictResponse, 'model' | 'version'>,
  predictor: Predictor,
  rows: readonly unknown[],
  { predictSliceMs, maxPredictAnswerBytes }: ApiLimits,
): Promise<string[]> {
  const pieces = [`${JSON.stringify(head).slice(0, -1)},"predictions":[`];
  const batches = predictor.predictRows(rows);
  let length = 0;
  let sliceEnd = performance.now() + predictSliceMs;
  for (;;) {
    const { done, value } = batches.next();
    if (done) {
      pieces.push(value.length > 0 ? `],"warnings":${JSON.stringify(value)}}` : ']}');
      return pieces;
    }
    const text = JSON.stringify(value).slice(1, -1);
    pieces.push(length > 0 && text !== '' ? `,${text}` : text);
    length += text.length;
    if (length > maxPredictAnswerBytes) {
      throw new TrainyardError(
        'answer_too_large',
        `the predictions for ${rows.length} rows take more than ${maxPredictAnswerBytes} bytes: send fewer at once`,
      );
    }
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + predictSliceMs;
  }
}

async function missing(store: Store, model: string, number: number | undefined): Promise<TrainyardError> {
  if (!(await store.models.get(model))) return modelNotFound(model);
  if (number !== undefined) return versionNotFound(model, number);
  return new TrainyardError('no_version', `no job of "${model}" has succeeded yet`);
}
