/** Ends a job whose numbers have left the finite, and says where: nothing that follows from them would mean anything. */
import type { Finding } from '../contracts/diagnostics.ts';
import type { EpochRecord } from '../contracts/job.ts';
import type { DenseLayer, TrainedModel } from '../contracts/version.ts';
import { JobFailure } from '../errors.ts';
import type { FloatArray } from '../math/matrix.ts';

/** The last weights of a diverged job that were finite, as a model: to look at, never to predict with. */
export interface Remains {
  /** After which they were the weights; 0: those that it started from. */
  readonly epoch: number;
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
}

/** Where a number first was not finite. */
export interface Breach {
  readonly layer: string;
  readonly what: string;
}

export class Divergence extends JobFailure {
  /** This one last, after those that no epoch has reported. */
  readonly findings: readonly Finding[];
  readonly remains: Remains | null;

  constructor(
    epoch: number,
    { layer, what }: Breach,
    unreported: readonly Finding[],
    remains: Remains | null,
  ) {
    const message = `diverged in epoch ${epoch}: ${what}; lower the learning rate, set clip_norm, or look for very large values in the data`;
    super('diverged', message);
    // JSON has no number for what is not finite: the message names it.
    this.findings = [...unreported, { code: 'diverged', layer, epoch, value: null, message }];
    this.remains = remains;
  }
}

/** The first number of an epoch that is not finite: a weight if there is one, else what was measured. Null: all are finite. */
export function findBreach(
  record: EpochRecord,
  layers: readonly DenseLayer[],
  parameters: FloatArray,
): Breach | null {
  const at = parameters.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const { layer, place } = placeOf(layers, at);
    return { layer, what: `${place} of ${layer} is ${parameters[at]}` };
  }
  const { loss, validation_loss: validationLoss, metrics } = record;
  const measured = Object.entries({ loss, validation_loss: validationLoss ?? 0, ...metrics });
  const [name, value] = measured.find(([, number]) => !Number.isFinite(number)) ?? [];
  // What is measured is computed from the last layer's outputs.
  return name === undefined ? null : { layer: layers.at(-1)!.name, what: `the ${name} is ${value}` };
}

/** Which number of which layer stands at `index` of the flat parameters. */
function placeOf(layers: readonly DenseLayer[], index: number): { layer: string; place: string } {
  let rest = index;
  for (const { name, inputs, outputs } of layers) {
    if (rest < inputs * outputs) {
      const place = `weight [${Math.floor(rest / outputs)}, ${rest % outputs}] (input, unit)`;
      return { layer: name, place };
    }
    rest -= inputs * outputs;
    if (rest < outputs) return { layer: name, place: `bias [${rest}]` };
    rest -= outputs;
  }
  throw new RangeError(`parameter ${index}: the layers have fewer`);
}
