"""PyTorch's side of the network benchmark: trains the network that it is asked for and tells how long the epochs took."""
import json
import sys
import time

import torch
from torch import nn


def build(widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def data_of(request, cache={}):
    rows, widths = request["rows"], request["widths"]
    key = (rows, widths[0], widths[-1])
    if key not in cache:
        torch.manual_seed(1)
        x = torch.randn(rows, widths[0])
        classes = max(2, widths[-1])
        y = torch.randint(0, classes, (rows,))
        cache[key] = (x, y.float().unsqueeze(1) if widths[-1] == 1 else y)
    return cache[key]


def train(request):
    torch.set_num_threads(request["threads"])
    x, y = data_of(request)
    model = build(request["widths"])
    loss_of = nn.BCEWithLogitsLoss() if request["widths"][-1] == 1 else nn.CrossEntropyLoss()
    mode = request["mode"]
    adam = torch.optim.Adam(model.parameters(), fused="fused" in mode or None, foreach="foreach" in mode or None)
    forward = torch.jit.trace(model, x[: request["batch"]]) if "traced" in mode else model

    def epoch():
        order = torch.randperm(len(x))
        for start in range(0, len(x), request["batch"]):
            rows = order[start : start + request["batch"]]
            adam.zero_grad()
            loss_of(forward(x[rows]), y[rows]).backward()
            adam.step()

    epoch()
    begun = time.perf_counter()
    for _ in range(request["epochs"]):
        epoch()
    return time.perf_counter() - begun


def main():
    print(json.dumps({"name": f"PyTorch {torch.__version__}"}), flush=True)
    for line in sys.stdin:
        try:
            answer = {"seconds": train(json.loads(line))}
        except Exception as error:  # the asker prints it
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
