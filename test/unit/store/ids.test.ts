/** Ids: form, order, known answer. */
import { describe, expect, it } from 'vitest';
import { DatasetId, JobId } from '../../../src/contracts/names.ts';
import { createId, createIdSource } from '../../../src/store/ids.ts';

const zeros = () => new Uint8Array(10);
const ones = () => new Uint8Array(10).fill(0xff);

describe('createIdSource', () => {
  it("encodes the ULID specification's example time in its first ten characters", () => {
    // https://github.com/ulid/spec: 1469918176385 is 01ARYZ6S41
    expect(createIdSource(zeros)('ds', new Date(1469918176385))).toBe('ds_01aryz6s410000000000000000');
    expect(createIdSource(ones)('job', new Date(1469918176385))).toBe('job_01aryz6s41zzzzzzzzzzzzzzzz');
  });

  it('rises within one millisecond, when the clock steps back, and when the random part is used up', () => {
    const create = createIdSource(ones);
    const times = [1000, 1000, 999, 5, 1000, 1001, 2000];
    const ids = times.map((ms) => create('job', new Date(ms)));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('fits the contracts', () => {
    expect(DatasetId.safeParse(createId('ds', new Date())).success).toBe(true);
    expect(JobId.safeParse(createId('job', new Date())).success).toBe(true);
  });
});
