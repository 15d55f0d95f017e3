/** The list form that every collection shares: `?limit=&cursor=` → `{items, next_cursor}`, newest first. */
import { z } from 'zod';

/** A whole number out of a query string, where every value is text. Anything but plain digits is refused, not coerced. */
export function queryInteger(minimum: number, maximum: number) {
  return (
    z
      .string()
      .regex(/^\d{1,15}$/, `expected a whole number from ${minimum} to ${maximum}`)
      .transform(Number)
      .pipe(z.int().min(minimum).max(maximum))
      // A client sends a number; that it travels as digits is how a URL works.
      .meta({ type: 'integer', minimum, maximum, pattern: undefined })
  );
}

/** A number out of a query string, written as JSON writes it. */
export function queryNumber(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/, `expected a number from ${minimum} to ${maximum}`)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum))
    .meta({ type: 'number', minimum, maximum, pattern: undefined });
}

/** `true` or `false` in a query string; false when absent. */
export function queryFlag() {
  return z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({ type: 'boolean', enum: undefined })
    .default(false);
}

export const pageQuery = {
  limit: queryInteger(1, 1000).default(50).meta({ description: 'Most items to return, 1 to 1000' }),
  cursor: z.string().min(1).max(200).optional().meta({ description: '`next_cursor` of the page before' }),
};

export const PageQuery = z.strictObject(pageQuery);
export type PageQuery = z.infer<typeof PageQuery>;

export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() });
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
