/** NDJSON: one object a line, every column in each. */
import type { ColumnProfile } from '../../contracts/dataset.ts';
import { isBooleanColumn, type LineFormat, numberText, type StoredCell } from './line-format.ts';

export function ndjsonFormat(columns: readonly ColumnProfile[]): LineFormat {
  return {
    head: '',
    columns: columns.map((column, index) => ({
      before: `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
      text: textOf(column),
    })),
    end: '}\n',
  };
}

function textOf(column: ColumnProfile): (cell: StoredCell) => string {
  if (column.type === 'number') return (cell) => (cell === null ? 'null' : numberText(cell as number));
  // The words of a boolean are JSON as they are.
  return isBooleanColumn(column) ? String : (cell) => JSON.stringify(cell);
}
