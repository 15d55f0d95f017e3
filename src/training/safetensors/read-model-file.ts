/** Reads a model file from disk, for the process that may. */
import { readFile } from 'node:fs/promises';
import type { ModelFromFile } from '../../data/messages.ts';
import { fromSafetensors } from './from-safetensors.ts';

/** @throws TrainyardError `invalid_model_file` */
export async function readModelFile(path: string): Promise<ModelFromFile> {
  return fromSafetensors(await readFile(path));
}
