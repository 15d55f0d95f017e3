/** An epoch's walk over the training rows in a seeded order: it can be saved between any two steps, with all that was added up. */
import { createRandom, type RandomState, restoreRandom } from '../math/random.ts';
import type { FitState } from './fit.ts';
import { randomStreams } from './random-streams.ts';

export interface EpochWalk<Sums> {
  /** Row numbers in the order of the visit. */
  readonly order: Uint32Array;
  /** Rows visited so far; whoever takes a step raises it. */
  row: number;
  /** What the steps add up. */
  readonly sums: Sums;
  /** Orders the rows anew and clears the sums, unless an epoch is under way. */
  begin(): void;
  /** All rows were visited: the next `begin` begins another epoch. */
  end(): void;
  /** A part of the fit's state. */
  state(): FitState;
}

/** What a walk remembers as integers, in the values of a state. */
interface Place {
  readonly row: number;
  /** Of the generator before it ordered the present epoch's rows: the order itself need not be saved. */
  readonly shuffle: RandomState;
}

export interface EpochWalkOptions<Sums> {
  /** Number of training rows. */
  readonly rows: number;
  /** Room for as many row numbers, where the kernels read them fastest. */
  readonly order?: Uint32Array;
  /** Whether the rows are shuffled; else they are visited as they stand. */
  readonly shuffle: boolean;
  readonly seed: number;
  /** The sums' names and their values at the start of an epoch. */
  readonly zero: Sums;
  /** The fit's state to continue from; null starts anew. */
  readonly state: FitState | null;
}

/** Each epoch shuffles the ascending order anew: the generator's state alone is then enough to have the same order again. */
export function createEpochWalk<Sums extends { [Name in keyof Sums]: number }>(
  options: EpochWalkOptions<Sums>,
): EpochWalk<Sums> {
  const saved = options.state?.values.walk as Place | undefined;
  const random = saved ? restoreRandom(saved.shuffle) : createRandom(options.seed, randomStreams.shuffle);
  const order = options.order ?? new Uint32Array(options.rows);
  const sums = { ...options.zero };
  const names = Object.keys(options.zero) as (keyof Sums)[];
  let before = random.state();

  function arrange(): void {
    before = random.state();
    for (let row = 0; row < order.length; row++) order[row] = row;
    if (options.shuffle) random.shuffle(order);
  }

  const walk: EpochWalk<Sums> = {
    order,
    row: saved?.row ?? 0,
    sums,
    begin() {
      if (walk.row > 0) return;
      arrange();
      Object.assign(sums, options.zero);
    },
    end() {
      walk.row = 0;
    },
    state: () => ({
      values: { walk: { row: walk.row, shuffle: walk.row > 0 ? before : random.state() } satisfies Place },
      tensors: { 'walk.sums': Float64Array.from(names, (name) => sums[name]) },
    }),
  };
  if (options.state && walk.row > 0) {
    arrange();
    const values = options.state.tensors['walk.sums'];
    Object.assign(sums, Object.fromEntries(names.map((name, i) => [name, values[i]])));
  }
  return walk;
}
