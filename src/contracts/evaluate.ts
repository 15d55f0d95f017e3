/** What a version is measured on. */
import { z } from 'zod';
import { DatasetId } from './names.ts';

export const EvaluateRequest = z
  .strictObject({ dataset: DatasetId.meta({ description: "With the version's features and its target" }) })
  .meta({ id: 'EvaluateRequest' });
export type EvaluateRequest = z.infer<typeof EvaluateRequest>;
