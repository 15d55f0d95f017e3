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
    "nesterov": (
        {"type": "nesterov", "learning_rate": 0.1, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "adagrad": (
        {"type": "adagrad", "learning_rate": 0.1, "epsilon": 1e-6},
        lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-6),
    ),
    "rmsprop": (
        {"type": "rmsprop", "learning_rate": 0.1, "alpha": 0.95, "epsilon": 1e-6},
        lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.95, eps=1e-6),
    ),
    "adam": (
        {"type": "adam", "learning_rate": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6},
        lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=1e-6),
    ),
    "adamw": (
        {"type": "adamw", "learning_rate": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6, "weight_decay": 0.3},
        lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.3),
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


def network(outputs):
    """A 3-5-4-m network with parameters pattern(count, 0): its layers [(w, b), …] and all of its tensors."""
    sizes = [3, 5, 4, outputs]
    count = sum((k + 1) * m for k, m in zip(sizes, sizes[1:]))
    flat, layers, at = pattern(count, 0), [], 0
    for k, m in zip(sizes, sizes[1:]):
        w = flat[at : at + k * m].reshape(k, m).clone().requires_grad_()
        b = flat[at + k * m : at + (k + 1) * m].clone().requires_grad_()
        layers.append((w, b))
        at += (k + 1) * m
    return layers, [t for layer in layers for t in layer]


def logits(layers, activation, x):
    a = x
    for w, b in layers[:-1]:
        a = ACTIVATIONS[activation](a @ w + b)
    w, b = layers[-1]
    return a @ w + b


def flattened(parameters):
    return torch.cat([t.detach().flatten() for t in parameters]).tolist()


def network_trajectory(activation, outputs, target, loss):
    """Five full-batch steps of Adam(lr=0.05) on a 3-5-4-m network, x = pattern(18, 3), with penalty 0.1/2 · Σ w²."""
    x, y = pattern(18, 3).reshape(6, 3), torch.tensor(target, dtype=torch.float64)
    layers, parameters = network(outputs)
    optimizer = torch.optim.Adam(parameters, lr=0.05)
    values = []
    for _ in range(5):
        optimizer.zero_grad()
        value = loss(logits(layers, activation, x), y) + 0.05 * sum(torch.sum(w * w) for w, _ in layers)
        value.backward()
        values.append(value.item())
        optimizer.step()
    return {"losses": values, "parameters": flattened(parameters)}


def recipe_trajectory():
    """Six epochs, each one full-batch step of AdamW, that use at once: class weights 0.5, 2 and 3 with J = (1/m) Σ wᵢ lossᵢ, the
    penalty 0.02 · Σ|w| + 0.1/2 · Σ w², clipping to norm 0.25 and a cosine schedule from 0.05 to 0.01."""
    x, y = pattern(18, 3).reshape(6, 3), torch.tensor([2, 0, 1, 1, 0, 2])
    layers, parameters = network(3)
    optimizer = torch.optim.AdamW(parameters, lr=0.05, weight_decay=0.2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6, eta_min=0.01)
    weights = torch.tensor([0.5, 2, 3])
    values, norms = [], []
    for _ in range(6):
        optimizer.zero_grad()
        losses = torch.nn.functional.cross_entropy(logits(layers, "tanh", x), y, weight=weights, reduction="sum")
        value = losses / 6 + sum(0.02 * torch.sum(torch.abs(w)) + 0.05 * torch.sum(w * w) for w, _ in layers)
        value.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, 0.25).item())
        values.append(value.item())
        optimizer.step()
        schedule.step()
    return {"losses": values, "norms": norms, "parameters": flattened(parameters)}


SCHEDULES = {
    "constant": ({"type": "constant"}, lambda o: torch.optim.lr_scheduler.ConstantLR(o, factor=1)),
    "step": (
        {"type": "step", "step_epochs": 3, "factor": 0.3},
        lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=3, gamma=0.3),
    ),
    "exponential": (
        {"type": "exponential", "factor": 0.9},
        lambda o: torch.optim.lr_scheduler.ExponentialLR(o, gamma=0.9),
    ),
    "cosine": (
        {"type": "cosine", "minimum": 0.01},
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=10, eta_min=0.01),
    ),
}


def rates(make):
    """Learning rates of ten epochs from 0.2."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    schedule, values = make(optimizer), []
    for _ in range(10):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return values


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
    "recipe": recipe_trajectory(),
    "schedules": {
        name: {"settings": settings, "rates": rates(make)} for name, (settings, make) in SCHEDULES.items()
    },
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
