"""How members of a pack are laid out best: seconds of one member's epoch, over shapes and layouts.

A layout is how many members share a call of the program (vectorised), and how many calls run
at once. For each shape every layout trains the same 16 members, in turns; what is counted is
the training beyond the first epoch, in the shortest of the rounds: what is more is the machine's
other work. Then: the fastest layout beside the one that `rightfit.train.pack.layout` chooses, what
that choice loses, and the constants with which choices would lose the least on the whole.

    python benchmarks/layout.py [--rounds 3] [--shape NAME] [--quick]
"""

import argparse
import dataclasses
import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from machine import describe_machine, output_argument, print_machine, write_results

import rightfit
import rightfit.train.pack.layout as layout
import rightfit.train.pack.wave as wave
from rightfit.train.loop import train
from rightfit.train.pack.run import Run

N_MEMBERS = 16
SEED = 0
WIDTHS = (1, 2, 4, 8, 16)
# Seconds that one measurement should take at least.
_SECONDS = 2.0
_MOST_EPOCHS = 400


@dataclasses.dataclass(frozen=True, order=True)
class Layout:
    """How many members share a call, and how many calls run at once."""

    width: int
    at_once: int

    def __str__(self) -> str:
        """As in a sentence."""
        return f"width {self.width}, {self.at_once} at once"


@dataclasses.dataclass(frozen=True)
class Shape:
    """Random rows and a network for two classes."""

    name: str
    n_rows: int
    n_columns: int
    hidden_sizes: tuple[int, ...]
    batch_size: int

    def __str__(self) -> str:
        """Rows × columns → hidden layers, batch."""
        sizes = " → ".join(map(str, self.hidden_sizes))
        return f"{self.n_rows:,}×{self.n_columns} → {sizes}, batch {self.batch_size}"

    def run(self) -> Run:
        """The members, prepared for the engine."""
        generator = np.random.default_rng(SEED)

        def draw(n_rows: int) -> tuple[np.ndarray, np.ndarray]:
            X = generator.standard_normal((n_rows, self.n_columns), dtype=np.float32)
            return X, np.arange(n_rows) % 2

        model = rightfit.Classifier(
            hidden_sizes=self.hidden_sizes,
            optimizer="adam",
            batch_size=self.batch_size,
            patience_epochs=None,
            scaling="none",
            precision="float32",
            n_seeds=N_MEMBERS,
            random_state=SEED,
        )
        fitting = model._begin(*draw(self.n_rows), None, draw(max(self.n_rows // 20, 40)))
        return dataclasses.replace(fitting.run(), began=None, memory=None)


SHAPES = (
    Shape("tiny", 1_000, 10, (32,), 64),
    Shape("few rows", 4_000, 20, (64, 64), 64),
    Shape("small", 10_000, 20, (64, 64), 256),
    Shape("small, large batch", 10_000, 20, (64, 64), 1024),
    Shape("medium, small batch", 4_000, 20, (128, 128), 64),
    Shape("medium", 10_000, 20, (128, 128), 256),
    Shape("wide, small batch", 4_000, 20, (256, 256), 64),
    Shape("wide, batch 128", 6_000, 20, (256, 256), 128),
    Shape("wide", 20_000, 20, (256, 256), 256),
    Shape("deep", 10_000, 20, (256, 256, 256), 256),
    Shape("many columns", 10_000, 200, (512, 256), 256),
    Shape("images", 10_000, 784, (512, 256), 128),
)
QUICK = (Shape("tiny", 300, 10, (16,), 64), Shape("small", 300, 10, (64, 64), 64))


def seconds(run: Run, chosen: Layout, n_epochs: int) -> float:
    """Train all members; tell how long that took."""
    limited = dataclasses.replace(run, width=chosen.width, max_epochs=n_epochs)
    with patch.object(wave, "n_at_once", return_value=chosen.at_once):
        start = time.perf_counter()
        for _ in train(limited):
            pass
        return time.perf_counter() - start


def measure(shape: Shape, rounds: int, least: float) -> dict[str, Any]:
    run = shape.run()
    member = run.members[0]
    n_multiplications = member.shape.n_multiplications
    present = Layout(layout.widest(member.plan, n_multiplications, N_MEMBERS), layout.n_at_once())
    layouts = sorted(
        {Layout(width, at_once) for width in WIDTHS for at_once in (1, present.at_once)} | {present}
    )
    for one in layouts:
        seconds(run, one, 2)
    plain = max(seconds(run, layouts[0], 3) - seconds(run, layouts[0], 1), 1e-3) / 2
    n_epochs = int(np.clip(math.ceil(least / plain), 2, _MOST_EPOCHS))
    times: dict[Layout, dict[int, list[float]]] = {
        one: {1: [], 1 + n_epochs: []} for one in layouts
    }
    for _ in range(rounds):
        for one, of_epochs in times.items():
            for n, taken in of_epochs.items():
                taken.append(seconds(run, one, n))
    shortest = {
        one: max(min(of_epochs[1 + n_epochs]) - min(of_epochs[1]), 1e-6) / n_epochs / N_MEMBERS
        for one, of_epochs in times.items()
    }
    best = min(shortest, key=lambda one: shortest[one])
    return {
        "shape": dataclasses.asdict(shape),
        "operations": 6.0 * n_multiplications * member.plan.batch_size,
        "epochs": 1 + n_epochs,
        "layouts": [
            {
                **dataclasses.asdict(one),
                "seconds_of_epochs": times[one],
                "seconds": shortest[one],
            }
            for one in layouts
        ],
        "best": dataclasses.asdict(best),
        "chosen": dataclasses.asdict(present),
        "loses": shortest[present] / shortest[best] - 1,
    }


def seconds_of(result: dict[str, Any]) -> dict[Layout, float]:
    return {Layout(row["width"], row["at_once"]): row["seconds"] for row in result["layouts"]}


def show(shape: Shape, result: dict[str, Any]) -> None:
    known = seconds_of(result)
    best, chosen = Layout(**result["best"]), Layout(**result["chosen"])
    print(f"{shape.name}: {shape} ({result['operations']:.2g} operations a step)")
    for at_once, rows in itertools.groupby(
        sorted(known, key=lambda one: one.at_once), key=lambda one: one.at_once
    ):
        columns = "  ".join(f"{1e3 * known[one]:8.3f}" for one in sorted(rows))
        print(f"    {at_once:2} at once: {columns}")
    print(f"    fastest {best}: {1e3 * known[best]:.3f} ms a member's epoch")
    lost = f"{100 * result['loses']:.0f} % slower"
    print(f"    chosen  {chosen}: {1e3 * known[chosen]:.3f} ms, {lost}", flush=True)


def loss_of_rule(results: Sequence[Mapping[str, Any]], most: float, width: int) -> float:
    """How much slower than the fastest layouts a pair of constants is, as a geometric mean."""
    logs = []
    for result in results:
        known = seconds_of(dict(result))
        at_once = max(one.at_once for one in known)
        taken = Layout(1 if result["operations"] > most else width, at_once)
        logs.append(math.log(known[taken] / min(known.values())))
    return math.exp(statistics.fmean(logs)) - 1


def fit_constants(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The constants of the rule with which choices lose the least on the whole."""
    edges = [0.0, *sorted({result["operations"] for result in results}), math.inf]
    rules = [
        (loss_of_rule(results, low, width), low, high, width)
        for low, high in itertools.pairwise(edges)
        for width in WIDTHS
        if width > 1
    ]
    lost, low, high, width = min(rules)
    present = loss_of_rule(results, layout._MOST_OPERATIONS, layout._WIDTH_ON_CPU)
    # The middle, by ratio; below the smallest shape half of it, above the largest that itself.
    finite = [edge for edge in (low or high / 4, high) if edge < math.inf]
    return {
        "present": {
            "_MOST_OPERATIONS": layout._MOST_OPERATIONS,
            "_WIDTH_ON_CPU": layout._WIDTH_ON_CPU,
            "loses": present,
        },
        "best": {
            "_MOST_OPERATIONS": math.exp(statistics.fmean(map(math.log, finite))),
            "at_least": low,
            "below": None if high == math.inf else high,
            "_WIDTH_ON_CPU": width,
            "loses": lost,
        },
    }


def show_constants(constants: Mapping[str, Any]) -> None:
    present, best = constants["present"], constants["best"]
    below = "any number" if best["below"] is None else f"{best['below']:.2g}"
    print(
        f"present constants: _MOST_OPERATIONS {present['_MOST_OPERATIONS']:.2g}, _WIDTH_ON_CPU "
        f"{present['_WIDTH_ON_CPU']}: {100 * present['loses']:.1f} % slower than the fastest"
    )
    print(
        f"best constants:    _MOST_OPERATIONS {best['_MOST_OPERATIONS']:.2g} (from "
        f"{best['at_least']:.2g} to below {below}), _WIDTH_ON_CPU {best['_WIDTH_ON_CPU']}: "
        f"{100 * best['loses']:.1f} % slower than the fastest"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shape", help="measure only shapes whose name begins so")
    parser.add_argument("--quick", action="store_true", help="only see that it runs: tiny sizes")
    output_argument(parser, "layout")
    arguments = parser.parse_args()
    machine = describe_machine()
    print_machine(machine)
    print(f"seed {SEED}; milliseconds of one member's epoch for the widths {WIDTHS}")
    out = Path(tempfile.gettempdir()) / "layout-quick.json" if arguments.quick else arguments.out
    results: list[dict[str, Any]] = []
    for shape in QUICK if arguments.quick else SHAPES:
        if arguments.shape is None or shape.name.startswith(arguments.shape):
            rounds, least = (1, 0.02) if arguments.quick else (arguments.rounds, _SECONDS)
            results.append(measure(shape, rounds, least))
            show(shape, results[-1])
    constants = None
    # On an accelerator they have no effect.
    if results and machine_is_cpu():
        constants = fit_constants(results)
        show_constants(constants)
    write_results(out, machine, {"shapes": results, "constants": constants})


def machine_is_cpu() -> bool:
    import jax

    return bool(jax.devices()[0].platform == "cpu")


if __name__ == "__main__":
    main()
