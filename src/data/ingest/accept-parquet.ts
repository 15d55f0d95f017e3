/** Accepts or refuses an upload in Parquet: looks at its frame, then has it read by a process of its own, within bounds. */
import { type ChildProcess, fork } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { maxColumns } from '../../contracts/model-config.ts';
import { TrainyardError } from '../../errors.ts';
import { memoryForPages } from '../duckdb.ts';
import { type IngestRequest, tablePath, uploadPath } from '../messages.ts';
import type { AcceptedTable } from './accepted-table.ts';
import type { FromParquetChild } from './parquet-child.ts';

const childPath = fileURLToPath(new URL('./parquet-child.ts', import.meta.url));

const magic = Buffer.from('PAR1');
const encryptedMagic = Buffer.from('PARE');
/** Magic, length of the footer, magic. */
const leastBytes = 12;

/** An honest file is read at some 100 MB/s; this allows for a busy machine. */
const leastDeadlineMs = 60_000;
const bytesPerMs = 4_000;
/** DuckDB sees to its own bound, by the number of columns; this is for what escapes it: half as much again at the widest. */
const maxResidentBytes = 1.5 * memoryForPages(maxColumns) * 1024 * 1024;
const lookEveryMs = 100;

/** @throws TrainyardError what is wrong with the file; `malformed_parquet` too when it is beyond its reader */
export async function acceptParquet({ folder }: IngestRequest): Promise<AcceptedTable> {
  const from = uploadPath(folder);
  const size = await checkFrame(from);
  const reply = await askChild({ from, to: tablePath(folder), folder }, leastDeadlineMs + size / bytesPerMs);
  if ('error' in reply) {
    const { code, detail, errors } = reply.error;
    throw new TrainyardError(code, detail, { errors });
  }
  const { rows, columns, vectorBytes } = reply.table;
  return { name: null, rows, columns, files: [], vectorBytes, prepareSource: null };
}

/** @returns the size of the file */
async function checkFrame(path: string): Promise<number> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size < leastBytes) throw malformed(`expected at least ${leastBytes} bytes, got ${size}`);
  const head = Buffer.alloc(4);
  const tail = Buffer.alloc(8);
  await file.read(head, 0, head.length, 0);
  await file.read(tail, 0, tail.length, size - tail.length);
  const end = tail.subarray(4);
  if (!head.equals(magic)) throw malformed('expected the file to begin with PAR1');
  if (end.equals(encryptedMagic)) throw malformed('expected a file that is not encrypted');
  if (!end.equals(magic)) throw malformed('expected the file to end with PAR1; was it cut short?');
  const footer = tail.readUInt32LE(0);
  if (footer > size - leastBytes)
    throw malformed(`expected a footer within the file, its length is given as ${footer}`);
  return size;
}

async function askChild(request: object, deadlineMs: number): Promise<FromParquetChild> {
  const child = fork(childPath, { serialization: 'advanced', execArgv: [] });
  let why = 'its reader broke down on it';
  const stop = (reason: string) => {
    why = reason;
    child.kill('SIGKILL');
  };
  const deadline = setTimeout(
    () => stop(`reading it took more than ${Math.ceil(deadlineMs / 1000)} s`),
    deadlineMs,
  );
  const watch = setInterval(async () => {
    if ((await residentBytes(child)) > maxResidentBytes) stop('reading it took too much memory');
  }, lookEveryMs);
  try {
    return await new Promise((resolve, reject) => {
      child.once('message', (reply) => resolve(reply as FromParquetChild));
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        reject(malformed(why, new Error(`the reader of Parquet ended with ${signal ?? code}`)));
      });
      child.send(request, () => {});
    });
  } finally {
    clearTimeout(deadline);
    clearInterval(watch);
    child.kill('SIGKILL');
  }
}

/** 0 where there is no /proc to ask: DuckDB's own bound is the only one there. */
async function residentBytes({ pid }: ChildProcess): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function malformed(message: string, cause?: Error): TrainyardError {
  return new TrainyardError('malformed_parquet', message, { cause });
}
