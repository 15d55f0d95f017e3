/** A model: a name, a config, and the versions that training has produced. */
import { z } from 'zod';
import { ModelConfig } from './model-config.ts';
import { ModelName, Timestamp, VersionNumber } from './names.ts';
import { pageOf } from './page.ts';

export const Model = z
  .strictObject({
    name: ModelName,
    config: ModelConfig,
    latest_version: VersionNumber.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof Model>;

export const ModelPage = pageOf(Model).meta({ id: 'ModelPage' });
