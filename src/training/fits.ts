/** Picks the fit of a config's type. */
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Fit, FitOptions } from './fit.ts';
import { createGlmFit } from './fit-glm.ts';
import { createMlpFit } from './fit-mlp.ts';
import { createPerceptronFit } from './fit-perceptron.ts';
import { createSgdFit } from './fit-sgd.ts';

export function createFit({ config, ...options }: FitOptions<ResolvedModelConfig>): Fit {
  switch (config.type) {
    case 'linear_regression':
    case 'logistic_regression':
      return config.solver.type === 'sgd'
        ? createSgdFit({ config, ...options })
        : createGlmFit({ config, ...options }, config.solver);
    case 'perceptron':
      return createPerceptronFit({ config, ...options });
    case 'mlp':
      return createMlpFit({ config, ...options });
  }
}
