/** Every option of the preprocessing beside scikit-learn's imputers, scalers and encoders, on one table with holes and unseen values. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../../src/contracts/dataset.ts';
import { Preprocessing } from '../../../../src/contracts/model-config.ts';
import { encodeTable } from '../../../../src/data/preprocessing/encode-table.ts';
import { fitPreprocessing } from '../../../../src/data/preprocessing/fit-preprocessing.ts';
import { sharedMatrix } from '../../../../src/math/matrix.ts';
import { allRows, tableOf } from '../table-of.ts';

interface Golden {
  readonly columns: Record<string, Cell[]>;
  /** Rows to fit on; the others hold what these have not. */
  readonly train: readonly number[];
  readonly cases: readonly {
    readonly options: Partial<Preprocessing>;
    readonly columns: readonly string[];
    /** All rows. */
    readonly encoded: readonly (readonly number[])[];
  }[];
}

/** By goldens/sklearn-encoding.py: scikit-learn 1.2.1, numpy 1.24.2, default_rng(20240607). */
const golden: Golden = JSON.parse(
  readFileSync(new URL('goldens/sklearn-encoding.json', import.meta.url), 'utf8'),
);

/** Both sum in f64, in another order: a mean differs in its last bits, and what is encoded by that over its scale. */
const roundings = 1e-13;

describe('the encoded matrix', () => {
  it.each(golden.cases.map((item) => [JSON.stringify(item.options), item] as const))(
    "is scikit-learn's under %s",
    (_, { options, columns, encoded }) => {
      const table = tableOf(golden.columns);
      const { fitted, zeroColumns, constantFeatures } = fitPreprocessing(
        table,
        Uint32Array.from(golden.train),
        Object.keys(golden.columns),
        Preprocessing.parse(options),
      );
      expect(fitted.columns).toEqual(columns);
      expect([zeroColumns, constantFeatures]).toEqual([[], []]);

      const width = columns.length;
      const x = sharedMatrix(table.rows, width, width, 'f64');
      encodeTable(fitted, table, allRows(table), x);
      encoded.flat().forEach((value, i) => {
        const place = `row ${Math.floor(i / width)}, ${columns[i % width]}`;
        expect(Math.abs(x.data[i]! - value), place).toBeLessThanOrEqual(
          roundings * Math.max(1, Math.abs(value)),
        );
      });
    },
  );
});
