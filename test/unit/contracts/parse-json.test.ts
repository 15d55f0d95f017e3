/** The quick look at a JSON text's structure accepts exactly what the walk of its text accepts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStructure, hasPlainStructure, parseJson } from '../../../src/contracts/parse-json.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Keys that repeat, are reserved, are written with escapes, or hold what structure is made of. */
const keys = fc.constantFrom(
  '"a"',
  '"b"',
  '"\\u0061"',
  '"a:b"',
  '"\\"{:"',
  '"__proto__"',
  '"\\u005f_proto__"',
  '"1"',
);
const scalars = fc.constantFrom('1', '-0.5e3', 'null', 'true', '""', '"x:{[,"', '"\\\\"', '"\\""');
const { text } = fc.letrec<{ text: string; array: string; object: string }>((tie) => ({
  text: fc.oneof({ maxDepth: 4 }, scalars, tie('array'), tie('object')),
  array: fc.array(tie('text'), { maxLength: 5 }).map((items) => `[${items.join(' , ')}]`),
  object: fc
    .array(fc.tuple(keys, tie('text')), { maxLength: 5 })
    .map((entries) => `{${entries.map(([key, value]) => `${key} : ${value}`).join()}}`),
}));

function accepts(json: string, maxElements: number): boolean {
  try {
    checkStructure(json, maxElements);
    return true;
  } catch {
    return false;
  }
}

describe('parseJson', () => {
  it('refuses by the quick look what the walk refuses, and nothing else', () => {
    let refused = 0;
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 6 }), (json, maxElements) => {
        const isPlain = hasPlainStructure(JSON.parse(json), json, maxElements);
        expect(isPlain).toBe(accepts(json, maxElements));
        if (!isPlain) refused++;
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it.each([31, 32, 33])('agrees on %d levels', (levels) => {
    const json = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(hasPlainStructure(JSON.parse(json), json, 10)).toBe(levels <= 32);
    expect(accepts(json, 10)).toBe(levels <= 32);
  });

  it('names fault and place', () => {
    const parse = (json: string, max?: number) => () => parseJson(encode(json), max);
    expect(parse('{"a":1,\n"a":2}')).toThrow('"a" is repeated at line 2, column 1');
    expect(parse('{"a":{"__proto__":1}}')).toThrow('"__proto__" is reserved; at line 1, column 7');
    expect(parse('[1,2,3]', 2)).toThrow('exceeded at line 1, column 5');
    expect(parse('')).toThrow('got nothing');
    expect(() => parseJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toThrow('UTF-8');
  });

  it('counts different keys before it parses many', () => {
    const rows = (keys: number) =>
      encode(`[${Array.from({ length: 40_000 }, (_, i) => `{"k\\"${i % keys}" :${i}}`).join(',\n')}]`);
    expect(parseJson(rows(20_000))).toHaveLength(40_000);
    expect(() => parseJson(rows(20_001))).toThrow('at most 20000 different keys; exceeded at line 20001');
    const strings = `["${'x"'.replace('"', '\\"').repeat(200_000)}`;
    expect(() => parseJson(encode(strings))).toThrow('expected valid JSON');
    expect(parseJson(encode(`${strings}"]`))).toHaveLength(1);
  });

  it('passes over a byte-order mark, and keeps what is not ASCII', () => {
    expect(parseJson(encode('\ufeff{"ä":"🚂"}'))).toEqual({ ä: '🚂' });
  });
});
