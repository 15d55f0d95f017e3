/** The real service on a folder of its own, with a look at the memory and the event loop of its processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/trainyard.js', import.meta.url));

export interface ServiceProcess {
  /** Sends the file as CSV; seconds from its first byte to the 201. The dataset is deleted again. */
  upload(path: string): Promise<number>;
  /** Resident memory now, MiB. */
  memory(): { readonly api: number; readonly data: number };
  /** The longest that the API's event loop was held since the last time this was asked, ms. */
  longestHoldMs(): Promise<number>;
  close(): Promise<void>;
}

export async function startServiceProcess(): Promise<ServiceProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  const child = spawn(process.execPath, [launcher], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'info' },
  });
  let log = '';
  child.stdout.on('data', (piece) => {
    log = (log + piece).slice(-100_000);
  });
  while (!log.includes('Trainyard is ready')) await once(child.stdout, 'data');
  const url = /Server listening at (http:\/\/[^"\s]+)/.exec(log)![1]!;
  const dataPid = childrenOf(child.pid!).find((pid) => commandLine(pid).includes('data'))!;

  async function call(method: string, path: string): Promise<string> {
    const response = await fetch(`${url}${path}`, { method });
    return response.text();
  }

  return {
    async upload(path) {
      const begun = performance.now();
      const { id } = await post(`${url}/api/v1/datasets`, path);
      const seconds = (performance.now() - begun) / 1000;
      await call('DELETE', `/api/v1/datasets/${id}`);
      return seconds;
    },
    memory: () => ({ api: residentMiB(child.pid!), data: residentMiB(dataPid) }),
    async longestHoldMs() {
      const metrics = await call('GET', '/metrics');
      return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(metrics)![1]) * 1000;
    },
    async close() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(dataDir, { recursive: true });
    },
  };
}

async function post(url: string, path: string): Promise<{ id: string }> {
  const headers = { 'content-type': 'text/csv', 'content-length': statSync(path).size };
  const sent = request(url, { method: 'POST', headers, agent: false });
  createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(sent);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const piece of response) text += piece;
  if (response.statusCode !== 201) throw new Error(text);
  return JSON.parse(text);
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readStatus(pid)))
    .map(Number);
}

const commandLine = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

const residentMiB = (pid: number) =>
  Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readStatus(pid))?.[1] ?? 0) / 1024);

/** Empty when the process has ended meanwhile. */
function readStatus(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
