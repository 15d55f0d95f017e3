/** How a native path names the version that answers: the latest, one by number, or the one that an alias points to. */
import type { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';
import type { VersionSelector } from '../../store/ports.ts';
import { AliasParams, ModelParams, VersionParams } from './path-params.ts';

export interface VersionTarget {
  /** Behind the model in the path, as Fastify writes it. */
  readonly path: string;
  /** For operation ids. */
  readonly suffix: string;
  /** For summaries: "Predict by …". */
  readonly by: string;
  readonly params: z.ZodType<{ model: string }>;
  /** What a request is refused with when the model is there and such a version is not. */
  readonly missing: ErrorCode;
  /** @param params as `params` has parsed them */
  select(params: unknown): VersionSelector;
}

export const versionTargets: readonly VersionTarget[] = [
  {
    path: '',
    suffix: '',
    by: 'the latest version',
    params: ModelParams,
    missing: 'no_version',
    select: () => 'latest',
  },
  {
    path: '/versions/:version',
    suffix: 'ByVersion',
    by: 'one version',
    params: VersionParams,
    missing: 'version_not_found',
    select: (params) => (params as z.infer<typeof VersionParams>).version,
  },
  {
    path: '/aliases/:alias',
    suffix: 'ByAlias',
    by: 'the version that an alias points to',
    params: AliasParams,
    missing: 'alias_not_found',
    select: (params) => ({ alias: (params as z.infer<typeof AliasParams>).alias }),
  },
];
