"""The engine against PyTorch and scikit-learn: seconds of one training epoch, side by side.

The same network, batch size and optimizer (Adam, 0.001) on the same random rows, in one
run, in turns. Training only: no validation, no data preparation, no compilation.
PyTorch gathers its batches from one tensor (no DataLoader), which is its fastest way.

    python benchmarks/engine.py [--rounds 5] [--shape NAME] [--no-compile]
"""

import argparse
import itertools
import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from machine import (
    describe_machine,
    matrix_product_peak,
    output_argument,
    print_machine,
    write_results,
)

import rightfit


@dataclass(frozen=True)
class Shape:
    """One comparison: the network, its training, and the floors."""

    name: str
    n_rows: int
    sizes: tuple[int, ...]
    batch_size: int
    dropout_rate: float
    n_epochs: int
    against_eager: float
    against_scikit_learn: float | None

    @property
    def operations(self) -> float:
        """Multiplications and additions of the matrix products of one epoch.

        Forward, weight gradient, and input gradient in all layers but the first.
        """
        products = self.products
        return 2.0 * self.n_rows * (3 * sum(products) - products[0])

    @property
    def usual_operations(self) -> float:
        """Six operations for each weight and row, as is usually counted, the first layer's too."""
        return 6.0 * self.n_rows * sum(self.products)

    @property
    def products(self) -> list[int]:
        """Weights of each layer."""
        return [a * b for a, b in itertools.pairwise(self.sizes)]


SHAPES = (
    Shape("large", 60_000, (784, 512, 256, 10), 128, 0.0, 2, 2.3, 3.0),
    Shape("large, dropout", 60_000, (784, 512, 256, 10), 128, 0.5, 2, 2.8, None),
    Shape("small", 10_000, (20, 64, 64, 2), 256, 0.0, 40, 2.0, 3.0),
    Shape("small, dropout", 10_000, (20, 64, 64, 2), 256, 0.5, 40, 4.0, None),
    Shape("deep", 10_000, (20, 256, 256, 256, 2), 256, 0.0, 12, 1.6, 2.5),
    Shape("deep, dropout", 10_000, (20, 256, 256, 256, 2), 256, 0.5, 12, 3.0, None),
)

Epoch = Callable[[], float]


def rows_of(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((shape.n_rows, shape.sizes[0]), dtype=np.float32)
    return X, generator.integers(0, shape.sizes[-1], shape.n_rows)


def rightfit_epoch(shape: Shape, X: np.ndarray, y: np.ndarray) -> Epoch:
    """Two classes are one logit in RightFit and in scikit-learn, and here in PyTorch too."""
    model = rightfit.Classifier(
        hidden_sizes=shape.sizes[1:-1],
        dropout_rate=shape.dropout_rate,
        optimizer="adam",
        batch_size=shape.batch_size,
        max_epochs=shape.n_epochs + 1,
        patience_epochs=None,
        validation_fraction=0.0,
        scaling="none",
        random_state=0,
    )

    def measure() -> float:
        model.fit(X, y)
        ends = [record["seconds"] for record in model.history_]
        # The first epoch is a call of its own, which may compile.
        return (ends[-1] - ends[0]) / shape.n_epochs

    return measure


def scikit_learn_epoch(shape: Shape, X: np.ndarray, y: np.ndarray) -> Epoch:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    n_epochs = max(1, shape.n_epochs // 4)

    def fit(n_epochs: int) -> float:
        model = MLPClassifier(
            shape.sizes[1:-1], batch_size=shape.batch_size, max_iter=n_epochs, tol=0.0, alpha=0.0
        )
        start = time.perf_counter()
        model.fit(X, y)
        return time.perf_counter() - start

    return lambda: (fit(n_epochs + 1) - fit(1)) / n_epochs


def torch_epoch(shape: Shape, X: np.ndarray, y: np.ndarray, *, compiled: bool) -> Epoch:
    import torch

    layers: list[Any] = []
    n_outputs = 1 if shape.sizes[-1] == 2 else shape.sizes[-1]
    sizes = (*shape.sizes[:-1], n_outputs)
    for n_inputs, n_units in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(n_inputs, n_units), torch.nn.ReLU()]
        layers += [torch.nn.Dropout(shape.dropout_rate)] if shape.dropout_rate else []
    network = torch.nn.Sequential(*layers[: -2 if shape.dropout_rate else -1])
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    rows = torch.from_numpy(X)
    targets = torch.from_numpy(y.astype(np.float32) if n_outputs == 1 else y)

    def step(batch: Any, target: Any) -> None:
        optimizer.zero_grad()
        outputs = network(batch)
        if n_outputs == 1:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], target)
        else:
            loss = torch.nn.functional.cross_entropy(outputs, target)
        loss.backward()
        optimizer.step()

    # The short last batch goes the eager way: compiled, it would be a second program.
    taken = torch.compile(step, dynamic=False) if compiled else step

    def epoch() -> None:
        order = torch.randperm(shape.n_rows)
        for first in range(0, shape.n_rows, shape.batch_size):
            chosen = order[first : first + shape.batch_size]
            (taken if len(chosen) == shape.batch_size else step)(rows[chosen], targets[chosen])

    epoch()

    def measure() -> float:
        n_epochs = max(1, shape.n_epochs // 2)
        start = time.perf_counter()
        for _ in range(n_epochs):
            epoch()
        return (time.perf_counter() - start) / n_epochs

    return measure


def measure(shape: Shape, rounds: int, with_compile: bool) -> dict[str, Any]:
    X, y = rows_of(shape)
    tools: dict[str, Epoch] = {
        "rightfit": rightfit_epoch(shape, X, y),
        "torch eager": torch_epoch(shape, X, y, compiled=False),
    }
    if with_compile:
        tools["torch compiled"] = torch_epoch(shape, X, y, compiled=True)
    if not shape.dropout_rate:
        tools["scikit-learn"] = scikit_learn_epoch(shape, X, y)
    tools["rightfit"]()
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    peaks = []
    for _ in range(rounds):
        peaks.append(matrix_product_peak())
        for name, epoch in tools.items():
            seconds[name].append(epoch())
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    ours = medians["rightfit"]
    return {
        "shape": shape.name,
        "seconds": seconds,
        "median": medians,
        "ratio": {name: value / ours for name, value in medians.items() if name != "rightfit"},
        "gflops_peak": statistics.median(peaks) / 1e9,
        "share_of_peak": shape.operations / ours / statistics.median(peaks),
        "share_as_usually_counted": shape.usual_operations / ours / statistics.median(peaks),
    }


def show(shape: Shape, result: dict[str, Any]) -> None:
    times = "  ".join(f"{name} {1e3 * value:.1f} ms" for name, value in result["median"].items())
    print(f"{shape.name}: {times}")
    for name, floor in (
        ("torch eager", shape.against_eager),
        ("scikit-learn", shape.against_scikit_learn),
        ("torch compiled", None),
    ):
        if name in result["ratio"]:
            wanted = f" (floor {floor})" if floor else ""
            print(f"    {result['ratio'][name]:.2f} x as fast as {name}{wanted}")
    share, peak = 100 * result["share_of_peak"], result["gflops_peak"]
    usual = 100 * result["share_as_usually_counted"]
    print(f"    {share:.0f} % of the matrix-product peak of {peak:.0f} GFLOP/s", end="")
    print(f"; {usual:.0f} % counting six operations for each weight and row", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", help="measure only shapes whose name begins so")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    output_argument(parser, "engine")
    arguments = parser.parse_args()
    machine = describe_machine()
    print_machine(machine)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    results = []
    for shape in SHAPES:
        if arguments.shape is None or shape.name.startswith(arguments.shape):
            results.append(measure(shape, arguments.rounds, not arguments.no_compile))
            show(shape, results[-1])
    write_results(arguments.out, machine, results)


if __name__ == "__main__":
    main()
