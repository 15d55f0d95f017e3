/** Holds the source to its rules: which way imports point, and which globals belong to which file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }));

/** Folder → what it may import of src beside itself. Folders at the top (roles, main) may import everything. */
const mayImport: Record<string, readonly string[]> = {
  math: [],
  client: [],
  contracts: ['math', 'errors.ts'],
  store: ['contracts', 'errors.ts'],
  data: ['math', 'contracts', 'errors.ts'],
  training: ['math', 'data', 'contracts', 'errors.ts'],
  trainer: ['training', 'data', 'math', 'store', 'contracts', 'errors.ts'],
  api: ['training', 'data', 'math', 'store', 'contracts', 'errors.ts', 'config.ts'],
};

function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => relative(src, normalize(join(src, dirname(path), specifier))));
}

const topOf = (path: string): string => path.split('/')[0]!;

/** Comments may speak of what code must not use. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

describe('imports', () => {
  it.each(Object.entries(mayImport))('of src/%s point only to %j', (folder, allowed) => {
    const wrong = files
      .filter(({ path }) => topOf(path) === folder)
      .flatMap(({ path, text }) => importsOf(path, text).map((target) => `${path} → ${target}`))
      .filter((arrow) => {
        const target = topOf(arrow.split(' → ')[1]!);
        return target !== folder && !allowed.includes(target);
      });
    expect(wrong).toEqual([]);
  });

  it('of the store by the API and the trainer are its ports and ids alone', () => {
    const wrong = files
      .filter(({ path }) => ['api', 'trainer'].includes(topOf(path)))
      .flatMap(({ path, text }) => importsOf(path, text).map((target) => `${path} → ${target}`))
      .filter((arrow) => / → store\/(?!ports\.ts|ids\.ts)/.test(arrow));
    expect(wrong).toEqual([]);
  });

  it('are seen by this test at all', () => {
    expect(importsOf('api/routes/x.ts', "import { a } from '../../store/ports.ts';")).toEqual([
      'store/ports.ts',
    ]);
    expect(files.flatMap(({ path, text }) => importsOf(path, text)).length).toBeGreaterThan(100);
  });
});

function filesWith(pattern: RegExp, folders?: readonly string[]): string[] {
  return files
    .filter(({ path }) => !folders || folders.includes(topOf(path)))
    .filter(({ text }) => pattern.test(withoutComments(text)))
    .map(({ path }) => path);
}

describe('globals', () => {
  it('process.env is read by config.ts alone (main.ts hands it over)', () => {
    expect(filesWith(/process\.env/).sort()).toEqual(['main.ts']);
  });

  it('process.exit is called by main.ts alone', () => {
    expect(filesWith(/process\.exit\b/)).toEqual(['main.ts']);
  });

  it('nothing in math, data or training asks the clock or the unseeded generator', () => {
    expect(
      filesWith(/Math\.random|Date\.now|new Date\(\)|performance\.now/, ['math', 'data', 'training']),
    ).toEqual([]);
  });

  it("nothing in math or training leaves bits to the JavaScript engine's libm", () => {
    const libm = /Math\.(exp|expm1|log|log1p|log2|log10|pow|tanh|sinh|cosh|sin|cos|tan|cbrt|hypot|atan2?)\(/;
    // A power of two with a literal exponent is exact whoever computes it; ` ** ` with spaces is code, not a comment's star.
    const power = /(?<!\b2) \*\* | \*\* (?!-?\d)/;
    expect(filesWith(libm, ['math', 'training'])).toEqual([]);
    expect(filesWith(power, ['math', 'training'])).toEqual([]);
  });
});

describe('files', () => {
  it('open with one sentence on why they exist', () => {
    expect(files.filter(({ text }) => !/^\/\*\*/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
