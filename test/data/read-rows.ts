/** Rows of a stored table for a test to look at. */
import type { Row } from '../../src/contracts/dataset.ts';
import type { RowsRequest } from '../../src/data/messages.ts';
import { readRows as readRowsText } from '../../src/data/row-pages.ts';

export async function readRows(request: RowsRequest): Promise<Row[]> {
  return JSON.parse(String(await readRowsText(request)));
}
