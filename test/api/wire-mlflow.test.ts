/** MLflow's scoring protocol: the four JSON forms and CSV, as its documentation and `dump_input_data` write them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestService } from './service.ts';
import { flowers, line, nativePredictions, people, startWithModels } from './wires-fixtures.ts';

let service: TestService;
beforeAll(async () => {
  service = await startWithModels();
});
afterAll(() => service.close());

const invoke = (model: string, body: string, contentType = 'application/json') =>
  service.call('POST', `/invocations/${model}`, { body, headers: { 'content-type': contentType } });

describe('invocations', () => {
  it.each([flowers, people, line])(
    'answer every form for $name with the labels of native predict',
    async (model) => {
      const predictions = (await nativePredictions(service, model)).map(({ label }) => label);
      const { name, rows } = model;
      const columns = Object.keys(rows[0]);
      const data = rows.map((row) => Object.values(row));
      const inputs = Object.fromEntries(columns.map((column) => [column, rows.map((row) => row[column])]));
      for (const form of [
        { dataframe_split: { columns, data, index: [0, 1, 2] } },
        { dataframe_split: { columns: columns.toReversed(), data: data.map((row) => row.toReversed()) } },
        { dataframe_records: rows },
        { instances: rows },
        { instances: data },
        { inputs },
        { inputs: data, params: { anything: 1 } },
      ]) {
        const answer = await invoke(name, JSON.stringify(form), 'application/json; charset=utf-8');
        expect(answer.status, answer.text).toBe(200);
        expect(answer.json).toEqual({ predictions });
      }
    },
  );

  it('take CSV as pandas writes it: index, quotes, capital booleans, empty for missing', async () => {
    const predictions = (await nativePredictions(service, people)).map(({ label }) => label);
    const csv = ',age,sex,member\r\n0,20,"f",True\r\n1,,m,False\r\n\r\n2,61.5,NaN,\r\n';
    const answer = await invoke('people', csv, 'text/csv');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toEqual({ predictions });
    expect((await invoke('people', `\ufeff${csv.trimEnd()}`, 'text/csv; charset=utf-8')).json).toEqual({
      predictions,
    });
  });

  it('keep what quotes hold', async () => {
    const csv = 'age,sex,member\n1,"a ""b"",\nc",true\n';
    const native = await nativePredictions(service, {
      name: 'people',
      rows: [{ age: 1, sex: 'a "b",\nc', member: true }],
    });
    expect((await invoke('people', csv, 'text/csv')).json).toEqual({ predictions: [native[0].label] });
  });
});

describe('health', () => {
  it('is an empty line, as MLflow answers', async () => {
    for (const path of ['/ping', '/health']) {
      const { status, text } = await service.call('GET', path);
      expect([status, text]).toEqual([200, '\n']);
    }
    expect((await service.call('GET', '/version')).text).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('refusals', () => {
  it.each<[string, string, string, number, string, RegExp]>([
    ['nowhere', '{"instances":[[1]]}', 'application/json', 404, 'RESOURCE_DOES_NOT_EXIST', /no model/],
    ['empty', '{"instances":[[1]]}', 'application/json', 404, 'RESOURCE_DOES_NOT_EXIST', /no job/],
    ['line', '{"x":[1]}', 'application/json', 400, 'BAD_REQUEST', /exactly one of .* got none/],
    [
      'line',
      '{"inputs":[1],"instances":[1]}',
      'application/json',
      400,
      'BAD_REQUEST',
      /got instances, inputs/,
    ],
    ['line', '[1]', 'application/json', 400, 'BAD_REQUEST', /expected an object/],
    [
      'line',
      '{"dataframe_split":{"data":[[1]]}}',
      'application/json',
      400,
      'BAD_REQUEST',
      /columns: expected/,
    ],
    [
      'line',
      '{"dataframe_split":{"columns":["x"],"data":[[1,2]]}}',
      'application/json',
      400,
      'BAD_REQUEST',
      /expected 1 values/,
    ],
    [
      'line',
      '{"dataframe_split":{"columns":["__proto__"],"data":[[1]]}}',
      'application/json',
      400,
      'BAD_REQUEST',
      /no feature of this name/,
    ],
    [
      'line',
      '{"dataframe_records":[{"x":"1"}]}',
      'application/json',
      400,
      'BAD_REQUEST',
      /\/dataframe_records\/0\/x: expected a number, got text/,
    ],
    ['line', 'x\n1x\n', 'text/csv', 400, 'BAD_REQUEST', /\/csv\/0\/x: expected a number, got text/],
    ['line', 'x\n1,2\n', 'text/csv', 400, 'BAD_REQUEST', /line 2 has 2 fields, the header has 1/],
    ['line', 'x\n"1', 'text/csv', 400, 'BAD_REQUEST', /does not end/],
    ['line', 'x\n', 'text/csv', 400, 'BAD_REQUEST', /at least one row/],
    ['line', '', 'text/csv', 400, 'BAD_REQUEST', /at least one row/],
    [
      'line',
      'x=1',
      'application/x-www-form-urlencoded',
      415,
      'BAD_REQUEST',
      /application\/json or text\/csv/,
    ],
  ])('%s %s as %s: %d', async (model, body, type, status, code, message) => {
    const answer = await invoke(model, body, type);
    expect([answer.status, answer.json]).toEqual([
      status,
      { error_code: code, message: expect.stringMatching(message) },
    ]);
    expect(answer.headers['content-type']).toBe('application/json');
  });
});
