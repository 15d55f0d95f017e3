/** A histogram of the times of requests, in the text format of Prometheus. */

/** Upper bounds in seconds: a predict takes tens of microseconds, a long poll a minute. */
const bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 10, 60];

interface Series {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Observations by the first bound that is not below them; the last are above all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

export interface RequestTimes {
  /** @param route its pattern, never the path, which is without bound */
  observe(method: string, route: string, status: number, seconds: number): void;
  /** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string;
}

/** prom-client's histogram checks and hashes the labels at each observation, which takes longer than all else that is done here. */
export function createRequestTimes(name: string, help: string): RequestTimes {
  /** Few to a route: one for each method and status that it has answered. */
  const byRoute = new Map<string, Series[]>();

  function add(method: string, route: string, status: number): Series {
    const series = { method, route, status, counts: new Float64Array(bounds.length + 1), sum: 0 };
    byRoute.set(route, [...(byRoute.get(route) ?? []), series]);
    return series;
  }

  return {
    observe(method, route, status, seconds) {
      const known = byRoute.get(route)?.find((each) => each.status === status && each.method === method);
      const series = known ?? add(method, route, status);
      let bucket = 0;
      while (bucket < bounds.length && seconds > bounds[bucket]) bucket++;
      series.counts[bucket]++;
      series.sum += seconds;
    },
    text() {
      const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      for (const { method, route, status, counts, sum } of [...byRoute.values()].flat()) {
        const labels = `method="${method}",route="${route}",status="${status}"`;
        let total = 0;
        for (const [i, count] of counts.entries()) {
          total += count;
          lines.push(`${name}_bucket{le="${bounds[i] ?? '+Inf'}",${labels}} ${total}`);
        }
        lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${total}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
