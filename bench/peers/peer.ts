/** Another system's process that runs cases on request: one JSON line in, `{"seconds": …}` or `{"error": …}` out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Peer {
  /** What it calls itself, with its version. */
  readonly name: string;
  /** Seconds that the case took there. */
  run(request: object): Promise<number>;
  close(): void;
}

/** How long an answer may take, the first one (imports) included. */
const timeoutMs = 180_000;

/** Without what would tune its libraries to something else than the machine. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OPENBLAS|OMP|MKL)_/.test(name)),
  );
}

/** Starts the peer; null where it cannot be: its software is not installed. */
export async function startPeer(
  command: string,
  args: readonly string[],
  cwd?: string,
): Promise<Peer | null> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], cwd, env: ownEnvironment() });
  const lines = createInterface({ input: child.stdout });
  const ended = Promise.race([once(child, 'error'), once(lines, 'close')]).then(() => null);

  async function answer(): Promise<Record<string, unknown> | null> {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const line = await Promise.race([once(lines, 'line'), ended]);
    clearTimeout(timer);
    return line && JSON.parse(line[0]);
  }

  const hello = await answer();
  if (hello === null) return null;
  return {
    name: String(hello.name),
    async run(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const result = await answer();
      if (typeof result?.seconds !== 'number')
        throw new Error(`${hello.name}: ${result?.error ?? 'it ended'}`);
      return result.seconds;
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}
