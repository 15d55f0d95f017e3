/** The parts of a path that name a thing. */
import { z } from 'zod';
import { AliasName, DatasetId, JobId, ModelName } from '../../contracts/names.ts';

export const DatasetParams = z.object({ dataset: DatasetId });
export const JobParams = z.object({ job: JobId });
export const ModelParams = z.object({ model: ModelName });

const versionText = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'expected a version number: 1, 2, 3 …')
  .transform(Number)
  .meta({
    description: 'Number of a model version: 1, 2, 3 …',
    type: 'integer',
    minimum: 1,
    pattern: undefined,
  });

export const VersionParams = z.object({ model: ModelName, version: versionText });
export const AliasParams = z.object({ model: ModelName, alias: AliasName });
