/** Finds where a text stops being JSON: V8 names no place in a short text, and short texts are what people send by hand. */

/** What the tokens so far let follow. `next` is what may follow a whole value: a comma, a bracket or the end. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'next';

const space = /[ \t\n\r]*/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const escaped = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/**
 * @param text that JSON.parse refuses
 * @returns offset of the first token that cannot stand there by ECMA-404; `text.length` when the text ends too early
 */
export function findJsonFault(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  for (let at = endOf(space, text, 0)!; ; at = endOf(space, text, at)!) {
    const first = text[at];
    if (first === undefined) return at;
    const after = follow(expected, first, open);
    const end = after && tokenEnd(text, at, first);
    if (after === null || end === null) return at;
    expected = after;
    at = end;
  }
}

/** What may come after a token that begins with `first`; null when it cannot stand here. Opens and closes brackets in `open`. */
function follow(expected: Expected, first: string, open: string[]): Expected | null {
  const inside = open.at(-1);
  if (expected === 'colon') return first === ':' ? 'value' : null;
  if (expected === 'key' || expected === 'key or }') {
    if (first === '"') return 'colon';
    return first === '}' && expected === 'key or }' ? close(open) : null;
  }
  if (expected === 'next') {
    if (first === ',' && inside !== undefined) return inside === '[' ? 'value' : 'key';
    return (first === ']' && inside === '[') || (first === '}' && inside === '{') ? close(open) : null;
  }
  if (first === '[' || first === '{') {
    open.push(first);
    return first === '[' ? 'value or ]' : 'key or }';
  }
  if (first === ']') return expected === 'value or ]' ? close(open) : null;
  return /["\-\dtfn]/.test(first) ? 'next' : null;
}

function close(open: string[]): Expected {
  open.pop();
  return 'next';
}

/** End of the token that begins at `start`; null where it is none. */
function tokenEnd(text: string, start: number, first: string): number | null {
  if ('[]{}:,'.includes(first)) return start + 1;
  return first === '"' ? stringEnd(text, start + 1) : endOf(scalar, text, start);
}

/** By hand: a regular expression that repeats over megabytes of escapes runs out of stack. */
function stringEnd(text: string, start: number): number | null {
  for (let at = start; at < text.length; ) {
    if (text[at] === '"') return at + 1;
    if (text.charCodeAt(at) < 0x20) return null;
    const end = text[at] === '\\' ? endOf(escaped, text, at) : at + 1;
    if (end === null) return null;
    at = end;
  }
  return null;
}

/** End of the match of a sticky pattern at `start`; null when it does not match. */
function endOf(pattern: RegExp, text: string, start: number): number | null {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : null;
}
