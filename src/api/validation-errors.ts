/** Turns zod's issues into field errors that say where, what was expected and what came. */
import type { z } from 'zod';
import type { FieldError } from '../errors.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Where a schema's root lies: in the body, the query, the path or the headers. */
export type RequestPart = 'body' | 'querystring' | 'params' | 'headers';

/** @param issues of a parse with `reportInput: true` */
export function fieldErrors(issues: readonly Issue[], part: RequestPart): FieldError[] {
  return issues.flatMap((issue) => fieldErrorsOf(issue, part, []));
}

function fieldErrorsOf(issue: Issue, part: RequestPart, base: Path): FieldError[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key], part),
      code: 'unknown_field',
      message: part === 'querystring' ? 'unknown query key' : 'unknown field',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = closestBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => fieldErrorsOf(inner, part, path));
  }
  const { code, message } = describe(issue);
  return [{ pointer: pointerOf(path, part), code, message }];
}

/**
 * The alternative that the value comes closest to: the one with the fewest complaints among those whose root type fits.
 * Undefined when none fits, and then all of them are what was expected.
 */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return fitting.toSorted((a, b) => a.length - b.length)[0];
}

function describe(issue: Issue): { code: string; message: string } {
  const got = receivedBy(issue);
  if (got === undefined) {
    return { code: 'missing_field', message: `expected ${expectation(issue)}, got nothing` };
  }
  return { code: codeOf(issue), message: `expected ${expectation(issue)}, got ${quoted(got)}` };
}

function codeOf({ code }: Issue): string {
  if (code === 'too_big') return 'too_large';
  // `custom` is a rule of ours between fields: it too is about a value.
  return code === 'invalid_union' || code === 'custom' ? 'invalid_value' : code;
}

/** An unknown discriminator reports the whole object as its input. */
function receivedBy(issue: Issue): unknown {
  if (issue.code !== 'invalid_union' || !('discriminator' in issue)) return issue.input;
  return (issue.input as Record<string, unknown>)[issue.discriminator as string];
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return articled(issue.expected);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return `${measured(issue.origin)} ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`.trimStart();
    case 'too_big':
      return `${measured(issue.origin)} ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`.trimStart();
    case 'invalid_format':
      return issue.message.replace(/^expected /, '');
    case 'invalid_union':
      if ('options' in issue) return oneOf(issue.options as unknown[]);
      return issue.errors
        .map((branch) => (branch[0] ? expectation(branch[0]) : 'another value'))
        .join(' or ');
    case 'invalid_key':
      return 'a valid key';
    default:
      return issue.message;
  }
}

function articled(type: string): string {
  if (type === 'int') return 'a whole number';
  if (type === 'null') return 'null';
  if (type === 'record') return 'an object';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function oneOf(values: readonly unknown[]): string {
  const quotedValues = values.map((value) => JSON.stringify(value));
  return quotedValues.length === 1 ? quotedValues[0]! : `one of ${quotedValues.join(', ')}`;
}

function measured(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'a number of' : '';
}

function unitOf(origin: string, count: number | bigint): string {
  if (origin !== 'string' && origin !== 'array') return '';
  return ` ${origin === 'string' ? 'character' : 'item'}${Number(count) === 1 ? '' : 's'}`;
}

function quoted(value: unknown): string {
  if (value === undefined) return 'nothing';
  // JSON writes a number that overflowed as null.
  if (typeof value === 'number')
    return Number.isFinite(value) ? String(value) : 'a number too large to represent';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (value !== null && typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** RFC 6901 for the body, `?key` for the query, `{name}` for a part of the path, the bare name for a header. */
function pointerOf(path: Path, part: RequestPart): string {
  if (part === 'querystring') return `?${path.join('.')}`;
  if (part === 'headers') return path.join('.');
  if (part === 'params') return `{${path.join('.')}}`;
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
