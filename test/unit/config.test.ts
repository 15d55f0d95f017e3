import { describe, expect, it } from 'vitest';
import { ConfigError, isLoopback, readConfig } from '../../src/config.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('fills in every default from an empty environment', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      apiKeys: [],
      allowAnonymous: false,
      trainerConcurrency: 1,
      checkpointSeconds: 5,
      maxQueuedJobs: 1000,
      jobRetentionDays: null,
      eventRetentionDays: 30,
      maxUploadBytes: 2 * 1024 ** 3,
      logLevel: 'info',
    });
    expect(config.dataDir).toMatch(/^\/.*data$/);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', API_KEYS: '' })).toMatchObject({ port: 8080, apiKeys: [] });
  });

  it('names every bad setting, not the first', () => {
    const problems = problemsOf({
      PORT: '80a',
      TRAINER_CONCURRENCY: '0',
      CHECKPOINT_SECONDS: '-1',
      API_KEYS: 'short',
      ALLOW_ANONYMOUS: 'yes',
      LOG_LEVEL: 'loud',
    });
    expect(problems).toHaveLength(6);
    for (const name of [
      'PORT',
      'TRAINER_CONCURRENCY',
      'CHECKPOINT_SECONDS',
      'API_KEYS',
      'ALLOW_ANONYMOUS',
      'LOG_LEVEL',
    ]) {
      expect(problems.filter((problem) => problem.startsWith(`${name}: `))).toHaveLength(1);
    }
  });

  it('refuses an address that other machines reach without keys', () => {
    expect(problemsOf({ HOST: '0.0.0.0' })).toEqual([expect.stringContaining('set API_KEYS')]);
    expect(problemsOf({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' })).toEqual([]);
    expect(problemsOf({ HOST: '0.0.0.0', API_KEYS: 'a-key-of-sixteen-or-more' })).toEqual([]);
  });

  it('splits keys at commas and trims them', () => {
    const { apiKeys } = readConfig({ API_KEYS: 'first-key-0123456789, second-key-0123456789' });
    expect(apiKeys).toEqual(['first-key-0123456789', 'second-key-0123456789']);
  });

  it('takes fractions of a day for what is kept, and 0 for ever', () => {
    const config = readConfig({ JOB_RETENTION_DAYS: '0.5', EVENT_RETENTION_DAYS: '0' });
    expect(config).toMatchObject({ jobRetentionDays: 0.5, eventRetentionDays: null });
    expect(problemsOf({ JOB_RETENTION_DAYS: '-1' })).toEqual([expect.stringContaining('0 for ever')]);
  });

  it('takes fractions of a second between checkpoints', () => {
    expect(readConfig({ CHECKPOINT_SECONDS: '0.05' }).checkpointSeconds).toBe(0.05);
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1', '[::1]'])('holds for %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '10.0.0.1', '::', 'example.com', '127.0.0.1.example.com'])(
    'does not hold for %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
