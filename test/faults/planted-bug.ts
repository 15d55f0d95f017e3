/**
 * Loaded before the service (`--import`) where a test plants a bug: the source named by PLANTED_BUG is changed as it is read, in every
 * process and thread. So the service has no hooks for its tests, and a check is seen to fail on the bug that it is there for.
 */
import { registerHooks } from 'node:module';
import { plants } from './plants.ts';

const plant = plants[process.env.PLANTED_BUG ?? ''];
if (!plant)
  throw new Error(`PLANTED_BUG: expected one of ${Object.keys(plants)}, got ${process.env.PLANTED_BUG}`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    let source = loaded.source?.toString();
    for (const { file, from, to } of plant) {
      if (!file.test(url)) continue;
      // A plant that no longer finds its place would let every check pass.
      if (!source?.includes(from)) throw new Error(`planted bug: ${url} has no "${from}"`);
      source = source.replaceAll(from, to);
    }
    return source === undefined ? loaded : { ...loaded, source };
  },
});
