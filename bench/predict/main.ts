/** `npm run bench:predict`: single-row predict beside a bare Fastify route, and its latency idle and while a job trains. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { call, cleanUp, type Service, startService } from '../../test/e2e/service.ts';
import { median } from '../interleave.ts';
import { type LoadResult, load, type Target } from './load.ts';
import { type Latency, steadyLatency } from './steady-load.ts';

const rounds = 5;
const features = 20;
const full = { connections: 50, seconds: 2 };
const steadySeconds = 2;
/** Longer than V8 waits before it cleans up behind a process that has nothing to do. */
const restMs = 12_000;

const row = Object.fromEntries(Array.from({ length: features }, (_, i) => [`x${i}`, Math.sin(i + 1)]));
const models = {
  'logistic regression': { type: 'logistic_regression', target: 'label', l2: 0.01 },
  'mlp 20-64-64-1': {
    type: 'mlp',
    target: 'label',
    epochs: 3,
    hidden_layers: [
      { units: 64, activation: 'relu' },
      { units: 64, activation: 'relu' },
    ],
  },
};

const [{ model: processor }] = cpus();
console.log(
  `Node ${process.versions.node}, ${cpus().length} × ${processor}, medians of ${rounds} interleaved rounds`,
);
const service = await startService();
try {
  const dataset = await createDataset(service, 2_000);
  for (const [name, config] of Object.entries(models)) {
    const target = await trainModel(service, dataset, config);
    await compare(name, target);
    if (name.startsWith('mlp')) await compareLatency(service, target);
  }
  await service.end('SIGTERM', 'process');
} finally {
  cleanUp();
}

async function createDataset(to: Service, rows: number): Promise<string> {
  const names = Object.keys(row);
  const lines = Array.from({ length: rows }, (_, i) => {
    const values = names.map((_, j) => Math.sin(i * (j + 1.5)));
    return [...values, values[0] + values[1] > 0 ? 'yes' : 'no'].join();
  });
  const csv = `${[...names, 'label'].join()}\n${lines.join('\n')}\n`;
  const { body } = await call<{ id: string }>(to, 'POST', '/api/v1/datasets', csv);
  return body.id;
}

async function startJob(to: Service, dataset: string, model: string, config: object): Promise<string> {
  await call(to, 'PUT', `/api/v1/models/${model}`, config);
  const { body } = await call<{ id: string }>(to, 'POST', '/api/v1/jobs', { model, dataset });
  return body.id;
}

async function trainModel(to: Service, dataset: string, config: object): Promise<Target> {
  const job = await startJob(to, dataset, 'bench', config);
  const { body } = await call<{ state: string }>(to, 'GET', `/api/v1/jobs/${job}?wait=60`);
  if (body.state !== 'succeeded') throw new Error(`the job ended as ${body.state}`);
  const url = `${to.url}/api/v1/models/bench/predict`;
  return { url, body: JSON.stringify({ rows: [row] }), pid: to.process.pid! };
}

async function compare(name: string, target: Target): Promise<void> {
  const { text } = await call(service, 'POST', new URL(target.url).pathname, JSON.parse(target.body));
  const bare = await startBareRoute(text);
  try {
    const targets = {
      'bare Fastify route': { ...target, url: `${bare.url}/predict`, pid: bare.child.pid! },
      Trainyard: target,
    };
    const results = await interleaved(targets, full);
    await sleep(restMs);
    const rested = await load(target, full);
    console.log(`\n${name}, one row of ${features} numbers, ${full.connections} connections`);
    const bareResult = results['bare Fastify route'];
    for (const [of, { rate, cpuMicroseconds, p50, p99 }] of Object.entries(results)) {
      const rates = `${rate.toFixed(0)} requests a second (×${(rate / bareResult.rate).toFixed(2)})`;
      const cpu = `${cpuMicroseconds.toFixed(1)} µs of CPU each (×${(bareResult.cpuMicroseconds / cpuMicroseconds).toFixed(2)})`;
      console.log(`  ${of.padEnd(18)}  ${rates}  ${cpu}  p50 ${p50} ms  p99 ${p99} ms`);
    }
    console.log(
      `  Trainyard, once after ${restMs / 1000} s of rest: ${rested.cpuMicroseconds.toFixed(1)} µs of CPU each`,
    );
  } finally {
    bare.child.disconnect();
  }
}

async function interleaved<T extends Record<string, Target>>(
  targets: T,
  how: typeof full,
): Promise<Record<keyof T, LoadResult>> {
  const names = Object.keys(targets);
  const results = names.map((): LoadResult[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, name] of names.entries()) {
      const result = await load(targets[name], how);
      // The first round only warms up.
      if (round > 0) results[i].push(result);
    }
  }
  return Object.fromEntries(names.map((name, i) => [name, medianOf(results[i])])) as Record<
    keyof T,
    LoadResult
  >;
}

function medianOf(results: readonly LoadResult[]): LoadResult {
  const middle = (pick: (result: LoadResult) => number) => median(results.map(pick).sort((a, b) => a - b));
  return {
    rate: middle(({ rate }) => rate),
    cpuMicroseconds: middle(({ cpuMicroseconds }) => cpuMicroseconds),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
  };
}

async function startBareRoute(answer: string): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL('bare-route.ts', import.meta.url)), [answer], {
    execArgv: [],
    // A session of its own, as the service has: schedulers share the processor out by sessions.
    detached: true,
  });
  const [url] = (await once(child, 'message')) as [string];
  return { url, child };
}

/** The same steady load without a job, in the first seconds of one, and while it trains; in turns. */
async function compareLatency(to: Service, target: Target): Promise<void> {
  const dataset = await createDataset(to, 20_000);
  const config = { ...models['mlp 20-64-64-1'], epochs: 100_000 };
  const latencies: Record<'idle' | 'starting' | 'training', Latency[]> = {
    idle: [],
    starting: [],
    training: [],
  };
  await steadyLatency(target, steadySeconds);
  for (let round = 0; round < rounds; round++) {
    latencies.idle.push(await steadyLatency(target, steadySeconds));
    const job = await startJob(to, dataset, 'busy', config);
    latencies.starting.push(await steadyLatency(target, steadySeconds));
    const { body } = await call<{ state: string; progress: { epoch: number } }>(
      to,
      'GET',
      `/api/v1/jobs/${job}`,
    );
    if (body.state !== 'running' || body.progress.epoch === 0) throw new Error('the job does not train yet');
    latencies.training.push(await steadyLatency(target, steadySeconds));
    await call(to, 'POST', `/api/v1/jobs/${job}/cancel`);
    await call(to, 'GET', `/api/v1/jobs/${job}?wait=10`);
  }
  const of = (name: keyof typeof latencies, pick: (latency: Latency) => number) =>
    median(latencies[name].map(pick).sort((a, b) => a - b));
  console.log('\nlatency at 2,000 requests a second, ms');
  for (const name of ['idle', 'starting', 'training'] as const) {
    const p99 = of(name, (latency) => latency.p99);
    const ratio = p99 / of('idle', (latency) => latency.p99);
    const p50 = of(name, (latency) => latency.p50);
    console.log(`  ${name.padEnd(8)}  p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)} (×${ratio.toFixed(1)})`);
  }
}
