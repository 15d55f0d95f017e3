/** The one source of randomness: a seeded generator whose whole state is plain JSON, so that a resumed job draws the same numbers. */
import { log } from './elementary.ts';

/** The four 32-bit words of xoshiro128**: JSON-safe, complete (no draw is held back outside it). */
export type RandomState = readonly number[];

export interface Random {
  /** Uniform integer in [0, 2³²). */
  nextUint32(): number;
  /** Uniform in [0, 1), a multiple of 2⁻⁵³. Takes two words. */
  uniform(): number;
  /** Standard normal. Takes a varying number of words and holds nothing back. */
  normal(): number;
  /**
   * Uniform integer in [0, n), without the bias of a plain remainder.
   *
   * @throws RangeError when n is not an integer in [1, 2³²]
   */
  below(n: number): number;
  /** Permutes in place, every order equally likely (Fisher–Yates, Knuth TAOCP 2, algorithm P). */
  shuffle(indices: Uint32Array): void;
  /** The four words themselves, which each draw changes: a kernel may draw in the generator's place. */
  readonly words: Uint32Array;
  /** A copy; `restoreRandom` continues from it. */
  state(): RandomState;
}

/**
 * A generator for one purpose: equal (seed, stream) give equal draws, different ones start from unrelated states.
 * The state is two outputs of splitmix64 started at stream · 2³² + seed, as xoshiro's authors advise.
 *
 * @param seed   unsigned 32-bit
 * @param stream unsigned 32-bit; each use of randomness (initialisation, shuffling, …) takes its own
 */
export function createRandom(seed: number, stream = 0): Random {
  let counter = (BigInt(stream >>> 0) << 32n) | BigInt(seed >>> 0);
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i += 2) {
    counter = BigInt.asUintN(64, counter + 0x9e3779b97f4a7c15n);
    const word = mixSplitMix64(counter);
    state[i] = Number(word & 0xffff_ffffn);
    state[i + 1] = Number(word >> 32n);
  }
  return xoshiro128StarStar(state);
}

/**
 * Continues where `state()` was taken.
 *
 * @throws RangeError when the state is not four unsigned 32-bit words, not all zero (from zero, only zeros follow)
 */
export function restoreRandom(state: RandomState): Random {
  const valid =
    state.length === 4 && state.every((word) => word === word >>> 0) && state.some((word) => word !== 0);
  if (!valid)
    throw new RangeError(`random: expected a state of 4 words, not all zero, got [${state.join(', ')}]`);
  return xoshiro128StarStar(Uint32Array.from(state));
}

/** Output function of splitmix64. @see Steele, Lea & Flood 2014; Vigna, https://prng.di.unimi.it/splitmix64.c */
function mixSplitMix64(counter: bigint): bigint {
  let z = counter;
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

/** @see Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators"; https://prng.di.unimi.it/xoshiro128starstar.c */
function xoshiro128StarStar(s: Uint32Array): Random {
  const nextUint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  };
  const uniform = (): number => {
    const high = nextUint32() >>> 5;
    const low = nextUint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  };
  const below = (n: number): number => {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32)) {
      throw new RangeError(`random: expected an integer in [1, 2^32], got ${n}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = nextUint32();
    while (draw >= limit) draw = nextUint32();
    return draw % n;
  };
  return {
    nextUint32,
    uniform,
    normal: () => polarNormal(uniform),
    below,
    shuffle(indices) {
      for (let i = indices.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const held = indices[i];
        indices[i] = indices[j];
        indices[j] = held;
      }
    },
    words: s,
    state: () => Array.from(s),
  };
}

/** Marsaglia & Bray 1964. The pair's second normal is thrown away: keeping it would be state outside the four words. */
function polarNormal(uniform: () => number): number {
  for (;;) {
    const u = 2 * uniform() - 1;
    const v = 2 * uniform() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
  }
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
