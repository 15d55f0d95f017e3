/** Who runs, who waits, and who is told that there is no room. */
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../../src/data/limiter.ts';

/** Lets every promise that can go on do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function taskList(limits: { running: number; waiting: number }) {
  const limit = createLimiter(limits);
  const started: string[] = [];
  const ends = new Map<string, (outcome: 'fulfil' | 'reject') => void>();
  return {
    started,
    end: (name: string, outcome: 'fulfil' | 'reject' = 'fulfil') => ends.get(name)?.(outcome),
    run: (name: string) =>
      limit(() => {
        started.push(name);
        return new Promise<string>((resolve, reject) => {
          ends.set(name, (outcome) => (outcome === 'fulfil' ? resolve(name) : reject(new Error(name))));
        });
      }),
  };
}

describe('a limiter', () => {
  it('starts waiting tasks in the order they came, one for each that ends', async () => {
    const tasks = taskList({ running: 2, waiting: 3 });
    const results = Promise.all(['a', 'b', 'c', 'd', 'e'].map(tasks.run));
    await settled();
    expect(tasks.started).toEqual(['a', 'b']);
    tasks.end('b');
    await settled();
    expect(tasks.started).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd', 'e']) {
      tasks.end(name);
      await settled();
    }
    expect(await results).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('refuses as busy when all places are taken, and has room again once one is free', async () => {
    const tasks = taskList({ running: 1, waiting: 1 });
    const accepted = [tasks.run('a'), tasks.run('b')];
    await expect(tasks.run('c')).rejects.toMatchObject({ code: 'busy' });
    tasks.end('a');
    await settled();
    const late = tasks.run('d');
    tasks.end('b');
    await settled();
    tasks.end('d');
    expect(await Promise.all([...accepted, late])).toEqual(['a', 'b', 'd']);
    expect(tasks.started).toEqual(['a', 'b', 'd']);
  });

  it('hands over the place of a task that fails or throws', async () => {
    const tasks = taskList({ running: 1, waiting: 1 });
    const failing = expect(tasks.run('a')).rejects.toThrow('a');
    const next = tasks.run('b');
    tasks.end('a', 'reject');
    await failing;
    await settled();
    tasks.end('b');
    expect(await next).toBe('b');

    const limit = createLimiter({ running: 1, waiting: 0 });
    const thrown = limit(() => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    expect(await limit(async () => 'room')).toBe('room');
  });
});
