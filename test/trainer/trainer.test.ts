/** A trainer's jobs from claim to end: what a success leaves, what a failure says, how a cancel is obeyed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { kernelsOf } from '../../src/math/kernels/math-backend.ts';
import { openBench, startRealWorker, type TrainerBench } from './trainer-fixtures.ts';
import { columnsOf, endlessJob, mediumJob, shortJob, slowEpochJob } from './trainer-jobs.ts';

let bench: TrainerBench;
afterEach(() => bench.close());

describe('a job', () => {
  it('runs to its version, its metrics and its whole history', async () => {
    bench = await openBench(columnsOf(100));
    const id = await bench.submit({ ...endlessJob, epochs: 40 });
    bench.startTrainer();
    const job = await bench.ended(id);
    const expected = await bench.undisturbed(id);
    expect(job).toMatchObject({
      state: 'succeeded',
      stop_reason: 'max_epochs',
      version: 1,
      attempt: 1,
      engine: kernelsOf('auto')('f32').engine,
      error: null,
      warnings: [],
      progress: { epoch: 40, epochs: 40, fraction: 1 },
    });
    expect(job.metrics).toEqual(expected.metrics);

    const version = (await bench.store.versions.get('model', 1))!;
    expect(version).toMatchObject({
      job: id,
      weights_sha256: expected.weightsSha256,
      parameters: expected.parameters,
      package_version: '0.0.0-test',
      trained: expected.trained,
    });
    expect(await bench.store.versions.weights('model', 1)).toEqual(expected.weights);

    const history = await bench.store.jobs.history(id);
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(job.loss).toBe(history.at(-1)!.loss);
    expect(job.validation_loss).toBe(history.at(-1)!.validation_loss);
    const types = (await bench.events(id)).map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['queued', 'started']);
    expect(new Set(types.slice(2, -1))).toEqual(new Set(['progress', 'diagnostics']));
    expect(types.at(-1)).toBe('succeeded');
  });

  it('is measured on the dataset that its config names for that', async () => {
    bench = await openBench(columnsOf(100));
    const id = await bench.submit({ ...shortJob, validation: { dataset: bench.datasetId } });
    bench.startTrainer();
    const { state, metrics } = await bench.ended(id);
    expect(state).toBe('succeeded');
    expect(metrics!.validation).toEqual(metrics!.train);
  });

  it('is followed by the next in the queue, the most urgent first', async () => {
    bench = await openBench(columnsOf(50));
    const ids = [await bench.submit(shortJob), await bench.submit(shortJob), await bench.submit(shortJob, 5)];
    const trainer = bench.startTrainer();
    const jobs = await Promise.all(ids.map((id) => bench.ended(id)));
    expect(jobs.map(({ version }) => version)).toEqual([2, 3, 1]);
    // A job that ended as it should is not one that was lost.
    expect(trainer.log).toEqual([]);
  });

  it('is claimed by one of several trainers', async () => {
    bench = await openBench(columnsOf(50));
    const ids = await Promise.all(Array.from({ length: 6 }, () => bench.submit(shortJob)));
    for (let i = 0; i < 3; i++) bench.startTrainer();
    const jobs = await Promise.all(ids.map((id) => bench.ended(id)));
    expect(jobs.map(({ attempt }) => attempt)).toEqual(ids.map(() => 1));
    expect(jobs.map(({ version }) => version!).sort((a, b) => a - b)).toEqual(ids.map((_, i) => i + 1));
  });

  it.each([
    [
      'diverged',
      { ...endlessJob, hidden_layers: [], optimizer: { type: 'sgd', learning_rate: 1e300 } },
      { code: 'diverged', message: expect.stringContaining('diverged in epoch 1') },
    ],
    [
      'failed',
      { ...shortJob, features: ['a', 'hole'], preprocessing: { missing: 'drop_row' } },
      { code: 'single_class', message: 'expected at least 2 classes in "label", got 1' },
    ],
  ])('that would fail again is %s for good, and the next goes on', async (stopReason, config, error) => {
    const columns = columnsOf(60);
    const hole = columns.label.map((label) => (label === 'yes' ? 1 : null));
    bench = await openBench({ ...columns, hole });
    const failing = await bench.submit(config);
    const next = await bench.submit(shortJob);
    bench.startTrainer();
    expect(await bench.ended(failing)).toMatchObject({
      state: 'failed',
      stop_reason: stopReason,
      error,
      version: null,
      attempt: 1,
    });
    const left = await bench.store.jobs.remains(failing);
    expect(left?.epoch).toBe(stopReason === 'diverged' ? 0 : undefined);
    expect((await bench.ended(next)).version).toBe(1);
  });

  it('outruns no disk: a thread of microsecond epochs waits for its commits', async () => {
    // Two classes that no line separates: four rows an epoch, for ever.
    bench = await openBench({ a: [1, -1, 1, -1], label: ['x', 'x', 'y', 'y'] });
    const epochs = 80_000;
    const perceptron = { type: 'perceptron', target: 'label', epochs };
    const id = await bench.submit(perceptron);
    let posted = 0;
    let committed = 0;
    let most = 0;
    let largestGroup = 0;
    bench.startTrainer({
      startWorker(start) {
        const worker = startRealWorker(start);
        worker.on('message', (message) => {
          if (message.type !== 'epochs') return;
          largestGroup = Math.max(largestGroup, message.records.length);
          posted += message.records.length;
          most = Math.max(most, posted - committed);
        });
        return worker;
      },
      wrapJobs: (jobs) => ({
        ...jobs,
        async progress(fence, records, engine, now) {
          await sleep(20);
          const result = await jobs.progress(fence, records, engine, now);
          committed += records.length;
          return result;
        },
      }),
    });
    await bench.ended(id);
    expect(await bench.store.jobs.history(id)).toHaveLength(epochs);
    // It was faster than the disk, and still at most one group ahead of the bound.
    expect(most).toBeGreaterThan(15_000);
    expect(most).toBeLessThanOrEqual(20_000 + largestGroup);
  });

  it('has one checkpoint at a time on its way to the disk', async () => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    let [posted, stored, most] = [0, 0, 0];
    bench.startTrainer({
      checkpointMs: 0,
      startWorker(start) {
        const worker = startRealWorker(start);
        worker.on('message', ({ type }) => {
          if (type === 'checkpoint') most = Math.max(most, ++posted - stored);
        });
        return worker;
      },
      wrapJobs: (jobs) => ({
        ...jobs,
        async checkpoint(...args) {
          await sleep(20);
          stored++;
          return jobs.checkpoint(...args);
        },
      }),
    });
    expect((await bench.ended(id)).state).toBe('succeeded');
    expect(stored).toBeGreaterThan(1);
    expect(most).toBe(1);
  });

  it('keeps its lease', async () => {
    bench = await openBench(columnsOf(100));
    const id = await bench.submit(endlessJob);
    bench.startTrainer({ leaseMs: 1_000 });
    await bench.waitFor(id, ({ state }) => state === 'running');
    for (let i = 0; i < 20; i++) {
      await sleep(100);
      expect(await bench.store.jobs.releaseExpired(new Date())).toBe(0);
    }
    expect(await bench.store.jobs.get(id)).toMatchObject({ state: 'running', attempt: 1 });
    await bench.store.jobs.cancel(id, new Date());
  });
});

describe('a job that starts from a version', () => {
  it('has the bits of that start, also when its trainer is stopped and another goes on', async () => {
    bench = await openBench(columnsOf(200));
    const first = await bench.submit({ ...mediumJob, epochs: 20 });
    bench.startTrainer();
    await bench.ended(first);
    const id = await bench.submit({ ...mediumJob, seed: 1, initialize_from: { model: 'model', version: 1 } });
    const trainer = bench.startTrainer();
    await bench.waitFor(id, ({ progress }) => progress.epoch > 50);
    await trainer.drain();
    expect((await bench.ended(id)).state).toBe('succeeded');
    expect(await bench.weightsSha256(id)).toBe((await bench.undisturbed(id)).weightsSha256);
  });

  it('fails when the version cannot be read, and is not tried again', async () => {
    bench = await openBench(columnsOf(50));
    const id = await bench.submit(shortJob);
    bench.startTrainer({
      wrapJobs: (jobs) => ({
        ...jobs,
        async claim(...args) {
          const claimed = await jobs.claim(...args);
          return claimed && { ...claimed, initial: 'unreadable' };
        },
      }),
    });
    expect(await bench.ended(id)).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { code: 'initial_version_unreadable' },
    });
  });
});

describe('a cancel', () => {
  it.each([
    ['in the middle of a run', endlessJob, (epoch: number) => epoch > 20],
    ['in the middle of an epoch', slowEpochJob, () => true],
  ])('%s is obeyed within a second, and nothing is written after it', async (_, config, isThere) => {
    bench = await openBench(columnsOf(2_000));
    const id = await bench.submit(config);
    const next = await bench.submit(shortJob);
    const trainer = bench.startTrainer({ checkpointMs: 20 });
    await bench.waitFor(id, ({ state, progress }) => state === 'running' && isThere(progress.epoch));
    // The thread is at work, not still starting.
    await sleep(300);
    const cancelled = await bench.store.jobs.cancel(id, new Date());
    const startedAt = performance.now();
    expect(cancelled).toMatchObject({ outcome: 'ok', job: { state: 'cancelled' } });
    const before = await bench.everything(id);
    await bench.waitFor(next, ({ state }) => state !== 'queued');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await bench.ended(next);
    expect(await bench.everything(id)).toEqual(before);
    expect((await bench.events(id)).at(-1)!.type).toBe('cancelled');
    expect(trainer.log.map(({ msg }) => msg)).toEqual([
      'the job is no longer ours, or its store failed; letting go',
    ]);
  });

  it('while its table is read never starts it', async () => {
    bench = await openBench(columnsOf(50));
    const id = await bench.submit(shortJob);
    let starts = 0;
    const trainer = bench.startTrainer({
      async readTable() {
        await bench.store.jobs.cancel(id, new Date());
        // Longer than the trainer takes to see it.
        await sleep(600);
        return { rows: 0, columns: [] };
      },
      startWorker(start) {
        starts++;
        return startRealWorker(start);
      },
    });
    await bench.waitFor(id, ({ state }) => state === 'cancelled');
    await sleep(700);
    await trainer.drain();
    expect(starts).toBe(0);
    expect(await bench.store.jobs.get(id)).toMatchObject({ state: 'cancelled', attempt: 1 });
  });
});

describe('a stale trainer', () => {
  it.each([
    ['its owner was taken for dead', (owner: string) => bench.store.jobs.releaseOwner(owner, new Date())],
    ['its lease ran out', () => bench.store.jobs.releaseExpired(new Date(Date.now() + 60_000))],
  ])("changes nothing once %s and the job is another's", async (_, free) => {
    bench = await openBench(columnsOf(200));
    const id = await bench.submit(mediumJob);
    const stale = bench.startTrainer({ checkpointMs: 20 });
    await bench.waitFor(id, ({ progress }) => progress.epoch > 50);
    expect(await free(stale.owner)).toBe(1);
    const claimed = (await bench.store.jobs.claim('another', 60_000, new Date()))!;
    expect(claimed.fence).toEqual({ jobId: id, attempt: 2 });
    const before = await bench.everything(id);
    // Longer than the rest of the job takes.
    await sleep(900);
    expect(await bench.everything(id)).toEqual(before);
    expect(await bench.store.jobs.standing(claimed.fence)).toBe('held');
    expect(stale.log.map(({ msg }) => msg)).toEqual([
      'the job is no longer ours, or its store failed; letting go',
    ]);
  });
});
