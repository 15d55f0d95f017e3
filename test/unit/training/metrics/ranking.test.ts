/** Areas under the curves against their definitions over all pairs and thresholds, on random scores full of ties. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankingAreas } from '../../../../src/training/metrics/ranking.ts';

/** Sixths, so that ties are common and comparisons exact. */
const scores = fc.array(
  fc.integer({ min: 0, max: 6 }).map((value) => value / 6),
  { minLength: 1, maxLength: 30 },
);

function pairwiseAuc(positives: readonly number[], negatives: readonly number[]): number {
  let wins = 0;
  for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
  return wins / (positives.length * negatives.length);
}

function sweptPrecision(positives: readonly number[], negatives: readonly number[]): number {
  const thresholds = [...new Set([...positives, ...negatives])].sort((a, b) => b - a);
  let area = 0;
  let recallBefore = 0;
  for (const threshold of thresholds) {
    const hits = positives.filter((score) => score >= threshold).length;
    const taken = hits + negatives.filter((score) => score >= threshold).length;
    area += (hits / positives.length - recallBefore) * (hits / taken);
    recallBefore = hits / positives.length;
  }
  return area;
}

describe('rankingAreas', () => {
  it('equals the definitions', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const areas = rankingAreas(Float64Array.from(positives), Float64Array.from(negatives))!;
        expect(areas.rocAuc).toBeCloseTo(pairwiseAuc(positives, negatives), 13);
        expect(areas.averagePrecision).toBeCloseTo(sweptPrecision(positives, negatives), 13);
      }),
    );
  });

  it('takes −0 and 0 for one score', () => {
    expect(rankingAreas(Float64Array.of(-0), Float64Array.of(0))).toEqual({
      rocAuc: 0.5,
      averagePrecision: 0.5,
    });
  });

  it('is null without positives or without negatives', () => {
    expect(rankingAreas(new Float64Array(0), Float64Array.of(1))).toBeNull();
    expect(rankingAreas(Float64Array.of(1), new Float64Array(0))).toBeNull();
  });
});
