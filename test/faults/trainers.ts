/** Trainers that run alone, beside an API without any: so that a test can stop one and go on with another. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../e2e/service.ts';

const started = new Set<ChildProcess>();

export interface LoneTrainer {
  /** To its process, threads and all. */
  signal(signal: NodeJS.Signals): void;
  end(): Promise<void>;
}

export function startTrainer(dataDir: string, env: Record<string, string>): LoneTrainer {
  const child = spawn(process.execPath, [join(root, 'bin/trainyard.js'), '--role', 'trainer'], {
    stdio: 'ignore',
    env: { ...process.env, DATA_DIR: dataDir, ...env },
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return {
    signal: (signal) => void child.kill(signal),
    async end() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** For afterAll. */
export function endTrainers(): void {
  for (const child of started) child.kill('SIGKILL');
}
