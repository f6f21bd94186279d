"""The network, its losses, its gradients and its optimizers once more, in NumPy and float64.

Every formula is written out by hand, so that nothing here can be wrong in the same
way as what it is compared with.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightfit.nn import Network
from rightfit.train.plan import Rows

Numbers = NDArray[np.float64]
Codes = NDArray[np.integer[Any]]
Function = Callable[[Numbers], Numbers]

_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_ALPHA = 1.6732632423543772848170429916717
_GELU_SLOPE = np.sqrt(2 / np.pi)
# How many standard deviations the targets' mean is above 0.
TARGET_MEAN = 4.0


def _logistic(x: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Numbers) -> Numbers:
    return np.log1p(np.exp(x))


def _gelu_inner(x: Numbers) -> Numbers:
    return np.tanh(_GELU_SLOPE * (x + 0.044715 * x**3))


def _gelu_derivative(x: Numbers) -> Numbers:
    inner = _gelu_inner(x)
    outer = 0.5 * x * (1 - inner**2) * _GELU_SLOPE * (1 + 3 * 0.044715 * x**2)
    return 0.5 * (1 + inner) + outer


def _mish_derivative(x: Numbers) -> Numbers:
    flat = np.tanh(_softplus(x))
    return flat + x * (1 - flat**2) * _logistic(x)


# Value and derivative.
ACTIVATION_FORMULAS: Mapping[str, tuple[Function, Function]] = {
    "relu": (lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, 1.0, 0.0)),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1.0, 0.01)),
    "gelu": (lambda x: 0.5 * x * (1 + _gelu_inner(x)), _gelu_derivative),
    "silu": (
        lambda x: x * _logistic(x),
        lambda x: _logistic(x) * (1 + x * (1 - _logistic(x))),
    ),
    "mish": (lambda x: x * np.tanh(_softplus(x)), _mish_derivative),
    "selu": (
        lambda x: _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * (np.exp(np.minimum(x, 0)) - 1)),
        lambda x: _SELU_SCALE * np.where(x > 0, 1.0, _SELU_ALPHA * np.exp(np.minimum(x, 0))),
    ),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "logistic": (_logistic, lambda x: _logistic(x) * (1 - _logistic(x))),
    "identity": (lambda x: x, lambda x: np.ones_like(x)),
    # As they start, with the whole of the function.
    "parametric_relu": (lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, 1.0, 0.0)),
    "parametric_mish": (lambda x: x * np.tanh(_softplus(x)), _mish_derivative),
}


@dataclasses.dataclass
class Arrays:
    """The numbers of a network, or the slope of a loss along each of them."""

    tables: list[Numbers | None]
    weights: list[Numbers]
    biases: list[Numbers]

    def listed(self) -> list[Numbers]:
        """Every array, in the order of the network's leaves."""
        layers = zip(self.weights, self.biases, strict=True)
        tables = [table for table in self.tables if table is not None]
        return [*tables, *(array for layer in layers for array in layer)]


def arrays_of(network: Network) -> Arrays:
    """Take the numbers out of a network, or out of its gradient."""
    return Arrays(
        [None if c.table is None else np.asarray(c.table, np.float64) for c in network.categories],
        [np.asarray(layer.weight, np.float64) for layer in network.layers],
        [np.asarray(layer.bias, np.float64) for layer in network.layers],
    )


def forward(network: Network, rows: Rows) -> list[tuple[Numbers, Numbers]]:
    """For each layer: what goes in, and the weighted sums that come out."""
    arrays = arrays_of(network)
    n = int(rows.n_rows)
    parts = [np.asarray(rows.features.numbers[:n], np.float64)]
    for i, (category, table) in enumerate(zip(network.categories, arrays.tables, strict=True)):
        codes = np.asarray(rows.features.codes[:n, i])
        if table is None:
            # Code 0 has no column of its own.
            parts.append(np.eye(category.n_levels)[codes][:, 1:])
        else:
            parts.append(table[codes])
    x = np.concatenate(parts, axis=1)
    layers = []
    for number, (weight, bias) in enumerate(zip(arrays.weights, arrays.biases, strict=True)):
        sums = x @ weight + bias
        layers.append((x, sums))
        if number < len(network.activations):
            x = ACTIVATION_FORMULAS[network.activations[number]][0](sums)
            share = network.shares[number]
            if share is not None:
                x = sums + np.asarray(share, np.float64) * (x - sums)
    return layers


def outputs_of(network: Network, rows: Rows) -> Numbers:
    """What the network says of the real rows."""
    return forward(network, rows)[-1][1]


def _softmax(outputs: Numbers) -> Numbers:
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _log_loss(outputs: Numbers, codes: Codes) -> tuple[Numbers, Numbers]:
    if outputs.shape[1] == 1:
        second = _logistic(outputs[:, 0])
        slope = (second - codes)[:, None]
        return -np.log(np.where(codes == 1, second, 1 - second)), slope
    shares = _softmax(outputs)
    rows = np.arange(len(codes))
    slope = shares.copy()
    slope[rows, codes] -= 1
    return -np.log(shares[rows, codes]), slope


def _squared_error(outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    error = outputs - targets
    return (error**2).mean(axis=1), 2 * error / error.shape[1]


def _absolute_error(outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    error = outputs - targets
    return np.abs(error).mean(axis=1), np.sign(error) / error.shape[1]


def _huber(outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    error = outputs - targets
    small = np.abs(error) <= 1
    loss = np.where(small, error**2 / 2, np.abs(error) - 0.5)
    return loss.mean(axis=1), np.where(small, error, np.sign(error)) / error.shape[1]


def _poisson(outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    # In people's units, if one standard deviation is 1.
    expected, true = TARGET_MEAN + outputs, TARGET_MEAN + targets
    deviance = 2 * (true * np.log(true / expected) + expected - true)
    slope = 2 * (1 - true / expected)
    n_outputs = outputs.shape[1]
    return TARGET_MEAN * deviance.mean(axis=1), TARGET_MEAN * slope / n_outputs


# The loss of each row, and its slope along each output.
LOSS_FORMULAS: Mapping[str, Callable[[Numbers, Any], tuple[Numbers, Numbers]]] = {
    "log_loss": _log_loss,
    "squared_error": _squared_error,
    "absolute_error": _absolute_error,
    "huber": _huber,
    "poisson": _poisson,
}


def predictions_of(outputs: Numbers, task: str) -> Numbers:
    """Probabilities of all classes, or the outputs themselves."""
    if task == "regression":
        return outputs
    if task == "binary":
        second = _logistic(outputs)
        return np.concatenate([1 - second, second], axis=1)
    return _softmax(outputs)


def loss_and_gradient(
    network: Network, rows: Rows, loss: str, l2: float = 0.0
) -> tuple[float, Arrays]:
    """The penalised mean loss of rows, and the backward pass through every layer."""
    arrays = arrays_of(network)
    n = int(rows.n_rows)
    layers = forward(network, rows)
    each, slope = LOSS_FORMULAS[loss](layers[-1][1], np.asarray(rows.targets[:n]))
    shares = np.asarray(rows.weights[:n], np.float64) / n
    delta = slope * shares[:, None]
    weights: list[Numbers] = []
    biases: list[Numbers] = []
    for number in reversed(range(len(layers))):
        x, sums = layers[number]
        if number < len(network.activations):
            delta = delta * ACTIVATION_FORMULAS[network.activations[number]][1](sums)
        weights.insert(0, x.T @ delta + l2 * arrays.weights[number])
        biases.insert(0, delta.sum(axis=0))
        delta = delta @ arrays.weights[number].T
    penalty = sum((weight**2).sum() for weight in arrays.weights)
    penalty += sum((table**2).sum() for table in arrays.tables if table is not None)
    tables = _table_slopes(network, rows, delta, l2)
    return float((each * shares).sum() + l2 / 2 * penalty), Arrays(tables, weights, biases)


def _table_slopes(network: Network, rows: Rows, delta: Numbers, l2: float) -> list[Numbers | None]:
    slopes: list[Numbers | None] = []
    first = rows.features.numbers.shape[1]
    for i, category in enumerate(network.categories):
        if category.table is None:
            slopes.append(None)
            first += category.n_levels - 1
            continue
        table = np.asarray(category.table, np.float64)
        slope = l2 * table
        width = table.shape[1]
        codes = np.asarray(rows.features.codes[: len(delta), i])
        np.add.at(slope, codes, delta[:, first : first + width])
        slopes.append(slope)
        first += width
    return slopes


@dataclasses.dataclass
class Memory:
    """What an optimizer remembers of one array."""

    first: Numbers
    second: Numbers
    n_steps: int = 0


Rule = Callable[[Memory, Numbers, float], Numbers]


def _momentum(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    memory.first = momentum * memory.first + gradient
    return memory.first


def _nesterov(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    memory.first = momentum * memory.first + gradient
    return gradient + momentum * memory.first


def _adam(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    memory.n_steps += 1
    memory.first = 0.9 * memory.first + 0.1 * gradient
    memory.second = 0.999 * memory.second + 0.001 * gradient**2
    mean = memory.first / (1 - 0.9**memory.n_steps)
    square = memory.second / (1 - 0.999**memory.n_steps)
    return mean / (np.sqrt(square) + 1e-8)


def _adagrad(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    memory.second = memory.second + gradient**2
    # The sum of squares begins at 0.1.
    return gradient / np.sqrt(0.1 + memory.second + 1e-7)


def _rmsprop(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    memory.second = 0.9 * memory.second + 0.1 * gradient**2
    return gradient / np.sqrt(memory.second + 1e-8)


def _lion(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    direction = np.sign(0.9 * memory.first + 0.1 * gradient)
    memory.first = 0.99 * memory.first + 0.01 * gradient
    return direction


def _muon(memory: Memory, gradient: Numbers, momentum: float) -> Numbers:
    if gradient.ndim < 2 or min(gradient.shape) == 1:
        # Biases, and the weights of the one output: Adam with Nesterov's momentum.
        _adam(memory, gradient, momentum)
        ahead = 0.9 * memory.first / (1 - 0.9 ** (memory.n_steps + 1))
        ahead = ahead + 0.1 * gradient / (1 - 0.9**memory.n_steps)
        return ahead / (np.sqrt(memory.second / (1 - 0.999**memory.n_steps)) + 1e-8)
    memory.n_steps += 1
    memory.first = 0.95 * memory.first + 0.05 * gradient
    mean = memory.first / (1 - 0.95 ** (memory.n_steps + 1))
    ahead = 0.95 * mean + 0.05 * gradient / (1 - 0.95**memory.n_steps)
    x = ahead / (np.linalg.norm(ahead) + 1e-8)
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return 0.2 * np.sqrt(max(gradient.shape)) * x


OPTIMIZER_FORMULAS: Mapping[str, Rule] = {
    "sgd": lambda memory, gradient, momentum: gradient,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adam": _adam,
    "adamw": _adam,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "lion": _lion,
    "muon": _muon,
}


def mix(position: Codes, first: int, second: int) -> NDArray[np.uint32]:
    """The hash behind the random bits, in Python's own whole numbers."""
    return np.array([_mix(int(p), first, second) for p in position], np.uint32)


def _mix(position: int, first: int, second: int) -> int:
    word = 2**32
    x = (position * 0x9E3779B9 + first) % word
    x = (x ^ (x >> 16)) * 0x7FEB352D % word
    x ^= second
    x = (x ^ (x >> 15)) * 0x846CA68B % word
    return x ^ (x >> 16)


def folded(key: tuple[int, int], number: int) -> tuple[int, int]:
    """The key of a step, or of a layer."""
    return _mix(number, *key), _mix(number, key[1] ^ 0x9E3779B9, key[0])
