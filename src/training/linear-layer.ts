/** A linear model as the one dense layer that predict runs. */
import type { DenseLayer } from '../contracts/version.ts';
import type { PreparedData } from './prepare-data.ts';

export function linearLayer({ train, outputs }: PreparedData): DenseLayer {
  return { name: 'output', inputs: train.x.columns, outputs, activation: 'identity' };
}

/** θ as a layer's parameters: a model without an intercept has biases of 0. Copies. */
export function layerParameters(theta: Float64Array, { inputs, outputs }: DenseLayer): Float64Array {
  const parameters = new Float64Array((inputs + 1) * outputs);
  parameters.set(theta);
  return parameters;
}
