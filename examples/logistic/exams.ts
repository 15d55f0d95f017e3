/** The table of the example: hours of study and a test's points against having passed; the classes overlap. */
import { createNormal, createUniform } from '../parts/seeded-noise.ts';

export function examColumns(rows: number) {
  const [normal, uniform] = [createNormal(21), createUniform(22)];
  const hours = Array.from({ length: rows }, () => 1 + 9 * uniform());
  const points = hours.map((value) => 40 + 3 * value + 12 * normal());
  const passed = hours.map((value, i) => {
    const logit = 0.9 * (value - 5.5) + 0.08 * (points[i]! - 56);
    return uniform() < 1 / (1 + Math.exp(-logit)) ? 'yes' : 'no';
  });
  return { hours, points, passed };
}

export type Exams = ReturnType<typeof examColumns>;
