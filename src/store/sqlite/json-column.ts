/** JSON on its way into a column: JSON.stringify alone would store NaN and Infinity as null, silently. */

/** @throws RangeError naming the key when a number is not finite */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'number') requireFinite(item, key);
    return item;
  });
}

/** @throws RangeError when the number is not finite */
export function requireFinite(value: number, what: string): void {
  if (!Number.isFinite(value)) throw new RangeError(`${what}: expected a finite number, got ${value}`);
}
