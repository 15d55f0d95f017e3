/** What any split must keep, whatever the classes and the seed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRows } from '../../../src/data/split.ts';
import { createRandom } from '../../../src/math/random.ts';

interface Case {
  readonly codes: readonly number[];
  readonly fraction: number;
  readonly stratify: boolean;
  readonly seed: number;
}

function split({ codes, fraction, stratify, seed }: Case, isClassified = true) {
  return splitRows({
    rows: Uint32Array.from(codes, (_, row) => row),
    classCodes: isClassified ? Int32Array.from(codes) : null,
    fraction,
    stratify,
    random: createRandom(seed, 1),
  });
}

const countOf = (rows: Uint32Array, codes: readonly number[], code: number) =>
  rows.filter((row) => codes[row] === code).length;

const cases = fc.record({
  codes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 8, maxLength: 200 }),
  fraction: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  stratify: fc.boolean(),
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
});

describe('splitRows', () => {
  it('puts each row on one side, ascending, both sides filled', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), (request, isClassified) => {
        const { train, validation } = split(request, isClassified);
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual(request.codes.map((_, row) => row));
        expect([...train]).toEqual([...train].sort((a, b) => a - b));
        expect([...validation]).toEqual([...validation].sort((a, b) => a - b));
        expect(train.length).toBeGreaterThanOrEqual(2);
        expect(validation.length).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('leaves every class a training row', () => {
    fc.assert(
      fc.property(cases, (request) => {
        const { train } = split(request);
        for (const code of new Set(request.codes))
          expect(countOf(train, request.codes, code)).toBeGreaterThan(0);
      }),
    );
  });

  it('holds back round(fraction · n) rows where the classes allow it', () => {
    fc.assert(
      fc.property(cases, (request) => {
        const n = request.codes.length;
        const wanted = Math.max(1, Math.round(request.fraction * n));
        const spare = n - Math.max(2, new Set(request.codes).size);
        expect(split(request).validation.length).toBe(Math.min(wanted, spare));
      }),
    );
  });

  it('keeps each class less than a row from its share when stratified', () => {
    fc.assert(
      fc.property(cases, (request) => {
        const { validation } = split({ ...request, stratify: true });
        const { codes } = request;
        const classes = [...new Set(codes)];
        const shares = classes.map((code) => {
          const size = codes.filter((other) => other === code).length;
          return { code, size, share: (size * validation.length) / codes.length };
        });
        // A class that must keep its last row gives less, and the others more.
        fc.pre(shares.every(({ size, share }) => Math.ceil(share) < size));
        for (const { code, share } of shares) {
          expect(Math.abs(countOf(validation, codes, code) - share)).toBeLessThan(1);
        }
      }),
    );
  });

  it('holds back 5 rows of each iris class', () => {
    const codes = Array.from({ length: 150 }, (_, row) => Math.floor(row / 50));
    const { validation } = split({ codes, fraction: 0.1, stratify: true, seed: 0 });
    expect([0, 1, 2].map((code) => countOf(validation, codes, code))).toEqual([5, 5, 5]);
  });

  it('is the same for the same seed and another for another', () => {
    const codes = Array.from({ length: 100 }, (_, row) => row % 2);
    const at = (seed: number, stratify: boolean) => [
      ...split({ codes, fraction: 0.3, stratify, seed }).validation,
    ];
    for (const stratify of [true, false]) {
      expect(at(7, stratify)).toEqual(at(7, stratify));
      expect(at(7, stratify)).not.toEqual(at(8, stratify));
    }
  });

  it('holds back these rows for good: another choice would make every earlier training another', () => {
    const codes = Array.from({ length: 30 }, (_, row) => row % 3);
    const held = (stratify: boolean) => [...split({ codes, fraction: 0.2, stratify, seed: 7 }).validation];
    expect(held(true)).toEqual([6, 13, 14, 17, 19, 21]);
    expect(held(false)).toEqual([9, 14, 20, 21, 24, 26]);
  });

  it('draws every row about equally often', () => {
    const codes = new Array(20).fill(0);
    const drawn = new Array(20).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      for (const row of split({ codes, fraction: 0.25, stratify: true, seed }, false).validation)
        drawn[row]++;
    }
    // Binomial(2000, ¼): 500 ± 19; five standard deviations are passed once in a hundred thousand runs, and the seeds are fixed.
    for (const count of drawn) expect(Math.abs(count - 500)).toBeLessThan(97);
  });

  it('holds nothing back for a fraction of 0', () => {
    const { train, validation } = split({ codes: [0, 1], fraction: 0, stratify: true, seed: 0 });
    expect([...train]).toEqual([0, 1]);
    expect(validation.length).toBe(0);
  });

  it('works on row numbers with gaps', () => {
    const rows = Uint32Array.of(3, 5, 8, 13);
    const classCodes = new Int32Array(14).fill(-1);
    classCodes.set([0], 3);
    classCodes.set([0], 5);
    classCodes.set([2], 8);
    classCodes.set([2], 13);
    const result = splitRows({ rows, classCodes, fraction: 0.5, stratify: true, random: createRandom(1) });
    expect([...result.train, ...result.validation].sort((a, b) => a - b)).toEqual([...rows]);
    expect(result.validation.filter((row) => classCodes[row] === 0).length).toBe(1);
  });

  it.each([
    [[0, 1], 'two rows'],
    [[0, 1, 2, 3], 'a row a class'],
  ])('refuses %j: %s', (codes) => {
    const refused = () => split({ codes, fraction: 0.5, stratify: true, seed: 0 });
    expect(refused).toThrow(expect.objectContaining({ code: 'too_few_rows' }));
  });
});
