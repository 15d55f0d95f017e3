/** Checks beside schemas, for bodies that come thousands of times a second. */
import { z } from 'zod';

export interface QuickCheck {
  /** True only for what the schema accepts as it is, and mostly then. What is wrong with the rest, the schema says. */
  accepts(value: unknown): boolean;
}

export const quickChecks = z.registry<QuickCheck>();
