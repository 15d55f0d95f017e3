/** The only reader of process.env: turns the environment into a typed, frozen Config, or names every setting that is wrong. */
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type MathBackend, mathBackends } from './math/kernels/math-backend.ts';

const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

const seconds = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `expected a number of seconds from ${minimum} to ${maximum}`)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

/** Fractions allowed; null is for ever. */
const retentionDays = (days: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'expected a number of days, or 0 for ever')
    .transform((text) => (Number(text) === 0 ? null : Number(text)))
    .pipe(z.number().max(36_500).nullable())
    .prefault(days);

const apiKeys = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',').map((key) => key.trim())))
  .pipe(z.array(z.string().min(16, 'expected keys of at least 16 characters, separated by commas').max(256)));

const mebibyte = 1024 ** 2;

/** Every setting, by the name of its environment variable. The README's table lists exactly these. */
export const settings = {
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: integer(0, 65_535).prefault('8080').describe('Port to listen on; 0 takes any free one'),
  DATA_DIR: z.string().min(1).default('./data').describe('Folder that holds everything; created if missing'),
  API_KEYS: apiKeys.prefault('').describe('Comma-separated keys, each of 16 characters or more'),
  ALLOW_ANONYMOUS: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true` serves without keys on an address that is not loopback'),
  TRAINER_CONCURRENCY: integer(1, 64)
    .prefault('1')
    .describe('Jobs that train at once, each in a process of its own'),
  CHECKPOINT_SECONDS: seconds(0.01, 3600)
    .prefault('5')
    .describe('Time between checkpoints of a running job; fractions allowed'),
  MAX_QUEUED_JOBS: integer(1, 1_000_000)
    .prefault('1000')
    .describe('Jobs that may wait at once; one more is refused with 429'),
  JOB_RETENTION_DAYS: retentionDays('0').describe(
    'Days for which an ended job is kept with its history; 0 is for ever. Versions stay',
  ),
  EVENT_RETENTION_DAYS: retentionDays('30').describe(
    'Days for which an ended job keeps its progress, diagnostics and checkpoint events; 0 is for ever',
  ),
  JOB_MEMORY_MB: integer(16, 1_000_000)
    .prefault(String(Math.max(256, Math.floor(totalmem() / mebibyte / 4))))
    .describe('Memory that one job may need, MiB; default a quarter of the machine'),
  MAX_UPLOAD_BYTES: integer(1024, 2 ** 40)
    .prefault(String(2 * 1024 ** 3))
    .describe('Largest upload, bytes; default 2 GiB'),
  TRAINER_THREADS: integer(1, 64)
    .prefault(String(Math.max(1, cpus().length - 1)))
    .describe('Threads of all jobs that train at once together; default all cores but one, left to the API'),
  MATH_BACKEND: z
    .enum(mathBackends)
    .default('auto')
    .describe(
      'What networks are computed with: `auto`, `wasm`, `openblas` or `reference`; see docs/math-core.md',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log line to write'),
} as const;

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly apiKeys: readonly string[];
  readonly allowAnonymous: boolean;
  readonly trainerConcurrency: number;
  readonly checkpointSeconds: number;
  readonly maxQueuedJobs: number;
  /** Null is for ever. */
  readonly jobRetentionDays: number | null;
  readonly eventRetentionDays: number | null;
  readonly jobMemoryBytes: number;
  readonly maxUploadBytes: number;
  readonly dataThreads: number;
  readonly mathBackend: MathBackend;
  /** Of one job. */
  readonly jobThreads: number;
  readonly logLevel: string;
}

/** One sentence a problem, naming its setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Whether an address is only reachable from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @throws ConfigError naming every bad setting, not the first. An empty variable counts as unset. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(settings).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = z.object(settings).safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`),
    );
  }
  const value = parsed.data;
  const keys = value.API_KEYS;
  const allowAnonymous = value.ALLOW_ANONYMOUS === 'true';
  if (keys.length === 0 && !allowAnonymous && !isLoopback(value.HOST)) {
    throw new ConfigError([
      `HOST: ${value.HOST} is reachable from other machines: set API_KEYS, or ALLOW_ANONYMOUS=true to serve everyone`,
    ]);
  }
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    dataDir: resolve(value.DATA_DIR),
    apiKeys: Object.freeze(keys),
    allowAnonymous,
    trainerConcurrency: value.TRAINER_CONCURRENCY,
    checkpointSeconds: value.CHECKPOINT_SECONDS,
    maxQueuedJobs: value.MAX_QUEUED_JOBS,
    jobRetentionDays: value.JOB_RETENTION_DAYS,
    eventRetentionDays: value.EVENT_RETENTION_DAYS,
    jobMemoryBytes: value.JOB_MEMORY_MB * mebibyte,
    maxUploadBytes: value.MAX_UPLOAD_BYTES,
    dataThreads: Math.max(1, Math.min(4, cpus().length)),
    mathBackend: value.MATH_BACKEND,
    jobThreads: Math.max(1, Math.floor(value.TRAINER_THREADS / value.TRAINER_CONCURRENCY)),
    logLevel: value.LOG_LEVEL,
  });
}
