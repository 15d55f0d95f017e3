/** What a Prometheus server reads of the service. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

it('counts requests by route pattern, jobs by state, and the process', async () => {
  await service.call('GET', '/api/v1/models/some-name');
  await service.call('GET', '/api/v1/models/another-name');
  await service.call('GET', '/nowhere');
  const answer = await service.call('GET', '/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const { text } = answer;
  expect(text).toContain(
    'trainyard_http_request_seconds_count{method="GET",route="/api/v1/models/:model",status="404"} 2\n',
  );
  expect(text).toContain('trainyard_http_request_seconds_count{method="GET",route="none",status="404"} 1\n');
  // Cumulative: whatever is in a bucket is in those above it.
  const buckets = text.matchAll(/_bucket\{le="([^"]+)",[^}]*route="\/api\/v1\/models\/:model"[^}]*\} (\d+)/g);
  const numbers = [...buckets].map(([, bound, count]) => [
    Number(bound!.replace('Inf', 'Infinity')),
    Number(count),
  ]);
  expect(numbers.length).toBeGreaterThan(2);
  for (const column of [0, 1]) {
    const values = numbers.map((pair) => pair[column]!);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  }
  expect(numbers.at(-1)).toEqual([Number.POSITIVE_INFINITY, 2]);
  expect(text).toContain('trainyard_jobs{state="queued"} 0\n');
  expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
  expect(text).not.toContain('some-name');
});
