/** Lets the reader of an upload keep up with its writer: the file is read while it grows. */
import { TrainyardError } from '../../errors.ts';
import type { UploadState } from '../messages.ts';

/** The reader's view of an upload that is on its way. */
export interface Arrival {
  /** Nothing will be added to the file. Ask before a read: what was added in between would be missed. */
  isWhole(): boolean;
  /**
   * Resolves when there may be more to read, or the upload is whole.
   *
   * @throws TrainyardError `incomplete_body` when it broke off; nobody waits for the answer then
   */
  more(): Promise<void>;
}

/** An upload that was there before its reader. */
export const arrived: Arrival = { isWhole: () => true, more: async () => {} };

export interface WatchedArrival extends Arrival {
  update(state: UploadState): void;
}

export function createArrival(): WatchedArrival {
  let state: UploadState = 'grown';
  /** News came that nobody has waited for yet. */
  let isNews = false;
  let wake: () => void = () => {};

  async function more(): Promise<void> {
    if (!isNews && state === 'grown') {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    isNews = false;
    if (state === 'broken_off') throw new TrainyardError('incomplete_body', 'the upload broke off');
  }

  return {
    isWhole: () => state === 'whole',
    more,
    update(next) {
      state = next;
      isNews = true;
      wake();
    },
  };
}

/** Waits for the last byte. */
export async function untilWhole(arrival: Arrival): Promise<void> {
  while (!arrival.isWhole()) await arrival.more();
}
