/** Asks the machine what its relaxed multiply-add is. */
import { madd, splat } from './vector';

/** Whether a·b + c is rounded once: (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ then, and 0 where the product was rounded first. */
export function isFused(a: f32, c: f32): bool {
  return f32x4.extract_lane(madd(splat(a), splat(a), splat(c)), 0) != 0;
}
