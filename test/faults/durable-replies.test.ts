/** An acknowledged write is on the disk, and the check that says so sees it when it is not. */
import { afterAll, expect, it } from 'vitest';
import { cleanUp } from '../e2e/service.ts';
import { hasStrace, traceReplies } from './durable-replies.ts';

afterAll(cleanUp);

if (!hasStrace) console.log('no strace on this machine: the order of fdatasync and reply is not checked');

it.skipIf(!hasStrace)('answers after the fdatasync of the log', async () => {
  expect(await traceReplies()).toEqual({ replies: 10, early: 0 });
});

it.skipIf(!hasStrace).each(['synchronous normal', 'reply before commit'])(
  'sees the bug: %s',
  async (plant) => {
    const { replies, early } = await traceReplies(plant);
    expect(replies).toBe(10);
    expect(early).toBeGreaterThan(0);
  },
);
