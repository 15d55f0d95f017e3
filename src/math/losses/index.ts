/** Every loss by its name. */
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { halfSquaredError } from './half-squared-error.ts';
import type { Loss } from './loss.ts';
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts';

export type { Loss } from './loss.ts';

const registry = {
  binary_cross_entropy: binaryCrossEntropy,
  softmax_cross_entropy: softmaxCrossEntropy,
  half_squared_error: halfSquaredError,
} satisfies Record<string, Loss>;

export type LossName = keyof typeof registry;
export const losses: Readonly<Record<LossName, Loss>> = registry;
export const lossNames = Object.keys(registry) as [LossName, ...LossName[]];
