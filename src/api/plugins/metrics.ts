/** What a monitoring system scrapes: requests by route, jobs by state, and the process itself, in Prometheus' text format. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { jobStates } from '../../contracts/job.ts';
import type { Store } from '../../store/ports.ts';
import type { ApiInstance } from '../api-instance.ts';
import { createRequestTimes } from '../request-times.ts';

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
  const requests = createRequestTimes(
    'trainyard_http_request_seconds',
    'Time from the head of a request to the end of its answer',
  );
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
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    requests.observe(method, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  return {
    contentType: registry.contentType,
    read: async () => `${await registry.metrics()}${requests.text()}`,
  };
}
