/** Drains, crashes and a store that fails: what becomes of the job, and that its bits stay what they would have been. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { openBench, startRealWorker, type TrainerBench } from './trainer-fixtures.ts';
import { columnsOf, endlessJob, mediumJob, shortJob, slowEpochJob } from './trainer-jobs.ts';

/** Listens to nobody, and leaves the processor to others. */
const deaf = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';

let bench: TrainerBench;
afterEach(() => bench.close());

/** The version has the bits, and the history the epochs, of a run that nothing befell. */
async function expectUndisturbed(id: string): Promise<void> {
  expect(await bench.weightsSha256(id)).toBe((await bench.undisturbed(id)).weightsSha256);
  const history = await bench.store.jobs.history(id);
  expect(history.map(({ epoch }) => epoch)).toEqual(history.map((_, i) => i + 1));
}

const eventsOf = async (id: string, type: string) =>
  (await bench.events(id)).flatMap((event) => (event.type === type ? [event.data] : []));

describe('a drain', () => {
  it('leaves a checkpoint and gives the job back; the next trainer goes on to the same bits', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    const first = bench.startTrainer();
    await bench.waitFor(id, ({ progress }) => progress.epoch > 100);
    await first.drain();
    const drained = (await bench.store.jobs.get(id))!;
    expect(drained).toMatchObject({ state: 'queued', attempt: 1 });
    expect(await eventsOf(id, 'released')).toEqual([{ reason: 'drain' }]);
    expect(await eventsOf(id, 'checkpoint')).toEqual([{ epoch: drained.progress.epoch }]);
    expect(await bench.store.jobs.history(id)).toHaveLength(drained.progress.epoch);

    bench.startTrainer();
    expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(await eventsOf(id, 'resumed')).toEqual([{ attempt: 2, from_epoch: drained.progress.epoch }]);
    await expectUndisturbed(id);
  });

  it('may come again and again', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    let epoch = 0;
    for (let i = 0; i < 2; i++) {
      const trainer = bench.startTrainer();
      await bench.waitFor(id, ({ progress }) => progress.epoch > epoch);
      await trainer.drain();
      ({ epoch } = (await bench.store.jobs.get(id))!.progress);
    }
    bench.startTrainer();
    expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 3 });
    await expectUndisturbed(id);
  });

  it('of an idle trainer ends it at once', async () => {
    bench = await openBench(columnsOf(50));
    const trainer = bench.startTrainer();
    await sleep(50);
    const startedAt = performance.now();
    await trainer.drain();
    expect(performance.now() - startedAt).toBeLessThan(100);
    const id = await bench.submit(shortJob);
    await sleep(300);
    expect((await bench.store.jobs.get(id))!.state).toBe('queued');
  });

  it('while the table is read gives the job back without a start', async () => {
    bench = await openBench(columnsOf(50));
    const id = await bench.submit(shortJob);
    let starts = 0;
    const reading = Promise.withResolvers<void>();
    const trainer = bench.startTrainer({
      async readTable() {
        reading.resolve();
        await sleep(100);
        return { rows: 0, columns: [] };
      },
      startWorker(start) {
        starts++;
        return startRealWorker(start);
      },
    });
    await reading.promise;
    await trainer.drain();
    expect(starts).toBe(0);
    expect(await bench.store.jobs.get(id)).toMatchObject({ state: 'queued', attempt: 1 });
    expect(await eventsOf(id, 'released')).toEqual([{ reason: 'drain' }]);
  });

  it('does not wait for the end of a long epoch, and neither do its checkpoints: the next trainer goes on within it', async () => {
    bench = await openBench(columnsOf(20_000));
    const id = await bench.submit({ ...mediumJob, epochs: 2, batch_size: 1 });
    const first = bench.startTrainer({ checkpointMs: 1 });
    await expect.poll(() => eventsOf(id, 'checkpoint'), { timeout: 10_000, interval: 5 }).not.toEqual([]);
    await first.drain();
    expect((await eventsOf(id, 'checkpoint'))[0]).toEqual({ epoch: 0 });

    bench.startTrainer();
    await bench.ended(id);
    await expectUndisturbed(id);
  });

  it('waits five seconds for a step, and then lets go of it: that is no crash', async () => {
    bench = await openBench(columnsOf(50));
    const id = await bench.submit(endlessJob);
    const trainer = bench.startTrainer({ startWorker: () => new Worker(deaf, { eval: true }) });
    await bench.waitFor(id, ({ state }) => state === 'running');
    await sleep(300);
    const startedAt = performance.now();
    await trainer.drain();
    expect(performance.now() - startedAt).toBeGreaterThan(4_900);
    expect(performance.now() - startedAt).toBeLessThan(6_500);
    expect(await eventsOf(id, 'released')).toEqual([{ reason: 'drain' }]);
  });

  it('after a cancel does not call the thread back to its epoch', async () => {
    bench = await openBench(columnsOf(10_000));
    const id = await bench.submit(slowEpochJob);
    const trainer = bench.startTrainer();
    await bench.waitFor(id, ({ state }) => state === 'running');
    await sleep(300);
    await bench.store.jobs.cancel(id, new Date());
    await sleep(260);
    const startedAt = performance.now();
    await trainer.drain();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('a pause', () => {
  const pause = (id: string) => bench.store.jobs.pause(id, new Date());
  const paused = (id: string) => bench.waitFor(id, ({ state }) => state === 'paused');

  it('comes true within a second; resumed, the job goes on to the same bits', async () => {
    bench = await openBench(columnsOf(200));
    // Each pause is seen within 250 ms and comes true within a second.
    const id = await bench.submit({ ...mediumJob, epochs: 4_000 });
    bench.startTrainer();
    for (let i = 0, epoch = 0; i < 2; i++) {
      await bench.waitFor(id, ({ progress }) => progress.epoch > epoch);
      const startedAt = performance.now();
      await pause(id);
      ({ epoch } = (await paused(id)).progress);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect((await eventsOf(id, 'checkpoint')).at(-1)).toEqual({ epoch });
      await bench.store.jobs.resume(id, new Date());
    }
    expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 3 });
    await expectUndisturbed(id);
  });

  it('leaves the trainer free for the next job', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(endlessJob);
    bench.startTrainer();
    await bench.waitFor(id, ({ progress }) => progress.epoch > 0);
    const next = await bench.submit(shortJob);
    await pause(id);
    expect(await bench.ended(next)).toMatchObject({ state: 'succeeded' });
    expect(await bench.store.jobs.get(id)).toMatchObject({ state: 'paused', attempt: 1 });
  });

  it('does not wait for an epoch of many seconds', async () => {
    bench = await openBench(columnsOf(10_000));
    const id = await bench.submit(slowEpochJob);
    bench.startTrainer();
    await bench.waitFor(id, ({ state }) => state === 'running');
    await sleep(500);
    const startedAt = performance.now();
    await pause(id);
    await paused(id);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(await eventsOf(id, 'paused')).toEqual([{ reason: 'request' }]);
  });

  it.each([
    ['pause', 'paused'],
    ['cancel', 'cancelled'],
  ] as const)('or a cancel ends the reading of the table: %s', async (action, state) => {
    bench = await openBench(columnsOf(50));
    const id = await bench.submit(shortJob);
    const aborted = Promise.withResolvers<void>();
    const trainer = bench.startTrainer({
      readTable: (_path, _columns, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.resolve();
            reject(new Error('planted: interrupted'));
          });
        }),
    });
    await bench.waitFor(id, (job) => job.state === 'running');
    await bench.store.jobs[action](id, new Date());
    await aborted.promise;
    expect(await bench.waitFor(id, (job) => job.state === state)).toMatchObject({ attempt: 1 });
    expect(trainer.log.filter(({ msg }) => msg === 'the job crashed')).toEqual([]);
  });
});

describe('a worker thread that is lost', () => {
  it('costs its job nothing but time: the same trainer takes it up at its last checkpoint', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    const workers: Worker[] = [];
    const trainer = bench.startTrainer({
      checkpointMs: 50,
      startWorker(start) {
        const worker = startRealWorker(start);
        workers.push(worker);
        return worker;
      },
    });
    await bench.waitFor(id, ({ progress }) => progress.epoch > 200);
    await workers[0].terminate();
    expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 2, error: null });
    expect(await eventsOf(id, 'released')).toEqual([{ reason: 'crash', crashes: 1 }]);
    expect(await eventsOf(id, 'resumed')).toEqual([
      { attempt: 2, from_epoch: expect.toSatisfy((n) => n > 0) },
    ]);
    await expectUndisturbed(id);
    expect(trainer.log.map(({ msg }) => msg)).toEqual(['the job crashed']);
    expect(workers).toHaveLength(2);
  });

  it.each([
    ['throws', 'planted', () => new Worker('throw new Error("planted")', { eval: true })],
    ['exits without a word', 'without a result', () => new Worker('process.exit(0)', { eval: true })],
    [
      'runs out of memory',
      'out of memory',
      () =>
        new Worker('const all = []; for (;;) all.push(new Array(1e5).fill({}))', {
          eval: true,
          resourceLimits: { maxOldGenerationSizeMb: 16 },
        }),
    ],
    [
      'cannot be started',
      'no thread',
      () => {
        throw new Error('no thread');
      },
    ],
  ])('three times in a row (%s) is poison, and the next job has its turn', async (_, reason, startBroken) => {
    bench = await openBench(columnsOf(50));
    const poison = await bench.submit(endlessJob, 1);
    const next = await bench.submit(shortJob);
    const trainer = bench.startTrainer({
      startWorker: (start) => (start.config.type === 'mlp' ? startBroken() : startRealWorker(start)),
    });
    expect(await bench.ended(poison)).toMatchObject({
      state: 'failed',
      stop_reason: 'poison',
      attempt: 3,
      error: { code: 'poison' },
    });
    expect(await eventsOf(poison, 'released')).toEqual([
      { reason: 'crash', crashes: 1 },
      { reason: 'crash', crashes: 2 },
    ]);
    expect((await bench.ended(next)).version).toBe(1);
    const crashed = {
      msg: 'the job crashed',
      job: poison,
      err: { message: expect.stringContaining(reason) },
    };
    expect(trainer.log).toMatchObject([crashed, crashed, crashed]);
  });

  it('with a checkpoint between its crashes is not poison', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    let starts = 0;
    bench.startTrainer({
      checkpointMs: 20,
      startWorker(start) {
        const worker = startRealWorker(start);
        starts++;
        let checkpoints = 0;
        worker.on('message', ({ type }) => {
          if (type === 'checkpoint' && ++checkpoints === 2 && starts <= 3) void worker.terminate();
        });
        return worker;
      },
    });
    expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 4 });
    await expectUndisturbed(id);
  });

  it('is the same as a table that cannot be read', async () => {
    bench = await openBench(columnsOf(50));
    const id = await bench.submit(shortJob);
    bench.startTrainer({
      readTable: async () => {
        throw new Error('planted');
      },
    });
    expect(await bench.ended(id)).toMatchObject({ state: 'failed', stop_reason: 'poison', attempt: 3 });
  });
});

it('a checkpoint of another format is left aside with a warning, and the job starts over to the same bits', async () => {
  bench = await openBench(columnsOf(200));
  const id = await bench.submit(mediumJob);
  const claimed = (await bench.store.jobs.claim('older release', 60_000, new Date()))!;
  await bench.store.jobs.checkpoint(claimed.fence, 0, new Uint8Array(100), new Date());
  await bench.store.jobs.release(claimed.fence, new Date());
  bench.startTrainer();
  const job = await bench.ended(id);
  expect(job).toMatchObject({ state: 'succeeded', attempt: 3 });
  expect(job.warnings).toMatchObject([{ code: 'checkpoint_unusable' }, { code: 'overfitting' }]);
  await expectUndisturbed(id);
});

describe('a thread that gets nowhere', () => {
  it('takes its process with it; the job is freed by the supervisor and goes on to the same bits', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    const silent = bench.startTrainer({
      stallMs: 100,
      startWorker: () => new Worker('for (;;);', { eval: true }),
    });
    await expect(silent.ended).rejects.toThrow('the worker thread has not polled for');
    // It did not free the job itself: a process that cannot end must let its lease run out.
    expect(await bench.store.jobs.get(id)).toMatchObject({ state: 'running', attempt: 1 });
    expect(await bench.store.jobs.releaseOwner(silent.owner, new Date())).toBe(1);
    bench.startTrainer();
    expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    await expectUndisturbed(id);
  });
});

describe('a job that outgrows its memory', () => {
  it('fails for good with a code that says so, and the next trainer takes the next job', async () => {
    bench = await openBench(columnsOf(50));
    const greedy = await bench.submit(endlessJob, 1);
    const next = await bench.submit(shortJob);
    let rssBytes = 2 ** 27;
    const first = bench.startTrainer({ memoryBytes: 16 * 2 ** 20, rssBytes: () => rssBytes });
    await bench.waitFor(greedy, ({ progress }) => progress.epoch > 0);
    rssBytes = 2 ** 30;
    await expect(first.ended).rejects.toThrow('expected at most 16 MiB (JOB_MEMORY_MB)');
    expect(await bench.ended(greedy)).toMatchObject({
      state: 'failed',
      stop_reason: 'failed',
      attempt: 1,
      error: { code: 'memory_exceeded', message: expect.stringMatching(/the job took 896 MiB$/) },
    });
    bench.startTrainer();
    expect(await bench.ended(next)).toMatchObject({ state: 'succeeded' });
  });
});

describe('a store that refuses a write', () => {
  it.each(['progress', 'finish', 'renew'] as const)(
    'ends the trainer (%s); the job is freed by its supervisor and goes on to the same bits',
    async (method) => {
      bench = await openBench(columnsOf(200));
      const id = await bench.submit(mediumJob);
      let isRefusing = false;
      let hasProgressed = false;
      let writesAfter = 0;
      const refused = new Error('planted: no space left');
      const trainer = bench.startTrainer({
        checkpointMs: 50,
        leaseMs: 60,
        wrapJobs: (jobs) =>
          Object.fromEntries(
            Object.entries(jobs).map(([name, call]) => [
              name,
              (...args: never[]) => {
                if (isRefusing) writesAfter++;
                // Only after some progress, so that there is something to go on from.
                isRefusing ||= name === method && hasProgressed;
                hasProgressed ||= name === 'progress';
                return isRefusing
                  ? Promise.reject(refused)
                  : (call as (...args: never[]) => unknown)(...args);
              },
            ]),
          ) as unknown as typeof jobs,
      });
      await expect(trainer.ended).rejects.toBe(refused);
      expect(writesAfter).toBe(0);
      expect((await bench.store.jobs.get(id))!.state).toBe('running');
      await trainer.drain();

      expect(await bench.store.jobs.releaseOwner(trainer.owner, new Date())).toBe(1);
      bench.startTrainer();
      expect(await bench.ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
      await expectUndisturbed(id);
    },
  );
});
