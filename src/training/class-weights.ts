/** From a config's class_weight to a number for each class. */
import type { ClassWeight } from '../contracts/class-weight.ts';
import type { Label } from '../contracts/names.ts';

/**
 * @param classes in class order
 * @param codes   class numbers of the training rows; each class has at least one
 * @returns weight of each class, [classes]: for `balanced` m / (classes · count), so that all classes weigh the same together and
 *   the rows 1 on average
 */
export function classWeights(
  setting: ClassWeight,
  classes: readonly Label[],
  codes: Float64Array,
): Float64Array {
  if (setting !== 'balanced') {
    const weightOf = new Map(Object.entries(setting));
    return Float64Array.from(classes, (label) => weightOf.get(String(label)) ?? 1);
  }
  const counts = new Float64Array(classes.length);
  for (const code of codes) counts[code]++;
  return counts.map((count) => codes.length / (classes.length * count));
}
