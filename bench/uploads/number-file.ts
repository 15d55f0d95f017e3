/** Writes the CSV file of the benchmark: rows of standard normal numbers, the same at every run. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRandom } from '../../src/math/random.ts';

const columns = 20;
/** Rows that are drawn; a longer file repeats them. */
const drawnRows = 20_000;
const digits = 6;

/** @returns bytes written: at most `maxBytes`, of at most `rows` rows */
export async function writeNumberFile(path: string, rows: number, maxBytes: number): Promise<number> {
  const random = createRandom(1);
  const line = () => `${Array.from({ length: columns }, () => random.normal().toFixed(digits)).join(',')}\n`;
  const block = Buffer.from(Array.from({ length: drawnRows }, line).join(''));
  const file = createWriteStream(path);
  const header = `${Array.from({ length: columns }, (_, index) => `x${index + 1}`).join(',')}\n`;
  file.write(header);
  let bytes = header.length;
  for (
    let written = 0;
    written + drawnRows <= rows && bytes + block.length <= maxBytes;
    written += drawnRows
  ) {
    if (!file.write(block)) await once(file, 'drain');
    bytes += block.length;
  }
  file.end();
  await once(file, 'close');
  return bytes;
}
