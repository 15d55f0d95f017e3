/** Every optimizer by the name that a model config gives it. */
import { type AdamHyperparameters, adam } from './adam.ts';
import { type MomentumHyperparameters, momentum } from './momentum.ts';
import type { Optimizer } from './optimizer.ts';
import { type SgdHyperparameters, sgd } from './sgd.ts';

export type { Optimizer, OptimizerState } from './optimizer.ts';

/** What a config says of its optimizer; `type` names it. */
export type OptimizerHyperparameters = SgdHyperparameters | MomentumHyperparameters | AdamHyperparameters;
export type OptimizerName = OptimizerHyperparameters['type'];

/** `optimizers[h.type]` takes h: the caller keeps the two together. */
export const optimizers: Readonly<Record<OptimizerName, Optimizer<OptimizerHyperparameters>>> = {
  sgd,
  momentum,
  adam,
};
