/** Fits a regression by mini-batches: as a network without a hidden layer, which starts at 0. */
import type { Descent } from '../contracts/model-config.ts';
import { createReferenceGlmKernels } from '../math/solvers/reference-glm-kernels.ts';
import type { Fit, FitOptions } from './fit.ts';
import type { GlmConfig } from './fit-glm.ts';
import { createMlpFit } from './fit-mlp.ts';
import { separationWarnings } from './separable-data.ts';

/** The settings of its descent are in the config: the schema fills them in for solver sgd. */
export function createSgdFit({ config, ...options }: FitOptions<GlmConfig>): Fit {
  const { optimizer, epochs, batch_size, shuffle, early_stopping } = config as GlmConfig & Descent;
  const { data, poll } = options;
  const network = {
    ...config,
    ...{ optimizer, epochs, batch_size, shuffle, early_stopping },
    type: 'mlp' as const,
    task: data.task,
    hidden_layers: [],
    class_weight: null,
  };
  const fit = createMlpFit({ config: network, ...options }, config);
  const { loss, outputs, train } = data;
  return {
    ...fit,
    finish() {
      const warnings = fit.finish();
      const { x, target } = train;
      const { fit_intercept: fitIntercept, l1, l2 } = config;
      const problem = {
        loss,
        x,
        target,
        outputs,
        fitIntercept,
        l1,
        l2,
        kernels: createReferenceGlmKernels(),
        poll,
      };
      return [...warnings, ...separationWarnings(problem, Float64Array.from(fit.parameters()))];
    },
  };
}
