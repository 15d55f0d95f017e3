/** Writes figures beside a document, and tables and numbers into the places that the document has marked for them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocumentWriter {
  /** Writes figures/<name>.svg. */
  figure(name: string, svg: string): void;
  /** Puts a table, its first row the header, between `<!-- name -->` and `<!-- /name -->`. */
  table(name: string, rows: readonly (readonly string[])[]): void;
  /** Puts text there. */
  text(name: string, text: string): void;
  /** Writes the document; its other text stays as it is. */
  save(): void;
}

/** @param folder that holds the document, such as docs */
export function openDocument(folder: string, file: string): DocumentWriter {
  const path = join(folder, file);
  let document = readFileSync(path, 'utf8');

  function put(name: string, content: string): void {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = document.indexOf(start);
    const to = document.indexOf(end);
    if (from < 0 || to < from) throw new Error(`${file}: expected ${start} and ${end}`);
    document = `${document.slice(0, from + start.length)}\n\n${content}\n\n${document.slice(to)}`;
  }

  return {
    figure(name, svg) {
      mkdirSync(join(folder, 'figures'), { recursive: true });
      writeFileSync(join(folder, 'figures', `${name}.svg`), svg);
    },
    table(name, rows) {
      const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
      const rule = `| ${rows[0]!.map(() => '---').join(' | ')} |`;
      put(name, [lines[0], rule, ...lines.slice(1)].join('\n'));
    },
    text: put,
    save: () => writeFileSync(path, document),
  };
}
