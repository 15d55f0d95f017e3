/** Versions that files brought: a row like any other, with the name that it had where it was trained. */
import type { ImportedVersion, VersionStore } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { toJson } from './json-column.ts';
import { createVersionAppender, trainedColumns, type VersionColumns } from './version-rows.ts';

export function createVersionImport(context: StoreContext): Pick<VersionStore, 'import'> {
  const { connection, blobs } = context;
  const append = createVersionAppender(context);
  return {
    async import(model, imported, now) {
      const columns = columnsOf(imported, now);
      let version: number | null = null;
      await blobs.commitWith('weights', imported.weights, (blob) => {
        if (blob.sha256 !== imported.file.weights_sha256)
          throw new Error('import: the weights are not those of the file');
        version = connection.write(() => append(model, columns, blob));
        return version !== null;
      });
      return version;
    },
  };
}

function columnsOf({ file, parameters }: ImportedVersion, now: Date): VersionColumns {
  const { job, dataset, dataset_sha256, validation_dataset_sha256, engine, package_version } = file;
  return {
    job,
    dataset,
    dataset_sha256,
    validation_dataset_sha256,
    imported_from: toJson({ model: file.model, version: file.version }),
    parameters,
    engine,
    package_version,
    created_at: now.toISOString(),
    metrics: toJson(file.metrics),
    config: toJson(file.config),
    ...trainedColumns(file.trained),
  };
}
