/**
 * `npm run bench:uploads`: CSV from the first byte to the 201, beside pandas reading the same file; `-- --large` uploads 2 GB once
 * and prints the memory of the processes while it does. Reads /proc, so it runs on Linux alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave, printResults } from '../interleave.ts';
import { startPeer } from '../peers/peer.ts';
import { writeNumberFile } from './number-file.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';

const rounds = 5;
const rows = 1_000_000;
const megabyte = 1e6;
/** Just below the service's default limit. */
const largeBytes = 2 * 1024 ** 3 - 1;
const sampleMs = 250;

console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]!.model}`);
const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
const path = join(folder, 'numbers.csv');
const service = await startServiceProcess();
try {
  if (process.argv.includes('--large')) await benchLarge(service);
  else await benchRate(service);
} finally {
  await service.close();
  rmSync(folder, { recursive: true });
}

async function benchRate({ upload, longestHoldMs }: ServiceProcess): Promise<void> {
  const amount = (await writeNumberFile(path, rows, Number.POSITIVE_INFINITY)) / megabyte;
  const pandas = await startPeer('/usr/bin/python3', [join(import.meta.dirname, '../peers/pandas_peer.py')]);
  const cases = [{ name: 'Trainyard, upload to 201', amount, run: () => upload(path) }];
  if (pandas) cases.push({ name: pandas.name, amount, run: () => pandas.run({ path }) });
  else console.log('pandas: not installed for /usr/bin/python3');
  await longestHoldMs();
  printResults(
    `CSV of ${rows} rows of 20 numbers, ${amount.toFixed(0)} MB`,
    'MB',
    await interleave(cases, rounds),
  );
  console.log(`  the API's event loop was held for ${(await longestHoldMs()).toFixed(0)} ms at most`);
  pandas?.close();
}

async function benchLarge({ upload, memory, longestHoldMs }: ServiceProcess): Promise<void> {
  const bytes = await writeNumberFile(path, Number.POSITIVE_INFINITY, largeBytes);
  const idle = memory();
  const samples: { api: number; data: number }[] = [];
  const sampler = setInterval(() => samples.push(memory()), sampleMs);
  await longestHoldMs();
  const seconds = await upload(path);
  clearInterval(sampler);
  const hold = await longestHoldMs();
  console.log(
    `\n${(bytes / megabyte).toFixed(0)} MB in ${seconds.toFixed(1)} s, ${(bytes / megabyte / seconds).toFixed(0)} MB/s`,
  );
  console.log(`  the API's event loop was held for ${hold.toFixed(0)} ms at most`);
  for (const name of ['api', 'data'] as const) {
    const curve = samples.map((sample) => sample[name]);
    const shown = curve.filter((_, index) => index % Math.ceil(curve.length / 40) === 0);
    console.log(
      `  ${name} process: ${idle[name]} MiB idle, ${Math.max(...curve)} MiB at most: ${shown.join(' ')}`,
    );
  }
}
