/** Replies find their request, and no request outlives the process that had it. */
import { describe, expect, it } from 'vitest';
import { defaultCsvOptions } from '../../../src/contracts/csv-options.ts';
import { createDataClient } from '../../../src/data/client.ts';
import type { FromDataProcess, ToDataProcess } from '../../../src/data/messages.ts';

function connect() {
  const sent: ToDataProcess[] = [];
  let isUp = true;
  let onMessage: (message: FromDataProcess) => void = () => {};
  let onDown = () => {};
  const client = createDataClient({
    send: (message) => {
      if (isUp) sent.push(message);
      return isUp;
    },
    onMessage: (listener) => {
      onMessage = listener;
    },
    onDown: (listener) => {
      onDown = listener;
    },
  });
  const page = (offset: number) =>
    client.call<'rows'>({ kind: 'rows', path: '/t', columns: [], offset, limit: 1 });
  return {
    client,
    page,
    sent,
    receive: (message: FromDataProcess) => onMessage(message),
    die: () => {
      isUp = false;
      onDown();
    },
    comeBack: () => {
      isUp = true;
    },
  };
}

const offsetOf = (message: ToDataProcess) =>
  (message as unknown as { request: { offset: number } }).request.offset;

const restarted = { code: 'data_process_restarted', headers: { 'retry-after': '1' } };

describe('the data client', () => {
  it('matches replies to requests whatever their order', async () => {
    const { page, sent, receive } = connect();
    const pages = [page(0), page(1), page(2)];
    expect(sent.map(offsetOf)).toEqual([0, 1, 2]);
    for (const message of sent.toReversed()) {
      receive({ id: message.id, reply: Uint8Array.of(offsetOf(message)) });
    }
    expect(await Promise.all(pages)).toEqual([0, 1, 2].map((offset) => Uint8Array.of(offset)));
  });

  it('rejects with the refusal of the data process', async () => {
    const { page, sent, receive } = connect();
    const refused = page(0);
    const errors = [{ line: 3, code: 'ragged_row', message: 'expected 2 fields' }];
    receive({ id: sent[0].id, error: { code: 'ragged_row', detail: 'line 3', errors } });
    await expect(refused).rejects.toMatchObject({
      code: 'ragged_row',
      message: 'line 3',
      errors,
      headers: {},
    });

    const shed = page(1);
    receive({ id: sent[1].id, error: { code: 'busy', detail: 'full', errors: [] } });
    await expect(shed).rejects.toMatchObject({ code: 'busy', headers: { 'retry-after': '1' } });
  });

  it('rejects what a process had not answered when it died, and ignores its late answer', async () => {
    const { page, sent, receive, die, comeBack } = connect();
    const answered = page(0);
    receive({ id: sent[0].id, reply: [] });
    const pending = [page(1), page(2)];
    die();
    for (const call of pending) await expect(call).rejects.toMatchObject(restarted);
    expect(await answered).toEqual([]);

    comeBack();
    const next = page(3);
    receive({ id: sent[1].id, reply: Uint8Array.of(1) });
    receive({ id: sent[3].id, reply: Uint8Array.of(3) });
    expect(await next).toEqual(Uint8Array.of(3));
  });

  it('rejects at once while there is no process', async () => {
    const { page, sent, die } = connect();
    die();
    await expect(page(0)).rejects.toMatchObject(restarted);
    expect(sent).toEqual([]);
  });

  it('tells of an upload only until its ingest is answered', async () => {
    const { client, sent, receive } = connect();
    const request = {
      kind: 'ingest',
      format: 'csv',
      folder: '/u',
      path: null,
      csv: defaultCsvOptions,
    } as const;
    const { table, upload } = client.ingest(request);
    upload('grown');
    upload('whole');
    const [{ id }, ...news] = sent;
    expect(news).toEqual([
      { id, upload: 'grown' },
      { id, upload: 'whole' },
    ]);
    receive({ id, error: { code: 'ragged_row', detail: 'line 3', errors: [] } });
    await expect(table).rejects.toMatchObject({ code: 'ragged_row' });
    upload('broken_off');
    expect(sent).toHaveLength(3);
  });
});
