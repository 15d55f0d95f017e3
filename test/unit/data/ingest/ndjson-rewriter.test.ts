/** What an NDJSON file says is what its CSV says, what is wrong with it has its line, and neither depends on how it is cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NdjsonRewriter } from '../../../../src/data/ingest/ndjson-rewriter.ts';
import type { TrainyardError } from '../../../../src/errors.ts';
import { badNdjson } from './bad-ndjson.ts';

function rewrite(text: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(text);
  const rewriter = new NdjsonRewriter();
  const csv: string[] = [];
  let at = 0;
  for (const end of [...cuts.filter((cut) => cut < bytes.length), bytes.length]) {
    do {
      at += rewriter.scan(bytes.subarray(at, end), end === bytes.length);
      csv.push(rewriter.csv.take().toString());
    } while (rewriter.hasMore);
  }
  return { csv: csv.join(''), ...rewriter.finish() };
}

const everyByte = (text: string) => Array.from({ length: Buffer.byteLength(text) }, (_, index) => index + 1);

function outcome(text: string, cuts: readonly number[] = []): unknown {
  try {
    return rewrite(text, cuts);
  } catch (error) {
    const { code, errors, message } = error as TrainyardError;
    return { code, errors, message };
  }
}

describe('an NDJSON file', () => {
  it.each<[string, string, string]>([
    ['with keys in any order', '{"a":1,"b":"x"}\n{"b":"y","a":-2.5e3}\n', '1,"x"\n-2.5e3,"y"\n'],
    ['with absent keys and nulls', '{"a":1,"b":"x"}\n{"b":null}\n{}', '1,"x"\n,\n,\n'],
    ['with booleans', '{"a":true}\n{"a":false}\n{"a":null}\n', '"true"\n"false"\n\n'],
    ['with CRLF, blanks and blank lines', ' { "a" : 1 , "b" : "x" } \r\n\r\n \n{"a":2}', '1,"x"\n2,\n'],
    ['with escapes', '{"a":"\\"\\u00e9\\n\\\\","b":1}\n', '"""é\n\\",1\n'],
    ['with escaped keys', '{"a":1,"b":2}\n{"\\u0062":3,"a":4}\n', '1,2\n4,3\n'],
    [
      'with texts that CSV reads otherwise',
      '{"a":"NA","b":""}\n{"a":"1,2","b":"é😀"}\n',
      '"NA",""\n"1,2","é😀"\n',
    ],
  ])('%s', (_name, text, csv) => {
    const whole = rewrite(text);
    expect(whole.csv).toBe(csv);
    expect(rewrite(text, everyByte(text))).toEqual(whole);
  });

  it('says which line decided a type', () => {
    const { columns, rows } = rewrite('{"a":null,"b":1,"c":null,"d":true}\n\n{"a":"x","b":2}\n');
    expect(rows).toBe(2);
    expect(columns.map(({ name, type, reason, missing }) => [name, type, reason, missing])).toEqual([
      ['a', 'category', 'line 3: the value is text', 1],
      ['b', 'number', 'every value is a number', 0],
      ['c', 'number', 'it has no values, and a column without values is a number', 2],
      ['d', 'category', 'line 1: the value is a boolean', 1],
    ]);
  });

  it('is handed over bit by bit when short lines stand for long rows', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `"c${index}":0`);
    const { rows, csv } = rewrite(`{${keys}}\n${'{}\n'.repeat(500)}`);
    expect(rows).toBe(501);
    expect(csv.length).toBe(20_000 + 500 * 10_000);
  });

  it('of too many missing values is refused', () => {
    const scan = (text: string) => new NdjsonRewriter(3).scan(Buffer.from(text), true);
    const text = '{"a":1,"b":2}\n{}\n{"a":1}\n';
    expect(scan(text)).toBe(text.length);
    expect(() => scan(`${text}{"b":null,"a":0}\n`)).toThrow('expected at most 3 missing values, got more');
  });

  it('is as strict as JSON.parse, and finds the same under any chunking', () => {
    const token = fc.constantFrom(
      '}',
      '"a"',
      '"b"',
      ':',
      ',',
      '1',
      '-0.5e1',
      '"x"',
      'true',
      'null',
      ' ',
      '"',
      '\\',
      '01',
      '\r',
    );
    const line = fc.oneof(
      fc.array(token, { maxLength: 9 }).map((tokens) => `{${tokens.join('')}`),
      fc.record({ a: fc.integer(), b: fc.string() }).map((row) => JSON.stringify(row)),
    );
    const cuts = fc.uniqueArray(fc.nat(60), { maxLength: 6 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(line, cuts, (second, places) => {
        const text = `{"a":1,"b":"x"}\n${second}`;
        const found = outcome(text) as { code?: string };
        expect(outcome(text, places)).toEqual(found);
        if (second.trim() === '') return;
        let isJson = true;
        try {
          JSON.parse(second);
        } catch {
          isJson = false;
        }
        expect(found.code === 'malformed_json').toBe(!isJson && found.code !== 'duplicate_key');
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('an NDJSON file is refused for', () => {
  it.each(Object.entries(badNdjson))('%s', (_name, { text, code, errors }) => {
    const found = outcome(text) as TrainyardError;
    expect(found).toMatchObject({ code });
    if (errors) expect(found.errors.map((error) => [error.line, error.code])).toEqual(errors);
    if (text.length < 1_000) expect(outcome(text, everyByte(text))).toEqual(found);
  });

  it('its first hundred faults', () => {
    const { errors, message } = outcome(`{"a":1}\n${'{"a":"x"}\n'.repeat(1_000)}`) as TrainyardError;
    expect(errors).toHaveLength(100);
    expect(message).toContain('more follow');
  });
});
