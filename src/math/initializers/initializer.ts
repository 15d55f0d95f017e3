/** What every weight initializer provides: one draw at a time, so that the order of draws is the caller's and stays fixed. */
import type { Random } from '../random.ts';

export interface Initializer {
  /** One weight of a dense layer with k inputs (fan-in) and m outputs (fan-out). */
  sample(random: Random, k: number, m: number): number;
}
