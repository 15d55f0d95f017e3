import { pino } from 'pino';
import { expect, it } from 'vitest';
import { LazyLogger } from '../../../src/api/lazy-logger.ts';

function collected(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  let children = 0;
  const logger = pino(
    { level, base: null, timestamp: false, onChild: () => void children++ },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  return { lines, logger, children: () => children };
}

it('writes what a child would, with the bindings and options of all its ancestors', () => {
  const { lines, logger } = collected();
  const serializers = { size: (size: number) => `${size} bytes` };
  const request = new LazyLogger(logger, {}, { serializers }).child({ request_id: 'a-1' });
  request.info({ size: 3 }, 'received %s', 'all');
  request.child({ step: 2 }).error('failed');
  expect(lines).toEqual([
    { level: 30, request_id: 'a-1', size: '3 bytes', msg: 'received all' },
    { level: 50, request_id: 'a-1', step: 2, msg: 'failed' },
  ]);
});

it('makes no child until it writes, and one at most', () => {
  const { logger, children } = collected();
  const base = new LazyLogger(logger, {});
  const request = base.child({ request_id: 'a-1' });
  const made = children();
  request.warn('once');
  request.warn('twice');
  expect(children()).toBe(made + 1);
});

it('has a level, its own once it is set', () => {
  const { lines, logger } = collected('warn');
  const request = new LazyLogger(logger, {}).child({ request_id: 'a-1' });
  expect(request.level).toBe('warn');
  request.info('below');
  request.level = 'trace';
  for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const)
    request[level](level);
  expect(logger.level).toBe('warn');
  expect(lines.map(({ msg }) => msg)).toEqual(['fatal', 'error', 'warn', 'info', 'debug', 'trace']);
});
