/** A load well below what the service can do, so that latency is that of the work and not of a queue. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './load.ts';

const connections = 10;
/** Between two requests of a connection: 2,000 a second in all. */
const intervalMs = 5;

export interface Latency {
  /** Milliseconds, to the microsecond: autocannon counts whole milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** From the write of a request to the first byte of its answer, which comes in one piece. */
export async function steadyLatency({ url, body }: Target, seconds: number): Promise<Latency> {
  const { host, hostname, port, pathname } = new URL(url);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const latencies: number[] = [];
  const clients = Array.from({ length: connections }, async (_, i) => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    await sleep((i * intervalMs) / connections);
    await request(socket, head + body, seconds, latencies);
    socket.destroy();
  });
  await Promise.all(clients);
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.floor(q * (latencies.length - 1))]!;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}

async function request(socket: Socket, bytes: string, seconds: number, latencies: number[]): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const startedAt = performance.now();
    socket.write(bytes);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const took = performance.now() - startedAt;
    if (!answer.toString('latin1', 0, 12).endsWith(' 200')) throw new Error(`got ${answer}`);
    latencies.push(took);
    await sleep(Math.max(0, intervalMs - took));
  }
}
