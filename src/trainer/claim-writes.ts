/** A claim's writes to the store: one after the other, and none once the job is no longer this trainer's. */
import type { FencedResult } from '../store/ports.ts';

/** One atomic step of the store, under the claim's fence. */
export type Commit = () => Promise<FencedResult>;

export interface ClaimWrites {
  /** Whether the job is still ours: not ended, not given back, not lost, and its store at work. */
  isHeld(): boolean;
  /** Queues a commit, which is left out if the job is not held any more when its turn comes. */
  write(commit: Commit): void;
  /** Queues the commit by which the job stops being ours. */
  end(commit: Commit): void;
  /**
   * Resolves when all that was queued is done.
   *
   * @throws whatever the store first refused a commit with
   */
  settled(): Promise<void>;
}

/** @param onLost called once, when a commit finds the fence gone or is refused by the store */
export function createClaimWrites(onLost: () => void): ClaimWrites {
  let isHeld = true;
  let queue: Promise<void> = Promise.resolve();
  let refusal: { readonly error: unknown } | null = null;

  async function run(commit: Commit, isLast: boolean): Promise<void> {
    if (!isHeld) return;
    let result: FencedResult = 'lost';
    try {
      result = await commit();
    } catch (error) {
      refusal = { error };
    }
    isHeld = result === 'ok' && !isLast;
    if (result === 'lost') onLost();
  }

  function append(commit: Commit, isLast: boolean): void {
    queue = queue.then(() => run(commit, isLast));
  }

  return {
    isHeld: () => isHeld,
    write: (commit) => append(commit, false),
    end: (commit) => append(commit, true),
    async settled() {
      await queue;
      if (refusal) throw refusal.error;
    },
  };
}
