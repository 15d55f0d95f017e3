/** Whether a service answers a write only when it is on the disk: seen by its system calls, since a kill -9 cannot tell. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, root, startService, temporaryFolder } from '../e2e/service.ts';
import { plantedBug } from './planted-environment.ts';

export const hasStrace = spawnSync('strace', ['-V']).status === 0;

export interface TracedReplies {
  /** Answers of 2xx to writes. */
  readonly replies: number;
  /** Of these, sent before the log was written and synced for them: the writes come one after the other. */
  readonly early: number;
}

/** @param plant a name of `plants` */
export async function traceReplies(plant?: string): Promise<TracedReplies> {
  const trace = join(temporaryFolder(), 'trace');
  const calls = 'trace=pwrite64,write,writev,sendto,fdatasync,fsync';
  const service = await startService({
    // No -f: the process's main thread alone, which commits and answers.
    command: [
      'strace',
      '-y',
      '-s',
      '16',
      '-e',
      calls,
      '-o',
      trace,
      process.execPath,
      join(root, 'bin/trainyard.js'),
      '--role',
      'api',
    ],
    env: plantedBug(plant),
  });
  for (let n = 0; n < 10; n++) {
    const config = { type: 'perceptron', target: 't', seed: n };
    const { status } = await call(service, 'PUT', `/api/v1/models/m${n}`, config);
    if (status !== 201) throw new Error(`the model was refused: ${status}`);
  }
  await service.end('SIGTERM', 'group');
  return judge(readFileSync(trace, 'utf8').split('\n'));
}

function judge(lines: readonly string[]): TracedReplies {
  let replies = 0;
  let early = 0;
  let state: 'unwritten' | 'written' | 'synced' = 'unwritten';
  for (const line of lines) {
    if (/^pwrite64\(\d+<[^>]*-wal>/.test(line)) state = 'written';
    else if (/^f(data)?sync\(\d+<[^>]*-wal>/.test(line)) {
      if (state === 'written') state = 'synced';
    } else if (/^(write|writev|sendto)\(\d+<(TCP|socket)/.test(line) && line.includes('HTTP/1.1 201')) {
      replies++;
      if (state !== 'synced') early++;
      state = 'unwritten';
    }
  }
  return { replies, early };
}
