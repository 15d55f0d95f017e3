import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fieldErrors, type RequestPart } from '../../../src/api/validation-errors.ts';

function errorsOf(schema: z.ZodType, value: unknown, part: RequestPart = 'body') {
  const parsed = schema.safeParse(value, { reportInput: true });
  return parsed.success ? [] : fieldErrors(parsed.error.issues, part);
}

const circle = z.strictObject({ kind: z.literal('circle'), radius: z.number().positive() });
const square = z.strictObject({ kind: z.literal('square'), side: z.number() });

describe('field errors', () => {
  it.each([
    [z.array(z.number()).min(1), [], 'too_small: expected at least 1 item, got an empty array'],
    [z.array(z.number()).max(1), [1, 2], 'too_large: expected at most 1 item, got an array'],
    [z.string().max(3), 'abcd', 'too_large: expected at most 3 characters, got "abcd"'],
    [z.number().lt(1), 1, 'too_large: expected a number of less than 1, got 1'],
    [z.number(), Infinity, 'invalid_type: expected a number, got a number too large to represent'],
    [z.int(), 2 ** 60, 'too_large: expected a number of at most 9007199254740991, got 1152921504606847000'],
    [z.boolean(), 'true', 'invalid_type: expected a boolean, got "true"'],
    [z.string().regex(/^x/, 'expected a word in x'), 'y', 'invalid_format: expected a word in x, got "y"'],
    [z.literal('mlp'), 'svm', 'invalid_value: expected "mlp", got "svm"'],
    [z.string(), null, 'invalid_type: expected a string, got null'],
    [z.number(), 'a'.repeat(100), `invalid_type: expected a number, got "${'a'.repeat(59)}…`],
    [
      z.union([z.enum(['mean']), z.number()]),
      {},
      'invalid_value: expected "mean" or a number, got an object',
    ],
  ])('%#: %o of %o', (schema, value, expected) => {
    const [error, ...others] = errorsOf(schema, value);
    expect(others).toEqual([]);
    expect(`${error!.code}: ${error!.message}`).toBe(expected);
    expect(error!.pointer).toBe('');
  });

  it('complain of the alternative that the value comes closest to', () => {
    const shape = z.union([circle, square]);
    expect(errorsOf(shape, { kind: 'circle', radius: -1 })).toEqual([
      { pointer: '/radius', code: 'too_small', message: 'expected a number of more than 0, got -1' },
    ]);
    const shapes = z.strictObject({ shapes: z.array(z.discriminatedUnion('kind', [circle, square])) });
    expect(errorsOf(shapes, { shapes: [{ kind: 'square', side: 1 }, { kind: 'hexagon' }] })).toEqual([
      {
        pointer: '/shapes/1/kind',
        code: 'invalid_value',
        message: 'expected one of "circle", "square", got "hexagon"',
      },
    ]);
  });

  it('point into the query and the path in their own ways', () => {
    expect(errorsOf(z.strictObject({}), { a: 1 }, 'querystring')[0]!.pointer).toBe('?a');
    expect(errorsOf(z.object({ model: z.string().max(1) }), { model: 'ab' }, 'params')[0]!.pointer).toBe(
      '{model}',
    );
  });
});
