/** Proofs about a version: what its affine layers fold to, and that its gradient is the one that finite differences give. */
import { setImmediate } from 'node:timers/promises';
import type { Collapse, GradientCheck } from '../../contracts/inspections.ts';
import type { DataService } from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import { activations } from '../../math/activations/index.ts';
import { createReferenceKernels } from '../../math/kernels/reference.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import { collapse, type FoldedLayer, largestDifference, layersOf } from '../../training/collapse.ts';
import { checkGradient, checkPlan, lossOfOutput } from '../../training/gradient-check.ts';
import type { ModelService } from './models.ts';
import { sampleRows } from './sample-rows.ts';

export type InspectionService = ReturnType<typeof createInspectionService>;

/** Above it a pass over a single row would hold the event loop for more than 10 ms. */
const maxParameters = 4_000_000;
/** Numbers of an answer: about 20 MB of JSON. */
const maxFoldedWeights = 1_000_000;
const collapseRows = 256;
const gradientRows = 64;

export function createInspectionService(store: Store, data: DataService, models: ModelService) {
  /** One at a time: each holds a copy of its model in f64. */
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  async function find(name: string, number: number) {
    const found = await models.loadVersion(name, number);
    if (found.version.parameters > maxParameters) {
      const message = `expected at most ${maxParameters.toLocaleString('en')} weights, "${name}" version ${number} has ${found.version.parameters.toLocaleString('en')}`;
      throw new TrainyardError('model_too_large', message);
    }
    return found;
  }

  return {
    /** @throws TrainyardError `nothing_to_collapse`, `model_too_large`, `answer_too_large`, and what `sampleRows` throws */
    collapse: (name: string, number: number): Promise<Collapse> =>
      inTurn(async () => {
        const { version, weights } = await find(name, number);
        requireRun(version);
        const { x } = await sampleRows(store, data, version, collapseRows);
        const folded = await finished(collapse(version.trained, weights));
        const whole = layersOf(version.trained, weights);
        const difference = await finished(largestDifference(whole, folded, x, createReferenceKernels('f64')));
        const runs = folded.filter(({ from, to }) => from !== to);
        return { layers: runs.map(shown), max_abs_difference: difference, rows: x.rows };
      }),

    /** @throws TrainyardError `no_gradient` for a perceptron, `model_too_large`, and what `sampleRows` throws */
    checkGradients: (name: string, number: number): Promise<GradientCheck> =>
      inTurn(async () => {
        const { version, weights } = await find(name, number);
        const { trained, config } = version;
        if (trained.output === 'step')
          throw new TrainyardError('no_gradient', `"${name}" is a perceptron: its step has no gradient`);
        const plan = checkPlan(trained, gradientRows);
        const { x, target } = await sampleRows(store, data, version, plan.rows);
        const loss = lossOfOutput[trained.output];
        const kernels = createReferenceKernels('f64');
        const { perTensor } = plan;
        const tensors = await finished(
          checkGradient({ trained, weights, config, x, target, loss, kernels, perTensor }),
        );
        const largest = Math.max(...tensors.map((tensor) => tensor.max_relative_error));
        return { tensors, max_relative_error: largest, rows: x.rows };
      }),
  };
}

/** Runs a generator to its end; between two of its steps the event loop turns. */
async function finished<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await setImmediate();
  }
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

function shown({ from, to, inputs, outputs, weights, bias }: FoldedLayer): Collapse['layers'][number] {
  const row = (i: number) => Array.from(weights.subarray(i * outputs, (i + 1) * outputs));
  return { from, to, weights: Array.from({ length: inputs }, (_, i) => row(i)), bias: Array.from(bias) };
}
