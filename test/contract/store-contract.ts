/** What every implementation of the store ports must do. */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/ports.ts';
import { actionsContract } from './store-contract-actions.ts';
import { claimsContract } from './store-contract-claims.ts';
import { collectionsContract } from './store-contract-collections.ts';
import { diagnosticsContract } from './store-contract-diagnostics.ts';
import { eventsContract } from './store-contract-events.ts';
import { fencesContract } from './store-contract-fences.ts';
import { jobsContract } from './store-contract-jobs.ts';
import { submitContract } from './store-contract-submit.ts';
import { verifyContract } from './store-contract-verify.ts';

export interface StoreHarness {
  /** An empty store. */
  readonly store: Store;
  /** The same data through a connection of its own, as another process has it. */
  another(): Promise<Store>;
  close(): Promise<void>;
}

/** The store of the running test. */
export type Current = () => StoreHarness;

export function storeContract(name: string, open: () => Promise<StoreHarness>): void {
  describe(`store contract: ${name}`, () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(() => harness.close());
    collectionsContract(() => harness);
    jobsContract(() => harness);
    diagnosticsContract(() => harness);
    submitContract(() => harness);
    actionsContract(() => harness);
    eventsContract(() => harness);
    claimsContract(() => harness);
    fencesContract(() => harness);
    verifyContract(() => harness);
  });
}
