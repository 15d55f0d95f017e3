/** Loads one URL with autocannon and keeps the numbers that count. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

export interface Target {
  readonly url: string;
  readonly body: string;
  /** Process that answers. */
  readonly pid: number;
}

export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Answers a second. */
  readonly rate: number;
  /** Processor time that the server spent on each, microseconds: what bounds the rate once the client is not what is slow. */
  readonly cpuMicroseconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** @throws Error when an answer was not 2xx, late or broken: such a rate means nothing */
export async function load({ url, body, pid }: Target, { connections, seconds }: Load): Promise<LoadResult> {
  const cpuBefore = cpuSeconds(pid);
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections,
    duration: seconds,
  });
  if (result.non2xx + result.errors + result.timeouts > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} failed`);
  }
  const { p50, p99 } = result.latency;
  const { total } = result.requests;
  const cpuMicroseconds = ((cpuSeconds(pid) - cpuBefore) / total) * 1e6;
  return { rate: total / result.duration, cpuMicroseconds, p50, p99 };
}

/** utime + stime of all threads, which Linux counts in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (utime + stime) / 100;
}
