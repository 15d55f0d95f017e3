/** Gradient descent on all rows: the textbook update, to be watched and learned from. */
import { maxNorm } from '../linear-algebra/vectors.ts';
import { addL1Signs, l1Value } from './l1-penalty.ts';
import type { Objective, Solver } from './solver.ts';

export interface GradientDescentOptions {
  /** α > 0. */
  readonly learningRate: number;
  /** `sum`: the 1/m is folded into α. */
  readonly reduction: 'mean' | 'sum';
  /** Converged when the max-norm of the mean gradient is at or below it; 0: never. */
  readonly tolerance: number;
}

/**
 * θ := θ − α·∂J/∂θ for `mean`, θ := θ − α·m·∂J/∂θ for `sum`: without a penalty, θⱼ := θⱼ − α Σᵢ (h(xᵢ) − yᵢ)xᵢⱼ. So `sum` at α and
 * `mean` at α·m take the same path to the bit. The learning rate is obeyed: one that is too large diverges, and the reported
 * loss says so by not being finite. l1 steps by its subgradient l1·sign(w): weights come close to 0 without staying on it.
 */
export function createGradientDescent({
  learningRate,
  reduction,
  tolerance,
}: GradientDescentOptions): Solver {
  return {
    init(objective, theta0 = new Float64Array(objective.size)) {
      const gradient = new Float64Array(objective.size);
      evaluate(objective, theta0, gradient);
      return { iteration: 0, theta: theta0.slice(), tensors: { gradient }, scalars: {} };
    },
    iterate(objective, state) {
      const { theta } = state;
      const { gradient } = state.tensors;
      const rate = reduction === 'sum' ? learningRate * objective.rows : learningRate;
      for (let i = 0; i < theta.length; i++) theta[i] -= rate * gradient[i];
      state.iteration++;
      const loss = evaluate(objective, theta, gradient);
      const gradientMaxNorm = maxNorm(gradient);
      const converged = Number.isFinite(loss) && tolerance > 0 && gradientMaxNorm <= tolerance;
      return { loss, gradientMaxNorm, converged };
    },
  };
}

/** J(θ) with l1, and its (sub)gradient. */
function evaluate(objective: Objective, theta: Float64Array, gradient: Float64Array): number {
  const smooth = objective.evaluate(theta, gradient);
  if (objective.l1 === 0) return smooth;
  addL1Signs(objective, theta, gradient);
  return smooth + l1Value(objective, theta);
}
