/** The JSON form of a table, and every way in which it can be wrong. */
import { describe, expect, it } from 'vitest';
import { readJsonTable } from '../../../../src/data/ingest/json-table.ts';
import { badJson } from './bad-json.ts';

const read = (text: string) => readJsonTable(Buffer.from(text));

function columnsOf(text: string) {
  return read(text).columns.map(({ name, type, missing, values }) => ({ name, type, missing, values }));
}

describe('a JSON table', () => {
  it('is the same by rows and by columns', () => {
    const rows = '{"rows":[{"x":1,"s":"a","b":true},{"b":null,"x":-2.5},{"s":"","b":false,"x":null}]}';
    const columns = '{"columns":{"x":[1,-2.5,null],"s":["a",null,""],"b":[true,null,false]}}';
    expect(columnsOf(rows)).toEqual([
      { name: 'x', type: 'number', missing: 1, values: [1, -2.5, null] },
      { name: 's', type: 'category', missing: 1, values: ['a', null, ''] },
      { name: 'b', type: 'category', missing: 1, values: ['true', null, 'false'] },
    ]);
    expect(columnsOf(columns)).toEqual(columnsOf(rows));
  });

  it('says why each column has its type', () => {
    const { columns } = read('{"rows":[{"a/b":null,"n":1,"e":null},{"a/b":"x","n":2,"e":null}]}');
    expect(columns.map(({ reason }) => reason)).toEqual([
      '/rows/1/a~1b is text',
      'every value is a number',
      'it has no values, and a column without values is a number',
    ]);
  });

  it('keeps its name, a byte-order mark aside', () => {
    expect(read('\ufeff{"name":"iris","columns":{"a":[1]}}').name).toBe('iris');
    expect(read('{"columns":{"a":[1]}}').name).toBeNull();
  });

  it('keeps every digit of a double', () => {
    const [{ values }] = read(
      '{"columns":{"a":[-0,1e20,5e-324,9007199254740993.0,-9007199254740991]}}',
    ).columns;
    expect(values).toEqual([-0, 1e20, 5e-324, 9007199254740992, -9007199254740991]);
  });

  it('takes keys that every object has', () => {
    expect(columnsOf('{"rows":[{"toString":1,"a":1},{"a":2}]}')[0]).toMatchObject({ values: [1, null] });
  });
});

describe('a JSON table is refused for', () => {
  it.each(Object.entries(badJson))('%s', (_name, { text, code, errors }) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'TrainyardError', code });
    if (errors) {
      const found = (thrown as { errors: { pointer: string; code: string }[] }).errors;
      expect(found.map((error) => [error.pointer, error.code])).toEqual(errors);
    }
  });
});
