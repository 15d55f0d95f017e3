/** A model: a name, a config, and the versions that training has produced. */
import { z } from 'zod';
import { ModelConfig } from './model-config.ts';
import { AliasName, ModelName, Timestamp, VersionNumber } from './names.ts';
import { pageOf } from './page.ts';

export const Model = z
  .strictObject({
    name: ModelName,
    config: ModelConfig,
    latest_version: VersionNumber.nullable(),
    aliases: z.record(AliasName, VersionNumber).meta({ description: 'Versions by alias' }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof Model>;

export const ModelPage = pageOf(Model).meta({ id: 'ModelPage' });

export const AliasRequest = z.strictObject({ version: VersionNumber }).meta({ id: 'AliasRequest' });
export type AliasRequest = z.infer<typeof AliasRequest>;

/** A name that points to a version, and can be switched to another atomically. */
export const Alias = z
  .strictObject({ alias: AliasName, version: VersionNumber, updated_at: Timestamp })
  .meta({ id: 'Alias' });
export type Alias = z.infer<typeof Alias>;

/** Header names are case-insensitive and many: only this one is looked at. */
export const IfMatchHeaders = z.looseObject({
  'if-match': z
    .string()
    .regex(/^\s*(\*|"[^"]*"(\s*,\s*"[^"]*")*)\s*$/, 'expected `*` or entity tags in double quotes')
    .optional()
    .meta({
      description:
        'Change the alias only while it points to this version: its number in double quotes, as in `"3"`',
    }),
});
export type IfMatchHeaders = z.infer<typeof IfMatchHeaders>;
