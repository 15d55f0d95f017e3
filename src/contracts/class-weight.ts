/** How much the rows of each class count in the objective of a classification. */
import { z } from 'zod';

/** Most labels that a map of weights may name. */
const maxLabels = 10_000;

export const ClassWeight = z
  .union([
    z.literal('balanced'),
    z.record(z.string(), z.number().positive()).check(({ value, issues }) => {
      const count = Object.keys(value).length;
      if (count > maxLabels)
        issues.push({ code: 'custom', path: [], input: value, message: `at most ${maxLabels} labels` });
    }),
  ])
  .meta({
    id: 'ClassWeight',
    description:
      'wᵢ of J by the class of row i. balanced: m / (classes · rows of the class), of the training rows; a map gives it by label, and 1 to a label it does not name. null: 1 for all',
  });
export type ClassWeight = z.infer<typeof ClassWeight>;
