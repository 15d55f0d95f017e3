/** `npm run figures`: starts a service of its own on a free port and an empty folder, and has the examples make their documents. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'trainyard-figures-'));
const service = spawn(process.execPath, [join(root, 'bin/trainyard.js')], {
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'info' },
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** Runs a command to its end; its output is shown. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}`);
}

try {
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    service.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /Server listening at (http:\/\/[^"\s]+)/.exec(text);
      if (address && text.includes('Trainyard is ready')) resolve(address[1]!);
    });
    service.once('exit', (code) => reject(new Error(`the service ended with code ${code}:\n${text}`)));
  });
  for (const example of ['why-activations', 'logistic-regression']) {
    await run(process.execPath, [
      join(root, 'examples', `${example}.ts`),
      '--url',
      url,
      ...process.argv.slice(2),
    ]);
  }
  await run(join(root, 'node_modules/.bin/biome'), ['format', '--write', 'docs']);
} finally {
  const ended = new Promise((resolve) => service.once('exit', resolve));
  if (service.exitCode === null && service.kill('SIGTERM')) await ended;
  rmSync(dataDir, { recursive: true, force: true });
}
