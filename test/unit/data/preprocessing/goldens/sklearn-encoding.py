"""What scikit-learn's imputers, scalers and encoders make of one table, under each option: writes sklearn-encoding.json beside it.

Run with scikit-learn 1.2.1 and numpy 1.24.2 (Debian 12: /usr/bin/python3 with python3-sklearn). Fitted on the rows of `train` alone.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

random = np.random.default_rng(20240607)
ROWS = 20
train = [i for i in range(ROWS) if i % 4 != 1]

columns = {
    "age": [None if i % 7 == 2 else round(float(v), 2) for i, v in enumerate(random.normal(40, 12, ROWS))],
    "income": [None if i in (1, 5) else round(float(v), 3) for i, v in enumerate(random.lognormal(3, 1.5, ROWS))],
    "visits": [float(v) for v in random.poisson(2, ROWS)],
    "mostly_five": [5.0 if i % 5 else round(float(v), 1) for i, v in enumerate(random.normal(6, 1, ROWS))],
    "colour": [None if i % 6 == 3 else ["red", "green", "blue"][v] for i, v in enumerate(random.integers(0, 3, ROWS))],
    "town": [["Ulm", "Bonn", "Jena", "Kiel"][v] for v in random.integers(0, 4, ROWS)],
}
# Values that the training rows have not.
columns["town"][5] = "Trier"
columns["income"][9] = 1e5

SCALERS = {
    "standardize": StandardScaler,
    "min_max": MinMaxScaler,
    "robust": RobustScaler,
    "log1p": lambda: FunctionTransformer(np.log1p),
    "none": lambda: FunctionTransformer(),
}


def imputer(kind, options):
    """A word is a strategy, anything else the constant itself."""
    value = options["impute_numeric" if kind == "number" else "impute_category"]
    if value in ("median", "mean", "most_frequent"):
        return SimpleImputer(missing_values=np.nan if kind == "number" else None, strategy=value)
    return SimpleImputer(
        missing_values=np.nan if kind == "number" else None, strategy="constant", fill_value=value
    )


def encoder(kind, options):
    if kind == "number":
        return SCALERS[options["numeric"]]()
    if options["category"] == "ordinal":
        return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def encode(options):
    names, blocks = [], []
    for name, values in columns.items():
        kind = "category" if isinstance(values[0], str) else "number"
        x = np.array(values, dtype=object if kind == "category" else float).reshape(-1, 1)
        pipeline = Pipeline([("impute", imputer(kind, options)), ("encode", encoder(kind, options))])
        pipeline.fit(x[train])
        blocks.append(pipeline.transform(x))
        if kind == "category" and options["category"] == "one_hot":
            names += [f"{name}={category}" for category in pipeline["encode"].categories_[0]]
        else:
            names.append(name)
        if options["missing_indicator"]:
            indicator = MissingIndicator(
                missing_values=np.nan if kind == "number" else None,
                features="missing-only",
                error_on_new=False,
            ).fit(x[train])
            if len(indicator.features_) == 1:
                names.append(f"{name}:missing")
                blocks.append(indicator.transform(x).astype(float))
    return {"columns": names, "encoded": np.hstack(blocks).tolist()}


DEFAULTS = {
    "numeric": "standardize",
    "category": "one_hot",
    "impute_numeric": "median",
    "impute_category": "most_frequent",
    "missing_indicator": False,
}
CHANGES = [
    {},
    {"numeric": "min_max"},
    {"numeric": "robust"},
    {"numeric": "log1p"},
    {"numeric": "none"},
    {"impute_numeric": "mean"},
    {"impute_numeric": -7.5},
    {"impute_category": "unknown"},
    {"category": "ordinal"},
    {"missing_indicator": True},
    {
        "numeric": "robust",
        "category": "ordinal",
        "impute_numeric": "mean",
        "impute_category": "unknown",
        "missing_indicator": True,
    },
]

cases = [{"options": change, **encode({**DEFAULTS, **change})} for change in CHANGES]
golden = {"columns": columns, "train": train, "cases": cases}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden))
