/** Profiles a table in passes over its rows: the first goes along while they are written, any others read the file. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnProfile } from '../../contracts/dataset.ts';
import type { Warning } from '../../contracts/names.ts';
import type { TypedColumn } from '../ingest/typed-column.ts';
import { columnReferences, parquetSource, sourceColumn } from '../parquet-file.ts';
import { type HashedColumn, hashTable } from '../table-hash.ts';
import { profileColumn } from './column-profile.ts';
import { CategoryReading, type ColumnReading, NumberReading } from './column-reading.ts';
import { maxCountedDistinct } from './number-statistics.ts';
import { profileWarnings } from './profile-warnings.ts';
import { RowWatch } from './row-watch.ts';

/** What a distinct value takes while it is kept, about: a place in a table half empty, or an entry of a map with a short text. */
const keptBytes = { number: 20, category: 80 };
/** What one pass may keep, and UTF-16 units of long text beside it. */
const maxKeptBytes = 128 * 1024 * 1024;
const maxKeptLength = 64 * 1024 * 1024;

export interface ProfiledTable {
  readonly columns: ColumnProfile[];
  readonly integral_columns: string[];
  readonly sha256: string;
  readonly warnings: Warning[];
}

interface Pass {
  /** Index in the table of its first column; the others follow. */
  readonly first: number;
  readonly readings: readonly ColumnReading[];
  readonly watch: RowWatch;
}

export class TableProfile {
  readonly #connection: DuckDBConnection;
  readonly #rows: number;
  readonly #columns: readonly TypedColumn[];
  /** The first pass, once `watch` was called. */
  #watched: Pass | null = null;

  /** @param columns of the table, all of them, in its order */
  constructor(connection: DuckDBConnection, rows: number, columns: readonly TypedColumn[]) {
    this.#connection = connection;
    this.#rows = rows;
    this.#columns = columns;
  }

  /**
   * @param source of the rows in SQL, its columns being `c0`, `c1` …
   * @returns the same rows for SQL to write, once and all of them
   */
  watch(source: string): string {
    this.#watched = this.#startPass(0);
    const references = this.#columns.map((_, index) => sourceColumn(index));
    return `(SELECT * FROM ${source} WHERE ${this.#condition(this.#watched, references)})`;
  }

  /**
   * @param path of the file that holds the table now
   * @throws Error when the rows are not what the reader of the upload has counted
   */
  async finish(path: string): Promise<ProfiledTable> {
    const references = await columnReferences(this.#connection, path, this.#columns);
    const profiles: ColumnProfile[] = [];
    const hashed: HashedColumn[] = [];
    const integral: string[] = [];
    let pass = this.#watched;
    // What a pass keeps is much: it goes with the pass.
    this.#watched = null;
    while (profiles.length < this.#columns.length) {
      pass ??= await this.#readPass(path, references, profiles.length);
      this.#finishPass(pass);
      for (const reading of pass.readings) {
        const { name, type } = reading.column;
        if (reading.type === 'number' && reading.statistics.count > 0 && reading.statistics.isIntegral)
          integral.push(name);
        hashed.push({ name, type, digest: reading.hash.digest() });
        profiles.push(await profileColumn(this.#connection, path, references[profiles.length]!, reading));
      }
      pass = null;
    }
    const sha256 = hashTable(this.#rows, hashed);
    return { columns: profiles, integral_columns: integral, sha256, warnings: profileWarnings(profiles) };
  }

  /** As many columns, at least one, as their distinct values leave room for. */
  #startPass(first: number): Pass {
    const kept = Math.min(this.#rows, maxCountedDistinct);
    let end = first;
    for (let bytes = 0; end < this.#columns.length; end++) {
      bytes += kept * keptBytes[this.#columns[end]!.type];
      if (bytes > maxKeptBytes && end > first) break;
    }
    const columns = this.#columns.slice(first, end);
    const readings = columns.map((column) =>
      column.type === 'number'
        ? new NumberReading(column)
        : new CategoryReading(column, maxKeptLength / columns.length),
    );
    return { first, readings, watch: new RowWatch(readings, this.#rows) };
  }

  /** @param references to all columns of the table */
  #condition({ first, readings, watch }: Pass, references: readonly string[]): string {
    const watched = references.slice(first, first + readings.length);
    return watch.condition(this.#connection, `watch_${first}`, watched);
  }

  async #readPass(path: string, references: readonly string[], first: number): Promise<Pass> {
    const pass = this.#startPass(first);
    const condition = this.#condition(pass, references);
    await this.#connection.run(`SELECT count(*) FROM ${parquetSource(path)} WHERE ${condition}`);
    return pass;
  }

  #finishPass({ readings, watch }: Pass): void {
    watch.finish();
    if (watch.rows !== this.#rows) throw new Error(`expected ${this.#rows} rows, ${watch.rows} went by`);
    for (const { column, statistics } of readings) {
      if (statistics.missing === column.missing) continue;
      throw new Error(
        `column "${column.name}": expected ${column.missing} missing values, the file has ${statistics.missing}`,
      );
    }
  }
}
