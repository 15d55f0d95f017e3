/** The count is a Set's, whatever the numbers are and however they are cut into blocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctNumbers } from '../../../../src/data/profile/distinct-numbers.ts';

const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double(),
  fc.constantFrom(0, -0, 5e-324, 1e308),
);

describe('DistinctNumbers', () => {
  it('counts as a Set does, but for NaN', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 500 }), fc.integer({ min: 1, max: 60 }), (values, block) => {
        const counted = new DistinctNumbers(1_000);
        for (let at = 0; at < values.length; at += block) {
          expect(counted.add(Float64Array.from(values.slice(at, at + block)))).toBe(true);
        }
        expect(counted.size).toBe(new Set(values.filter((value) => !Number.isNaN(value))).size);
      }),
      { numRuns: 300 },
    );
  });

  it('gives up behind its bound and not before', () => {
    const counted = new DistinctNumbers(100_000);
    const values = Float64Array.from({ length: 100_001 }, (_, index) => index / 8);
    expect(counted.add(values.subarray(0, 100_000))).toBe(true);
    expect(counted.add(values.subarray(0, 100_000))).toBe(true);
    expect(counted.size).toBe(100_000);
    expect(counted.add(values.subarray(100_000))).toBe(false);
  });
});
