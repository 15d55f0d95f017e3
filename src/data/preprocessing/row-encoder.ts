/** Encodes rows as clients send them, one JSON object each, to the same bits as `encodeTable` does. */
import type { Cell, Row } from '../../contracts/dataset.ts';
import type { FittedCategory, FittedNumber, FittedPreprocessing } from '../../contracts/version.ts';
import type { FloatArray } from '../../math/matrix.ts';
import { columnNames } from './column-names.ts';
import type { RowReport } from './row-report.ts';
import { unseen, writeCategory, writeNumber } from './write-feature.ts';

export interface RowEncoder {
  /**
   * Writes the encoded row to data[at …], f64 arithmetic stored in the dtype of `data`. The order of its keys does not matter. A
   * key that is absent or null is missing: imputed, or refused where the model has nothing to impute.
   *
   * @param row    what the client sent: nothing has checked it
   * @param number 0-based place of the row in the request
   * @param report gets every problem; what was written is then of no use
   */
  encode(row: unknown, number: number, data: FloatArray, at: number, report: RowReport): void;
}

interface RowContext {
  readonly number: number;
  readonly data: FloatArray;
  readonly at: number;
  readonly report: RowReport;
}

interface FeatureEncoder {
  readonly name: string;
  /** Every object has a property of this name. */
  readonly isInherited: boolean;
  write(cell: Cell, context: RowContext): void;
}

export function createRowEncoder(fitted: FittedPreprocessing): RowEncoder {
  let start = 0;
  const encoders = fitted.features.map((feature): FeatureEncoder => {
    const encoder =
      feature.type === 'number' ? numberEncoder(feature, start) : categoryEncoder(feature, start);
    start += columnNames(feature).length;
    return encoder;
  });
  const names = new Set(encoders.map((encoder) => encoder.name));

  return {
    encode(row, number, data, at, report) {
      if (!isRow(row)) {
        report.add(number, null, 'invalid_type', `expected an object, got ${kindOf(row)}`);
        return;
      }
      const context = { number, data, at, report };
      let present = 0;
      for (const encoder of encoders) {
        let cell: Cell | undefined = row[encoder.name];
        // JSON has no undefined, and a look-up costs a third of `hasOwn`; but a column may be called `toString`.
        if (encoder.isInherited && !Object.hasOwn(row, encoder.name)) cell = undefined;
        if (cell !== undefined) present++;
        encoder.write(cell ?? null, context);
      }
      if (present < Object.keys(row).length) reportUnknown(row, names, number, report);
    },
  };
}

function reportUnknown(row: Row, names: ReadonlySet<string>, number: number, report: RowReport): void {
  for (const key of Object.keys(row)) {
    if (!names.has(key)) report.add(number, key, 'unknown_field', 'the model has no feature of this name');
  }
}

function numberEncoder(feature: FittedNumber, start: number): FeatureEncoder {
  const { name } = feature;
  return {
    name,
    isInherited: name in Object.prototype,
    write(cell, { number, data, at, report }) {
      const isMissing = cell === null;
      const value = isMissing ? feature.impute : cell;
      if (value === null) {
        report.add(
          number,
          name,
          'missing_values',
          'expected a number, got none, and the model does not impute',
        );
      } else if (typeof value !== 'number') {
        report.add(number, name, 'invalid_type', `expected a number, got ${kindOf(value)}`);
      } else if (!writeNumber(feature, value, isMissing, data, at + start)) {
        report.add(number, name, 'number_out_of_range', outOfRange(feature, value));
      }
    },
  };
}

function outOfRange(feature: FittedNumber, value: number): string {
  return feature.transform === 'log1p' && value <= -1
    ? `expected a number above −1, got ${value}: the model takes ln(1 + x)`
    : `expected a number that stays finite once scaled, got ${value}`;
}

function categoryEncoder(feature: FittedCategory, start: number): FeatureEncoder {
  const { name } = feature;
  const expected = feature.boolean ? 'boolean' : 'string';
  const numberOf = new Map(feature.categories.map((category, index) => [category, index]));
  return {
    name,
    isInherited: name in Object.prototype,
    write(cell, { number, data, at, report }) {
      const isMissing = cell === null;
      if (isMissing && feature.impute === null) {
        report.add(
          number,
          name,
          'missing_values',
          'expected a category, got none, and the model does not impute',
        );
        return;
      }
      if (!isMissing && typeof cell !== expected) {
        report.add(number, name, 'invalid_type', `expected ${kinds[expected]}, got ${kindOf(cell)}`);
        return;
      }
      const category = isMissing ? feature.impute! : String(cell);
      const index = numberOf.get(category) ?? unseen;
      if (index === unseen) report.addUnseen(name, category);
      writeCategory(feature, index, isMissing, data, at + start);
    },
  };
}

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : (kinds[typeof value] ?? 'an object');
}

/** An object: whether each cell fits its feature is for the feature's encoder to say. */
function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
