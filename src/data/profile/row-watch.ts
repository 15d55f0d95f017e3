/** Watches rows that DuckDB moves from one place to another, so that nobody has to read them again for their profile. */
import {
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBScalarFunction,
  VARCHAR,
} from '@duckdb/node-api';
import { vectorRows } from '../duckdb.ts';
import type { ColumnReading, NumberReading } from './column-reading.ts';

/**
 * Numbers of a column that are looked at one after the other, however DuckDB cuts them. A column's distinct values have left the
 * processor's caches when its turn comes again, so fewer would cost more.
 */
const blockRows = 8 * vectorRows;
/** Numbers that are looked at between two calls. The last bits of a mean depend on it. */
const pieceRows = 2 * vectorRows;
/** Of numbers that wait to be looked at. DuckDB shows nothing while it writes a row group, so this is most of a group. */
const maxWaitingBytes = 16 * 1024 * 1024;

interface Block {
  readonly reading: NumberReading;
  readonly values: Float64Array;
  /** How many of them were looked at. */
  looked: number;
}

/**
 * DuckDB calls from a thread of its own and waits for the end of the call. So numbers are only copied then, and looked at between
 * calls, piece by piece, while DuckDB goes on.
 */
export class RowWatch {
  /** Rows seen so far. */
  rows = 0;
  #readings: readonly ColumnReading[];
  readonly #blockRows: number;
  /** What is being filled, by number column. */
  #blocks: readonly Block[];
  /** Rows in each of them. */
  #filled = 0;
  readonly #waiting: Block[] = [];
  readonly #spare: Float64Array[] = [];

  /** @param rows of the table */
  constructor(readings: readonly ColumnReading[], rows: number) {
    this.#readings = readings;
    this.#blockRows = Math.min(rows, blockRows);
    this.#blocks = this.#newBlocks();
  }

  /**
   * @param name of the SQL function that is made for it, of its own on this connection
   * @param references to the columns, in the order of the readings
   * @returns a condition that is true of every row
   */
  condition(connection: DuckDBConnection, name: string, references: readonly string[]): string {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        parameterTypes: this.#readings.map(({ type }) => (type === 'number' ? DOUBLE : VARCHAR)),
        returnType: BOOLEAN,
        volatile: true,
        mainFunction: (_info, chunk, output) => {
          const rows = chunk.rowCount;
          this.#see(chunk, rows);
          for (let row = 0; row < rows; row++) output.setItem(row, true);
          output.flush();
        },
      }),
    );
    // NaN in place of NULL spares the binding's check of each value against the validity bits.
    const values = this.#readings.map(({ type }, index) =>
      type === 'number' ? `coalesce(${references[index]}, 'NaN'::DOUBLE)` : references[index],
    );
    return `${name}(${values.join(', ')})`;
  }

  /** Looks at what waits, and lets go of it all. To be called when the statement has ended. */
  finish(): void {
    while (this.#waiting.length > 0) this.#lookAtNext();
    for (const { reading, values } of this.#blocks) reading.add(values.subarray(0, this.#filled));
    // DuckDB keeps its function, and so this, until the connection is closed.
    this.#readings = [];
    this.#blocks = [];
    this.#spare.length = 0;
  }

  #see(chunk: DuckDBDataChunk, rows: number): void {
    const numbers: Float64Array[] = [];
    for (const [index, reading] of this.#readings.entries()) {
      if (reading.type === 'number') numbers.push(numbersOf(chunk, index));
      else reading.add(chunk.getColumnValues(index) as (string | null)[]);
    }
    for (let from = 0; from < rows; ) {
      const to = Math.min(rows, from + this.#blockRows - this.#filled);
      for (const [index, values] of numbers.entries()) {
        this.#blocks[index]!.values.set(values.subarray(from, to), this.#filled);
      }
      this.#filled += to - from;
      from = to;
      if (this.#filled === this.#blockRows) this.#endBlocks();
    }
    this.rows += rows;
  }

  #endBlocks(): void {
    if (this.#waiting.length === 0) this.#lookSoon();
    this.#waiting.push(...this.#blocks);
    const blockBytes = Float64Array.BYTES_PER_ELEMENT * this.#blockRows;
    while (this.#waiting.length * blockBytes > maxWaitingBytes) this.#lookAtNext();
    this.#blocks = this.#newBlocks();
    this.#filled = 0;
  }

  #newBlocks(): Block[] {
    return this.#readings
      .filter((reading) => reading.type === 'number')
      .map((reading) => {
        const values = this.#spare.pop() ?? new Float64Array(this.#blockRows);
        return { reading, values, looked: 0 };
      });
  }

  /** In a turn of the event loop for each piece, so that DuckDB's next call need not wait for all of them. */
  #lookSoon(): void {
    setImmediate(() => {
      this.#lookAtNext();
      if (this.#waiting.length > 0) this.#lookSoon();
    });
  }

  #lookAtNext(): void {
    const block = this.#waiting[0];
    if (block === undefined) return;
    const { reading, values, looked } = block;
    block.looked += pieceRows;
    reading.add(values.subarray(looked, block.looked));
    if (block.looked < values.length) return;
    this.#waiting.shift();
    this.#spare.push(values);
  }
}

/** The vector's own array: asked one by one, with each value's validity, its numbers take three times as long. */
function numbersOf(chunk: DuckDBDataChunk, index: number): Float64Array {
  const { items } = chunk.getColumnVector(index) as unknown as { items: unknown };
  if (!(items instanceof Float64Array)) throw new Error('the binding keeps numbers otherwise than it did');
  return items;
}
