/** The data process: the only one that parses tables and model files, so that nothing in them can stop the API. */
import type { ToDataProcess } from '../data/messages.ts';
import { runDataProcess } from '../data/process.ts';
import { createEvaluator } from '../training/run-evaluation.ts';
import { inspectInThread } from '../training/run-inspection.ts';
import { readModelFile } from '../training/safetensors/read-model-file.ts';
import { type RoleOptions, stopRequested } from './role.ts';

export async function runDataRole({ config, logger }: RoleOptions): Promise<number> {
  const stopping = stopRequested();
  runDataProcess({
    readModelFile,
    channel: {
      send: (message) => void process.send?.(message),
      onMessage: (listener) => void process.on('message', (message) => listener(message as ToDataProcess)),
    },
    logger,
    evaluate: createEvaluator(config.mathBackend),
    inspect: inspectInThread,
  });
  await stopping;
  return 0;
}
