import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type SupervisedChild, superviseChild } from '../../src/supervisor.ts';

const logger = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'trainyard-supervisor-'));
const script = join(folder, 'child.mjs');
// Answers any message with its pid, dies on "die", leaves on "leave", and ignores "stay".
writeFileSync(
  script,
  `process.on('message', (m) => {
     if (m === 'die') process.exit(3);
     if (m === 'leave') process.exit(0);
     if (m !== 'stay') process.send({ pid: process.pid });
   });
   process.on('disconnect', () => process.exit(0));`,
);
let child: SupervisedChild | null = null;

afterEach(async () => {
  await child?.stop('leave', 100);
  child = null;
});

afterAll(() => rmSync(folder, { recursive: true }));

function pidOf(supervised: SupervisedChild): Promise<number> {
  return new Promise((resolve) => {
    const ask = setInterval(() => supervised.send('who'), 20);
    supervised.onMessage((message) => {
      clearInterval(ask);
      resolve((message as { pid: number }).pid);
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('superviseChild', () => {
  it('sends a message however large, and says so', async () => {
    child = superviseChild({ name: 'test', logger, spawn: () => fork(script) });
    await pidOf(child);
    let answers = 0;
    child.onMessage(() => answers++);
    const large = { text: 'x'.repeat(16 * 1024 ** 2) };
    expect(child.send(large)).toBe(true);
    expect(child.send(large)).toBe(true);
    await expect.poll(() => answers, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  });

  it('starts a dead child again, after telling who waits for it and cleaning up', async () => {
    const exited: number[] = [];
    let downs = 0;
    child = superviseChild({
      name: 'test',
      logger,
      spawn: () => fork(script),
      onExit: async (pid) => void exited.push(pid),
    });
    child.onDown(() => downs++);
    const first = await pidOf(child);
    child.send('die');
    let second = first;
    while (second === first) second = await pidOf(child);
    expect(exited).toEqual([first]);
    expect(downs).toBe(1);
    expect(isAlive(first)).toBe(false);
  });

  it('stops a child for good', async () => {
    child = superviseChild({ name: 'test', logger, spawn: () => fork(script) });
    const pid = await pidOf(child);
    await child.stop('leave', 5_000);
    expect(isAlive(pid)).toBe(false);
    expect(child.isUp()).toBe(false);
    expect(child.send('who')).toBe(false);
  });

  it('kills a child that does not leave in time', async () => {
    child = superviseChild({ name: 'test', logger, spawn: () => fork(script) });
    const pid = await pidOf(child);
    await child.stop('stay', 50);
    expect(isAlive(pid)).toBe(false);
  });

  it('does not restart while it stops, even when the child has just died', async () => {
    let starts = 0;
    child = superviseChild({
      name: 'test',
      logger,
      spawn: () => {
        starts++;
        return fork(script);
      },
    });
    const pid = await pidOf(child);
    process.kill(pid, 'SIGKILL');
    await child.stop(undefined, 1_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(starts).toBe(1);
  });
});
