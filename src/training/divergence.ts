/** Ends a job whose numbers have left the finite: nothing that follows from them would mean anything. */
import type { EpochRecord } from '../contracts/job.ts';
import { JobFailure } from '../errors.ts';
import type { FloatArray } from '../math/matrix.ts';

/** @throws JobFailure `diverged`, naming the epoch and the first number that is not finite */
export function requireFinite(record: EpochRecord, parameters: FloatArray): void {
  const { epoch, loss, validation_loss: validationLoss, metrics } = record;
  const measured = Object.entries({ loss, validation_loss: validationLoss ?? 0, ...metrics });
  for (const [name, value] of measured) if (!Number.isFinite(value)) fail(epoch, `the ${name} is ${value}`);
  const at = parameters.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) fail(epoch, `weight ${at} is ${parameters[at]}`);
}

function fail(epoch: number, what: string): never {
  throw new JobFailure(
    'diverged',
    `diverged in epoch ${epoch}: ${what}; the learning rate, or the values of the data, may be too large`,
  );
}
