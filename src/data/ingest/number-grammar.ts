/** The grammar of a number in text, JSON's with an optional leading +, as a table that is walked byte by byte. */

/** States of the walk. A text is a number when it ends in `zero`, `integer`, `fraction` or an exponent with digits. */
export const numberStates = {
  start: 0,
  sign: 1,
  zero: 2,
  integer: 3,
  point: 4,
  fraction: 5,
  exponent: 6,
  exponentSign: 7,
  exponentDigit: 8,
  exponentDigits: 9,
  /** Three digits and more: only these can leave the range of a double by themselves. */
  longExponent: 10,
  /** Not a number, whatever follows. */
  text: 11,
  /** The byte is no part of a plain CSV field: the walk stops at it. */
  end: 12,
} as const;

const states = numberStates;
const stateCount = 12;
const zero = 0x30;

/**
 * The walk's table: the state after `byte` in `state` is at `(state << 8) | byte`.
 *
 * @param ends bytes that are no part of a plain field
 */
export function numberSteps(ends: string): Uint8Array {
  const steps = new Uint8Array(stateCount << 8).fill(states.text);
  const step = (state: number, byte: string, next: number) => {
    steps[(state << 8) | byte.charCodeAt(0)] = next;
  };
  const digits = (state: number, next: number) =>
    steps.fill(next, (state << 8) | zero, ((state << 8) | zero) + 10);

  for (const state of [states.start, states.sign]) {
    digits(state, states.integer);
    step(state, '0', states.zero);
  }
  step(states.start, '+', states.sign);
  step(states.start, '-', states.sign);
  digits(states.integer, states.integer);
  digits(states.point, states.fraction);
  digits(states.fraction, states.fraction);
  for (const state of [states.zero, states.integer]) step(state, '.', states.point);
  for (const state of [states.zero, states.integer, states.fraction]) {
    step(state, 'e', states.exponent);
    step(state, 'E', states.exponent);
  }
  step(states.exponent, '+', states.exponentSign);
  step(states.exponent, '-', states.exponentSign);
  for (const state of [states.exponent, states.exponentSign]) digits(state, states.exponentDigit);
  digits(states.exponentDigit, states.exponentDigits);
  digits(states.exponentDigits, states.longExponent);
  digits(states.longExponent, states.longExponent);

  for (let state = 0; state < stateCount; state++) for (const byte of ends) step(state, byte, states.end);
  return steps;
}

const accepted = new Uint8Array(stateCount);
for (const state of [
  states.zero,
  states.integer,
  states.fraction,
  states.exponentDigit,
  states.exponentDigits,
  states.longExponent,
]) {
  accepted[state] = 1;
}

export function isNumberState(state: number): boolean {
  return accepted[state] === 1;
}

export function isNumberText(text: string): boolean {
  const steps = numberSteps('');
  return isNumberState(
    Buffer.from(text).reduce<number>((state, byte) => steps[(state << 8) | byte]!, states.start),
  );
}

/** Shorter than this, an integer is below 2^53 whatever its digits are. */
const unsafeLength = 16;
/** 200 digits and an exponent of two more stay below 1e308. */
const longNumber = 200;

/**
 * Why a number cannot be stored as a double, or null: an integer beyond 2^53 − 1 would change its value, anything from 1.8e308
 * on would be infinite. What merely has more digits than a double is rounded, as everywhere.
 *
 * @param state in which the walk over these bytes ended
 */
export function numberRangeProblem(state: number, bytes: Buffer, start: number, end: number): string | null {
  const length = end - start;
  if (state === states.integer ? length < unsafeLength : state !== states.longExponent && length < longNumber)
    return null;
  const value = Number(bytes.toString('latin1', start, end));
  if (!Number.isFinite(value)) return 'the number is beyond the range of a double';
  if (state === states.integer && !Number.isSafeInteger(value)) return unsafeInteger;
  return null;
}

export const unsafeInteger = 'the integer is beyond 2^53 − 1 and would be rounded';
