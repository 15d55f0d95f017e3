/** Every activation by the name that a model config gives it; a new one is a file and a line here. */
import type { Activation } from './activation.ts';
import { elu } from './elu.ts';
import { gelu } from './gelu.ts';
import { identity } from './identity.ts';
import { leakyRelu } from './leaky-relu.ts';
import { relu } from './relu.ts';
import { sigmoid } from './sigmoid.ts';
import { silu } from './silu.ts';
import { softplus } from './softplus.ts';
import { tanh } from './tanh.ts';

export type { Activation } from './activation.ts';

const registry = {
  identity,
  sigmoid,
  tanh,
  relu,
  leaky_relu: leakyRelu,
  elu,
  gelu,
  silu,
  softplus,
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof registry;
export const activations: Readonly<Record<ActivationName, Activation>> = registry;
export const activationNames = Object.keys(registry) as [ActivationName, ...ActivationName[]];
