/** Reads JSON from bytes strictly: what JSON.parse lets pass unseen (repeated keys, reserved keys, depth) is refused here. */
import { isUtf8 } from 'node:buffer';
import { TrainyardError } from '../errors.ts';
import { findJsonFault } from './json-fault.ts';
import { forbiddenKeys } from './names.ts';

export const maxJsonDepth = 32;
/** Different keys of one text: twice the columns that a table may have. */
export const maxDistinctKeys = 20_000;
/** A text up to here holds too few keys to matter. */
const maxUncheckedLength = 2 ** 18;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const comma = 0x2c;

/**
 * Decodes and parses one JSON text. A byte-order mark is passed over.
 *
 * @param maxElements most elements of one array, or keys of one object
 * @throws TrainyardError `invalid_encoding`, `malformed_json`, `nesting_too_deep`, `duplicate_key`, `forbidden_key`,
 *   `too_many_elements`: all 400
 */
export function parseJson(bytes: Uint8Array, maxElements = Number.POSITIVE_INFINITY): unknown {
  const text = decode(bytes);
  if (text.length > maxUncheckedLength) checkDistinctKeys(text);
  const value = parse(text);
  // The walk of the text finds the fault and its place; whether there is one shows at a quarter of the cost.
  if (!hasPlainStructure(value, text, maxElements)) checkStructure(text, maxElements);
  return value;
}

function decode(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new TrainyardError('invalid_encoding', 'expected UTF-8 text');
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * JSON.parse takes a microsecond for each key that it has not seen before, in one go: 2 MiB of them would hold the event loop for
 * 200 ms. Counted before, by hashes: equal ones of different keys only let a few more pass. The text may be no JSON.
 */
function checkDistinctKeys(text: string): void {
  const hashes = new Set<number>();
  for (let i = text.indexOf('"'); i !== -1; i = text.indexOf('"', i)) {
    let hash = 0;
    for (i++; i < text.length && text.charCodeAt(i) !== quote; i++) {
      if (text.charCodeAt(i) === backslash) i++;
      hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
    }
    i++;
    if (!isKey(text, i)) continue;
    hashes.add(hash);
    if (hashes.size > maxDistinctKeys) {
      throw new TrainyardError(
        'too_many_elements',
        `expected at most ${maxDistinctKeys} different keys; exceeded at ${lineAndColumn(text, i)}`,
      );
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') throw new TrainyardError('empty_body', 'expected a JSON value, got nothing');
    throw new TrainyardError('malformed_json', `expected valid JSON; ${faultIn(text)}`);
  }
}

/** The client's own words where it went wrong: Python's `NaN`, a single quote, a comma too many. */
function faultIn(text: string): string {
  const at = findJsonFault(text);
  if (at === text.length) return 'it ends too early';
  const [word] = /^(?:-?\w{1,32}|"[^"\n]{0,32}|.)/su.exec(text.slice(at, at + 40)) ?? [''];
  const hint = /^-?(nan|inf)/i.test(word) ? '; a missing value is null' : '';
  return `${JSON.stringify(word)} cannot stand at ${lineAndColumn(text, at)}${hint}`;
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return `line ${line}, column ${position - before.lastIndexOf('\n')}`;
}

/** False for a text that `checkStructure` refuses. A key that is repeated is in the text twice and in the value once. */
export function hasPlainStructure(value: unknown, text: string, maxElements: number): boolean {
  const keys = countKeys(value, maxElements, 0);
  // Behind each key in the text is a colon, and strings may hold more: only where there are more must the keys be counted.
  return countColons(text) === keys || countKeysInText(text) === keys;
}

function countColons(text: string): number {
  let colons = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) colons++;
  return colons;
}

/** From quote to quote: `indexOf` passes over what is between them many characters at a time. */
function countKeysInText(text: string): number {
  let keys = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    const end = endOfString(text, start);
    if (isKey(text, end)) keys++;
    start = text.indexOf('"', end);
  }
  return keys;
}

/** By length, which spares most keys the look into the set: twenty take 25 ns in place of 65. */
const forbiddenLengths: readonly boolean[] = Array.from({ length: 32 }, (_, length) =>
  [...forbiddenKeys].some((key) => key.length === length),
);

/** Keys of all objects in the value; NaN where one is reserved, or where there are too many elements or levels. */
function countKeys(value: unknown, maxElements: number, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === maxJsonDepth) return Number.NaN;
  let keys = 0;
  if (Array.isArray(value)) {
    if (value.length > maxElements) return Number.NaN;
    for (const element of value) {
      if (typeof element === 'object') keys += countKeys(element, maxElements, depth + 1);
    }
    return keys;
  }
  let own = 0;
  for (const key in value) {
    if (forbiddenLengths[key.length] && forbiddenKeys.has(key)) return Number.NaN;
    own++;
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object') keys += countKeys(inner, maxElements, depth + 1);
  }
  return own > maxElements ? Number.NaN : keys + own;
}

/** An array or object that is open at some place of the text. */
interface Container {
  /** Null in an array; made for the first key, since a body can hold very many empty objects. */
  keys: Set<string> | null;
  readonly isObject: boolean;
  commas: number;
}

/** Walks a text that JSON.parse has accepted, so only structure has to be followed. O(length). @throws as `parseJson` does */
export function checkStructure(text: string, maxElements: number): void {
  const open: Container[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      const end = endOfString(text, i);
      const container = open.at(-1);
      if (container?.isObject && isKey(text, end)) addKey(container, text.slice(i, end), text, i);
      i = end - 1;
    } else if (code === openBrace || code === openBracket) {
      open.push({ keys: null, isObject: code === openBrace, commas: 0 });
      if (open.length > maxJsonDepth) {
        throw new TrainyardError(
          'nesting_too_deep',
          `expected at most ${maxJsonDepth} nested objects and arrays; exceeded at ${lineAndColumn(text, i)}`,
        );
      }
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
    } else if (code === comma && ++open.at(-1)!.commas >= maxElements) {
      throw new TrainyardError(
        'too_many_elements',
        `expected at most ${maxElements} elements in an array or object; exceeded at ${lineAndColumn(text, i)}`,
      );
    }
  }
}

/** Position after the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

/** Whether the backslashes before `position` are odd in number. */
function isEscaped(text: string, position: number): boolean {
  let i = position;
  while (text.charCodeAt(i - 1) === backslash) i--;
  return (position - i) % 2 === 1;
}

function isKey(text: string, end: number): boolean {
  let i = end;
  for (;;) {
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code === colon;
    i++;
  }
}

function addKey(container: Container, raw: string, text: string, position: number): void {
  const key = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  if (forbiddenKeys.has(key)) {
    throw new TrainyardError(
      'forbidden_key',
      `the key "${key}" is reserved; at ${lineAndColumn(text, position)}`,
    );
  }
  container.keys ??= new Set();
  if (container.keys.has(key)) {
    throw new TrainyardError(
      'duplicate_key',
      `the key ${JSON.stringify(key.slice(0, 128))} is repeated at ${lineAndColumn(text, position)}`,
    );
  }
  container.keys.add(key);
}
