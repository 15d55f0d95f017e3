/** Uploads that mean harm, processes that die under them, a disk that runs full: the service answers, stays up and keeps nothing. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/random.ts';
import { parquetBytes } from '../data/parquet-bytes.ts';
import { call, cleanUp, type Service, startService } from '../e2e/service.ts';

afterAll(cleanUp);

interface Uploaded {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into bodies freely
  readonly body: any;
}

async function upload(service: Service, mediaType: string, bytes: Uint8Array | string): Promise<Uploaded> {
  const response = await fetch(`${service.url}/api/v1/datasets`, {
    method: 'POST',
    headers: { 'content-type': mediaType },
    body: bytes as never,
  });
  return { status: response.status, body: await response.json() };
}

const spoolOf = ({ dataDir }: Service) => readdirSync(join(dataDir, 'spool'));

describe('a Parquet file with a flipped byte', () => {
  it('is refused, or is a table that JSON carries as well: a thousand times', async () => {
    const service = await startService();
    const bytes = await parquetBytes(
      "SELECT range AS a, 'v' || range % 7 AS b, range / 3 AS c, range % 2 = 0 AS d FROM range(200)",
    );
    const random = createRandom(4);
    const flips = Array.from(
      { length: 1_000 },
      () => [random.below(bytes.length), 1 + random.below(255)] as const,
    );
    const statuses = new Map<number, number>();

    async function tryFlips(): Promise<void> {
      for (let flip = flips.pop(); flip; flip = flips.pop()) {
        const [at, mask] = flip;
        const flipped = Buffer.from(bytes);
        flipped[at] = flipped[at]! ^ mask;
        const { status, body } = await upload(service, 'application/vnd.apache.parquet', flipped);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 201) await expectOrdinary(service, body);
        else expect([400, 413, 422], `byte ${at} ^ ${mask}: ${JSON.stringify(body)}`).toContain(status);
      }
    }

    await Promise.all([tryFlips(), tryFlips()]);
    console.log('answers by status:', Object.fromEntries(statuses));
    expect(spoolOf(service)).toEqual([]);
    expect((await call(service, 'GET', '/readyz')).status).toBe(200);
    await service.end('SIGTERM', 'process');
  }, 1_200_000);
});

/** Its rows can be read, and are the same table when they come in as JSON. */
async function expectOrdinary(service: Service, dataset: Uploaded['body']): Promise<void> {
  const path = `/api/v1/datasets/${dataset.id}`;
  const page = await call<{ items: object[] }>(service, 'GET', `${path}/rows?limit=1000`);
  expect(page.body.items).toHaveLength(Math.min(1000, dataset.rows));
  // JSON cannot tell a category without values from a number without any, and a page is no whole table.
  const isComparable =
    dataset.rows <= 1000 && dataset.columns.every((one: { missing: number }) => one.missing < dataset.rows);
  if (isComparable) {
    const rows = `[${page.body.items.map(asJson)}]`;
    const again = await upload(service, 'application/json', `{"rows":${rows}}`);
    expect(again.body.sha256, JSON.stringify(again.body)).toBe(dataset.sha256);
    await call(service, 'DELETE', `/api/v1/datasets/${again.body.id}`);
  }
  expect((await call(service, 'DELETE', path)).status).toBe(204);
}

/** With an exponent for large numbers: written out in digits they would be refused as integers that a double may have rounded. */
function asJson(row: object): string {
  const pairs = Object.entries(row).map(([name, cell]) => {
    const isLarge = typeof cell === 'number' && Math.abs(cell) > Number.MAX_SAFE_INTEGER;
    return `${JSON.stringify(name)}:${isLarge ? cell.toExponential() : JSON.stringify(cell)}`;
  });
  return `{${pairs}}`;
}

describe('the data process, killed', () => {
  it.each(['while an upload arrives', 'while a table is written'])(
    '%s: 503, nothing is left, and the next upload is taken',
    async (when) => {
      const service = await startService();
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      const answer = new Promise<string>((resolve) => {
        let text = '';
        socket.on('data', (piece) => {
          text += piece;
        });
        socket.on('close', () => resolve(text));
      });
      const rows = '1,2.5,three\n'.repeat(500_000);
      const isWhole = when === 'while a table is written';
      const length = Buffer.byteLength(`a,b,c\n${rows}`) + (isWhole ? 0 : 1000);
      socket.write(
        `POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/csv\r\nContent-Length: ${length}\r\n\r\n`,
      );
      socket.write(`a,b,c\n${rows}`);
      await expect
        .poll(() => filesUnder(service, isWhole ? 'table.parquet' : 'upload'), {
          timeout: 10_000,
          interval: 5,
        })
        .toBe(true);
      for (const pid of service.pidsOf('data')) process.kill(pid, 'SIGKILL');
      const text = await answer;
      expect(text).toMatch(/^HTTP\/1.1 503 /);
      expect(text).toContain('"data_process_restarted"');
      expect(spoolOf(service)).toEqual([]);
      expect(readdirSync(join(service.dataDir, 'datasets'))).toEqual([]);
      await expect
        .poll(async () => (await upload(service, 'text/csv', 'x\n1\n')).status, { timeout: 10_000 })
        .toBe(201);
      await service.end('SIGTERM', 'process');
    },
  );
});

function filesUnder(service: Service, name: string): boolean {
  return spoolOf(service).some((folder) =>
    readdirSync(join(service.dataDir, 'spool', folder)).includes(name),
  );
}

describe('the service, killed while an upload arrives', () => {
  it('has nothing of it after its next start', async () => {
    const service = await startService();
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 9000000\r\n\r\n',
    );
    socket.write(`a,b\n${'1,2\n'.repeat(1_000_000)}`);
    await expect.poll(() => spoolOf(service).length, { timeout: 5_000 }).toBe(1);
    await service.end('SIGKILL', 'tree');
    expect(spoolOf(service)).toHaveLength(1);
    const next = await startService({ dataDir: service.dataDir });
    expect(spoolOf(next)).toEqual([]);
    await next.end('SIGTERM', 'process');
  });
});

/** Only root may mount a small disk. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(canMount)('a disk of 100 MiB', () => {
  it('refuses what does not fit with 507, keeps nothing of it, and takes the next that fits', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'trainyard-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', disk]);
    try {
      const service = await startService({ dataDir: join(disk, 'data') });
      const large = `a,b\n${'0.12345678,0.87654321\n'.repeat(1_500_000)}`;
      const announced = await upload(service, 'text/csv', large);
      expect(announced.body).toMatchObject({ status: 507, code: 'disk_full' });
      const text = await uploadWhile(service, large, () => fill(disk));
      expect(text).toContain('HTTP/1.1 507 ');
      await sleep(100);
      expect(spoolOf(service)).toEqual([]);
      expect(readdirSync(join(service.dataDir, 'datasets'))).toEqual([]);
      rmSync(join(disk, 'filler'));
      expect((await upload(service, 'text/csv', 'x\n1\n')).status).toBe(201);
      await service.end('SIGTERM', 'process');
    } finally {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    }
  });
});

/** Sends the text in chunks, so that its length is not announced, and does something once half of it has been taken. */
async function uploadWhile(service: Service, text: string, meanwhile: () => void): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => {});
  const answer = new Promise<string>((resolve) => socket.once('data', (piece) => resolve(piece.toString())));
  const chunk = (part: string) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`;
  socket.write(
    'POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const half = Math.floor(text.length / 2);
  await new Promise((resolve) => socket.write(chunk(text.slice(0, half)), resolve));
  await expect.poll(() => filesUnder(service, 'upload')).toBe(true);
  meanwhile();
  socket.write(`${chunk(text.slice(half))}0\r\n\r\n`);
  const received = await answer;
  socket.destroy();
  return received;
}

/** Until not a page is free. */
function fill(disk: string): void {
  const file = openSync(join(disk, 'filler'), 'w');
  const piece = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}
