/** Datasets: immutable tables, typed and profiled when they arrive. */
import { z } from 'zod';
import { csvQuery } from './csv-options.ts';
import { ColumnName, DatasetId, Label, Sha256, Timestamp, Warning } from './names.ts';
import { pageOf, queryInteger } from './page.ts';

export const DatasetName = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Free text; need not be unique', example: 'iris' });
export type DatasetName = z.infer<typeof DatasetName>;

const columnBase = {
  name: ColumnName,
  reason: z
    .string()
    .meta({ description: 'Why the column has its type; names the first line that decided it' }),
  missing: z.int().meta({ description: 'Rows without a value' }),
  distinct: z.int().optional().meta({ description: 'Distinct values, exact up to 100,000' }),
  distinct_at_least: z.int().optional().meta({ description: 'In place of `distinct` above 100,000' }),
};

/** Statistics of the present values; null when the column has none. `std` is the population's. */
export const NumberColumnProfile = z.strictObject({
  ...columnBase,
  type: z.literal('number'),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  std: z.number().nullable(),
});
export type NumberColumnProfile = z.infer<typeof NumberColumnProfile>;

export const CategoryColumnProfile = z.strictObject({
  ...columnBase,
  type: z.literal('category'),
  top: z
    .array(z.strictObject({ value: Label, count: z.int() }))
    .meta({ description: 'The ten most frequent values' }),
});
export type CategoryColumnProfile = z.infer<typeof CategoryColumnProfile>;

export const ColumnProfile = z.discriminatedUnion('type', [NumberColumnProfile, CategoryColumnProfile]);
export type ColumnProfile = z.infer<typeof ColumnProfile>;

export const Dataset = z
  .strictObject({
    id: DatasetId,
    name: DatasetName.nullable(),
    rows: z.int(),
    bytes: z.int().meta({ description: 'Size of the stored table, bytes' }),
    sha256: Sha256.meta({ description: 'Hash of the typed table: the same whatever format carried it' }),
    created_at: Timestamp,
    columns: z.array(ColumnProfile),
    warnings: z.array(Warning),
  })
  .meta({ id: 'Dataset' });
export type Dataset = z.infer<typeof Dataset>;

/** What an upload would become: a dataset that has no id, since nothing of it is kept. */
export const DatasetInspection = Dataset.omit({ id: true, created_at: true }).meta({
  id: 'DatasetInspection',
});
export type DatasetInspection = z.infer<typeof DatasetInspection>;

export const DatasetPage = pageOf(Dataset).meta({ id: 'DatasetPage' });

/** A table's cell in JSON: a missing value is null. */
export const Cell = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type Cell = z.infer<typeof Cell>;

/**
 * The JSON form of an upload. It documents the body: the data process reads and checks the real bytes, since a table is never
 * parsed on the API's event loop.
 */
export const DatasetUpload = z
  .union([
    z.strictObject({
      name: DatasetName.optional(),
      rows: z.array(z.record(ColumnName, Cell)).min(1),
    }),
    z.strictObject({
      name: DatasetName.optional(),
      columns: z.record(ColumnName, z.array(Cell).min(1)),
    }),
  ])
  .meta({ id: 'DatasetUpload' });
export type DatasetUpload = z.infer<typeof DatasetUpload>;

export const UploadQuery = z.strictObject({
  name: DatasetName.optional().meta({ description: 'Name of the dataset, for bodies that cannot carry one' }),
  ...csvQuery,
});
export type UploadQuery = z.infer<typeof UploadQuery>;

export const RowsQuery = z.strictObject({
  limit: queryInteger(1, 1000).default(50),
  offset: queryInteger(0, 999_999_999_999).default(0),
});
export type RowsQuery = z.infer<typeof RowsQuery>;

export const Row = z.record(z.string(), Cell);
export type Row = z.infer<typeof Row>;

export const RowPage = z.strictObject({ items: z.array(Row), total: z.int() }).meta({ id: 'RowPage' });
export type RowPage = z.infer<typeof RowPage>;

const FormulaMode = z.enum(['escape', 'keep']);
export type FormulaMode = z.infer<typeof FormulaMode>;

export const ExportQuery = z
  .strictObject({
    format: z.enum(['csv', 'ndjson', 'parquet']),
    formulas: FormulaMode.optional().meta({
      description: [
        'CSV only. `escape` (default): a text that a spreadsheet could run as a formula, one that starts with `=`, `+`, `-`, `@`, a tab or a',
        'line break and is no number, gets an apostrophe before it, and so does one that starts with apostrophes before such a character:',
        'taking one apostrophe away gives the text back. `keep`: texts as they are, for a program to read.',
      ].join(' '),
    }),
  })
  .check(({ value, issues }) => {
    if (value.formulas === undefined || value.format === 'csv') return;
    issues.push({
      code: 'custom',
      path: ['formulas'],
      input: value.formulas,
      message: `no such option for ${value.format}: only CSV has it`,
    });
  });
export type ExportQuery = z.infer<typeof ExportQuery>;
