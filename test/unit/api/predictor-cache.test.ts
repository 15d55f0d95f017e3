import { describe, expect, it } from 'vitest';
import { createPredictorCache } from '../../../src/api/services/predictor-cache.ts';
import type { Predictor } from '../../../src/training/predict.ts';

/** A cache of 100 bytes that counts its loads; the predictors are only ever compared. */
function countingCache() {
  const cache = createPredictorCache(100);
  const loads: string[] = [];
  const get = (key: string, bytes: number) =>
    cache.get(key, bytes, async () => {
      loads.push(key);
      return { key } as unknown as Predictor;
    });
  return { cache, loads, get };
}

describe('the predictor cache', () => {
  it('loads once however many ask at the same time', async () => {
    const { loads, get } = countingCache();
    const [first, second] = await Promise.all([get('a', 10), get('a', 10)]);
    expect(first).toBe(second);
    expect(loads).toEqual(['a']);
  });

  it('drops the least recently used past its bound, never the one it was asked for', async () => {
    const { loads, get } = countingCache();
    for (const key of ['a', 'b', 'a', 'c']) await get(key, 40);
    await get('a', 40);
    await get('b', 40);
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
    await get('huge', 1_000);
    await get('huge', 1_000);
    await get('a', 40);
    expect(loads.slice(4)).toEqual(['huge', 'a']);
  });

  it('forgets a load that failed, or found nothing', async () => {
    const { cache, loads, get } = countingCache();
    expect(await cache.get('a', 10, async () => null)).toBeNull();
    await expect(cache.get('a', 10, () => Promise.reject(new Error('corrupt')))).rejects.toThrow('corrupt');
    await get('a', 10);
    expect(loads).toEqual(['a']);
  });
});
