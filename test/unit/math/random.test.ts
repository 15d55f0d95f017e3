/** Known answers, distribution and resumption of the seeded generator. */
import { describe, expect, it } from 'vitest';
import { createRandom, restoreRandom } from '../../../src/math/random.ts';

const take = (count: number, draw: () => number) => Array.from({ length: count }, draw);

describe('known answers', () => {
  it('is xoshiro128** to the bit', () => {
    // Vigna's xoshiro128starstar.c from the state 1, 2, 3, 4 (also the vector of Rust's rand_xoshiro), and from another state
    // (the vector of github.com/edorfaus/xoshiro-6502); both run again with gcc 12.2.
    const first = restoreRandom([1, 2, 3, 4]);
    expect(take(8, first.nextUint32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849,
    ]);
    const second = restoreRandom([0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0]);
    expect(take(4, second.nextUint32)).toEqual([0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70]);
  });

  it('is seeded by splitmix64', () => {
    // Vigna's splitmix64.c from 1234567 (whose published outputs are these two), low word first.
    const words = [6457827717110365317n, 3203168211198807973n].flatMap((z) => [z & 0xffff_ffffn, z >> 32n]);
    expect(createRandom(1234567).state()).toEqual(words.map(Number));
    // splitmix64.c and xoshiro128starstar.c from seed 42, stream 3, by gcc 12.2.
    const random = createRandom(42, 3);
    expect(random.state()).toEqual([3858245961, 2954428840, 2741101602, 2844410583]);
    expect(take(4, random.nextUint32)).toEqual([849692152, 1375676200, 4089275676, 4233623835]);
  });
});

describe('resumption', () => {
  it('continues every kind of draw from a state that went through JSON', () => {
    const original = createRandom(5, 1);
    original.normal();
    const copy = restoreRandom(JSON.parse(JSON.stringify(original.state())));
    const draws = (r: typeof original) => {
      const order = Uint32Array.from({ length: 20 }, (_, i) => i);
      r.shuffle(order);
      return [r.normal(), r.uniform(), r.nextUint32(), r.below(10), r.normal(), ...order];
    };
    expect(draws(copy)).toEqual(draws(original));
  });

  it.each([[[0, 0, 0, 0]], [[1, 2, 3]], [[1, 2, 3, -1]], [[1, 2, 3, 0.5]], [[1, 2, 3, 2 ** 32]]])(
    'refuses the state %j',
    (state) => {
      expect(() => restoreRandom(state)).toThrow(RangeError);
    },
  );
});

describe('distribution', () => {
  it('gives other draws to every seed and stream', () => {
    const starts = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      for (let stream = 0; stream < 8; stream++)
        starts.add(take(2, createRandom(seed, stream).nextUint32).join());
    }
    expect(starts.size).toBe(400);
  });

  it('streams of one seed are uncorrelated', () => {
    const [a, b] = [createRandom(0, 0), createRandom(0, 1)];
    const n = 20_000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    // Standard error of the correlation is 1/√n; 4 of them.
    expect(Math.abs((12 * sum) / n)).toBeLessThan(4 / Math.sqrt(n));
  });

  it('uniform lies in [0, 1) with the right mean and variance, and uses 53 bits', () => {
    const { uniform } = createRandom(1);
    const draws = take(20_000, uniform);
    expect(draws.every((u) => u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53))).toBe(true);
    expect(draws.some((u) => !Number.isInteger(u * 2 ** 52))).toBe(true);
    const mean = draws.reduce((sum, u) => sum + u, 0) / draws.length;
    const variance = draws.reduce((sum, u) => sum + (u - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / draws.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / draws.length));
  });

  it('normal has the moments and the tails of a standard normal', () => {
    const { normal } = createRandom(2);
    const n = 40_000;
    const draws = take(n, normal);
    const moment = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / n;
    // Variances of the sample moments: 1, 2, 15, 96; 4 standard errors.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    const beyond2 = draws.filter((x) => Math.abs(x) > 2).length / n;
    expect(Math.abs(beyond2 - 0.0455)).toBeLessThan(4 * Math.sqrt(0.0455 / n));
  });

  it('below is unbiased where a plain remainder is not', () => {
    // 2³² mod 3·2³⁰ = 2³⁰: a remainder would fall in the first third twice as often.
    const { below } = createRandom(3);
    const n = 3 * 2 ** 30;
    const firstThird = take(12_000, () => below(n)).filter((i) => i < 2 ** 30).length / 12_000;
    expect(Math.abs(firstThird - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 12_000));
  });

  it('below takes 1 and 2³² and refuses what is no count', () => {
    const random = createRandom(3);
    expect(random.below(1)).toBe(0);
    expect(random.below(2 ** 32)).toBeLessThan(2 ** 32);
    for (const n of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) expect(() => random.below(n)).toThrow(RangeError);
  });

  it('shuffle gives each of the 24 orders of 4 equally often', () => {
    const random = createRandom(4);
    const counts = new Map<string, number>();
    const rounds = 24_000;
    for (let i = 0; i < rounds; i++) {
      const order = Uint32Array.of(0, 1, 2, 3);
      random.shuffle(order);
      counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    let chiSquare = 0;
    for (const count of counts.values()) chiSquare += (count - 1000) ** 2 / 1000;
    // 23 degrees of freedom: 0.9999 quantile.
    expect(chiSquare).toBeLessThan(58.6);
  });
});
