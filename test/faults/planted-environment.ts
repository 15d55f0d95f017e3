/** The environment in which a service has a bug of `plants`. */
import { fileURLToPath } from 'node:url';

const preload = fileURLToPath(new URL('./planted-bug.ts', import.meta.url));

/** @param name of `plants`; undefined for none */
export function plantedBug(name: string | undefined): Record<string, string> {
  return name === undefined ? {} : { NODE_OPTIONS: `--import=${preload}`, PLANTED_BUG: name };
}
