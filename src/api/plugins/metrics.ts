/** What a monitoring system scrapes: requests by route, jobs by state, and the process itself, in Prometheus' text format. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { jobStates } from '../../contracts/job.ts';
import type { Store } from '../../store/ports.ts';
import type { ApiInstance } from '../api-instance.ts';

/** A predict takes tens of microseconds, a long poll a minute. */
const secondsBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 10, 60,
];

export interface MetricsText {
  readonly contentType: string;
  /** All series, as they are at this moment. */
  read(): Promise<string>;
}

/** Times every request from its head to the end of its answer, under its route's pattern: never its path, which is without bound. */
export function addMetrics(app: ApiInstance, store: Store): MetricsText {
  const registry = new Registry();
  // Includes the event loop's delay: what a blocked API would show first.
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'trainyard_http_request_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: secondsBuckets,
    registers: [registry],
  });
  new Gauge({
    name: 'trainyard_jobs',
    help: 'Jobs in the store by state',
    labelNames: ['state'] as const,
    registers: [registry],
    async collect() {
      const counts = await store.jobs.countByState();
      for (const state of jobStates) this.set({ state }, counts[state]);
    },
  });
  const series = new Map<string, { observe(seconds: number): void }>();
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const { url: route = 'none' } = routeOptions;
    const { statusCode: status } = reply;
    const key = `${method} ${route} ${status}`;
    // Looking a series up by its labels takes longer than to count in it.
    let counted = series.get(key);
    if (!counted) {
      counted = requests.labels({ method, route, status });
      series.set(key, counted);
    }
    counted.observe(reply.elapsedTime / 1000);
    done();
  });
  return { contentType: registry.contentType, read: () => registry.metrics() };
}
