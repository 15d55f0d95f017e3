/** Checks beside schemas, for bodies that come thousands of times a second. */
import type { z } from 'zod';

export interface QuickCheck {
  /** True only for what the schema accepts as it is, and mostly then. What is wrong with the rest, the schema says. */
  accepts(value: unknown): boolean;
}

/** Not a registry of zod's: from that, a schema that refines another would get the other's check. */
export const quickChecks = new WeakMap<z.ZodType, QuickCheck>();
