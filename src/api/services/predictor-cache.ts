/** Keeps the predictors last used in memory, bounded by the bytes that they take. */
import type { Predictor } from '../../training/predict.ts';

interface Entry {
  readonly loading: Promise<Predictor | null>;
  readonly bytes: number;
  /** Once it is loaded. */
  predictor: Predictor | null;
}

export interface PredictorCache {
  /** The predictor of `key`, if it is there already. */
  loaded(key: string): Predictor | null;
  /** The predictor of `key`, loaded once however many ask at the same time. A load that fails or gives null is not kept. */
  get(key: string, bytes: number, load: () => Promise<Predictor | null>): Promise<Predictor | null>;
}

export function createPredictorCache(maxBytes: number): PredictorCache {
  /** In the order of last use: a Map keeps the order of insertion. */
  const entries = new Map<string, Entry>();
  let held = 0;
  let newest: Entry | undefined;

  function drop(key: string, entry: Entry): void {
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    held -= entry.bytes;
  }

  function evict(): void {
    for (const [key, entry] of entries) {
      // The newest stays even when it is larger than the bound: it is about to be used.
      if (held <= maxBytes || entries.size === 1) return;
      drop(key, entry);
    }
  }

  function use(key: string): Entry | undefined {
    const known = entries.get(key);
    if (known && known !== newest) {
      entries.delete(key);
      entries.set(key, known);
      newest = known;
    }
    return known;
  }

  return {
    loaded: (key) => use(key)?.predictor ?? null,
    get(key, bytes, load) {
      const known = use(key);
      if (known) return known.loading;
      const entry: Entry = { loading: load(), bytes, predictor: null };
      entries.set(key, entry);
      newest = entry;
      held += bytes;
      evict();
      entry.loading.then(
        (predictor) => {
          entry.predictor = predictor;
          if (predictor === null) drop(key, entry);
        },
        () => drop(key, entry),
      );
      return entry.loading;
    },
  };
}
