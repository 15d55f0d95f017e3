"""Writes solvers-golden.json: small regressions and their exact optima, by Newton's method in 50 digits.

python3 solvers-golden.py > solvers-golden.json   (numpy 2.4.6 default_rng(2024) for the data, mpmath 1.3.0)

Redundant parameters are taken out by hand (a column dropped, class 0 as reference), the unique optimum of the rest is found, and
the least-norm point is reached from it along the null space by a pseudo-inverse: none of it shares a step with the solvers.
"""
import json
import mpmath as mp
import numpy as np

mp.mp.dps = 50
rng = np.random.default_rng(2024)


def minimise(x, y, classes, l2, loss):
    """Weights [width][logits] of J; the last column of x is the intercept's and is not penalised. Class 0 has logit 0."""
    n, k = x.shape
    c = 1 if loss != "softmax_cross_entropy" else classes - 1
    size = k * c
    theta = mp.zeros(size, 1)
    rows = [[mp.mpf(float(v)) for v in r] for r in x]
    for _ in range(60):
        g, h = mp.zeros(size, 1), mp.zeros(size, size)
        for r, t in zip(rows, y):
            z = [mp.fsum(r[j] * theta[j * c + q] for j in range(k)) for q in range(c)]
            if loss == "half_squared_error":
                res, d = [z[0] - mp.mpf(float(t))], [[1]]
            else:
                e = [mp.exp(v) for v in z]
                p = [v / (1 + mp.fsum(e)) for v in e]
                res = [p[q] - (1 if int(t) == q + 1 else 0) for q in range(c)]
                d = [[p[a] * ((1 if a == b else 0) - p[b]) for b in range(c)] for a in range(c)]
            for j in range(k):
                for a in range(c):
                    g[j * c + a] += r[j] * res[a] / n
                    for l in range(k):
                        for b in range(c):
                            h[j * c + a, l * c + b] += r[j] * r[l] * d[a][b] / n
        for i in range((k - 1) * c):
            g[i] += l2 * theta[i]
            h[i, i] += l2
        step = mp.lu_solve(h, g)
        theta -= step
        if mp.norm(step, mp.inf) < mp.mpf(10) ** -40:
            return [[theta[j * c + q] for q in range(c)] for j in range(k)]
    raise RuntimeError("no convergence")


def shortest(w, null):
    """w [k] less its part in the span of the columns of null [k][q]."""
    n = mp.matrix(null)
    v = mp.matrix(w)
    return list(v - n * mp.lu_solve(n.T * n, n.T * v))


def case(name, loss, x, y, kept, classes=2, l2=0.0, null=None):
    """kept: the columns that are not redundant. null: null space of the columns of x less their means."""
    n, k = x.shape
    w = minimise(np.hstack([x[:, kept], np.ones((n, 1))]), y, classes, l2, loss)
    c = len(w[0])
    full = [[mp.mpf(0)] * c for _ in range(k + 1)]
    for at, row in zip(kept + [k], w):
        full[at] = row
    if loss == "softmax_cross_entropy":  # zero-sum over the classes is the shortest
        full = [[v - mp.fsum([0] + r) / classes for v in [mp.mpf(0)] + r] for r in full]
        c = classes
    if null is not None:
        mean = [mp.fsum(map(float, x[:, j])) / n for j in range(k)]
        for q in range(c):
            before = [full[j][q] for j in range(k)]
            after = shortest(before, null)
            for j in range(k):
                full[j][q] = after[j]
            full[k][q] += mp.fsum(m * (b - a) for m, a, b in zip(mean, after, before))
    return dict(name=name, loss=loss, outputs=c, l2=l2, x=x.tolist(), target=[float(v) for v in y],
                theta=[float(v) for r in full for v in r])


def features(n, k):
    return np.round(rng.normal(size=(n, k)) * [1, 2, 0.5][:k] + [0, 3, -1][:k], 2)


def sample(logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return [int(rng.choice(p.shape[1], p=r)) for r in p]


def two(z):
    return sample(np.stack([np.zeros_like(z), z], axis=1))


x = features(50, 3)
real = np.round(x @ [1.5, -2, 0.3] + 4 + rng.normal(size=50), 2)
binary = two(x @ [1.0, -0.5, 2] + 3)
three = sample(x @ np.array([[1, 0, -1], [0.3, -0.3, 0], [0, 1, 0.5]]))
redundant = np.round(np.hstack([x, x[:, :1] + 2 * x[:, 1:2]]), 2)
redundant_null = [[1], [2], [0], [-1]]
group = rng.integers(0, 3, 50)
one_hot = np.hstack([np.eye(3)[group], x[:, :1]])
one_hot_null = [[1], [1], [1], [0]]
grouped = two(np.array([-0.5, 0.2, 0.9])[group] + x[:, 0])

cases = [
    case("linear", "half_squared_error", x, real, [0, 1, 2]),
    case("linear with l2", "half_squared_error", x, real, [0, 1, 2], l2=0.3),
    case("linear with a redundant column", "half_squared_error", redundant, real, [0, 1, 2], null=redundant_null),
    case("logistic", "binary_cross_entropy", x, binary, [0, 1, 2]),
    case("logistic with l2", "binary_cross_entropy", x, binary, [0, 1, 2], l2=0.05),
    case("logistic with a redundant column", "binary_cross_entropy", redundant, binary, [0, 1, 2], null=redundant_null),
    case("logistic with one-hot columns", "binary_cross_entropy", one_hot, grouped, [1, 2, 3], null=one_hot_null),
    case("softmax", "softmax_cross_entropy", x, three, [0, 1, 2], classes=3),
    case("softmax with a redundant column", "softmax_cross_entropy", redundant, three, [0, 1, 2], classes=3,
         null=redundant_null),
]
print(json.dumps(cases).replace('{"name"', '\n{"name"'))
