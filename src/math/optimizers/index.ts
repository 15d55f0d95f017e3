/** Every optimizer by the name that a model config gives it. */
import { type AdagradHyperparameters, adagrad } from './adagrad.ts';
import { type AdamHyperparameters, adam } from './adam.ts';
import { type AdamwHyperparameters, adamw } from './adamw.ts';
import { type MomentumHyperparameters, momentum } from './momentum.ts';
import { type NesterovHyperparameters, nesterov } from './nesterov.ts';
import type { Optimizer } from './optimizer.ts';
import { type RmspropHyperparameters, rmsprop } from './rmsprop.ts';
import { type SgdHyperparameters, sgd } from './sgd.ts';

export type { Optimizer, OptimizerState } from './optimizer.ts';

/** What a config says of its optimizer; `type` names it. */
export type OptimizerHyperparameters =
  | SgdHyperparameters
  | MomentumHyperparameters
  | NesterovHyperparameters
  | AdagradHyperparameters
  | RmspropHyperparameters
  | AdamHyperparameters
  | AdamwHyperparameters;
export type OptimizerName = OptimizerHyperparameters['type'];

/** `optimizers[h.type]` takes h: the caller keeps the two together. */
export const optimizers: Readonly<Record<OptimizerName, Optimizer<OptimizerHyperparameters>>> = {
  sgd,
  momentum,
  nesterov,
  adagrad,
  rmsprop,
  adam,
  adamw,
};
