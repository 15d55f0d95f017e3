"""Writes torch-trajectories.json: what PyTorch does, in f64, over several steps of each optimizer and of whole networks.

Run as `python3 torch-trajectories.py`, with torch on the path. There is no seed: every number comes from `pattern`.
"""
import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)


def pattern(count, start):
    """Small numbers of both signs that the test makes again: ((7 (start + i)) mod 11 − 5) / 8."""
    return torch.tensor([((7 * (start + i)) % 11 - 5) / 8 for i in range(count)])


OPTIMIZERS = {
    "sgd": ({"type": "sgd", "learning_rate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    "momentum": (
        {"type": "momentum", "learning_rate": 0.1, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    ),
    "adam": (
        {"type": "adam", "learning_rate": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6},
        lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=1e-6),
    ),
}


def optimizer_trajectory(make):
    """Six steps on f(p) = Σ (i + 1)/2 · pᵢ² + p₀p₁, from p = pattern(5, 1)."""
    p = pattern(5, 1).requires_grad_()
    optimizer = make([p])
    steps = []
    for _ in range(6):
        optimizer.zero_grad()
        (torch.sum(torch.arange(1.0, 6.0) / 2 * p * p) + p[0] * p[1]).backward()
        optimizer.step()
        steps.append(p.detach().tolist())
    return steps


LOSSES = {
    "binary_cross_entropy": (
        1,
        [0, 1, 1, 0, 1, 0],
        lambda z, y: torch.nn.functional.binary_cross_entropy_with_logits(z[:, 0], y),
    ),
    "softmax_cross_entropy": (
        3,
        [2, 0, 1, 1, 0, 2],
        lambda z, y: torch.nn.functional.cross_entropy(z, y.long()),
    ),
    "half_squared_error": (
        1,
        [0.5, -1, 2, 0, 0.25, 1],
        lambda z, y: torch.nn.functional.mse_loss(z[:, 0], y) / 2,
    ),
}
ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "softplus": torch.nn.functional.softplus,
}


def network_trajectory(activation, outputs, target, loss):
    """Five full-batch steps of Adam(lr=0.05) on a 3-5-4-m network, x = pattern(18, 3), with penalty 0.1/2 · Σ w²."""
    x, y = pattern(18, 3).reshape(6, 3), torch.tensor(target, dtype=torch.float64)
    sizes = [3, 5, 4, outputs]
    count = sum((k + 1) * m for k, m in zip(sizes, sizes[1:]))
    flat, layers, at = pattern(count, 0), [], 0
    for k, m in zip(sizes, sizes[1:]):
        w = flat[at : at + k * m].reshape(k, m).clone().requires_grad_()
        b = flat[at + k * m : at + (k + 1) * m].clone().requires_grad_()
        layers.append((w, b))
        at += (k + 1) * m
    parameters = [t for layer in layers for t in layer]
    optimizer = torch.optim.Adam(parameters, lr=0.05)
    values = []
    for _ in range(5):
        optimizer.zero_grad()
        a = x
        for w, b in layers[:-1]:
            a = ACTIVATIONS[activation](a @ w + b)
        w, b = layers[-1]
        value = loss(a @ w + b, y) + 0.05 * sum(torch.sum(w * w) for w, _ in layers)
        value.backward()
        values.append(value.item())
        optimizer.step()
    return {"losses": values, "parameters": torch.cat([t.detach().flatten() for t in parameters]).tolist()}


golden = {
    "generator": f"torch {torch.__version__}, float64",
    "optimizers": {
        name: {"hyperparameters": hyperparameters, "steps": optimizer_trajectory(make)}
        for name, (hyperparameters, make) in OPTIMIZERS.items()
    },
    "networks": [
        {"activation": activation, "loss": name, "target": target}
        | network_trajectory(activation, outputs, target, loss)
        for name, (outputs, target, loss) in LOSSES.items()
        for activation in ACTIVATIONS
    ],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
