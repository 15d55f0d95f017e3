/** A client that goes on writing while services die under it, and remembers every word of what it was told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { call, type Service } from '../e2e/service.ts';

export interface Clerk {
  /** Looks for everything that was acknowledged since the last look. Returns what is gone or changed. */
  findLost(service: Service): Promise<string[]>;
  acknowledged(): number;
  stop(): Promise<void>;
}

/** @param current the service of the moment; it may be dead */
export function startClerk(current: () => Service): Clerk {
  /** Path → what its GET must show. */
  const unproved = new Map<string, (body: Record<string, unknown>) => boolean>();
  let count = 0;
  let isStopping = false;

  async function write(n: number): Promise<void> {
    const service = current();
    const name = `clerk-${n}`;
    const model = await call(service, 'PUT', `/api/v1/models/${name}`, {
      type: 'perceptron',
      target: 't',
      seed: n,
    });
    if (model.status === 201) {
      unproved.set(`/api/v1/models/${name}`, ({ config }) => (config as { seed: number }).seed === n);
      count++;
    }
    const table = await call(service, 'POST', '/api/v1/datasets', { name, columns: { n: [n] } });
    if (table.status === 201) {
      const { id, sha256 } = table.body;
      unproved.set(`/api/v1/datasets/${id}`, (body) => body.sha256 === sha256);
      unproved.set(`/api/v1/datasets/${id}/rows`, ({ items }) => (items as { n: number }[])[0]?.n === n);
      count++;
    }
  }

  async function work(): Promise<void> {
    for (let n = 0; !isStopping; n++) {
      // A refused connection or a torn answer acknowledges nothing.
      await write(n).catch(() => undefined);
      await sleep(20);
    }
  }
  const working = work();

  return {
    acknowledged: () => count,
    async findLost(service) {
      const lost: string[] = [];
      for (const [path, isRight] of [...unproved]) {
        const { status, body } = await call(service, 'GET', path);
        // The data process may be starting.
        if (status === 503) continue;
        if (status !== 200 || !isRight(body)) lost.push(`${path}: ${status} ${JSON.stringify(body)}`);
        unproved.delete(path);
      }
      return lost;
    },
    async stop() {
      isStopping = true;
      await working;
    },
  };
}
