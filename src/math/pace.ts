/** Turns counted work into polls, so that long arithmetic can be interrupted without reading a clock. */

/** Reports so many multiply-adds as done. Throws what the poll throws. */
export type Pace = (multiplyAdds: number) => void;

/** 2²² multiply-adds take the plain kernels 3–8 ms: well within the 20 ms that a poll may be late. */
const workPerPoll = 2 ** 22;

/** A pace that calls `poll` once for every 2²² multiply-adds reported. */
export function createPace(poll: () => void): Pace {
  let pending = 0;
  return (multiplyAdds) => {
    pending += multiplyAdds;
    if (pending < workPerPoll) return;
    pending = 0;
    poll();
  };
}
