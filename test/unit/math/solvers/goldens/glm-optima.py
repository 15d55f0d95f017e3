"""Writes glm-optima.json: small regressions and their exact optima, by Newton's method in 50 digits.

python3 glm-optima.py > glm-optima.json   (numpy 2.4.6 default_rng(2024) for the data, mpmath 1.3.0)

Redundant parameters are taken out by hand (a column dropped, class 0 as reference), the unique optimum of the rest is found, and
the least-norm point is reached from it along the null space by a pseudo-inverse: none of it shares a step with the solvers.
"""
import json
import mpmath as mp
import numpy as np

mp.mp.dps = 50
rng = np.random.default_rng(2024)


def minimise(x, y, classes, l2, loss, penalised):
    """Weights [width][logits] of J; the first `penalised` columns of x have a penalty. Softmax: class 0 has logit 0 when l2 is 0."""
    n, k = x.shape
    softmax = loss == "softmax_cross_entropy"
    # With a penalty every class keeps its weights; only the intercepts, or nothing, need class 0 as reference.
    c = classes - 1 if softmax and l2 == 0 else classes if softmax else 1
    size = k * c
    fixed = [j * c for j in range(penalised, k)] if softmax and l2 > 0 else []
    theta = mp.zeros(size, 1)
    rows = [[mp.mpf(float(v)) for v in r] for r in x]
    for _ in range(100):
        g, h = mp.zeros(size, 1), mp.zeros(size, size)
        for r, t in zip(rows, y):
            z = [mp.fsum(r[j] * theta[j * c + q] for j in range(k)) for q in range(c)]
            if loss == "half_squared_error":
                res, d = [z[0] - mp.mpf(float(t))], [[1]]
            else:
                first = 0 if softmax and l2 > 0 else 1
                e = [mp.exp(v) for v in z]
                p = [v / (first + mp.fsum(e)) for v in e]
                res = [p[q] - (1 if int(t) == q + first else 0) for q in range(c)]
                d = [[p[a] * ((1 if a == b else 0) - p[b]) for b in range(c)] for a in range(c)]
            for j in range(k):
                for a in range(c):
                    g[j * c + a] += r[j] * res[a] / n
                    for l in range(k):
                        for b in range(c):
                            h[j * c + a, l * c + b] += r[j] * r[l] * d[a][b] / n
        for i in range(penalised * c):
            g[i] += l2 * theta[i]
            h[i, i] += l2
        for i in fixed:
            for j in range(size):
                h[i, j] = h[j, i] = 0
            g[i], h[i, i] = 0, 1
        step = mp.lu_solve(h, g)
        theta -= step
        if mp.norm(step, mp.inf) < mp.mpf(10) ** -35 * (1 + mp.norm(theta, mp.inf)):
            return [[theta[j * c + q] for q in range(c)] for j in range(k)]
    raise RuntimeError("no convergence")


def shortest(w, null):
    """w [k] less its part in the span of the columns of null [k][q]."""
    n = mp.matrix(null)
    v = mp.matrix(w)
    return list(v - n * mp.lu_solve(n.T * n, n.T * v))


def case(name, loss, x, y, kept=None, classes=2, l2=0.0, null=None, intercept=True):
    """kept: the columns that are not redundant, all when None. null: null space of the columns of x, less their means if there is
    an intercept."""
    n, k = x.shape
    kept = list(range(k)) if kept is None else kept
    used = np.hstack([x[:, kept], np.ones((n, 1))]) if intercept else x[:, kept]
    w = minimise(used, y, classes, l2, loss, len(kept))
    full = [[mp.mpf(0)] * len(w[0]) for _ in range(k + 1)]
    for at, row in zip(kept + [k], w):
        full[at] = row
    if loss == "softmax_cross_entropy":  # zero-sum over the classes is the shortest
        full = [[v - mp.fsum(r) / classes for v in r] for r in ([mp.mpf(0)] * (classes - len(r)) + r for r in full)]
    if null is not None:
        mean = [mp.fsum(map(float, x[:, j])) / n if intercept else 0 for j in range(k)]
        for q in range(len(full[0])):
            before = [full[j][q] for j in range(k)]
            after = shortest(before, null)
            for j in range(k):
                full[j][q] = after[j]
            full[k][q] += mp.fsum(m * (b - a) for m, a, b in zip(mean, after, before))
    if not intercept:
        full.pop()
    return dict(name=name, loss=loss, outputs=len(full[0]), fitIntercept=intercept, l2=l2, x=x.tolist(),
                target=[float(v) for v in y], theta=[float(v) for r in full for v in r])


def features(n, k):
    return np.round(rng.normal(size=(n, k)) * [1, 2, 0.5][:k] + [0, 3, -1][:k], 2)


def sample(logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return [int(rng.choice(p.shape[1], p=r)) for r in p]


def two(z):
    return sample(np.stack([np.zeros_like(z), z], axis=1))


def null_by_rows(x):
    """Null space of x less its column means [n, k], n <= k, whose first n - 1 columns are independent: [k][k - n + 1]."""
    n, k = x.shape
    mean = [mp.fsum(map(float, x[:, j])) / n for j in range(k)]
    rows = [[mp.mpf(float(x[i, j])) - mean[j] for j in range(k)] for i in range(n - 1)]
    basis = []
    for j in range(n - 1, k):
        a = mp.lu_solve(mp.matrix([r[: n - 1] for r in rows]), mp.matrix([r[j] for r in rows]))
        basis.append([-v for v in a] + [1 if i == j else 0 for i in range(n - 1, k)])
    return [list(r) for r in zip(*basis)]


def longley():
    """NIST StRD Longley: https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml, with its certified values to check by."""
    table = """60323 83.0 234289 2356 1590 107608 1947
    61122 88.5 259426 2325 1456 108632 1948
    60171 88.2 258054 3682 1616 109773 1949
    61187 89.5 284599 3351 1650 110929 1950
    63221 96.2 328975 2099 3099 112075 1951
    63639 98.1 346999 1932 3594 113270 1952
    64989 99.0 365385 1870 3547 115094 1953
    63761 100.0 363112 3578 3350 116219 1954
    66019 101.2 397469 2904 3048 117388 1955
    67857 104.6 419180 2822 2857 118734 1956
    68169 108.4 442769 2936 2798 120445 1957
    66513 110.8 444546 4681 2637 121950 1958
    68655 112.6 482704 3813 2552 123366 1959
    69564 114.2 502601 3931 2514 125368 1960
    69331 115.7 518173 4806 2572 127852 1961
    70551 116.9 554894 4007 2827 130081 1962"""
    data = np.array([[float(v) for v in line.split()] for line in table.splitlines()])
    found = case("linear, NIST Longley", "half_squared_error", data[:, 1:], data[:, 0])
    certified = [15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359, -0.511041056535807e-01,
                 1829.15146461355, -3482258.63459582]
    assert np.allclose(found["theta"], certified, rtol=1e-14, atol=0)
    return found


squared, logistic, softmax = "half_squared_error", "binary_cross_entropy", "softmax_cross_entropy"

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
twice = x[:, [0, 1, 2, 1]]
twice_null = [[0], [1], [0], [-1]]
wide = np.round(rng.normal(size=(5, 9)) + 1, 2)
wide_real = np.round(rng.normal(size=5), 2)
# Steps of 1/64 stay exact at 1e6: mean 1e6, deviation about 1.
far = np.round(rng.normal(size=(50, 2)) * 64) / 64 + 1e6
far_real = np.round(((far - 1e6) @ [1.5, -2] + rng.normal(size=50)) * 64) / 64
far_binary = two((far - 1e6) @ [1.0, -0.5] + 0.3)

cases = [
    case("linear", squared, x, real),
    case("linear with l2", squared, x, real, l2=0.3),
    case("linear without intercept", squared, x, real, intercept=False),
    case("linear with l2, without intercept", squared, x, real, l2=0.3, intercept=False),
    case("linear with a redundant column", squared, redundant, real, [0, 1, 2], null=redundant_null),
    case("linear with a redundant column, without intercept", squared, redundant, real, [0, 1, 2], null=redundant_null,
         intercept=False),
    case("linear with one-hot columns", squared, one_hot, real, [1, 2, 3], null=one_hot_null),
    case("linear with a column twice", squared, twice, real, [0, 1, 2], null=twice_null),
    case("linear with more columns than rows", squared, wide, wide_real, [0, 1, 2, 3], null=null_by_rows(wide)),
    case("linear far from 0", squared, far, far_real),
    longley(),
    case("logistic", logistic, x, binary),
    case("logistic with l2", logistic, x, binary, l2=0.05),
    case("logistic without intercept", logistic, x, binary, intercept=False),
    case("logistic with l2, without intercept", logistic, x, binary, l2=0.05, intercept=False),
    case("logistic with a redundant column", logistic, redundant, binary, [0, 1, 2], null=redundant_null),
    case("logistic with one-hot columns", logistic, one_hot, grouped, [1, 2, 3], null=one_hot_null),
    case("logistic with a column twice", logistic, twice, binary, [0, 1, 2], null=twice_null),
    case("logistic with l2 and more columns than rows", logistic, wide, [0, 1, 1, 0, 1], l2=0.1),
    case("logistic far from 0", logistic, far, far_binary),
    case("softmax", softmax, x, three, classes=3),
    case("softmax with l2", softmax, x, three, classes=3, l2=0.1),
    case("softmax without intercept", softmax, x, three, classes=3, intercept=False),
    case("softmax with l2, without intercept", softmax, x, three, classes=3, l2=0.1, intercept=False),
    case("softmax with a redundant column", softmax, redundant, three, [0, 1, 2], classes=3, null=redundant_null),
    case("softmax with one-hot columns", softmax, one_hot, three, [1, 2, 3], classes=3, null=one_hot_null),
]
print(json.dumps(cases).replace('{"name"', '\n{"name"'))
