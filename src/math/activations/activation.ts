/** What every activation function provides: its value, its derivative and what training must know of it. */
import type { InitializerName } from '../initializers/index.ts';

/** A function a = f(z) that a layer applies to each of its outputs; values are f64, whatever the network's dtype. */
export interface Activation {
  /** a = f(z). NaN stays NaN, so that a diverged network shows. */
  forward(z: number): number;
  /** f′, as a function of what `derivativeFrom` names. */
  derivative(at: number): number;
  /** `output`: `derivative` takes a, so that z need not be kept for the backward pass; `input`: it takes z. */
  readonly derivativeFrom: 'output' | 'input';
  /**
   * |f′| is under 1 % of its maximum at and beyond these two ends, in what `derivativeFrom` names: there a unit learns next to
   * nothing. An end that does not saturate is infinite.
   */
  readonly saturatesAt: readonly [low: number, high: number];
  /** f(z) = c·z + d: layers of such activations collapse into one. */
  readonly isAffine: boolean;
  readonly defaultInitializer: InitializerName;
}
