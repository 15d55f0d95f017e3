/** Declares the routes of every wire. */
import type { ApiInstance } from '../api-instance.ts';
import { type KserveDependencies, registerKserve } from './kserve/routes.ts';
import { registerMlflow } from './mlflow/routes.ts';
import { registerTensorflowServing } from './tensorflow-serving/routes.ts';

export function registerWires(app: ApiInstance, dependencies: KserveDependencies): void {
  registerTensorflowServing(app, dependencies.store, dependencies);
  registerKserve(app, dependencies);
  registerMlflow(app, dependencies);
}
