/** UTF-8 is found, and the first byte that is not named, wherever the chunks are cut. */
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUtf8 } from '../../../../src/data/ingest/utf8-check.ts';

/** Feeds the chunks as a reader does: what is left of one comes again before the next. Null, or the message of the refusal. */
function problemOf(chunks: readonly Uint8Array[]): string | null {
  let held = Buffer.alloc(0);
  let offset = 0;
  try {
    for (const [index, chunk] of chunks.entries()) {
      held = Buffer.concat([held, chunk]);
      const whole = checkUtf8(held, offset, index === chunks.length - 1);
      expect(held.length - whole).toBeLessThanOrEqual(3);
      offset += whole;
      held = held.subarray(whole);
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_encoding' });
    return (error as Error).message;
  }
  expect(held).toHaveLength(0);
  return null;
}

function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}

/** Text with single bytes put over it. */
const nearlyUtf8 = fc
  .tuple(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 0x7f, max: 0xff })), { maxLength: 2 }),
  )
  .map(([text, faults]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of faults) if (at < bytes.length) bytes[at] = byte;
    return bytes;
  });

describe('checkUtf8', () => {
  it('says the same under any chunking', () => {
    fc.assert(
      fc.property(nearlyUtf8, fc.array(fc.nat(50), { maxLength: 6 }), (bytes, cuts) => {
        const problem = problemOf(cut(bytes, cuts));
        let valid = bytes.length;
        while (!isUtf8(bytes.subarray(0, valid))) valid--;
        if (valid === bytes.length) expect(problem).toBeNull();
        else expect(problem).toContain(`byte ${valid} is not part of it`);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a continuation alone', '61 80', 1],
    ['an overlong slash', '61 62 c0 af', 2],
    ['an encoded surrogate', 'ed a0 80', 0],
    ['beyond the last code point', '61 f4 90 80 80', 1],
    ['a character cut off by the end', '61 e2 82', 1],
    ['Latin-1', '63 61 66 e9 0a', 3],
  ])('refuses %s', (_name, hex, at) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(problemOf([bytes])).toBe(`expected UTF-8 text; byte ${at} is not part of it`);
    expect(problemOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toContain(`byte ${at} `);
  });

  it('recognises UTF-16 by its mark', () => {
    expect(problemOf([Buffer.from('\ufeffa,b', 'utf16le')])).toContain('looks like UTF-16');
  });
});
