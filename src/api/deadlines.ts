/** Deadlines of the same length for much that is mostly done at once: a tenth of the 0.23 µs that setting and clearing a timer takes. */
import { atEndOfTurn } from './turns.ts';

export interface Deadline {
  /** Must be called when what it was for has ended. */
  end(): void;
}

export interface Deadlines {
  readonly afterMs: number;
  /** `expire` is called when the time is over and the deadline has not ended. */
  begin(expire: () => void): Deadline;
}

class LazyTimer implements Deadline {
  readonly #expire: () => void;
  #timer: NodeJS.Timeout | null = null;
  #hasEnded = false;

  constructor(expire: () => void) {
    this.#expire = expire;
  }

  start(afterMs: number): void {
    if (!this.#hasEnded) this.#timer = setTimeout(this.#expire, afterMs);
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

/** Its timers start at the end of the turn, for what has not ended by then. */
export function createDeadlines(afterMs: number): Deadlines {
  let begun: LazyTimer[] = [];
  const startTimers = () => {
    const all = begun;
    begun = [];
    for (const deadline of all) deadline.start(afterMs);
  };
  return {
    afterMs,
    begin(expire) {
      if (begun.length === 0) atEndOfTurn(startTimers);
      const deadline = new LazyTimer(expire);
      begun.push(deadline);
      return deadline;
    },
  };
}
