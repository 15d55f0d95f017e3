/** How a wire's path names what answers: the model's latest version, a version by number, or one by alias. */
import type { z } from 'zod';
import type { VersionSelector } from '../../store/ports.ts';
import { AliasParams, ModelParams, VersionParams } from '../routes/path-params.ts';

export interface WireTarget {
  /** Behind the model in the path, as Fastify writes it. */
  readonly path: string;
  /** For operation ids. */
  readonly suffix: string;
  readonly params: z.ZodType<{ model: string }>;
  select(params: unknown): VersionSelector;
}

const latest: WireTarget = { path: '', suffix: '', params: ModelParams, select: () => 'latest' };

/** The version's name ends where a colon follows, as in `/versions/3:predict`. */
const numbered: WireTarget = {
  path: '/versions/:version([^/:]+)',
  suffix: 'ByVersion',
  params: VersionParams,
  select: (params) => (params as z.infer<typeof VersionParams>).version,
};

const aliased: WireTarget = {
  path: '/labels/:alias([^/:]+)',
  suffix: 'ByLabel',
  params: AliasParams,
  select: (params) => ({ alias: (params as z.infer<typeof AliasParams>).alias }),
};

export const tensorflowTargets = [latest, numbered, aliased];
export const openInferenceTargets = [latest, numbered];
