/** Orders text by code point: JavaScript's own order is by UTF-16 unit, which puts U+FF5E after an emoji's surrogates. */

/** A comparison for `sort`: negative when `a` comes first. */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // Before the first difference both are equal, so a surrogate met here belongs to a code point above every plain unit.
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
