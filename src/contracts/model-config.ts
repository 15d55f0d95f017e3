/** What a model is and how it trains: the discriminated union on `type`, every default in its place. */
import { z } from 'zod';
import { activationNames } from '../math/activations/index.ts';
import { initializerNames } from '../math/initializers/index.ts';
import { ClassWeight } from './class-weight.ts';
import { EarlyStopping } from './early-stopping.ts';
import { ColumnName, DatasetId, ModelName, VersionNumber } from './names.ts';
import { Optimizer } from './optimizer.ts';

const positive = z.number().positive();
const fraction = z.number().min(0).lt(1);

/** Most columns that a table may have, and so most features. */
export const maxColumns = 10_000;

/** Turns rows into a numeric matrix. Fitted on the training rows alone and stored with the version. */
export const Preprocessing = z
  .strictObject({
    numeric: z.enum(['standardize', 'min_max', 'robust', 'log1p', 'none']).default('standardize').meta({
      description:
        'standardize: (x − mean) / std of the population; min_max: to [0, 1]; robust: (x − median) / interquartile range; log1p: ln(1 + x)',
    }),
    category: z.enum(['one_hot', 'ordinal']).default('one_hot'),
    missing: z.enum(['impute', 'drop_row', 'error']).default('impute'),
    impute_numeric: z.union([z.enum(['median', 'mean']), z.number()]).default('median'),
    impute_category: z.string().default('most_frequent').meta({
      description: '`most_frequent`, or the category to put in place of a missing one',
    }),
    missing_indicator: z.boolean().default(false).meta({
      description: 'Adds a 0/1 column for each feature that misses values in training',
    }),
    max_categories: z.int().min(1).max(10_000).default(256),
  })
  .meta({ id: 'Preprocessing' });
export type Preprocessing = z.infer<typeof Preprocessing>;

/** Rows to measure on that training does not see: a share held back, or another dataset. */
export const Validation = z
  .union([
    z.strictObject({
      fraction: fraction.meta({ description: 'Share of the rows held back; 0 is none' }),
      stratify: z.boolean().default(true).meta({
        description: 'Keeps the proportions of the classes; no effect on a regression',
      }),
    }),
    z.strictObject({
      dataset: DatasetId.meta({
        description: 'Dataset to measure on; has the target and the features, each of the same type',
      }),
    }),
  ])
  .meta({ id: 'Validation' });
export type Validation = z.infer<typeof Validation>;

/** Id of the dataset to validate on; null where rows are held back, or none are. */
export function validationDataset({ validation }: { readonly validation: Validation }): string | null {
  return 'dataset' in validation ? validation.dataset : null;
}

/** Whether the config asks for rows to measure on. */
export function isValidated({ validation }: { readonly validation: Validation }): boolean {
  return 'dataset' in validation || validation.fraction > 0;
}

const learningRate = (value: number) => positive.default(value);

const iterations = (value: number) => z.int().min(1).max(1_000_000).default(value);
const tolerance = (value: number) =>
  z.number().min(0).default(value).meta({
    description: 'Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations',
  });

const autoSolver = z.strictObject({
  type: z.literal('auto'),
  max_iterations: iterations(1000),
  tolerance: tolerance(1e-10),
});
const newtonSolver = z.strictObject({
  type: z.literal('newton'),
  max_iterations: iterations(100),
  tolerance: tolerance(1e-10),
});
const lbfgsSolver = z.strictObject({
  type: z.literal('lbfgs'),
  max_iterations: iterations(1000),
  tolerance: tolerance(1e-8),
});
const proximalGradientSolver = z.strictObject({
  type: z.literal('proximal_gradient'),
  max_iterations: iterations(5000),
  tolerance: tolerance(1e-8),
});
const sgdSolver = z.strictObject({ type: z.literal('sgd') }).meta({
  description:
    'Mini-batches by an optimizer, as a network is trained: see `optimizer`, `epochs`, `batch_size`, `shuffle` and `early_stopping` of the config',
});
const gradientDescentSolver = z.strictObject({
  type: z.literal('gradient_descent'),
  max_iterations: iterations(1000),
  tolerance: tolerance(1e-6),
  learning_rate: learningRate(0.1),
  reduction: z.enum(['mean', 'sum']).default('mean').meta({
    description:
      'sum scales the whole gradient by the number of rows m, penalty included: θ := θ − α·m·∂J/∂θ',
  }),
});

export const LinearSolver = z
  .discriminatedUnion('type', [
    autoSolver,
    z.strictObject({ type: z.literal('normal_equations') }),
    newtonSolver,
    lbfgsSolver,
    proximalGradientSolver,
    gradientDescentSolver,
    sgdSolver,
  ])
  .meta({ id: 'LinearSolver' });
export type LinearSolver = z.infer<typeof LinearSolver>;

export const LogisticSolver = z
  .discriminatedUnion('type', [
    autoSolver,
    newtonSolver,
    lbfgsSolver,
    proximalGradientSolver,
    gradientDescentSolver,
    sgdSolver,
  ])
  .meta({ id: 'LogisticSolver' });
export type LogisticSolver = z.infer<typeof LogisticSolver>;

export const HiddenLayer = z
  .strictObject({
    units: z.int().min(1).max(65_536),
    activation: z.enum(activationNames),
    dropout: fraction.default(0).meta({
      description:
        'Probability that a unit is left out of a row in training; the rest are scaled by 1/(1 − dropout). Off when predicting',
    }),
    initializer: z.enum(initializerNames).optional().meta({
      description: 'Default: glorot for identity, sigmoid and tanh, he for the ReLU family',
    }),
  })
  .meta({ id: 'HiddenLayer' });
export type HiddenLayer = z.infer<typeof HiddenLayer>;

export const InitializeFrom = z.strictObject({ model: ModelName, version: VersionNumber }).meta({
  description:
    'Warm start from the weights of a version of the same type, features, hidden layers and classes. The preprocessing is fitted anew on the new training rows and the weights are re-expressed in its units, so that training begins with the function that the version is; only what stands in for missing values may differ, and a model without intercept has no place for a change of offsets. A category that the version did not know starts with weight 0. The state of the optimizer starts fresh. `normal_equations` needs no start and takes none; where an optimum is not unique, the one near the start is found. The version cannot be deleted while the job is active',
});
export type InitializeFrom = z.infer<typeof InitializeFrom>;

const common = {
  target: ColumnName.meta({
    description: 'Column to predict; rows without it are dropped, counted and warned about',
  }),
  features: z.array(ColumnName).min(1).max(maxColumns).optional().meta({
    description:
      'Columns to predict from; default: every column but the target, resolved when a job is submitted',
  }),
  preprocessing: Preprocessing.prefault({}),
  initialize_from: InitializeFrom.nullable().default(null),
  seed: z.int().min(0).max(0xffff_ffff).default(0),
};
const l2 = z.number().min(0).default(0).meta({
  description: 'λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised',
});
const l1 = z.number().min(0).default(0).meta({
  description:
    'Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close',
});
const fitIntercept = z.boolean().default(true);
const noValidation = Validation.prefault({ fraction: 0 });
const epochs = z.int().min(1).max(1_000_000).default(100);
const shuffle = z
  .boolean()
  .default(true)
  .meta({ description: 'Visit the rows in a new seeded order each epoch' });

const classWeight = ClassWeight.nullable().default(null);

/** How mini-batches are descended by. */
const descent = {
  optimizer: Optimizer.prefault({ type: 'adam' }),
  epochs,
  batch_size: z.int().min(1).max(1_000_000).default(32),
  shuffle,
  early_stopping: EarlyStopping.nullable().default(null),
};
export const Descent = z.strictObject(descent);
export type Descent = z.infer<typeof Descent>;
const descentFields = Object.keys(descent) as (keyof Descent)[];

/** The same for a regression: there with solver sgd, and with no other. */
const sgdDescent = {
  optimizer: Optimizer.optional().meta({ description: 'With solver sgd alone; default adam' }),
  epochs: descent.epochs.unwrap().optional().meta({ description: 'With solver sgd alone; default 100' }),
  batch_size: descent.batch_size
    .unwrap()
    .optional()
    .meta({ description: 'With solver sgd alone; default 32' }),
  shuffle: descent.shuffle.unwrap().optional().meta({ description: 'With solver sgd alone; default true' }),
  early_stopping: EarlyStopping.nullable().optional().meta({ description: 'With solver sgd alone' }),
};

interface RegressionSettings extends Partial<Descent> {
  readonly solver: { readonly type: string };
  readonly l1: number;
  readonly validation: Validation;
}

type Issues = z.core.ParsePayload['issues'];
const refuse = (issues: Issues, path: string[], input: unknown, message: string) =>
  issues.push({ code: 'custom', path, input, message });

/** Fills in what sgd needs and the config leaves out. */
function withDescent<Config extends RegressionSettings>(config: Config): Config {
  if (config.solver.type !== 'sgd') return config;
  const given = Object.fromEntries(
    descentFields.flatMap((name) => (name in config ? [[name, config[name]]] : [])),
  );
  return { ...config, ...Descent.parse(given) };
}

function checkRegression({ value, issues }: z.core.ParsePayload<RegressionSettings>): void {
  const { solver, l1 } = value;
  if (l1 > 0 && ['newton', 'lbfgs', 'normal_equations'].includes(solver.type)) {
    refuse(
      issues,
      ['l1'],
      l1,
      `0 with solver ${solver.type}, which needs a smooth J (proximal_gradient takes l1)`,
    );
  }
  if (solver.type === 'sgd') {
    checkDescent({ value: value as RegressionSettings & Descent, issues });
    return;
  }
  for (const name of descentFields) {
    if (value[name] === undefined) continue;
    refuse(issues, [name], value[name], `no ${name} with solver ${solver.type}, only sgd has it`);
  }
}

function checkDescent({
  value,
  issues,
}: {
  readonly value: Descent & { readonly validation: Validation };
  readonly issues: Issues;
}): void {
  const { warmup_epochs: warmup } = value.optimizer.schedule;
  if (warmup >= value.epochs) {
    const path = ['optimizer', 'schedule', 'warmup_epochs'];
    refuse(issues, path, warmup, `fewer warm-up epochs than epochs, ${value.epochs}`);
  }
  if (value.early_stopping?.monitor === 'validation_loss' && !isValidated(value)) {
    const message = '"loss", or a validation split to measure the validation_loss on';
    refuse(issues, ['early_stopping', 'monitor'], 'validation_loss', message);
  }
}

export const LinearRegressionConfig = z
  .strictObject({
    type: z.literal('linear_regression'),
    ...common,
    l1,
    l2,
    fit_intercept: fitIntercept,
    solver: LinearSolver.prefault({ type: 'auto' }),
    ...sgdDescent,
    validation: noValidation,
  })
  .overwrite(withDescent)
  .check(checkRegression)
  .meta({ id: 'LinearRegressionConfig' });
export type LinearRegressionConfig = z.infer<typeof LinearRegressionConfig>;

export const LogisticRegressionConfig = z
  .strictObject({
    type: z.literal('logistic_regression'),
    ...common,
    l1,
    l2,
    fit_intercept: fitIntercept,
    solver: LogisticSolver.prefault({ type: 'auto' }),
    ...sgdDescent,
    validation: noValidation,
    class_weight: classWeight,
  })
  .overwrite(withDescent)
  .check(checkRegression)
  .meta({ id: 'LogisticRegressionConfig' });
export type LogisticRegressionConfig = z.infer<typeof LogisticRegressionConfig>;

export const PerceptronConfig = z
  .strictObject({
    type: z.literal('perceptron'),
    ...common,
    fit_intercept: fitIntercept,
    epochs,
    shuffle,
    validation: noValidation,
    class_weight: classWeight,
  })
  .meta({ id: 'PerceptronConfig' });
export type PerceptronConfig = z.infer<typeof PerceptronConfig>;

export const MlpConfig = z
  .strictObject({
    type: z.literal('mlp'),
    ...common,
    task: z.enum(['classification', 'regression']).optional().meta({
      description: "Default: by the target's type, resolved when a job is submitted",
    }),
    hidden_layers: z.array(HiddenLayer).max(64).default([]),
    l1,
    l2,
    ...descent,
    validation: Validation.prefault({ fraction: 0.1 }),
    class_weight: classWeight,
  })
  .check(checkDescent)
  .meta({ id: 'MlpConfig' });
export type MlpConfig = z.infer<typeof MlpConfig>;

export const ModelConfig = z
  .discriminatedUnion('type', [LinearRegressionConfig, LogisticRegressionConfig, PerceptronConfig, MlpConfig])
  .meta({ id: 'ModelConfig' });
export type ModelConfig = z.infer<typeof ModelConfig>;

export type Task = 'classification' | 'regression';

/** A config whose open defaults (features, task, solver, initializers) were resolved against a dataset: what a job trains. */
export type ResolvedModelConfig =
  | (LinearRegressionConfig & { features: string[]; solver: Exclude<LinearSolver, { type: 'auto' }> })
  | (LogisticRegressionConfig & { features: string[]; solver: Exclude<LogisticSolver, { type: 'auto' }> })
  | (PerceptronConfig & { features: string[] })
  | (MlpConfig & { features: string[]; task: Task });
