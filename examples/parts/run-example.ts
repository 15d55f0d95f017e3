/** What the examples have in common: where the service is, where the document is, and whether a short run will do. */
import { parseArgs } from 'node:util';
import { openDocument } from './document.ts';
import { createServiceClient } from './service-client.ts';

export interface Example {
  readonly service: ReturnType<typeof createServiceClient>;
  readonly document: ReturnType<typeof openDocument>;
  /** Everything is measured, on less: to see that it runs, not to publish. */
  readonly isShort: boolean;
}

/** Reads `--url` (http://127.0.0.1:8080), `--out` (docs) and `--short`, runs the sections in turn and saves the document. */
export async function runExample(
  file: string,
  sections: readonly ((example: Example) => Promise<void>)[],
): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8080' },
      out: { type: 'string', default: 'docs' },
      short: { type: 'boolean', default: false },
    },
  });
  const document = openDocument(values.out, file);
  const example = { service: createServiceClient(values.url), document, isShort: values.short };
  for (const section of sections) {
    const startedAt = performance.now();
    await section(example);
    console.log(`${section.name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  document.save();
}
