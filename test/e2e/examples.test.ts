/** The examples that make the documents run against the real service, and fill every place that the documents have for them. */
import { execFile } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, root, startService, temporaryFolder } from './service.ts';

const run = promisify(execFile);
afterAll(cleanUp);

const documents = ['why-activations', 'logistic-regression'];

/** What stands between `<!-- name -->` and `<!-- /name -->`, by name. */
function marked(folder: string, name: string): Map<string, string> {
  const text = readFileSync(join(folder, `${name}.md`), 'utf8');
  return new Map(
    [...text.matchAll(/<!-- ([a-z-]+) -->(.*?)<!-- \/\1 -->/gs)].map(([, key, body]) => [key!, body!]),
  );
}

const figuresOf = (folder: string) => readdirSync(join(folder, 'figures')).sort();

describe('the examples', () => {
  it('make every table and figure of their documents anew, from a service alone', async () => {
    const folder = temporaryFolder();
    for (const name of documents) copyFileSync(join(root, 'docs', `${name}.md`), join(folder, `${name}.md`));
    const service = await startService();
    for (const name of documents) {
      const args = [join(root, 'examples', `${name}.ts`), '--url', service.url, '--out', folder, '--short'];
      await run(process.execPath, args, { timeout: 60_000 });
    }
    await service.end('SIGTERM', 'process');
    for (const name of documents) {
      const [committed, made] = [marked(join(root, 'docs'), name), marked(folder, name)];
      expect([...made.keys()]).toEqual([...committed.keys()]);
      expect(made.size).toBeGreaterThan(3);
      for (const [key, text] of made) expect(text, key).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(figuresOf(folder)).toEqual(figuresOf(join(root, 'docs')));
    for (const figure of figuresOf(folder)) {
      const svg = readFileSync(join(folder, 'figures', figure), 'utf8');
      expect(svg, figure).toMatch(/^<svg .*<\/svg>\n$/s);
      expect(svg, figure).not.toMatch(/NaN|undefined|Infinity/);
    }
    // Whatever is measured on less, four identity layers fold to one map.
    expect(marked(folder, 'why-activations').get('collapse')).toContain('`linear_collapse`');
  }, 120_000);

  it('have filled the committed documents, and every figure is shown', () => {
    for (const name of documents) {
      for (const [key, text] of marked(join(root, 'docs'), name)) expect(text.trim(), key).not.toBe('');
    }
    const texts = documents.map((name) => readFileSync(join(root, 'docs', `${name}.md`), 'utf8')).join();
    const shown = [...texts.matchAll(/\(figures\/([a-z-]+\.svg)\)/g)].map(([, file]) => file!);
    expect(shown.sort()).toEqual(figuresOf(join(root, 'docs')));
  });
});
