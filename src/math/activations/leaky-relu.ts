/** The rectifier with a small slope below 0, so that no unit dies: its gradient is never 0. */
import type { Activation } from './activation.ts';

/** PyTorch's default. */
const slope = 0.01;

/** f(z) = z for z > 0, else 0.01·z; f′(z) = 1, else 0.01, at the kink too. @see Maas, Hannun & Ng 2013 */
export const leakyRelu: Activation = {
  forward: (z) => (z > 0 ? z : slope * z),
  derivative: (a) => (a > 0 ? 1 : slope),
  derivativeFrom: 'output',
  saturatesAt: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  isAffine: false,
  defaultInitializer: 'he',
};
