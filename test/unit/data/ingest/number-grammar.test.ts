/** Which texts are numbers, and which numbers a double cannot hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isNumberState,
  numberRangeProblem,
  numberStates,
  numberSteps,
} from '../../../../src/data/ingest/number-grammar.ts';

const grammar = /^[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

const steps = numberSteps(',\n\r"\0');

function stateAfter(text: string): number {
  let state: number = numberStates.start;
  for (const byte of Buffer.from(text)) state = steps[(state << 8) | byte];
  return state;
}

function problemOf(text: string): string | null {
  return numberRangeProblem(stateAfter(text), Buffer.from(text), 0, text.length);
}

const numberText = fc
  .tuple(
    fc.constantFrom('', '+', '-'),
    fc.stringMatching(/^(0|[1-9][0-9]{0,20})$/),
    fc.constantFrom('', '.0', '.5', `.${'3'.repeat(250)}`),
    fc.constantFrom('', 'e0', 'E+5', 'e-7', 'e99', 'e287', 'e308', 'e-400', 'e00001', 'e999'),
  )
  .map((parts) => parts.join(''));

describe('the grammar of a number', () => {
  it.each(['0', '-0', '+1', '10', '-1.5', '0.05', '1e5', '1E+05', '-2.5e-10', '1e999'])(
    'takes %s',
    (text) => {
      expect(isNumberState(stateAfter(text))).toBe(true);
    },
  );

  it.each([
    ...[
      '',
      '+',
      '-',
      '.',
      '1.',
      '.5',
      '01',
      '00',
      '-01',
      '1e',
      '1e+',
      '1.e5',
      '1.2.3',
      '1e5.5',
      '--1',
      '+-1',
    ],
    ...[' 1', '1 ', '1_000', '0x10', '0b1', '1f', 'NaN', 'nan', 'Infinity', '-inf', 'true', '١', '½', '1−'],
  ])('does not take %j', (text) => {
    expect(isNumberState(stateAfter(text))).toBe(false);
  });

  it('is that of the expression', () => {
    const characters = fc.string({ unit: fc.constantFrom(...'0123459+-.eE x'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(characters, numberText), (text) => {
        expect(isNumberState(stateAfter(text))).toBe(grammar.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('stops at what ends a plain field', () => {
    for (const byte of ',\n\r"\0') expect(stateAfter(byte)).toBe(numberStates.end);
  });
});

describe('the range of a number', () => {
  it.each<[string, RegExp | null]>([
    ['9007199254740991', null],
    ['-9007199254740991', null],
    ['9007199254740992', /2\^53/],
    ['-9007199254740993', /2\^53/],
    ['+9007199254740993', /2\^53/],
    ['9007199254740993.0', null],
    ['1e20', null],
    ['1.7976931348623157e308', null],
    ['1.8e308', /range of a double/],
    ['-1e999', /range of a double/],
    ['0e999', null],
    ['1e-999', null],
    ['9'.repeat(400), /range of a double/],
    [`${'9'.repeat(400)}.5`, /range of a double/],
    [`${'9'.repeat(205)}.5e99`, null],
    [`${'9'.repeat(230)}.5e99`, /range of a double/],
    [`0.${'0'.repeat(400)}1e400`, null],
  ])('of %s', (text, problem) => {
    expect(isNumberState(stateAfter(text))).toBe(true);
    if (problem === null) expect(problemOf(text)).toBeNull();
    else expect(problemOf(text)).toMatch(problem);
  });

  it('is what Number says', () => {
    fc.assert(
      fc.property(numberText, (text) => {
        const value = Number(text);
        const isLongInteger = /^[+-]?[0-9]+$/.test(text) && !Number.isSafeInteger(value);
        expect(problemOf(text) !== null).toBe(isLongInteger || !Number.isFinite(value));
      }),
      { numRuns: 2000 },
    );
  });
});
