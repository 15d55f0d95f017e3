/** Starts the real service as its user does, on a free port and a folder of its own, and leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Service {
  readonly url: string;
  readonly dataDir: string;
  /** The process that was started: npm or the launcher. It leads a process group, as of a terminal; trainers have their own. */
  readonly process: ChildProcess;
  /** Pids of every live process of the tree. */
  pids(): number[];
  /** Pids of live processes whose command line has the role. */
  pidsOf(role: string): number[];
  /** Sends the signal to the first process, to its group or to every process, and resolves with exit code and time once it ended. */
  end(signal: NodeJS.Signals, to: 'process' | 'group' | 'tree'): Promise<{ code: number | null; ms: number }>;
  /** Everything that it has printed. */
  output(): string;
}

/** Stands in the environment of what is started and of all that descend from it: a process group leaves out the trainers. */
const nameVariable = 'TRAINYARD_TEST_START';
const started = new Map<string, ChildProcess>();
const folders = new Set<string>();

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-'));
  folders.add(folder);
  return folder;
}

/** Kills what is left of every service and deletes every folder: for afterAll. */
export function cleanUp(): void {
  for (const [name, leader] of started) {
    // The one that would start others anew goes first.
    leader.kill('SIGKILL');
    for (const pid of tree(name)) signalProcess(pid, 'SIGKILL');
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

export interface StartOptions {
  readonly dataDir?: string;
  readonly env?: Record<string, string>;
  /** By default the launcher; `['npm', 'start']` for the README's own command. */
  readonly command?: readonly string[];
}

/** Runs the command to its end or until it says where it listens. */
export async function startService(options: StartOptions = {}): Promise<Service> {
  const dataDir = options.dataDir ?? temporaryFolder();
  const { name, child, output } = launch({ ...options, dataDir });
  const url = await new Promise<string>((resolve, reject) => {
    const look = setInterval(() => {
      const address = /Server listening at (http:\/\/[^"\s]+)/.exec(output());
      const isReady = output().includes('Trainyard is ready');
      if (address && isReady) finish(() => resolve(address[1]!));
    }, 20);
    const timer = setTimeout(() => finish(() => reject(new Error(`did not start:\n${output()}`))), 15_000);
    const onExit = () => finish(() => reject(new Error(`ended before it listened:\n${output()}`)));
    child.once('exit', onExit);
    function finish(settle: () => void): void {
      clearInterval(look);
      clearTimeout(timer);
      child.off('exit', onExit);
      settle();
    }
  });
  return {
    url,
    dataDir,
    process: child,
    output,
    pids: () => tree(name),
    pidsOf: (role) => tree(name).filter((pid) => readProcess(pid, 'cmdline').includes(`--role\0${role}\0`)),
    async end(signal, to) {
      const startedAt = performance.now();
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      process.kill(to === 'process' ? child.pid! : -child.pid!, signal);
      if (to === 'tree') for (const pid of tree(name)) signalProcess(pid, signal);
      const code = await exited;
      return { code, ms: performance.now() - startedAt };
    },
  };
}

/** Runs the command to its end: for starts that must be refused. */
export async function runToEnd(options: StartOptions): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch(options);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, output: output() };
}

function launch(options: StartOptions): { name: string; child: ChildProcess; output: () => string } {
  const name = randomUUID();
  const [command, ...args] = options.command ?? [process.execPath, join(root, 'bin/trainyard.js')];
  const child = spawn(command!, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '0',
      DATA_DIR: options.dataDir ?? temporaryFolder(),
      ...options.env,
      [nameVariable]: name,
    },
  });
  started.set(name, child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { name, child, output: () => text };
}

/** Live (not zombie) processes that descend from a start, read from /proc: a zombie has no environment. */
function tree(name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => readProcess(pid, 'environ').includes(`${nameVariable}=${name}\0`));
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended since.
  }
}

function readProcess(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** One JSON call; the body is null where there is none, and of the type that the caller expects where there is one. */
export async function call<Body = Record<string, unknown>>(
  service: Service,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body; text: string }> {
  const isText = typeof body === 'string';
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    body: body === undefined ? null : isText ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, body: (text === '' ? null : JSON.parse(text)) as Body };
}
