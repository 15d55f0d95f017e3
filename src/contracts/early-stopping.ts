/** When to stop before the last epoch, and which weights are then kept. */
import { z } from 'zod';

export const EarlyStopping = z
  .strictObject({
    patience: z.int().min(1).max(1_000_000).default(10).meta({
      description: 'Stop after so many epochs in a row without an improvement',
    }),
    min_delta: z.number().min(0).default(0).meta({
      description: 'A decrease counts as an improvement when it is larger than this',
    }),
    monitor: z.enum(['validation_loss', 'loss']).default('validation_loss').meta({
      description: 'validation_loss needs a validation split',
    }),
  })
  .meta({
    id: 'EarlyStopping',
    description:
      'The weights kept are those of the epoch with the lowest monitored value, also when the last epoch is reached',
  });
export type EarlyStopping = z.infer<typeof EarlyStopping>;
