/** Operations of the HTTP API and their types. Generated from openapi.yaml by `npm run openapi`: do not edit. */

/** What `fetch` can send. */
export type UploadData = NonNullable<RequestInit["body"]>;

export type Alias = {
/** Name of an alias */
"alias": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
/** RFC 3339, UTC */
"updated_at": string;
};

export type AliasRequestInput = {
/** Number of a model version: 1, 2, 3 … */
"version": number;
};

export type Alive = {
"status": "ok";
};

/** wᵢ of J by the class of row i. balanced: m / (classes · rows of the class), of the training rows; a map gives it by label, and 1 to a label it does not name. null: 1 for all */
export type ClassWeight = ("balanced") | (Record<string, number>);

/** wᵢ of J by the class of row i. balanced: m / (classes · rows of the class), of the training rows; a map gives it by label, and 1 to a label it does not name. null: 1 for all */
export type ClassWeightInput = ("balanced") | (Record<string, number>);

export type ClassificationMetrics = {
"rows": number;
"accuracy": number;
/** Natural logarithm; probabilities are clipped to [2⁻⁵², 1 − 2⁻⁵²]. Not for a perceptron */
"log_loss"?: number;
/** Two classes: mean (p − y)²; more: mean over rows of Σ (p − y)² */
"brier"?: number;
/** Macro average; a class never predicted counts 0 */
"precision": number;
/** Macro average */
"recall": number;
/** Macro average */
"f1": number;
/** Two classes: of the second; more: macro one against the rest. Null when a class has no row. Not for a perceptron */
"roc_auc"?: number | null;
/** Average precision, averaged as roc_auc is */
"pr_auc"?: number | null;
/** Ten bins by the probability of the second of two classes, or of the predicted one of more; bins without a row are left out. Not for a perceptron */
"calibration"?: ({
"lower": number;
/** The bin is (lower, upper], and 0 is in the first */
"upper": number;
"rows": number;
"mean_predicted": number;
/** Share of the rows that are of the class */
"observed": number;
})[];
"per_class": ({
"label": string | boolean | number;
"support": number;
"precision": number;
"recall": number;
"f1": number;
})[];
/** [true class][predicted class], in class order */
"confusion_matrix": ((number)[])[];
};

export type Collapse = {
"layers": ({
/** First layer of the run that was folded */
"from": string;
/** Last layer of the run; its activation follows */
"to": string;
/** [inputs][outputs], in preprocessed units */
"weights": ((number)[])[];
"bias": (number)[];
})[];
/** Between the model's logits (or scaled values) and those of the folded one, over all rows and outputs */
"max_abs_difference": number;
/** Rows of the version's dataset that were used, from all over it */
"rows": number;
};

/** Terms by feature, in preprocessed units: a standardised feature at its mean adds 0. By class where each class has a logit */
export type Contributions = ({
"intercept": number;
"terms": Record<string, number>;
}) | ({
"intercept": Record<string, number>;
"terms": Record<string, Record<string, number>>;
});

export type Dataset = {
/** Id of a dataset, time-sortable */
"id": string;
"name": (string) | (null);
"rows": number;
/** Size of the stored table, bytes */
"bytes": number;
/** Hash of the typed table: the same whatever format carried it */
"sha256": string;
/** RFC 3339, UTC */
"created_at": string;
"columns": (({
"name": string;
/** Why the column has its type; names the first line that decided it */
"reason": string;
/** Rows without a value */
"missing": number;
/** Distinct values, exact up to 100,000 */
"distinct"?: number;
/** In place of `distinct` above 100,000 */
"distinct_at_least"?: number;
"type": "number";
"min": number | null;
"max": number | null;
"mean": number | null;
"std": number | null;
}) | ({
"name": string;
/** Why the column has its type; names the first line that decided it */
"reason": string;
/** Rows without a value */
"missing": number;
/** Distinct values, exact up to 100,000 */
"distinct"?: number;
/** In place of `distinct` above 100,000 */
"distinct_at_least"?: number;
"type": "category";
/** The ten most frequent values */
"top": ({
"value": string | boolean | number;
"count": number;
})[];
}))[];
"warnings": (Warning)[];
};

export type DatasetInspection = {
"name": (string) | (null);
"rows": number;
/** Size of the stored table, bytes */
"bytes": number;
/** Hash of the typed table: the same whatever format carried it */
"sha256": string;
"columns": (({
"name": string;
/** Why the column has its type; names the first line that decided it */
"reason": string;
/** Rows without a value */
"missing": number;
/** Distinct values, exact up to 100,000 */
"distinct"?: number;
/** In place of `distinct` above 100,000 */
"distinct_at_least"?: number;
"type": "number";
"min": number | null;
"max": number | null;
"mean": number | null;
"std": number | null;
}) | ({
"name": string;
/** Why the column has its type; names the first line that decided it */
"reason": string;
/** Rows without a value */
"missing": number;
/** Distinct values, exact up to 100,000 */
"distinct"?: number;
/** In place of `distinct` above 100,000 */
"distinct_at_least"?: number;
"type": "category";
/** The ten most frequent values */
"top": ({
"value": string | boolean | number;
"count": number;
})[];
}))[];
"warnings": (Warning)[];
};

export type DatasetPage = {
"items": (Dataset)[];
"next_cursor": string | null;
};

export type DatasetUploadInput = ({
/** Free text; need not be unique */
"name"?: string;
"rows": (Record<string, number | string | boolean | null>)[];
}) | ({
/** Free text; need not be unique */
"name"?: string;
"columns": Record<string, (number | string | boolean | null)[]>;
});

export type Diagnostics = {
/** First to last, the output layer among them; empty for all but networks */
"layers": ({
"name": string;
"activation": "identity" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "softplus";
"epochs": ({
"epoch": number;
/** ‖∂L/∂W‖₂, L the mean loss over the probe: no penalty, no unit left out */
"gradient_norm": (number) | (null);
/** ‖W‖₂; biases are in none of the norms */
"weight_norm": (number) | (null);
/** ‖ΔW‖₂ / ‖W‖₂ of the epoch's last step; about 0.001 is usual. Null where W is 0 */
"update_ratio": (number) | (null);
/** Over rows and units; of the last layer: logits */
"activation_mean": number | null;
"activation_std": (number) | (null);
/** Share of the activations (row by unit) that are exactly 0 */
"zero_fraction": number;
/** Share of the units that are 0 on every row of the probe */
"dead_fraction": number;
/** Share of the activations where |f′| is below 1 % of its maximum; for ReLU that is zero_fraction */
"saturated_fraction": number;
})[];
})[];
/** In the order of their epochs, each once for its layer */
"findings": (Finding)[];
};

/** The weights kept are those of the epoch with the lowest monitored value, also when the last epoch is reached */
export type EarlyStopping = {
/** Stop after so many epochs in a row without an improvement */
"patience": number;
/** A decrease counts as an improvement when it is larger than this */
"min_delta": number;
/** validation_loss needs a validation split */
"monitor": "validation_loss" | "loss";
};

/** The weights kept are those of the epoch with the lowest monitored value, also when the last epoch is reached */
export type EarlyStoppingInput = {
/** Stop after so many epochs in a row without an improvement */
"patience"?: number;
/** A decrease counts as an improvement when it is larger than this */
"min_delta"?: number;
/** validation_loss needs a validation split */
"monitor"?: "validation_loss" | "loss";
};

export type EpochRecord = {
"epoch": number;
/** J on the training rows */
"loss": number;
"validation_loss": number | null;
/** `accuracy`, or `rmse` and `r2`, and the same with `validation_` before it; `validation_roc_auc` up to 131,072 rows × classes. Those of a network and of sgd on the training rows are running means over the epoch */
"metrics": Record<string, number>;
/** Time that the epoch took */
"seconds": number;
};

export type EvaluateRequestInput = {
/** With the version's features and its target */
"dataset": string;
};

export type Finding = {
/** See docs/diagnostics.md for each threshold */
"code": "vanishing_gradient" | "exploding_gradient" | "dead_units" | "saturated_units" | "linear_collapse" | "separable_data" | "diverged" | "overfitting" | "class_imbalance" | "constant_feature" | "collinear_features";
/** Null where it is not about one layer */
"layer": string | null;
/** In which it was first seen; 0: in config or data, before the first */
"epoch": number;
/** What was held against the threshold */
"value": number | null;
/** The number in words, and one sentence of advice */
"message": string;
};

export type FittedPreprocessing = {
"features": (({
"name": string;
"type": "number";
"transform": "identity" | "log1p";
"offset": number;
/** Never 0: a constant feature has scale 1 and encodes as 0 */
"scale": number;
/** Stands in for a missing value; null: a missing value is refused */
"impute": number | null;
"missing_indicator": boolean;
}) | ({
"name": string;
"type": "category";
"encoding": "one_hot" | "ordinal";
/** Ascending by code point; an unseen one encodes as all zeros (ordinal: −1) */
"categories": (string)[];
/** The categories are JSON booleans */
"boolean": boolean;
"impute": string | null;
"missing_indicator": boolean;
}))[];
/** Columns of the encoded matrix, in order; `sex=male` for one-hot */
"columns": (string)[];
};

export type GradientCheck = {
"tensors": ({
"name": string;
"size": number;
/** Numbers of it that were checked: all of up to 32, else so many drawn by the seed */
"checked": number;
/** |g − q| / max(|g|, |q|, 1e-4): g by backpropagation, q by a central difference */
"max_relative_error": number;
})[];
/** About 1e-6 or less where the gradient is right */
"max_relative_error": number;
/** Rows of the version's dataset that were used, from all over it */
"rows": number;
};

export type HiddenLayer = {
"units": number;
"activation": "identity" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "softplus";
/** Probability that a unit is left out of a row in training; the rest are scaled by 1/(1 − dropout). Off when predicting */
"dropout": number;
/** Default: glorot for identity, sigmoid and tanh, he for the ReLU family */
"initializer"?: "he" | "glorot" | "lecun";
};

export type HiddenLayerInput = {
"units": number;
"activation": "identity" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "softplus";
/** Probability that a unit is left out of a row in training; the rest are scaled by 1/(1 − dropout). Off when predicting */
"dropout"?: number;
/** Default: glorot for identity, sigmoid and tanh, he for the ReLU family */
"initializer"?: "he" | "glorot" | "lecun";
};

export type History = {
"epochs": (EpochRecord)[];
};

export type Job = {
/** Id of a job, time-sortable */
"id": string;
/** verify trains a version again and compares; it makes no version */
"kind": "train" | "verify";
/** Name of a model */
"model": string;
/** Id of a dataset, time-sortable */
"dataset": string;
"state": "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";
"stop_reason": ("converged" | "separable_data" | "max_iterations" | "max_epochs" | "early_stopping" | "diverged" | "cancelled" | "poison" | "failed") | (null);
"progress": {
/** Finished epochs; a GLM's iterations count as epochs */
"epoch": number;
/** Most epochs that the job will run */
"epochs": number;
"fraction": number;
/** At most, at the present pace; null when unknown or ended */
"eta_seconds": number | null;
};
"loss": number | null;
"validation_loss": number | null;
"metrics": (SplitMetrics) | (null);
/** Made, or verified, by the job that succeeded */
"version": (number) | (null);
"verification": (Verification) | (null);
"attempt": number;
"engine": string | null;
"warnings": (Warning)[];
"error": ({
"code": string;
"message": string;
}) | (null);
"config": ModelConfig;
"priority": number;
/** RFC 3339, UTC */
"created_at": string;
"started_at": (string) | (null);
"finished_at": (string) | (null);
};

export type JobEvent = ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "queued";
/** RFC 3339, UTC */
"at": string;
"data": {
"reason": "submit" | "resume";
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "started";
/** RFC 3339, UTC */
"at": string;
"data": {
"attempt": number;
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "resumed";
/** RFC 3339, UTC */
"at": string;
"data": {
"attempt": number;
"from_epoch": number;
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "released";
/** RFC 3339, UTC */
"at": string;
"data": ({
"reason": "drain" | "discard";
}) | ({
"reason": "crash";
/** In a row, without a new checkpoint between them */
"crashes": number;
});
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "paused";
/** RFC 3339, UTC */
"at": string;
"data": ({
"reason": "request";
}) | ({
"reason": "crash";
/** In a row, without a new checkpoint between them */
"crashes": number;
});
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "progress";
/** RFC 3339, UTC */
"at": string;
"data": {
"epoch": number;
/** J on the training rows */
"loss": number;
"validation_loss": number | null;
/** `accuracy`, or `rmse` and `r2`, and the same with `validation_` before it; `validation_roc_auc` up to 131,072 rows × classes. Those of a network and of sgd on the training rows are running means over the epoch */
"metrics": Record<string, number>;
/** Time that the epoch took */
"seconds": number;
"epochs": number;
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "diagnostics";
/** RFC 3339, UTC */
"at": string;
"data": {
"epoch": number;
"layers": ({
/** ‖∂L/∂W‖₂, L the mean loss over the probe: no penalty, no unit left out */
"gradient_norm": (number) | (null);
/** ‖W‖₂; biases are in none of the norms */
"weight_norm": (number) | (null);
/** ‖ΔW‖₂ / ‖W‖₂ of the epoch's last step; about 0.001 is usual. Null where W is 0 */
"update_ratio": (number) | (null);
/** Over rows and units; of the last layer: logits */
"activation_mean": number | null;
"activation_std": (number) | (null);
/** Share of the activations (row by unit) that are exactly 0 */
"zero_fraction": number;
/** Share of the units that are 0 on every row of the probe */
"dead_fraction": number;
/** Share of the activations where |f′| is below 1 % of its maximum; for ReLU that is zero_fraction */
"saturated_fraction": number;
})[];
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "checkpoint";
/** RFC 3339, UTC */
"at": string;
"data": {
"epoch": number;
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "warning";
/** RFC 3339, UTC */
"at": string;
"data": Warning;
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "succeeded";
/** RFC 3339, UTC */
"at": string;
"data": {
/** Number of a model version: 1, 2, 3 … */
"version": number;
"stop_reason": "converged" | "separable_data" | "max_iterations" | "max_epochs" | "early_stopping" | "diverged" | "cancelled" | "poison" | "failed";
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "failed";
/** RFC 3339, UTC */
"at": string;
"data": {
"code": string;
"message": string;
"stop_reason": "converged" | "separable_data" | "max_iterations" | "max_epochs" | "early_stopping" | "diverged" | "cancelled" | "poison" | "failed";
};
}) | ({
/** 1, 2, 3 … within the job */
"id": number;
"type": "cancelled";
/** RFC 3339, UTC */
"at": string;
"data": Record<string, never>;
});

export type JobEventPage = {
"items": (JobEvent)[];
"next_cursor": string | null;
};

export type JobPage = {
"items": (Job)[];
"next_cursor": string | null;
};

export type JobRequestInput = {
/** Name of a model */
"model": string;
/** Id of a dataset, time-sortable */
"dataset": string;
/** Trains with this config in place of the model's */
"config"?: ModelConfigInput;
/** Higher runs first */
"priority"?: number;
};

export type LastFiniteWeights = {
/** After which they were the weights; 0: those of the start */
"epoch": number;
/** As of a version, in units of the preprocessed matrix */
"weights": Weights;
};

export type LinearRegressionConfig = {
"type": "linear_regression";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing": Preprocessing;
"initialize_from": ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed": number;
/** Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close */
"l1": number;
/** λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised */
"l2": number;
"fit_intercept": boolean;
"solver": LinearSolver;
/** With solver sgd alone; default adam */
"optimizer"?: Optimizer;
/** With solver sgd alone; default 100 */
"epochs"?: number;
/** With solver sgd alone; default 32 */
"batch_size"?: number;
/** With solver sgd alone; default true */
"shuffle"?: boolean;
/** With solver sgd alone */
"early_stopping"?: (EarlyStopping) | (null);
"validation": Validation;
};

export type LinearRegressionConfigInput = {
"type": "linear_regression";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing"?: PreprocessingInput;
"initialize_from"?: ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed"?: number;
/** Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close */
"l1"?: number;
/** λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised */
"l2"?: number;
"fit_intercept"?: boolean;
"solver"?: LinearSolverInput;
/** With solver sgd alone; default adam */
"optimizer"?: OptimizerInput;
/** With solver sgd alone; default 100 */
"epochs"?: number;
/** With solver sgd alone; default 32 */
"batch_size"?: number;
/** With solver sgd alone; default true */
"shuffle"?: boolean;
/** With solver sgd alone */
"early_stopping"?: (EarlyStoppingInput) | (null);
"validation"?: ValidationInput;
};

export type LinearSolver = ({
"type": "auto";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "normal_equations";
}) | ({
"type": "newton";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "lbfgs";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "proximal_gradient";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "gradient_descent";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
"learning_rate": number;
/** sum scales the whole gradient by the number of rows m, penalty included: θ := θ − α·m·∂J/∂θ */
"reduction": "mean" | "sum";
}) | ({
"type": "sgd";
});

export type LinearSolverInput = ({
"type": "auto";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "normal_equations";
}) | ({
"type": "newton";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "lbfgs";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "proximal_gradient";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "gradient_descent";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
"learning_rate"?: number;
/** sum scales the whole gradient by the number of rows m, penalty included: θ := θ − α·m·∂J/∂θ */
"reduction"?: "mean" | "sum";
}) | ({
"type": "sgd";
});

export type LogisticRegressionConfig = {
"type": "logistic_regression";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing": Preprocessing;
"initialize_from": ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed": number;
/** Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close */
"l1": number;
/** λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised */
"l2": number;
"fit_intercept": boolean;
"solver": LogisticSolver;
/** With solver sgd alone; default adam */
"optimizer"?: Optimizer;
/** With solver sgd alone; default 100 */
"epochs"?: number;
/** With solver sgd alone; default 32 */
"batch_size"?: number;
/** With solver sgd alone; default true */
"shuffle"?: boolean;
/** With solver sgd alone */
"early_stopping"?: (EarlyStopping) | (null);
"validation": Validation;
"class_weight": (ClassWeight) | (null);
};

export type LogisticRegressionConfigInput = {
"type": "logistic_regression";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing"?: PreprocessingInput;
"initialize_from"?: ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed"?: number;
/** Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close */
"l1"?: number;
/** λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised */
"l2"?: number;
"fit_intercept"?: boolean;
"solver"?: LogisticSolverInput;
/** With solver sgd alone; default adam */
"optimizer"?: OptimizerInput;
/** With solver sgd alone; default 100 */
"epochs"?: number;
/** With solver sgd alone; default 32 */
"batch_size"?: number;
/** With solver sgd alone; default true */
"shuffle"?: boolean;
/** With solver sgd alone */
"early_stopping"?: (EarlyStoppingInput) | (null);
"validation"?: ValidationInput;
"class_weight"?: (ClassWeightInput) | (null);
};

export type LogisticSolver = ({
"type": "auto";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "newton";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "lbfgs";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "proximal_gradient";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
}) | ({
"type": "gradient_descent";
"max_iterations": number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance": number;
"learning_rate": number;
/** sum scales the whole gradient by the number of rows m, penalty included: θ := θ − α·m·∂J/∂θ */
"reduction": "mean" | "sum";
}) | ({
"type": "sgd";
});

export type LogisticSolverInput = ({
"type": "auto";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "newton";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "lbfgs";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "proximal_gradient";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
}) | ({
"type": "gradient_descent";
"max_iterations"?: number;
/** Stop when the max-norm of the mean gradient is at or below it; 0 = run to max_iterations */
"tolerance"?: number;
"learning_rate"?: number;
/** sum scales the whole gradient by the number of rows m, penalty included: θ := θ − α·m·∂J/∂θ */
"reduction"?: "mean" | "sum";
}) | ({
"type": "sgd";
});

export type Metrics = (ClassificationMetrics) | (RegressionMetrics);

export type MetricsAnswer = string;

export type MlpConfig = {
"type": "mlp";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing": Preprocessing;
"initialize_from": ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed": number;
/** Default: by the target's type, resolved when a job is submitted */
"task"?: "classification" | "regression";
"hidden_layers": (HiddenLayer)[];
/** Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close */
"l1": number;
/** λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised */
"l2": number;
"optimizer": Optimizer;
"epochs": number;
"batch_size": number;
/** Visit the rows in a new seeded order each epoch */
"shuffle": boolean;
"early_stopping": (EarlyStopping) | (null);
"validation": Validation;
"class_weight": (ClassWeight) | (null);
};

export type MlpConfigInput = {
"type": "mlp";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing"?: PreprocessingInput;
"initialize_from"?: ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed"?: number;
/** Default: by the target's type, resolved when a job is submitted */
"task"?: "classification" | "regression";
"hidden_layers"?: (HiddenLayerInput)[];
/** Weight of the penalty l1·‖w‖₁ in J; intercepts and biases are never penalised. proximal_gradient leaves weights of exactly 0; whatever else takes it (networks, gradient_descent, sgd) steps by its subgradient l1·sign(w), 0 at w = 0, and comes close */
"l1"?: number;
/** λ of the penalty (λ/2)·‖w‖₂² in J; intercepts and biases are never penalised */
"l2"?: number;
"optimizer"?: OptimizerInput;
"epochs"?: number;
"batch_size"?: number;
/** Visit the rows in a new seeded order each epoch */
"shuffle"?: boolean;
"early_stopping"?: (EarlyStoppingInput) | (null);
"validation"?: ValidationInput;
"class_weight"?: (ClassWeightInput) | (null);
};

export type Model = {
/** Name of a model */
"name": string;
"config": ModelConfig;
"latest_version": (number) | (null);
/** Versions by alias */
"aliases": Record<string, number>;
/** RFC 3339, UTC */
"created_at": string;
/** RFC 3339, UTC */
"updated_at": string;
};

export type ModelConfig = (LinearRegressionConfig) | (LogisticRegressionConfig) | (PerceptronConfig) | (MlpConfig);

export type ModelConfigInput = (LinearRegressionConfigInput) | (LogisticRegressionConfigInput) | (PerceptronConfigInput) | (MlpConfigInput);

export type ModelPage = {
"items": (Model)[];
"next_cursor": string | null;
};

export type Optimizer = ({
"type": "sgd";
"learning_rate": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
}) | ({
"type": "momentum";
"learning_rate": number;
"momentum": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
}) | ({
"type": "nesterov";
"learning_rate": number;
"momentum": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
}) | ({
"type": "adagrad";
"learning_rate": number;
"epsilon": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
}) | ({
"type": "rmsprop";
"learning_rate": number;
/** Decay of the running mean of squared gradients */
"alpha": number;
"epsilon": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
}) | ({
"type": "adam";
"learning_rate": number;
"beta1": number;
"beta2": number;
"epsilon": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
}) | ({
"type": "adamw";
"learning_rate": number;
"beta1": number;
"beta2": number;
"epsilon": number;
/** Decoupled: every weight and bias is multiplied by 1 − learning_rate · weight_decay before the step. Beside l2, which is part of J */
"weight_decay": number;
"schedule": Schedule;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm": (number) | (null);
});

export type OptimizerInput = ({
"type": "sgd";
"learning_rate"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
}) | ({
"type": "momentum";
"learning_rate"?: number;
"momentum"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
}) | ({
"type": "nesterov";
"learning_rate"?: number;
"momentum"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
}) | ({
"type": "adagrad";
"learning_rate"?: number;
"epsilon"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
}) | ({
"type": "rmsprop";
"learning_rate"?: number;
/** Decay of the running mean of squared gradients */
"alpha"?: number;
"epsilon"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
}) | ({
"type": "adam";
"learning_rate"?: number;
"beta1"?: number;
"beta2"?: number;
"epsilon"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
}) | ({
"type": "adamw";
"learning_rate"?: number;
"beta1"?: number;
"beta2"?: number;
"epsilon"?: number;
/** Decoupled: every weight and bias is multiplied by 1 − learning_rate · weight_decay before the step. Beside l2, which is part of J */
"weight_decay"?: number;
"schedule"?: ScheduleInput;
/** Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound */
"clip_norm"?: (number) | (null);
});

export type PerceptronConfig = {
"type": "perceptron";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing": Preprocessing;
"initialize_from": ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed": number;
"fit_intercept": boolean;
"epochs": number;
/** Visit the rows in a new seeded order each epoch */
"shuffle": boolean;
"validation": Validation;
"class_weight": (ClassWeight) | (null);
};

export type PerceptronConfigInput = {
"type": "perceptron";
/** Column to predict; rows without it are dropped, counted and warned about */
"target": string;
/** Columns to predict from; default: every column but the target, resolved when a job is submitted */
"features"?: (string)[];
"preprocessing"?: PreprocessingInput;
"initialize_from"?: ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"seed"?: number;
"fit_intercept"?: boolean;
"epochs"?: number;
/** Visit the rows in a new seeded order each epoch */
"shuffle"?: boolean;
"validation"?: ValidationInput;
"class_weight"?: (ClassWeightInput) | (null);
};

export type PredictRequestInput = {
/** One object a row, keyed by feature; a missing feature is null or left out */
"rows": (Record<string, number | string | boolean | null>)[];
};

export type PredictResponse = {
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
"predictions": (Prediction)[];
"warnings"?: (Warning)[];
};

export type Prediction = ({
"label": string | boolean | number;
/** Keyed by the label's text */
"probabilities": Record<string, number>;
/** The logit: of the second of two classes, by class for more, of the value */
"raw"?: (number) | (Record<string, number>);
"contributions"?: Contributions;
}) | ({
"value": number;
/** The logit: of the second of two classes, by class for more, of the value */
"raw"?: (number) | (Record<string, number>);
"contributions"?: Contributions;
});

export type Preprocessing = {
/** standardize: (x − mean) / std of the population; min_max: to [0, 1]; robust: (x − median) / interquartile range; log1p: ln(1 + x) */
"numeric": "standardize" | "min_max" | "robust" | "log1p" | "none";
"category": "one_hot" | "ordinal";
"missing": "impute" | "drop_row" | "error";
"impute_numeric": ("median" | "mean") | (number);
/** `most_frequent`, or the category to put in place of a missing one */
"impute_category": string;
/** Adds a 0/1 column for each feature that misses values in training */
"missing_indicator": boolean;
"max_categories": number;
};

export type PreprocessingInput = {
/** standardize: (x − mean) / std of the population; min_max: to [0, 1]; robust: (x − median) / interquartile range; log1p: ln(1 + x) */
"numeric"?: "standardize" | "min_max" | "robust" | "log1p" | "none";
"category"?: "one_hot" | "ordinal";
"missing"?: "impute" | "drop_row" | "error";
"impute_numeric"?: ("median" | "mean") | (number);
/** `most_frequent`, or the category to put in place of a missing one */
"impute_category"?: string;
/** Adds a 0/1 column for each feature that misses values in training */
"missing_indicator"?: boolean;
"max_categories"?: number;
};

/** RFC 9457 problem details */
export type Problem = {
/** URI that names the kind of problem: `urn:trainyard:problem:` and the code */
"type": string;
"title": string;
"status": number;
/** Stable lower_snake word; see docs/errors.md */
"code": string;
"detail": string;
/** Path of the request */
"instance": string;
"request_id": string;
"errors"?: ({
"pointer"?: string;
"line"?: number;
"column"?: string;
"code": string;
"message": string;
})[];
};

export type Ready = {
"status": "ready";
};

export type RegressionMetrics = {
"rows": number;
/** Mean squared error, target units squared; without the loss's ½ */
"mse": number;
"rmse": number;
"mae": number;
/** Null when the target is constant or there are fewer than two rows */
"r2": number | null;
"explained_variance": number | null;
};

export type RowPage = {
"items": (Record<string, number | string | boolean | null>)[];
"total": number;
};

/** Learning rate of each epoch */
export type Schedule = ({
"type": "constant";
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs": number;
}) | ({
"type": "step";
/** Epochs from one step to the next */
"step_epochs": number;
/** Multiplies the learning rate at each step */
"factor": number;
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs": number;
}) | ({
"type": "exponential";
/** Multiplies the learning rate after each epoch */
"factor": number;
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs": number;
}) | ({
"type": "cosine";
/** Learning rate that the half cosine ends at, at most the learning_rate */
"minimum": number;
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs": number;
});

/** Learning rate of each epoch */
export type ScheduleInput = ({
"type": "constant";
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs"?: number;
}) | ({
"type": "step";
/** Epochs from one step to the next */
"step_epochs": number;
/** Multiplies the learning rate at each step */
"factor"?: number;
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs"?: number;
}) | ({
"type": "exponential";
/** Multiplies the learning rate after each epoch */
"factor": number;
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs"?: number;
}) | ({
"type": "cosine";
/** Learning rate that the half cosine ends at, at most the learning_rate */
"minimum"?: number;
/** Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate */
"warmup_epochs"?: number;
});

export type SplitMetrics = {
"train": Metrics;
"validation": (Metrics) | (null);
};

export type Validation = ({
/** Share of the rows held back; 0 is none */
"fraction": number;
/** Keeps the proportions of the classes; no effect on a regression */
"stratify": boolean;
}) | ({
/** Dataset to measure on; has the target and the features, each of the same type */
"dataset": string;
});

export type ValidationInput = ({
/** Share of the rows held back; 0 is none */
"fraction": number;
/** Keeps the proportions of the classes; no effect on a regression */
"stratify"?: boolean;
}) | ({
/** Dataset to measure on; has the target and the features, each of the same type */
"dataset": string;
});

export type Verification = {
/** not_comparable: other weights by another engine, of which equal bits are not promised */
"result": "equal" | "different" | "not_comparable";
/** Of the weights that this job came to */
"weights_sha256": string;
/** The version's */
"expected_weights_sha256": string;
"engine": string;
"expected_engine": string;
};

export type Version = {
/** Number of a model version: 1, 2, 3 … */
"version": number;
/** Id of a job, time-sortable */
"job": string;
/** Id of a dataset, time-sortable */
"dataset": string;
/** SHA-256, lower-case hexadecimal */
"dataset_sha256": string;
/** Of the dataset in `config.validation`; null without one */
"validation_dataset_sha256": (string) | (null);
/** Of a version that a file brought: its name where it was trained. Job, dataset, metrics and engine are then what the file says. Null otherwise */
"imported_from": ({
/** Name of a model */
"model": string;
/** Number of a model version: 1, 2, 3 … */
"version": number;
}) | (null);
"config": ModelConfig;
"classes": ((string | boolean | number)[]) | (null);
"features": (string)[];
"preprocessing": FittedPreprocessing;
"metrics": SplitMetrics;
/** Number of weights and biases */
"parameters": number;
/** Of the parameters in layer order, little-endian */
"weights_sha256": string;
"engine": string;
"package_version": string;
/** RFC 3339, UTC */
"created_at": string;
};

export type VersionPage = {
"items": (Version)[];
"next_cursor": string | null;
};

/** Something the user should know that did not stop the work */
export type Warning = {
"code": string;
"message": string;
};

export type Weights = ({
"coefficients": Record<string, number>;
"intercept": number;
}) | ({
/** By class, then by feature */
"coefficients": Record<string, Record<string, number>>;
"intercept": Record<string, number>;
}) | ({
"layers": ({
"name": string;
"activation": "identity" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "softplus";
/** [inputs][outputs] */
"weights": ((number)[])[];
"bias": (number)[];
})[];
});

export interface Operations {
  /** Download a table as CSV, NDJSON or Parquet */
  exportDataset: { input: { "format": "csv" | "ndjson" | "parquet"; "formulas"?: "escape" | "keep"; "dataset": string }; output: Response };
  /** Upload a table */
  createDataset: { input: { "name"?: string; "delimiter"?: string; "header"?: "true" | "false"; "missing"?: string; "types"?: string } & ({ body: DatasetUploadInput } | { upload: { type: "text/csv" | "application/x-ndjson" | "application/vnd.apache.parquet"; data: UploadData } }); output: Dataset };
  /** List datasets, newest first */
  listDatasets: { input: { "limit"?: number; "cursor"?: string }; output: DatasetPage };
  /** Say what an upload would become */
  inspectDataset: { input: { "name"?: string; "delimiter"?: string; "header"?: "true" | "false"; "missing"?: string; "types"?: string } & ({ body: DatasetUploadInput } | { upload: { type: "text/csv" | "application/x-ndjson" | "application/vnd.apache.parquet"; data: UploadData } }); output: DatasetInspection };
  /** Show a dataset with its profile */
  getDataset: { input: { "dataset": string }; output: Dataset };
  /** Delete a dataset */
  deleteDataset: { input: { "dataset": string }; output: undefined };
  /** Read rows, in the order of the upload */
  listRows: { input: { "limit"?: number; "offset"?: number; "dataset": string }; output: RowPage };
  /** Create a model or replace its config */
  putModel: { input: { "model": string; body: ModelConfigInput }; output: Model };
  /** Show a model */
  getModel: { input: { "model": string }; output: Model };
  /** Delete a model with its versions */
  deleteModel: { input: { "model": string }; output: undefined };
  /** List models, newest first */
  listModels: { input: { "limit"?: number; "cursor"?: string }; output: ModelPage };
  /** Download a version as ONNX or safetensors */
  exportVersion: { input: { "format": "onnx" | "safetensors"; "model": string; "version": number }; output: Response };
  /** Take an exported safetensors file as the next version */
  importVersion: { input: { "model": string; upload: { type: "application/octet-stream"; data: UploadData } }; output: Version };
  /** List versions of a model, newest first */
  listVersions: { input: { "limit"?: number; "cursor"?: string; "model": string }; output: VersionPage };
  /** Show a version: config, metrics, preprocessing */
  getVersion: { input: { "model": string; "version": number }; output: Version };
  /** Delete a version */
  deleteVersion: { input: { "model": string; "version": number }; output: undefined };
  /** Read the weights of a version */
  getWeights: { input: { "scale"?: "input" | "model"; "model": string; "version": number }; output: Weights };
  /** Fold layers with nothing but affine maps between them into one */
  collapseVersion: { input: { "model": string; "version": number }; output: Collapse };
  /** Compare the gradient with finite differences */
  checkGradients: { input: { "model": string; "version": number }; output: GradientCheck };
  /** Point an alias to a version */
  putAlias: { input: { "model": string; "alias": string; "if-match"?: string; body: AliasRequestInput }; output: Alias };
  /** Show which version an alias points to */
  getAlias: { input: { "model": string; "alias": string }; output: Alias };
  /** Delete an alias */
  deleteAlias: { input: { "model": string; "alias": string; "if-match"?: string }; output: undefined };
  /** Predict by the latest version */
  predict: { input: { "threshold"?: number; "top_k"?: number; "contributions"?: boolean; "raw"?: boolean; "model": string; body: PredictRequestInput }; output: PredictResponse };
  /** Predict by one version */
  predictByVersion: { input: { "threshold"?: number; "top_k"?: number; "contributions"?: boolean; "raw"?: boolean; "model": string; "version": number; body: PredictRequestInput }; output: PredictResponse };
  /** Predict by the version that an alias points to */
  predictByAlias: { input: { "threshold"?: number; "top_k"?: number; "contributions"?: boolean; "raw"?: boolean; "model": string; "alias": string; body: PredictRequestInput }; output: PredictResponse };
  /** Measure the latest version on a dataset */
  evaluate: { input: { "model": string; body: EvaluateRequestInput }; output: Metrics };
  /** Measure one version on a dataset */
  evaluateByVersion: { input: { "model": string; "version": number; body: EvaluateRequestInput }; output: Metrics };
  /** Measure the version that an alias points to on a dataset */
  evaluateByAlias: { input: { "model": string; "alias": string; body: EvaluateRequestInput }; output: Metrics };
  /** Train a model on a dataset */
  createJob: { input: { "idempotency-key"?: string; body: JobRequestInput }; output: Job };
  /** List jobs, newest first */
  listJobs: { input: { "limit"?: number; "cursor"?: string; "state"?: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled"; "model"?: string; "dataset"?: string }; output: JobPage };
  /** Train a version again and compare */
  verifyVersion: { input: { "model": string; "version": number }; output: Job };
  /** Show a job, or wait for its end */
  getJob: { input: { "wait"?: number; "job": string }; output: Job };
  /** Delete a job that has ended */
  deleteJob: { input: { "job": string }; output: undefined };
  /** Cancel a job at once */
  cancelJob: { input: { "job": string }; output: Job };
  /** Pause a job */
  pauseJob: { input: { "job": string }; output: Job };
  /** Resume a paused job */
  resumeJob: { input: { "job": string }; output: Job };
  /** Read the loss and metrics of each epoch */
  getHistory: { input: { "max_points"?: number; "job": string }; output: History };
  /** See inside the training: gradients and activations of each layer, and what is wrong with them */
  getDiagnostics: { input: { "max_points"?: number; "job": string }; output: Diagnostics };
  /** Read the last finite weights of a job that diverged */
  getLastFiniteWeights: { input: { "job": string }; output: LastFiniteWeights };
  /** Read or follow what happens to a job */
  getJobEvents: { input: { "limit"?: number; "cursor"?: number; "after"?: number; "job": string; "last-event-id"?: number }; output: JobEventPage | undefined };
  /** Download a consistent copy of everything */
  backUp: { input: {  }; output: Response };
  /** Tell whether the process answers */
  getLiveness: { input: {  }; output: Alive };
  /** Tell whether the store and the data process are there */
  getReadiness: { input: {  }; output: Ready };
  /** Read what a Prometheus server scrapes */
  getMetrics: { input: {  }; output: Response };
}

export const operations = {
  exportDataset: { method: 'GET', path: '/api/v1/datasets/{dataset}/export', query: ["format","formulas"], headers: [], isJson: false },
  createDataset: { method: 'POST', path: '/api/v1/datasets', query: ["name","delimiter","header","missing","types"], headers: [], isJson: true },
  listDatasets: { method: 'GET', path: '/api/v1/datasets', query: ["limit","cursor"], headers: [], isJson: true },
  inspectDataset: { method: 'POST', path: '/api/v1/datasets/inspect', query: ["name","delimiter","header","missing","types"], headers: [], isJson: true },
  getDataset: { method: 'GET', path: '/api/v1/datasets/{dataset}', query: [], headers: [], isJson: true },
  deleteDataset: { method: 'DELETE', path: '/api/v1/datasets/{dataset}', query: [], headers: [], isJson: false },
  listRows: { method: 'GET', path: '/api/v1/datasets/{dataset}/rows', query: ["limit","offset"], headers: [], isJson: true },
  putModel: { method: 'PUT', path: '/api/v1/models/{model}', query: [], headers: [], isJson: true },
  getModel: { method: 'GET', path: '/api/v1/models/{model}', query: [], headers: [], isJson: true },
  deleteModel: { method: 'DELETE', path: '/api/v1/models/{model}', query: [], headers: [], isJson: false },
  listModels: { method: 'GET', path: '/api/v1/models', query: ["limit","cursor"], headers: [], isJson: true },
  exportVersion: { method: 'GET', path: '/api/v1/models/{model}/versions/{version}/export', query: ["format"], headers: [], isJson: false },
  importVersion: { method: 'POST', path: '/api/v1/models/{model}/import', query: [], headers: [], isJson: true },
  listVersions: { method: 'GET', path: '/api/v1/models/{model}/versions', query: ["limit","cursor"], headers: [], isJson: true },
  getVersion: { method: 'GET', path: '/api/v1/models/{model}/versions/{version}', query: [], headers: [], isJson: true },
  deleteVersion: { method: 'DELETE', path: '/api/v1/models/{model}/versions/{version}', query: [], headers: [], isJson: false },
  getWeights: { method: 'GET', path: '/api/v1/models/{model}/versions/{version}/weights', query: ["scale"], headers: [], isJson: true },
  collapseVersion: { method: 'GET', path: '/api/v1/models/{model}/versions/{version}/collapse', query: [], headers: [], isJson: true },
  checkGradients: { method: 'POST', path: '/api/v1/models/{model}/versions/{version}/check-gradients', query: [], headers: [], isJson: true },
  putAlias: { method: 'PUT', path: '/api/v1/models/{model}/aliases/{alias}', query: [], headers: ["if-match"], isJson: true },
  getAlias: { method: 'GET', path: '/api/v1/models/{model}/aliases/{alias}', query: [], headers: [], isJson: true },
  deleteAlias: { method: 'DELETE', path: '/api/v1/models/{model}/aliases/{alias}', query: [], headers: ["if-match"], isJson: false },
  predict: { method: 'POST', path: '/api/v1/models/{model}/predict', query: ["threshold","top_k","contributions","raw"], headers: [], isJson: true },
  predictByVersion: { method: 'POST', path: '/api/v1/models/{model}/versions/{version}/predict', query: ["threshold","top_k","contributions","raw"], headers: [], isJson: true },
  predictByAlias: { method: 'POST', path: '/api/v1/models/{model}/aliases/{alias}/predict', query: ["threshold","top_k","contributions","raw"], headers: [], isJson: true },
  evaluate: { method: 'POST', path: '/api/v1/models/{model}/evaluate', query: [], headers: [], isJson: true },
  evaluateByVersion: { method: 'POST', path: '/api/v1/models/{model}/versions/{version}/evaluate', query: [], headers: [], isJson: true },
  evaluateByAlias: { method: 'POST', path: '/api/v1/models/{model}/aliases/{alias}/evaluate', query: [], headers: [], isJson: true },
  createJob: { method: 'POST', path: '/api/v1/jobs', query: [], headers: ["idempotency-key"], isJson: true },
  listJobs: { method: 'GET', path: '/api/v1/jobs', query: ["limit","cursor","state","model","dataset"], headers: [], isJson: true },
  verifyVersion: { method: 'POST', path: '/api/v1/models/{model}/versions/{version}/verify', query: [], headers: [], isJson: true },
  getJob: { method: 'GET', path: '/api/v1/jobs/{job}', query: ["wait"], headers: [], isJson: true },
  deleteJob: { method: 'DELETE', path: '/api/v1/jobs/{job}', query: [], headers: [], isJson: false },
  cancelJob: { method: 'POST', path: '/api/v1/jobs/{job}/cancel', query: [], headers: [], isJson: true },
  pauseJob: { method: 'POST', path: '/api/v1/jobs/{job}/pause', query: [], headers: [], isJson: true },
  resumeJob: { method: 'POST', path: '/api/v1/jobs/{job}/resume', query: [], headers: [], isJson: true },
  getHistory: { method: 'GET', path: '/api/v1/jobs/{job}/history', query: ["max_points"], headers: [], isJson: true },
  getDiagnostics: { method: 'GET', path: '/api/v1/jobs/{job}/diagnostics', query: ["max_points"], headers: [], isJson: true },
  getLastFiniteWeights: { method: 'GET', path: '/api/v1/jobs/{job}/last-finite-weights', query: [], headers: [], isJson: true },
  getJobEvents: { method: 'GET', path: '/api/v1/jobs/{job}/events', query: ["limit","cursor","after"], headers: ["last-event-id"], isJson: true },
  backUp: { method: 'POST', path: '/api/v1/admin/backup', query: [], headers: [], isJson: false },
  getLiveness: { method: 'GET', path: '/livez', query: [], headers: [], isJson: true },
  getReadiness: { method: 'GET', path: '/readyz', query: [], headers: [], isJson: true },
  getMetrics: { method: 'GET', path: '/metrics', query: [], headers: [], isJson: false },
} as const;

