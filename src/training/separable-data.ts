/** Recognises classes that a plane separates while a regression without a penalty is fitted to them. */
import type { Warning } from '../contracts/names.ts';
import type { GlmProblem } from '../math/solvers/glm-objective.ts';
import { marginsOf, type SeparationProblem } from '../math/solvers/separation.ts';

/**
 * Mean loss below which a separated fit ends: every row is given a probability of about 1 − 10⁻⁶ by then, and further iterations only
 * make the weights longer.
 */
const separatedLoss = 1e-6;
/** A last step that moved no logit by more than this was one of convergence. */
const leastMove = 1e-3;
/** Relative to the largest move: rows on the plane do not move, but for what the other weights still settle. */
const onPlane = 1e-3;

/** θ after the last iteration, θ before it, and what J is there. */
export interface LastIteration {
  readonly theta: Float64Array;
  readonly previous: Float64Array;
  readonly loss: number;
  /** All training rows are classified as what they are. */
  readonly isAllRight: boolean;
  readonly hasConverged: boolean;
}

export interface SeparationWatch {
  /** Whether the fit should end, or has ended, because J has no minimum. */
  isSeparated(last: LastIteration): boolean;
  /** For a fit that another reason has ended. */
  warnings(): Warning[];
}

/** @returns null where J always has a minimum: a regression, or a penalty on the weights */
export function createSeparationWatch(problem: GlmProblem): SeparationWatch | null {
  if (hasMinimum(problem)) return null;
  let isFound = false;
  let seen: LastIteration | null = null;

  /** θ itself separates the classes; or, where some rows lie on the plane, the direction that θ is still going does. */
  function separates({ theta, previous, isAllRight, hasConverged }: LastIteration): boolean {
    if (isAllRight && marginsOf(problem, theta).least > 0) return true;
    if (!hasConverged) return false;
    const { least, most } = marginsOf(
      problem,
      theta.map((value, i) => value - previous[i]),
    );
    return most > leastMove && least >= -onPlane * most;
  }

  return {
    isSeparated(last) {
      seen = last;
      const isOver = last.hasConverged || (last.isAllRight && last.loss < separatedLoss);
      isFound = isOver && separates(last);
      return isFound;
    },
    warnings() {
      isFound ||= seen !== null && separates(seen);
      return isFound ? [separableData] : [];
    },
  };
}

/** What to say of a θ that was not watched on its way. */
export function separationWarnings(problem: PenalisedProblem, theta: Float64Array): Warning[] {
  return !hasMinimum(problem) && marginsOf(problem, theta).least > 0 ? [separableData] : [];
}

type PenalisedProblem = SeparationProblem & Pick<GlmProblem, 'loss' | 'l1' | 'l2'>;

function hasMinimum({ loss, l1, l2 }: Pick<GlmProblem, 'loss' | 'l1' | 'l2'>): boolean {
  return loss === 'half_squared_error' || l1 > 0 || l2 > 0;
}

const separableData: Warning = {
  code: 'separable_data',
  message:
    'a plane separates the classes in the training rows, so the loss has no minimum and the weights have no size of their own; a penalty (l2) gives them one',
};
