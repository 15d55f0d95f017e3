/** Where a text stops being JSON. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../../src/contracts/json-fault.ts';
import { parseJson } from '../../../src/contracts/parse-json.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The fault is marked by ‸, which is taken out. */
describe('a fault is found', () => {
  it.each([
    '{"a":‸NaN}',
    '{"a":‸-Infinity}',
    '{"a":1,‸}',
    '[1,‸]',
    "{‸'a':1}",
    '{‸a:1}',
    '{"a" ‸1}',
    '{"a":1 ‸"b":2}',
    '[1 ‸2]',
    '[1‸}',
    '{"a":1‸]',
    '‸,',
    '‸]',
    '1 ‸2',
    '{} ‸{}',
    '[‸01]',
    '[‸1.]',
    '[‸+1]',
    '[‸.5]',
    '[‸1e]',
    '[‸True]',
    '[‸nul]',
    '[‸"a\n"]',
    '[‸"\\x41"]',
    '[‸"\\u12"]',
    '[ \n\t‸undefined]',
    '[1,2‸',
    '{"a":‸',
    '{"a":{"b":[]}‸',
    '‸"abc',
    '‸',
    '[‸\u00a01]',
  ])('%j', (marked) => {
    const at = marked.indexOf('‸');
    const text = marked.replace('‸', '');
    expect(isJson(text)).toBe(false);
    expect(findJsonFault(text)).toBe(at);
  });
});

it('is the first token that no JSON has there: what stands before it could still become JSON', () => {
  const alphabet = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '.',
    'e',
    'true',
    'null',
    ' ',
    '\n',
    'N',
  ];
  const texts = fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }).map((parts) => parts.join(''));
  const canBecomeJson = (text: string) =>
    ['', '1', '"b":1', ':1'].some((next) => isJson(`${text}${next}${closersOf(text)}`));
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(!isJson(text));
      const at = findJsonFault(text);
      expect(canBecomeJson(text.slice(0, at))).toBe(true);
      const [token] = /^(?:"(?:[^"\\]|\\.)*"?|[\w.+-]+|.)?/s.exec(text.slice(at))!;
      if (token.endsWith('"') || /^[\w.+-]*$/.test(token) === false)
        expect(canBecomeJson(text.slice(0, at + token.length))).toBe(false);
    }),
    { seed: 1, numRuns: 5_000 },
  );
});

/** The brackets that close what `text` leaves open, outside its strings. */
function closersOf(text: string): string {
  let closers = '';
  for (const [mark] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    closers = mark === '[' ? `]${closers}` : mark === '{' ? `}${closers}` : closers.slice(1);
  }
  return closers;
}

it('bears megabytes of escapes', () => {
  expect(findJsonFault(`["${'\\n'.repeat(2_000_000)}",x]`)).toBe(4_000_004);
});

it.each([
  ['{"l2":NaN}', 'expected valid JSON; "NaN" cannot stand at line 1, column 7; a missing value is null'],
  ['{\n"a":1,}', 'expected valid JSON; "}" cannot stand at line 2, column 7'],
  ['{"a":', 'expected valid JSON; it ends too early'],
])('%j is refused in words', (text, message) => {
  expect(() => parseJson(Buffer.from(text))).toThrow(message);
});
