"""Writes elementary-golden.json: points and 50-digit values of the elementary functions, each as the sum of two doubles.

python3 elementary-golden.py > elementary-golden.json   (mpmath 1.3.0, Python's random with seed 20)
"""
import json, random
import mpmath as mp

mp.mp.prec = 180
random.seed(20)
functions = {
    "exp": (mp.exp, [1, 40, 705], [-708.4, -740, -745, 709.78, 0.34657359027997264, 1e-20,
                                   # the worst of 60,000 random points, here and below
                                   -29.43700694915263, -5.867707558988231]),
    "expm1": (mp.expm1, [1, 5, 40, 1e-5], [-39.9, 39.9, 40.1, 700, 1e-300, -0.34657359027998,
                                           0.36791378835574595, 0.3697853189104008]),
    "log": (mp.log, [], [5e-324, 2.2e-308, 1e-320, 1.7e308, 0.9999999999999999, 1.0000000000000002,
                         0.6355690136649423, 1.4129835794331198]),
    "log1p": (mp.log1p, [0.9, 1e-5], [-0.9999999999999999, 1e-300, 1e300, 4.5e15, 9.1e15,
                                      -0.36857486423997693, -0.36496361951184625]),
    "tanh": (mp.tanh, [1, 5, 22, 1e-5], [1e-300, 21.99, 22.01, 1, 0.5475783445427771, 0.5380228454656477]),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), [1, 5, 40, 700], [-740, 36.7, -3.462429489627832, -2.7327439564095535]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), [1, 5, 40, 700], [-740, 36.7, -3.778019757230096, -3.452820848899795]),
    "erfc": (mp.erfc, [0.85, 1.3, 3, 6, 26.5], [-27, 26.6, 27.2, 1e-20, 0.84375, 1.25, 2.857, 2.858,
                                                 1.54797815938581, 17.16532450981235]),
    "cosinePi": (mp.cospi, [], [0.25, 0.75, 1e-9, 0.4999999999999999, 0.5000000000000001, 0.9999999999999999,
                                 0.33761483497971834, 0.33813701529605744]),
}
golden = {}
for name, (f, spans, special) in functions.items():
    points = special + [random.uniform(-s, s) for s in spans for _ in range(40)]
    if name.startswith("log"):
        points += [random.uniform(0, 3) for _ in range(60)] + [10 ** random.uniform(-300, 300) for _ in range(60)]
    if name == "cosinePi":
        points += [random.uniform(0, 1) for _ in range(200)] + [0.5 + random.uniform(-1e-4, 1e-4) for _ in range(40)]
    rows = []
    for x in points:
        value = f(mp.mpf(x))
        high = float(value)
        rows.append([x, high, float(value - mp.mpf(high))])
    golden[name] = rows
print(json.dumps(golden).replace("]], ", "]],\n"))
