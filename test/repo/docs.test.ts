/** Holds the documents to the code that they describe. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settings } from '../../src/config.ts';
import { findingCodes, LayerStatistics } from '../../src/contracts/diagnostics.ts';
import { JobEvent } from '../../src/contracts/job-event.ts';
import { errorCodes, jobErrorCodes } from '../../src/errors.ts';
import { thresholds } from '../../src/training/diagnostics/thresholds.ts';

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

/** Rows of the first table under a heading, as cells. */
function tableUnder(text: string, heading: string): string[][] {
  const section = text.slice(text.indexOf(heading));
  const lines = section.split('\n').filter((line) => line.startsWith('|') || line.startsWith('#'));
  const end = lines.findIndex((line, i) => i > 0 && line.startsWith('#'));
  return lines.slice(3, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('docs/errors.md', () => {
  const text = read('docs/errors.md');
  it('lists exactly the HTTP codes, with their status and title', () => {
    const rows = tableUnder(text, '## HTTP').map(([code, status, title]) => [code, Number(status), title]);
    const expected = Object.entries(errorCodes).map(([code, { status, title }]) => [code, status, title]);
    expect(rows).toEqual(expected);
  });
  it('lists exactly the job codes', () => {
    expect(tableUnder(text, '## Jobs').map(([code, title]) => [code, title])).toEqual(
      Object.entries(jobErrorCodes),
    );
  });
});

describe('docs/diagnostics.md', () => {
  const text = read('docs/diagnostics.md');
  it('lists exactly the findings', () => {
    expect(tableUnder(text, '## Findings').map(([code]) => code)).toEqual([...findingCodes]);
  });
  it('gives every threshold by its name and number, and its source', () => {
    const rows = tableUnder(text, '## Thresholds');
    expect(rows.map(([name, value]) => [name, Number(value)])).toEqual(Object.entries(thresholds));
    for (const [name, , , source] of rows) expect(source!.length, name).toBeGreaterThan(20);
  });
  it('describes every statistic', () => {
    const names = tableUnder(text, '## Statistics').map(([name]) => name);
    expect(names).toEqual(Object.keys(LayerStatistics.shape));
  });
});

describe('docs/jobs.md', () => {
  it('lists exactly the types of events', () => {
    const types = JobEvent.options.map(({ shape }) => shape.type.value);
    expect(tableUnder(read('docs/jobs.md'), '## Events').map(([type]) => type)).toEqual(types);
  });
});

describe('README.md', () => {
  const text = read('README.md');
  it('lists exactly the settings', () => {
    expect(tableUnder(text, '## Settings').map(([name]) => name)).toEqual(Object.keys(settings));
  });
});

describe('docs/dependencies.md', () => {
  it('gives every dependency its line', () => {
    const text = read('docs/dependencies.md');
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read('package.json'));
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    const missing = names.filter((name) => !text.includes(name.startsWith('@types/') ? '@types/*' : name));
    expect(missing).toEqual([]);
  });
});
