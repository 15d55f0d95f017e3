/** Holds rows back from training to measure on: seeded, so that the same rows are held back each time. */
import { JobFailure } from '../errors.ts';
import type { Random } from '../math/random.ts';

export interface SplitRequest {
  /** Numbers of the usable rows, ascending. */
  readonly rows: Uint32Array;
  /** Class number of every row of the table; null for a regression. */
  readonly classCodes: Int32Array | null;
  /** Share of the rows to hold back, 0 ≤ fraction < 1. */
  readonly fraction: number;
  /** Keeps the proportions of the classes. */
  readonly stratify: boolean;
  readonly random: Random;
}

export interface Split {
  /** Row numbers, ascending; never empty. */
  readonly train: Uint32Array;
  /** Row numbers, ascending; empty only for a fraction of 0. */
  readonly validation: Uint32Array;
}

/**
 * Splits the rows. round(fraction · n) of them are held back, at least one, but never the last row of a class, since it could
 * then not be learned, and never so many that fewer than two are left. A function of rows, codes, fraction and seed alone.
 *
 * @throws JobFailure `too_few_rows` when nothing can be held back under these rules
 */
export function splitRows(request: SplitRequest): Split {
  const { rows, classCodes, fraction, stratify, random } = request;
  if (fraction === 0) return { train: rows.slice(), validation: new Uint32Array(0) };

  const groups = groupPositions(rows, classCodes);
  const spare = rows.length - Math.max(2, groups.length);
  const count = Math.min(Math.max(1, Math.round(fraction * rows.length)), spare);
  if (count < 1) {
    throw new JobFailure(
      'too_few_rows',
      `expected enough rows to hold one back and to train on two and on each class, got ${rows.length}` +
        (classCodes === null ? '' : ` of ${groups.length} classes`),
    );
  }
  const isHeldBack = stratify ? drawByGroup(groups, count, random) : drawFromAll(groups, count, random);
  return {
    train: rows.filter((_, position) => isHeldBack[position] === 0),
    validation: rows.filter((_, position) => isHeldBack[position] === 1),
  };
}

/** Positions in `rows` by class, classes without a row left out; all in one group without classes. */
function groupPositions(rows: Uint32Array, classCodes: Int32Array | null): Uint32Array[] {
  if (classCodes === null) return [Uint32Array.from(rows, (_, position) => position)];
  const sizes: number[] = [];
  for (const row of rows) sizes[classCodes[row]] = (sizes[classCodes[row]] ?? 0) + 1;
  const groups = Array.from(sizes, (size) => new Uint32Array(size ?? 0));
  const filled = new Uint32Array(groups.length);
  rows.forEach((row, position) => {
    const code = classCodes[row];
    groups[code][filled[code]++] = position;
  });
  return groups.filter((group) => group.length > 0);
}

/** Marks [n]: 1 for the positions drawn, in each group its share. */
function drawByGroup(groups: readonly Uint32Array[], count: number, random: Random): Uint8Array {
  const sizes = groups.map((group) => group.length);
  const quotas = shareOut(sizes, count);
  const isDrawn = new Uint8Array(sum(sizes));
  groups.forEach((group, index) => {
    random.shuffle(group);
    for (const position of group.subarray(0, quotas[index])) isDrawn[position] = 1;
  });
  return isDrawn;
}

/**
 * Largest-remainder shares of `count` in proportion to `sizes`, each below its size; of equal remainders the lower class goes
 * first. Whole numbers below 2⁵³ throughout, so exact.
 */
function shareOut(sizes: readonly number[], count: number): number[] {
  const total = sum(sizes);
  const quotas = sizes.map((size) => Math.floor((size * count) / total));
  const remainders = sizes.map((size) => (size * count) % total);
  const byRemainder = [...sizes.keys()].sort((a, b) => remainders[b] - remainders[a] || a - b);
  let left = count - sum(quotas);
  // More than one round only where classes of a single row could not take theirs.
  while (left > 0) {
    for (const index of byRemainder) {
      if (left === 0 || quotas[index] + 1 >= sizes[index]) continue;
      quotas[index]++;
      left--;
    }
  }
  return quotas;
}

/** Marks [n]: 1 for the first `count` positions of a shuffle of all, passing over the last row that a group has left. */
function drawFromAll(groups: readonly Uint32Array[], count: number, random: Random): Uint8Array {
  const left = groups.map((group) => group.length);
  const total = sum(left);
  const groupOf = new Uint32Array(total);
  groups.forEach((group, index) => {
    for (const position of group) groupOf[position] = index;
  });
  const order = Uint32Array.from(groupOf, (_, position) => position);
  random.shuffle(order);

  const isDrawn = new Uint8Array(total);
  let drawn = 0;
  for (const position of order) {
    if (drawn === count) break;
    const group = groupOf[position];
    if (left[group] === 1) continue;
    left[group]--;
    isDrawn[position] = 1;
    drawn++;
  }
  return isDrawn;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
