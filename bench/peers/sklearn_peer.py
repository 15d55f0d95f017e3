"""scikit-learn's side of the benchmarks: fits what it is asked for and tells how long the fit took."""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def data_of(rows, features, cache={}):
    if (rows, features) not in cache:
        random = np.random.default_rng(1)
        x = random.standard_normal((rows, features)).astype(np.float32)
        cache[(rows, features)] = (x, random.integers(0, 2, rows))
    return cache[(rows, features)]


def train_network(request):
    widths = request["widths"]
    x, y = data_of(request["rows"], widths[0])
    if widths[-1] > 1:
        y = np.arange(len(y)) % widths[-1]
    model = MLPClassifier(widths[1:-1], batch_size=request["batch"], max_iter=request["epochs"], tol=0, alpha=0)
    begun = time.perf_counter()
    model.fit(x, y)
    return time.perf_counter() - begun


def table_of(rows, features, cache={}):
    """Columns of standard normals, a noisy linear value of them, and its sign: as synthetic-table.ts makes them."""
    if (rows, features) not in cache:
        cache.clear()
        random = np.random.default_rng(1)
        columns = [random.standard_normal(rows) for _ in range(features)]
        value = sum(w * x for w, x in zip(random.standard_normal(features), columns)) + random.standard_normal(rows)
        cache[(rows, features)] = (columns, value, (value > 0).astype(int))
    return cache[(rows, features)]


def train_regression(request):
    """From columns to weights: the matrix is built and scaled, as ours is."""
    columns, value, label = table_of(request["rows"], request["features"])
    logistic = request["regression"] == "logistic"
    model = LogisticRegression(penalty="none", max_iter=1000) if logistic else LinearRegression()
    begun = time.perf_counter()
    x = StandardScaler(copy=False).fit_transform(np.column_stack(columns))
    model.fit(x, label if logistic else value)
    return time.perf_counter() - begun


def main():
    print(json.dumps({"name": f"scikit-learn {sklearn.__version__}"}), flush=True)
    for line in sys.stdin:
        try:
            request = json.loads(line)
            train = train_regression if "regression" in request else train_network
            answer = {"seconds": train(request)}
        except Exception as error:  # the asker prints it
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
