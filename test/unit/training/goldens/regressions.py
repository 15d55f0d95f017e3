"""Writes regressions.json: regressions as scikit-learn solves them, and mini-batch descents as PyTorch walks them, in f64.

python3 regressions.py    (scikit-learn 1.2.1, torch 1.13.0, numpy 1.24.2 default_rng(7) for the data)

J = (1/m) Σ cᵢ lossᵢ + l1·‖w‖₁ + (l2/2)·‖w‖₂², so scikit-learn's alpha is l1 or l2 of a linear model, its Ridge alpha m·l2, and its C of a
logistic model 1/(m·l1) or 1/(m·l2). Its own tolerances are set as low as it can reach.
"""
import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Perceptron, Ridge

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(7)

m = 60
# The columns lean on one another and the last two tell nothing: l1 has something to choose from.
base = rng.normal(size=(m, 6))
x = np.round(base + 0.6 * np.roll(base, 1, axis=1) + [0, 1, -2, 0.5, 0, 0], 3)
value = np.round(x @ [2.0, -1.5, 0.7, 0, 0, 0] + 3 + rng.normal(size=m), 3)
logit = x @ [1.2, -0.8, 0, 0.5, 0, 0] + 1.2
two = (rng.random(m) < 1 / (1 + np.exp(-logit))).astype(int)
score = x[:, :3] + rng.gumbel(size=(m, 3)) + [0.8, -1, 1.5]
three = score.argmax(axis=1)
uneven = {"0": 0.5, "1": 2.5, "2": 1.25}


def flat(model):
    """W row-major [k][C], then b [C]."""
    coef = np.atleast_2d(model.coef_)
    return [*np.ravel(coef.T).tolist(), *np.ravel(np.atleast_1d(model.intercept_)).tolist()]


def shifted(theta, classes):
    """A softmax whose intercepts add up to 0: they may all move by as much."""
    if classes < 3:
        return theta
    b = np.array(theta[-classes:])
    return theta[:-classes] + (b - b.mean()).tolist()


def linear(name, model, **config):
    return {"name": name, "config": {"type": "linear_regression", **config}, "theta": flat(model.fit(x, value))}


def logistic(name, y, l1=0.0, l2=0.0, class_weight=None, fit_intercept=True, **config):
    weight = class_weight if class_weight in (None, "balanced") else {int(k): v for k, v in class_weight.items()}
    common = dict(fit_intercept=fit_intercept, class_weight=weight, tol=1e-13, max_iter=20_000)
    if l1:
        ratio = l1 / (l1 + l2)
        model = LogisticRegression(penalty="elasticnet", l1_ratio=ratio, C=1 / (m * (l1 + l2)), solver="saga", **common)
    elif l2:
        model = LogisticRegression(C=1 / (m * l2), solver="newton-cg", **common)
    else:
        model = LogisticRegression(penalty="none", solver="newton-cg", **common)
    theta = shifted(flat(model.fit(x, y)), len(set(y)))
    if not fit_intercept:
        theta = theta[: len(theta) - (1 if len(set(y)) == 2 else len(set(y)))]
    settings = dict(l1=l1, l2=l2, class_weight=class_weight, fit_intercept=fit_intercept, **config)
    return {"name": name, "config": {"type": "logistic_regression", **settings}, "classes": len(set(y)), "theta": theta}


optima = [
    linear("least squares", LinearRegression()),
    linear("least squares without intercept", LinearRegression(fit_intercept=False), fit_intercept=False),
    linear("ridge", Ridge(alpha=0.3 * m, tol=1e-14), l2=0.3),
    linear("lasso", Lasso(alpha=0.2, tol=1e-15, max_iter=100_000), l1=0.2),
    linear("lasso that leaves two weights", Lasso(alpha=0.8, tol=1e-15, max_iter=100_000), l1=0.8),
    linear("lasso that leaves none", Lasso(alpha=5, tol=1e-15, max_iter=100_000), l1=5),
    linear("elastic net", ElasticNet(alpha=0.5, l1_ratio=0.4, tol=1e-15, max_iter=100_000), l1=0.2, l2=0.3),
    linear(
        "lasso without intercept",
        Lasso(alpha=0.2, fit_intercept=False, tol=1e-15, max_iter=100_000),
        l1=0.2,
        fit_intercept=False,
    ),
    logistic("logistic", two),
    logistic("logistic with l2", two, l2=0.05),
    logistic("logistic with l1", two, l1=0.03),
    logistic("logistic with l1 and l2", two, l1=0.02, l2=0.05),
    logistic("logistic with l1, without intercept", two, l1=0.03, fit_intercept=False),
    logistic("logistic, balanced", two, l2=0.05, class_weight="balanced"),
    logistic("logistic, weighted", two, class_weight={"0": 0.5, "1": 2.5}),
    logistic("logistic with l1, weighted", two, l1=0.03, class_weight={"0": 0.5, "1": 2.5}),
    logistic("softmax with l2", three, l2=0.05),
    logistic("softmax with l1", three, l1=0.03),
    logistic("softmax with l2, balanced", three, l2=0.05, class_weight="balanced"),
    logistic("softmax with l1, weighted", three, l1=0.02, class_weight=uneven),
]


def perceptron(name, y, epochs, class_weight=None):
    weight = None if class_weight is None else {int(k): v for k, v in class_weight.items()}
    model = Perceptron(shuffle=False, max_iter=epochs, tol=None, class_weight=weight).fit(x, y)
    return {"name": name, "epochs": epochs, "class_weight": class_weight, "theta": flat(model)}


# The first row is of class 1: scikit-learn calls a z of exactly 0 a mistake, and we call it class 0.
first = int(np.argmax(two == 1))
order = [first] + [i for i in range(m) if i != first]
x, value, two, three = x[order], value[order], two[order], three[order]
perceptrons = [
    perceptron("perceptron", two, 3),
    perceptron("perceptron, weighted", two, 3, {"0": 0.5, "1": 2.5}),
]

OPTIMIZERS = {
    "sgd": ({"type": "sgd", "learning_rate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    "nesterov": (
        {"type": "nesterov", "learning_rate": 0.05, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    "adam": ({"type": "adam", "learning_rate": 0.05}, lambda p: torch.optim.Adam(p, lr=0.05)),
}


def losses(kind, z, y):
    f = torch.nn.functional
    if kind == "linear_regression":
        return (z[:, 0] - y) ** 2 / 2
    if z.shape[1] == 1:
        return f.binary_cross_entropy_with_logits(z[:, 0], y, reduction="none")
    return f.cross_entropy(z, y.long(), reduction="none")


def descent(name, kind, y, optimizer, epochs=4, batch=16, l1=0.0, l2=0.0, class_weight=None, fit_intercept=True):
    """Batches of 16 of 60 rows in order, from 0; the loss of an epoch is the mean over its rows, before each step."""
    classes = len(set(y)) if kind == "logistic_regression" else 1
    outputs = classes if classes > 2 else 1
    settings, make = OPTIMIZERS[optimizer]
    inputs, target = torch.tensor(x), torch.tensor(y, dtype=torch.float64)
    w = torch.zeros(x.shape[1], outputs, requires_grad=True)
    b = torch.zeros(outputs, requires_grad=fit_intercept)
    c = torch.ones(m) if class_weight is None else torch.tensor([class_weight[str(int(v))] for v in y])
    stepper = make([w, b] if fit_intercept else [w])
    history = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, m, batch):
            rows = slice(start, min(m, start + batch))
            value = (c[rows] * losses(kind, inputs[rows] @ w + b, target[rows])).mean()
            value = value + l1 * w.abs().sum() + l2 / 2 * (w * w).sum()
            stepper.zero_grad()
            value.backward()
            stepper.step()
            total += value.item() * (rows.stop - rows.start)
        history.append(total / m)
    config = dict(
        type=kind, l1=l1, l2=l2, fit_intercept=fit_intercept, solver={"type": "sgd"}, optimizer=settings,
        epochs=epochs, batch_size=batch, shuffle=False,
    )
    if kind == "logistic_regression":
        config["class_weight"] = class_weight
    theta = [*w.detach().flatten().tolist(), *b.detach().tolist()]
    return {"name": name, "config": config, "classes": classes, "losses": history, "theta": theta}


descents = [
    descent("linear by sgd", "linear_regression", value, "sgd"),
    descent("linear by adam with l1 and l2", "linear_regression", value, "adam", l1=0.1, l2=0.2),
    descent("linear by nesterov without intercept", "linear_regression", value, "nesterov", fit_intercept=False),
    descent("logistic by sgd", "logistic_regression", two, "sgd", l2=0.1),
    descent("logistic by adam, weighted", "logistic_regression", two, "adam", class_weight={"0": 0.5, "1": 2.5}),
    descent("softmax by nesterov, weighted", "logistic_regression", three, "nesterov", l1=0.02, class_weight=uneven),
]
golden = {
    "generator": f"scikit-learn {sklearn.__version__}, torch {torch.__version__}, numpy {np.__version__}, seed 7",
    "x": x.tolist(),
    "value": value.tolist(),
    "two": two.tolist(),
    "three": three.tolist(),
    "optima": optima,
    "perceptrons": perceptrons,
    "descents": descents,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=None).replace('{"name"', '\n{"name"') + "\n")
