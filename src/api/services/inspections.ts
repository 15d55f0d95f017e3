/** Proofs about a version: what its affine layers fold to, and that its gradient is the one that finite differences give. */
import type { Collapse, GradientCheck } from '../../contracts/inspections.ts';
import type { DataService } from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import { activations } from '../../math/activations/index.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import type { LoadedVersion, ModelService } from './models.ts';
import { sampleRows } from './sample-rows.ts';

export type InspectionService = ReturnType<typeof createInspectionService>;

/** In f64, with its gradient and copies, some 300 MB in the thread that computes. */
const maxParameters = 4_000_000;
/** Numbers of an answer: about 20 MB of JSON. */
const maxFoldedWeights = 1_000_000;
const collapseRows = 256;
const gradientRows = 64;

export function createInspectionService(store: Store, data: DataService, models: ModelService) {
  async function find(name: string, number: number): Promise<LoadedVersion> {
    const found = await models.loadVersion(name, number);
    const { parameters } = found.version;
    if (parameters <= maxParameters) return found;
    const [most, has] = [maxParameters, parameters].map((count) => count.toLocaleString('en'));
    throw new TrainyardError(
      'model_too_large',
      `expected at most ${most} weights, "${name}" version ${number} has ${has}`,
    );
  }

  return {
    /** @throws TrainyardError `nothing_to_collapse`, `model_too_large`, `answer_too_large`, and what `sampleRows` throws */
    async collapse(name: string, number: number): Promise<Collapse> {
      const { version, weights } = await find(name, number);
      requireRun(version);
      const { x, target } = await sampleRows(store, data, version, collapseRows);
      return data.call({ kind: 'collapse', trained: version.trained, weights, x, target });
    },

    /** @throws TrainyardError `no_gradient` for a perceptron, `model_too_large`, and what `sampleRows` throws */
    async checkGradients(name: string, number: number): Promise<GradientCheck> {
      const { version, weights } = await find(name, number);
      const { trained, config } = version;
      if (trained.output === 'step')
        throw new TrainyardError('no_gradient', `"${name}" is a perceptron: its step has no gradient`);
      const { x, target } = await sampleRows(store, data, version, gradientRows);
      const penalty = { l1: 'l1' in config ? config.l1 : 0, l2: 'l2' in config ? config.l2 : 0 };
      const { seed } = config;
      return data.call({ kind: 'check_gradients', trained, weights, x, target, penalty, seed });
    },
  };
}

function requireRun({ model, version, trained: { layers } }: StoredVersion): void {
  const hasRun = layers.slice(0, -1).some(({ activation }) => activations[activation].isAffine);
  if (!hasRun) {
    const message = `expected two consecutive affine layers, "${model}" version ${version} has none: each of its hidden layers bends`;
    throw new TrainyardError('nothing_to_collapse', message);
  }
  const largest =
    Math.max(...layers.map(({ inputs }) => inputs)) * Math.max(...layers.map(({ outputs }) => outputs));
  if (largest > maxFoldedWeights) {
    const message = `the folded layers may have ${largest.toLocaleString('en')} weights, an answer at most ${maxFoldedWeights.toLocaleString('en')}`;
    throw new TrainyardError('answer_too_large', message);
  }
}
