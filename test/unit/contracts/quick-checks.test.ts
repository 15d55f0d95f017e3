/** A quick check and its schema never disagree. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PredictRequest } from '../../../src/contracts/predict.ts';
import { quickChecks } from '../../../src/contracts/quick-checks.ts';

const rows = fc.oneof(fc.array(fc.jsonValue(), { maxLength: 3 }), fc.jsonValue());
const bodies = fc.oneof(
  fc.jsonValue(),
  fc.record({ rows }),
  fc.record({ rows, other: fc.jsonValue() }, { requiredKeys: [] }),
);

it('accepts of predict bodies what the schema accepts, as it is, and nothing else', () => {
  const { accepts } = quickChecks.get(PredictRequest)!;
  let accepted = 0;
  fc.assert(
    fc.property(bodies, (body) => {
      const parsed = PredictRequest.safeParse(body);
      expect(accepts(body)).toBe(parsed.success);
      if (!parsed.success) return;
      expect(parsed.data).toEqual(body);
      accepted++;
    }),
    { numRuns: 2_000, seed: 1 },
  );
  expect(accepted).toBeGreaterThan(200);
});
