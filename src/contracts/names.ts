/** Names, ids and scalars that several contracts share. */
import { z } from 'zod';

export const ModelName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'expected 1 to 64 characters of a-z, 0-9, ".", "_", "-", not starting with a sign',
  )
  .meta({ description: 'Name of a model', example: 'iris' });
export type ModelName = z.infer<typeof ModelName>;

export const AliasName = ModelName.meta({ description: 'Name of an alias', example: 'production' });
export type AliasName = z.infer<typeof AliasName>;

export const DatasetId = z
  .string()
  .regex(/^ds_[0-9a-z]{26}$/, 'expected a dataset id, "ds_" and 26 characters')
  .meta({ description: 'Id of a dataset, time-sortable', example: 'ds_01k9v2m4c8q0r5t7w9y1b3d5f7' });
export type DatasetId = z.infer<typeof DatasetId>;

export const JobId = z
  .string()
  .regex(/^job_[0-9a-z]{26}$/, 'expected a job id, "job_" and 26 characters')
  .meta({ description: 'Id of a job, time-sortable', example: 'job_01k9v2m4c8q0r5t7w9y1b3d5f7' });
export type JobId = z.infer<typeof JobId>;

export const VersionNumber = z.int().min(1).meta({ description: 'Number of a model version: 1, 2, 3 …' });
export type VersionNumber = z.infer<typeof VersionNumber>;

export const Timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });
export type Timestamp = z.infer<typeof Timestamp>;

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256, lower-case hexadecimal' });
export type Sha256 = z.infer<typeof Sha256>;

/** A class label or category in the type that it has in the data. */
export const Label = z.union([z.string(), z.boolean(), z.number()]);
export type Label = z.infer<typeof Label>;

export const Warning = z
  .strictObject({ code: z.string(), message: z.string() })
  .meta({ id: 'Warning', description: 'Something the user should know that did not stop the work' });
export type Warning = z.infer<typeof Warning>;

/** Column names that a table may not use: they would be properties of every JavaScript object. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export const maxColumnNameLength = 128;

/** Name of a column as the table has it: NFC, trimmed. */
export const ColumnName = z.string().min(1).max(maxColumnNameLength);
export type ColumnName = z.infer<typeof ColumnName>;
