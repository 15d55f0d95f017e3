/** The wires of other systems, by whose clients the service can be called unchanged. */
import { openInference } from './kserve/open-inference.ts';
import { mlflow } from './mlflow/mlflow.ts';
import { tensorflowServing } from './tensorflow-serving/tensorflow-serving.ts';
import type { Wire } from './wire.ts';

export const wires: readonly Wire[] = [tensorflowServing, openInference, mlflow];
