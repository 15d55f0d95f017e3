/** A job's events over HTTP: pages and streams that agree, clients that come and go, a thousand at once, and one that never reads. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fence } from '../../src/store/ports.ts';
import { type EventSource, follow } from './event-source.ts';
import { startService, type TestOptions, type TestService } from './service.ts';

let service: TestService;

const columns = {
  x: Array.from({ length: 20 }, (_, i) => i),
  y: Array.from({ length: 20 }, (_, i) => i % 2),
};

async function start(options?: TestOptions): Promise<void> {
  service = await startService(options);
  const { id } = (await service.call('POST', '/api/v1/datasets', { json: { columns } })).json;
  await service.call('PUT', '/api/v1/models/m', {
    json: { type: 'logistic_regression', target: 'y', l2: 0.1 },
  });
  dataset = id;
}
let dataset: string;

async function submit(): Promise<string> {
  return (await service.call('POST', '/api/v1/jobs', { json: { model: 'm', dataset } })).json.id;
}

const pathOf = (id: string) => `/api/v1/jobs/${id}/events`;
const idsOf = ({ heard }: EventSource) => heard.map(({ id }) => id);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => i + first);

/** A claimed job whose progress is told with each call: its clock goes as fast as it is called. */
async function startJob() {
  const id = await submit();
  const { fence } = (await service.store.jobs.claim('test', 60_000, new Date()))!;
  let epoch = 0;
  let clock = Date.now();
  const metrics = (bytes: number) =>
    Object.fromEntries(Array.from({ length: bytes / 25 }, (_, i) => [`metric_number_${i}`, 0.125]));
  return {
    id,
    fence: fence as Fence,
    async progress(bytes = 0): Promise<void> {
      epoch++;
      clock += 1_000;
      // A commit is done before it returns: others get their turn only here.
      await setImmediate();
      const record = { epoch, loss: 1 / epoch, validation_loss: null, metrics: metrics(bytes), seconds: 0 };
      await service.store.jobs.progress(fence, [record], 'reference/1', new Date(clock));
    },
    cancel: () => service.store.jobs.cancel(id, new Date(clock)),
  };
}

describe('a stream', () => {
  afterEach(() => service.close());

  it('tells everything from submit to end, as the pages do, and is over then', async () => {
    await start();
    const id = await submit();
    const source = await follow(service.port, pathOf(id));
    expect(source.status).toBe(200);
    expect(source.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-request-id': expect.any(String),
    });
    await service.trainNext();
    expect(await source.ended).toBe(true);
    const { items, next_cursor } = (await service.call('GET', pathOf(id))).json;
    expect(next_cursor).toBeNull();
    expect(source.heard.map(({ data }) => data)).toEqual(items);
    expect(idsOf(source)).toEqual(upTo(items.length));
    expect(source.heard.map(({ type }) => type)).toEqual(items.map(({ type }: { type: string }) => type));
    expect(source.heard[0]!.type).toBe('queued');
    expect(source.heard.at(-1)!.type).toBe('succeeded');

    const again = await follow(service.port, pathOf(id), { 'last-event-id': String(items.length) });
    expect(again.status).toBe(204);
    const late = await follow(service.port, pathOf(id), { 'last-event-id': '2' });
    expect(await late.ended).toBe(true);
    expect(idsOf(late)).toEqual(upTo(items.length, 3));
  });

  it('goes on after Last-Event-ID or ?after, the later of both', async () => {
    await start();
    const job = await startJob();
    for (let i = 0; i < 8; i++) await job.progress();
    await job.cancel();
    for (const [query, headers] of [
      ['?after=6', {}],
      ['', { 'last-event-id': '6' }],
      ['?after=2', { 'last-event-id': '6' }],
    ] as const) {
      const source = await follow(service.port, pathOf(job.id) + query, headers);
      await source.ended;
      expect(idsOf(source)).toEqual(upTo(11, 7));
    }
  });

  it('tells an event within 250 ms of its commit, though the store is looked at as seldom as in production', async () => {
    await start({ limits: { eventPollMs: 50 } });
    const job = await startJob();
    const source = await follow(service.port, pathOf(job.id));
    const delays: number[] = [];
    for (let i = 0; i < 6; i++) {
      await sleep(i * 9);
      await job.progress();
      const committedAt = Date.now();
      await expect.poll(() => source.heard.length, { interval: 2 }).toBe(i + 3);
      delays.push(source.heard.at(-1)!.at - committedAt);
    }
    expect(Math.max(...delays)).toBeLessThan(250);
  });

  it('has no gap and no repeat for clients that come, go and come again while the job goes on', async () => {
    await start();
    const job = await startJob();
    let isOver = false;
    const clients = Array.from({ length: 8 }, async (_, client) => {
      const ids: number[] = [];
      while (!isOver || ids.at(-1) !== 302) {
        const last = { 'last-event-id': String(ids.at(-1) ?? 0) };
        const source = await follow(service.port, pathOf(job.id), last);
        if (source.status === 204) break;
        await Promise.race([source.ended, sleep(5 + client * 9)]);
        source.close();
        ids.push(...idsOf(source));
      }
      return ids;
    });
    for (let i = 0; i < 300; i++) await job.progress();
    await job.cancel();
    isOver = true;
    for (const ids of await Promise.all(clients)) expect(ids).toEqual(upTo(303));
  });

  it('breathes: a heartbeat has no id', async () => {
    await start({ limits: { eventStream: { maxBufferedBytes: 65_536, heartbeatMs: 20, stallMs: 1_000 } } });
    const source = await follow(service.port, pathOf(await submit()));
    await expect.poll(() => source.comments.length).toBeGreaterThan(2);
    expect(idsOf(source)).toEqual([1]);
    source.close();
  });

  it('is cut for a client that never reads, and goes on for the others', async () => {
    await start();
    const job = await startJob();
    const silent = await follow(service.port, pathOf(job.id), {}, true);
    const reader = await follow(service.port, pathOf(job.id));
    // Until both have what was there before.
    await expect.poll(() => reader.heard.length).toBe(2);
    const cuts = () => service.log.filter(({ msg }) => msg === 'event stream cut');
    // What the kernel takes for a client is some megabytes.
    let events = 2;
    for (; cuts().length === 0 && events < 200; events++) {
      await job.progress(48 * 1024);
      await sleep(12);
    }
    expect(cuts()).toHaveLength(1);
    expect(JSON.stringify(cuts()[0])).toContain('the client lets');
    await job.cancel();
    expect(await reader.ended).toBe(true);
    expect(idsOf(reader)).toEqual(upTo(events + 1));
    silent.response.resume();
    expect(await silent.ended).toBe(false);
  });

  it('is cut for a client that never takes what lies in the store', async () => {
    await start({ limits: { eventStream: { maxBufferedBytes: 65_536, heartbeatMs: 9_999, stallMs: 100 } } });
    const job = await startJob();
    for (let i = 0; i < 130; i++) await job.progress(64 * 1024);
    const silent = await follow(service.port, pathOf(job.id), {}, true);
    await expect.poll(() => service.log.some(({ msg }) => msg === 'event stream cut')).toBe(true);
    silent.response.resume();
    expect(await silent.ended).toBe(false);
  });

  it('ends with a time to come back when the service stops', async () => {
    await start();
    const id = await submit();
    const source = await follow(service.port, pathOf(id));
    await expect.poll(() => source.heard.length).toBe(1);
    const closing = service.app.close();
    expect(await source.ended).toBe(true);
    expect(source.retry()).toBeGreaterThanOrEqual(1_000);
    await closing;
  });

  it('is one of a thousand, each of which hears everything', async () => {
    await start();
    const job = await startJob();
    const sources = await Promise.all(
      Array.from({ length: 1_000 }, () => follow(service.port, pathOf(job.id))),
    );
    for (let i = 0; i < 20; i++) await job.progress();
    await job.cancel();
    const complete = await Promise.all(sources.map(({ ended }) => ended));
    expect(complete.every(Boolean)).toBe(true);
    for (const source of sources) expect(idsOf(source)).toEqual(upTo(23));
  });

  it('is refused when there are too many', async () => {
    await start({ limits: { maxEventStreams: 1 } });
    const id = await submit();
    const first = await follow(service.port, pathOf(id));
    expect((await follow(service.port, pathOf(id))).status).toBe(503);
    first.close();
    await expect.poll(async () => (await follow(service.port, pathOf(id))).status).toBe(200);
  });
});

describe('pages', () => {
  beforeAll(() => start());
  afterAll(() => service.close());

  it('come oldest first, and lead from one to the next', async () => {
    const job = await startJob();
    for (let i = 0; i < 5; i++) await job.progress();
    const first = (await service.call('GET', `${pathOf(job.id)}?limit=3`)).json;
    expect(first.items.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
    expect(first.next_cursor).toBe('3');
    const second = (await service.call('GET', `${pathOf(job.id)}?limit=4&cursor=3`)).json;
    expect(second.items.map(({ id }: { id: number }) => id)).toEqual([4, 5, 6, 7]);
    expect(second.next_cursor).toBeNull();
    expect((await service.call('GET', `${pathOf(job.id)}?after=7`)).json).toEqual({
      items: [],
      next_cursor: null,
    });
  });

  it.each(['application/json', '*/*', 'text/event-stream;q=0, */*', 'text/event-streams'])(
    'are the answer to Accept: %s',
    async (accept) => {
      const answer = await service.call('GET', pathOf(await submit()), { headers: { accept } });
      expect(answer.json.items).toHaveLength(1);
    },
  );

  it.each(['text/event-stream', 'application/json, Text/Event-Stream;q=0.9'])(
    'are not the answer to Accept: %s; HEAD asks for them alone',
    async (accept) => {
      const id = await submit();
      const source = await follow(service.port, pathOf(id), { accept });
      expect(source.headers['content-type']).toBe('text/event-stream');
      source.close();
      const head = await service.call('HEAD', pathOf(id), { headers: { accept } });
      expect(head.headers['content-type']).toMatch('application/json');
    },
  );

  it('are not there for a job that never was, nor after what is no id', async () => {
    const absent = pathOf(`job_${'0'.repeat(26)}`);
    expect((await service.call('GET', absent)).json.code).toBe('job_not_found');
    expect((await follow(service.port, absent)).status).toBe(404);
    const path = pathOf(await submit());
    const refused = await service.call('GET', path, { headers: { 'last-event-id': 'seven' } });
    expect(refused.json).toMatchObject({ status: 422, errors: [{ pointer: 'last-event-id' }] });
    expect((await service.call('GET', `${path}?after=-1`)).json.code).toBe('validation_failed');
  });
});
