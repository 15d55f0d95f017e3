/** Predictions from raw rows by a version of a model. */
import { setImmediate } from 'node:timers/promises';
import type { PredictQuery, PredictRequest } from '../../contracts/predict.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import { RowReport } from '../../data/preprocessing/row-report.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store, VersionRef, VersionSelector } from '../../store/ports.ts';
import type { PredictedBatch, Predictor, RowSource } from '../../training/predict.ts';
import type { ApiLimits } from '../limits.ts';
import { aliasNotFound, modelNotFound, versionNotFound } from './models.ts';
import { createPredictionWriter, type PredictionWriter } from './prediction-writer.ts';
import { createPredictorCache } from './predictor-cache.ts';
import { createVersionResolver } from './version-resolver.ts';

export type CreatePredictor = (trained: TrainedModel, weights: Uint8Array) => Predictor;

export type PredictionService = ReturnType<typeof createPredictionService>;

/** A version in memory: whatever happens to the store meanwhile, a request that has it is answered by it. */
export interface ServedVersion {
  readonly version: number;
  readonly predictor: Predictor;
}

/** A parameter is 4 or 8 bytes, and the predictor holds a working copy of its own. */
const bytesPerParameter = 16;
/** Of the memory of a batch and of what surrounds it. */
const bytesPerPredictor = 1024 ** 2;
/** A version that is deleted while it is loaded sends the request to look again; who deletes faster than that is told so. */
const maxLookUps = 5;

export function createPredictionService(store: Store, createPredictor: CreatePredictor, limits: ApiLimits) {
  const cache = createPredictorCache(limits.predictorCacheBytes);
  const resolver = createVersionResolver(store);
  /** Of requests without options. */
  const plainWriters = new WeakMap<Predictor, PredictionWriter>();

  async function loadPredictor(ref: VersionRef): Promise<Predictor | null> {
    const loaded = await store.versions.load(ref);
    return loaded && createPredictor(loaded.trained, loaded.weights);
  }

  /**
   * What `read` makes of the version that the selector names; it gives null when the version is deleted meanwhile.
   *
   * @throws TrainyardError `model_not_found`, `version_not_found`, `alias_not_found`, `no_version`, or what `read` throws
   */
  async function look<T>(
    model: string,
    selector: VersionSelector,
    read: (ref: VersionRef) => Promise<T | null>,
  ): Promise<{ readonly ref: VersionRef; readonly found: T }> {
    for (let lookUp = 0; lookUp < maxLookUps; lookUp++) {
      const ref = await resolver.resolve(model, selector);
      if (!ref) break;
      const found = await read(ref);
      if (found) return { ref, found };
    }
    throw await missing(store, model, selector);
  }

  /** At once where the version is known and in memory. @throws TrainyardError as `look` does, and `model_corrupt` */
  function serve(model: string, selector: VersionSelector): ServedVersion | Promise<ServedVersion> {
    const ref = resolver.known(model, selector);
    const predictor = ref && cache.loaded(ref.key);
    return predictor ? { version: ref.version, predictor } : serveOnceLoaded(model, selector);
  }

  async function serveOnceLoaded(model: string, selector: VersionSelector): Promise<ServedVersion> {
    const { ref, found } = await look(model, selector, (each) => {
      const bytes = bytesPerPredictor + each.parameters * bytesPerParameter;
      return cache.get(each.key, bytes, () => loadPredictor(each));
    });
    return { version: ref.version, predictor: found };
  }

  function writerOf(predictor: Predictor, options: PredictQuery): PredictionWriter {
    if (hasOptions(options)) return createPredictionWriter(predictor.trained, options);
    let writer = plainWriters.get(predictor);
    if (!writer) {
      writer = createPredictionWriter(predictor.trained, options);
      plainWriters.set(predictor, writer);
    }
    return writer;
  }

  /** The pieces of the answer to a request, by the version that is to give it. */
  function answer(
    { version, predictor }: ServedVersion,
    model: string,
    rows: RowSource,
    options: PredictQuery,
  ): string[] | Promise<string[]> {
    const write = writerOf(predictor, options);
    const pieces = [`{"model":"${model}","version":${version},"predictions":[`];
    const bound = createAnswerBound(rows.length, limits.maxPredictAnswerBytes);
    const report = new RowReport();
    const take = (batch: PredictedBatch) => {
      const text = write(batch);
      bound(text.length);
      pieces.push(pieces.length > 1 ? `,${text}` : text);
    };
    const end = () => {
      const warnings = report.warnings();
      pieces.push(warnings.length > 0 ? `],"warnings":${JSON.stringify(warnings)}}` : ']}');
      return pieces;
    };
    const running = run(predictor, rows, report, take, limits.predictSliceMs);
    return running ? running.then(end) : end();
  }

  return {
    serve,

    /** The version's config and numbers, as they were stored. @throws TrainyardError as `serve` does */
    load: async (model: string, selector: VersionSelector) =>
      (await look(model, selector, (ref) => store.versions.load(ref))).found,

    /**
     * Predicts in the order of the rows, a batch at a time. Between two batches, and no less often than the limits say, the event
     * loop turns.
     *
     * @param take is given each batch, to be read before it returns
     * @throws TrainyardError with the problems of all rows, to 100: `missing_values`, `number_out_of_range` or `validation_failed`
     */
    run: (predictor: Predictor, rows: RowSource, report: RowReport, take: (batch: PredictedBatch) => void) =>
      run(predictor, rows, report, take, limits.predictSliceMs),

    /**
     * @returns the pieces of a JSON `PredictResponse`: it may be long, and no one step of making or sending it is. No promise for one
     *   batch by a version in memory, as most are: the promises would cost more than the prediction
     * @throws TrainyardError as `serve` and `run` do; `validation_failed` for options that do not fit the model; `answer_too_large`
     */
    predict(
      model: string,
      selector: VersionSelector,
      { rows }: PredictRequest,
      options: PredictQuery,
    ): string[] | Promise<string[]> {
      const served = serve(model, selector);
      return served instanceof Promise
        ? served.then((loaded) => answer(loaded, model, rows as RowSource, options))
        : answer(served, model, rows as RowSource, options);
    },
  };
}

function hasOptions({ threshold, top_k, contributions, raw }: PredictQuery): boolean {
  return threshold !== undefined || top_k !== undefined || contributions === true || raw === true;
}

/** A request of one batch, as most are, waits for nothing. */
function run(
  predictor: Predictor,
  rows: RowSource,
  report: RowReport,
  take: (batch: PredictedBatch) => void,
  sliceMs: number,
): void | Promise<void> {
  if (rows.length > predictor.batchRows) return runInSlices(predictor, rows, report, take, sliceMs);
  const batch = predictor.predictBatch(rows, 0, report);
  if (batch === null) report.throwIfRefused();
  else take(batch);
}

async function runInSlices(
  predictor: Predictor,
  rows: RowSource,
  report: RowReport,
  take: (batch: PredictedBatch) => void,
  sliceMs: number,
): Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  for (let start = 0; start < rows.length; start += predictor.batchRows) {
    if (performance.now() >= sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + sliceMs;
    }
    const batch = predictor.predictBatch(rows, start, report);
    if (batch !== null) take(batch);
  }
  report.throwIfRefused();
}

/** Counts the length of an answer; throws when it is too long. */
export function createAnswerBound(rows: number, maxBytes: number): (length: number) => void {
  let total = 0;
  return (length) => {
    total += length;
    if (total <= maxBytes) return;
    throw new TrainyardError(
      'answer_too_large',
      `the predictions for ${rows} rows take more than ${maxBytes} bytes: send fewer at once`,
    );
  };
}

async function missing(store: Store, model: string, selector: VersionSelector): Promise<TrainyardError> {
  if (!(await store.models.get(model))) return modelNotFound(model);
  if (selector === 'latest')
    return new TrainyardError('no_version', `no job of "${model}" has succeeded yet`);
  return typeof selector === 'number'
    ? versionNotFound(model, selector)
    : aliasNotFound(model, selector.alias);
}
