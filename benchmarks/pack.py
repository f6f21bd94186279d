"""The pack: what training networks together saves, against training them one after another.

Six claims, each with its floor; what is compared is measured side by side in one run, in turns:

    small   16 members of 10,000×20 → 64 → 64 against 16 solo fits, seeds 0 to 15, so many epochs
    large   the same for 60,000×784 → 512 → 256, batch 128
    grid    18 combinations on adult, each stopped early, against GridSearchCV(MLPClassifier,
            n_jobs=2): seconds until the best validation loss of the other is reached
    torch   the same 18 networks as a PyTorch loop, one after another, stopped by the same rule
    peak    16 members of 20,000×20 → 256 → 256: share of the matrix-product peak
    gpu     64 members against one; the floor counts on an accelerator only

Seconds are given twice: of the whole fit (from the table to the fitted model, the choice among
the members included), and of the training alone. For `small` and `large` the floor holds for the
smaller of both ratios, for `peak` and `gpu` for the training. All programs are compiled by a fit
that goes before; its seconds, with an empty compilation cache, are printed as "with compile".

For `grid` and `torch` adult is encoded once (numbers standardised, categories one-hot) and split
once, into the published training and validation rows. Adam, batches of 256, patience 16. What
scikit-learn has in place of dropout is fewer units: (64, 64), (128, 128) or (256, 256); its alpha
is λ times the batch size. It refits nothing, and its worker processes have started beforehand.

    python benchmarks/pack.py [--claim NAME] [--rounds N] [--quick]
"""

import argparse
import copy
import itertools
import json
import math
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from machine import (
    describe_machine,
    matrix_product_peak,
    output_argument,
    print_machine,
    write_results,
)
from real_tables import data_root

import rightfit
from rightfit.train.events import EpochsEnded, MemberStopped, TrainingStarted

N_MEMBERS = 16
N_ON_GPU = 64
SEED = 0
PATIENCE = 16
TOLERANCE = 1e-4
BATCH = 256
RATES = (0.0, 0.25, 0.5)
L2 = (0.0, 1e-4, 1e-2)
LEARNING_RATES = (1e-3, 3e-3)
SIZES = (256, 256)
NEAREST_SIZES = ((64, 64), (128, 128), (256, 256))

# Features, labels.
Rows = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Work:
    """Random rows and a network that is trained on them for some epochs."""

    n_rows: int
    sizes: tuple[int, ...]
    batch_size: int
    n_epochs: int

    @property
    def operations(self) -> float:
        """Multiplications and additions of the matrix products of one training epoch."""
        *sizes, last = self.sizes
        sizes.append(1 if last == 2 else last)
        products = [a * b for a, b in itertools.pairwise(sizes)]
        return 2.0 * self.n_rows * (3 * sum(products) - products[0])

    def rows(self) -> tuple[Rows, Rows]:
        """Training rows, and a few for validation."""
        generator = np.random.default_rng(SEED)

        def draw(n_rows: int) -> Rows:
            X = generator.standard_normal((n_rows, self.sizes[0]), dtype=np.float32)
            return X, np.arange(n_rows) % self.sizes[-1]

        return draw(self.n_rows), draw(max(self.n_rows // 20, 40))

    def classifier(self, *, n_seeds: int = 1, seed: int = SEED) -> rightfit.Classifier:
        """A network, or a pack of it, that is trained for all epochs."""
        return rightfit.Classifier(
            hidden_sizes=self.sizes[1:-1],
            optimizer="adam",
            batch_size=self.batch_size,
            max_epochs=self.n_epochs,
            patience_epochs=None,
            scaling="none",
            n_seeds=n_seeds,
            random_state=seed,
        )


@dataclass(frozen=True)
class Fit:
    """What a fit took, in seconds; and when each lower validation loss was known."""

    whole: float
    training: float
    lower: tuple[tuple[float, float], ...] = ()

    @property
    def best(self) -> float:
        """The lowest validation loss of a member."""
        return self.lower[-1][1]

    def reached(self, loss: float) -> float | None:
        """Seconds until such a validation loss was known; None if it never was."""
        return next((seconds for seconds, lower in self.lower if lower <= loss), None)


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    claim: str
    value: float | None
    floor: float
    unit: str
    figures: dict[str, Any]
    at_most: bool = False
    counts: bool = True

    def __str__(self) -> str:
        """The figure beside its floor."""
        value = "never" if self.value is None else f"{self.value:.2f} {self.unit}"
        bound = f"{'at most' if self.at_most else 'at least'} {self.floor:g} {self.unit}"
        if not self.counts:
            return f"{self.claim:6} {value:>10}  ({bound}, which does not count here)"
        held = self.value is not None and (self.value <= self.floor) == self.at_most
        return f"{self.claim:6} {value:>10}  ({bound}: {'reached' if held else 'MISSED'})"


def timed_fit(model: rightfit.Classifier, training: Rows, validation: Rows) -> Fit:
    start = time.perf_counter()
    began = ended = 0.0
    lower: list[tuple[float, float]] = []
    for event in model.iter_fit(*training, validation=validation):
        seconds = time.perf_counter() - start
        if isinstance(event, TrainingStarted):
            began = seconds
        elif isinstance(event, MemberStopped):
            ended = seconds
        elif isinstance(event, EpochsEnded):
            losses = [r.validation_loss for r in event.records if r.validation_loss is not None]
            if losses and (not lower or min(losses) < lower[-1][1]):
                lower.append((seconds, min(losses)))
    return Fit(time.perf_counter() - start, ended - began, tuple(lower))


def forget_programs() -> None:
    """Make the next fit compile; there is no cache on disk, see `main`."""
    import jax

    jax.clear_caches()


def in_turns(rounds: int, **fits: Callable[[], Fit]) -> dict[str, list[Fit]]:
    """Do each fit once while its programs are compiled, then `rounds` times in turns."""
    done: dict[str, list[Fit]] = {}
    for name, fit in fits.items():
        forget_programs()
        done[name] = [fit()]
    # All but the last have to compile again what was forgotten.
    for fit in list(fits.values())[:-1]:
        fit()
    for _ in range(rounds):
        for name, fit in fits.items():
            done[name].append(fit())
    return done


def middle(fits: Sequence[Fit]) -> Fit:
    """The medians without the first, which compiled."""
    return Fit(
        statistics.median(fit.whole for fit in fits[1:]),
        statistics.median(fit.training for fit in fits[1:]),
    )


def as_figures(done: dict[str, list[Fit]]) -> dict[str, Any]:
    return {
        name: {
            "with_compile": asdict(fits[0]),
            "rounds": [asdict(fit) for fit in fits[1:]],
        }
        for name, fits in done.items()
    }


def show_fits(done: dict[str, list[Fit]]) -> None:
    for name, fits in done.items():
        half = middle(fits)
        print(
            f"    {name}: {half.whole:.2f} s, of which training {half.training:.2f} s; "
            f"with compile {fits[0].whole:.2f} s"
        )


def against_solo(claim: str, work: Work, floor: float, rounds: int) -> Result:
    training, validation = work.rows()

    def pack() -> Fit:
        return timed_fit(work.classifier(n_seeds=N_MEMBERS), training, validation)

    def solo() -> Fit:
        fits = [
            timed_fit(work.classifier(seed=seed), training, validation) for seed in range(N_MEMBERS)
        ]
        return Fit(sum(fit.whole for fit in fits), sum(fit.training for fit in fits))

    done = in_turns(rounds, pack=pack, solo=solo)
    show_fits(done)
    together, alone = middle(done["pack"]), middle(done["solo"])
    ratios = {
        "whole": alone.whole / together.whole,
        "training": alone.training / together.training,
        "with compile": done["solo"][0].whole / done["pack"][0].whole,
    }
    shown = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    print(f"    times as fast: {shown}")
    figures = {"work": asdict(work), "ratios": ratios, **as_figures(done)}
    return Result(claim, min(ratios["whole"], ratios["training"]), floor, "×", figures)


def small(rounds: int | None, quick: bool) -> Result:
    work = Work(600, (20, 16, 2), 64, 3) if quick else Work(10_000, (20, 64, 64, 2), 256, 40)
    return against_solo("small", work, 1.5, rounds or 5)


def large(rounds: int | None, quick: bool) -> Result:
    work = Work(600, (40, 64, 10), 64, 2) if quick else Work(60_000, (784, 512, 256, 10), 128, 2)
    return against_solo("large", work, 0.95, rounds or 2)


def adult(quick: bool) -> tuple[Rows, Rows]:
    """The published training and validation rows, encoded: standardised numbers, one-hot rest."""
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    folder = data_root() / "adult"
    frame = pl.read_parquet(folder / "train.parquet")
    trained = pl.read_parquet(folder / "rtdl_split.parquet")["rtdl_split"].to_numpy() == "train"
    if quick:
        frame, trained = frame[:1000], trained[:1000]
    y = (frame["income"] == ">50K").to_numpy().astype(np.int32)
    frame = frame.drop("income")
    texts = frame.select(pl.col(pl.String)).to_numpy()
    numbers = frame.select(pl.exclude(pl.String)).to_numpy().astype(np.float64)
    one_hot = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(texts[trained])
    scaler = StandardScaler().fit(numbers[trained])
    X = np.hstack([scaler.transform(numbers), one_hot.transform(texts)]).astype(np.float32)
    return (X[trained], y[trained]), (X[~trained], y[~trained])


def pack_of_grid(n_epochs: int) -> rightfit.Classifier:
    return rightfit.Classifier(
        hidden_sizes=SIZES,
        dropout_rate=list(RATES),
        l2=list(L2),
        learning_rate=list(LEARNING_RATES),
        optimizer="adam",
        batch_size=BATCH,
        max_epochs=n_epochs,
        patience_epochs=PATIENCE,
        tolerance=TOLERANCE,
        scaling="none",
        random_state=SEED,
    )


def scikit_learn_grid(training: Rows, validation: Rows, n_epochs: int) -> Callable[[], Fit]:
    from sklearn.model_selection import GridSearchCV, PredefinedSplit
    from sklearn.neural_network import MLPClassifier

    X, y = (np.concatenate(pair) for pair in zip(training, validation, strict=True))
    is_trained = np.arange(len(X)) < len(training[0])

    def search(n_rows: int, options: dict[str, Any]) -> Fit:
        chosen = np.r_[:n_rows, len(X) - n_rows : len(X)] if n_rows < len(X) else slice(None)
        network = MLPClassifier(
            batch_size=BATCH,
            max_iter=n_epochs,
            early_stopping=True,
            n_iter_no_change=PATIENCE,
            tol=TOLERANCE,
            random_state=SEED,
        )
        split = PredefinedSplit(np.where(is_trained[chosen], -1, 0))
        grid = GridSearchCV(
            network, options, scoring="neg_log_loss", n_jobs=2, cv=split, refit=False
        )
        start = time.perf_counter()
        grid.fit(X[chosen], y[chosen])
        seconds = time.perf_counter() - start
        return Fit(seconds, seconds, ((seconds, -float(grid.best_score_)),))

    # Starts the worker processes.
    search(300, {"alpha": [0.0, 1.0], "max_iter": [2]})
    options = {
        "alpha": [BATCH * l2 for l2 in L2],
        "learning_rate_init": list(LEARNING_RATES),
        "hidden_layer_sizes": list(NEAREST_SIZES),
    }
    return lambda: search(len(X), options)


def torch_grid(training: Rows, validation: Rows, n_epochs: int) -> Callable[[], Fit]:
    import torch
    from torch import nn

    def tensors(rows: Rows) -> tuple[Any, Any]:
        return torch.from_numpy(rows[0]), torch.from_numpy(rows[1].astype(np.float32))

    (X, y), (X_held, y_held) = tensors(training), tensors(validation)
    loss_of = nn.functional.binary_cross_entropy_with_logits

    def train(
        dropout_rate: float, l2: float, learning_rate: float, n_epochs: int = n_epochs
    ) -> tuple[float, Any]:
        """Train a network; give its lowest validation loss, and its weights then."""
        layers: list[Any] = []
        for n_inputs, n_units in itertools.pairwise((X.shape[1], *SIZES)):
            layers += [nn.Linear(n_inputs, n_units), nn.ReLU()]
            layers += [nn.Dropout(dropout_rate)] if dropout_rate else []
        network = nn.Sequential(*layers, nn.Linear(SIZES[-1], 1))
        weights = [p for p in network.parameters() if p.ndim > 1]
        biases = [p for p in network.parameters() if p.ndim == 1]
        groups = [{"params": weights, "weight_decay": l2}, {"params": biases}]
        optimizer = torch.optim.Adam(groups, lr=learning_rate)
        best, kept, reference, waited = math.inf, None, math.inf, 0
        for _ in range(n_epochs):
            network.train()
            order = torch.randperm(len(X))
            for first in range(0, len(X), BATCH):
                chosen = order[first : first + BATCH]
                optimizer.zero_grad()
                loss_of(network(X[chosen])[:, 0], y[chosen]).backward()
                optimizer.step()
            network.eval()
            with torch.no_grad():
                watched = loss_of(network(X_held)[:, 0], y_held).item()
            if watched < best:
                best, kept = watched, copy.deepcopy(network.state_dict())
            is_better = reference == math.inf or watched < reference - TOLERANCE * reference
            reference, waited = (watched, 0) if is_better else (reference, waited + 1)
            if waited >= PATIENCE:
                break
        return best, kept

    def grid() -> Fit:
        torch.manual_seed(SEED)
        start = time.perf_counter()
        lower: list[tuple[float, float]] = []
        for values in itertools.product(RATES, L2, LEARNING_RATES):
            best, _ = train(*values)
            if not lower or best < lower[-1][1]:
                lower.append((time.perf_counter() - start, best))
        seconds = time.perf_counter() - start
        return Fit(seconds, seconds, tuple(lower))

    # PyTorch imports and sets up much when it is first used.
    train(RATES[-1], L2[-1], LEARNING_RATES[-1], n_epochs=1)
    return grid


def ratio(ours: float | None, other: float) -> float | None:
    return None if ours is None else other / ours


def against_grid(
    name: str, ours: Callable[[], Fit], other: Callable[[], Fit], rounds: int
) -> tuple[dict[str, float | None], dict[str, Any]]:
    """Measure both in turns; the ratios are medians over the rounds."""
    forget_programs()
    done: dict[str, list[Fit]] = {"rightfit": [ours()], name: []}
    for _ in range(rounds):
        done["rightfit"].append(ours())
        done[name].append(other())
    with_compile, *compiled = done["rightfit"]
    theirs = done[name]
    pairs = list(zip(compiled, theirs, strict=True))

    def median(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return statistics.median(known) if len(known) == len(values) else None

    def shown(value: float | None, unit: str) -> str:
        return "never" if value is None else f"{value:.2f} {unit}"

    ratios = {
        "whole": median([b.whole / a.whole for a, b in pairs]),
        "to the same loss": median([ratio(a.reached(b.best), b.whole) for a, b in pairs]),
        "whole, with compile": theirs[0].whole / with_compile.whole,
        "to the same loss, with compile": ratio(
            with_compile.reached(theirs[0].best), theirs[0].whole
        ),
    }
    for label, fits in done.items():
        fit = fits[-1]
        print(f"    {label}: {fit.whole:.1f} s, best validation loss {fit.best:.5f}")
    same = compiled[-1].reached(theirs[-1].best)
    print(f"    rightfit was at the best loss of {name} after {shown(same, 's')}")
    print("    times as fast: " + ", ".join(f"{k} {shown(v, '×')}" for k, v in ratios.items()))
    figures = {label: [asdict(fit) for fit in fits] for label, fits in done.items()}
    return ratios, {"ratios": ratios, **figures}


def grid(rounds: int | None, quick: bool) -> Result:
    training, validation = adult(quick)
    n_epochs = 3 if quick else 200
    ratios, figures = against_grid(
        "scikit-learn",
        lambda: timed_fit(pack_of_grid(n_epochs), training, validation),
        scikit_learn_grid(training, validation, n_epochs),
        rounds or 2,
    )
    return Result("grid", ratios["to the same loss"], 5.0, "×", figures)


def torch(rounds: int | None, quick: bool) -> Result:
    training, validation = adult(quick)
    n_epochs = 3 if quick else 200
    ratios, figures = against_grid(
        "torch",
        lambda: timed_fit(pack_of_grid(n_epochs), training, validation),
        torch_grid(training, validation, n_epochs),
        rounds or 2,
    )
    return Result("torch", ratios["whole"], 3.0, "×", figures)


def peak(rounds: int | None, quick: bool) -> Result:
    work = Work(600, (20, 64, 64, 2), 64, 2) if quick else Work(20_000, (20, 256, 256, 2), 256, 12)
    training, validation = work.rows()
    timed_fit(work.classifier(n_seeds=N_MEMBERS), training, validation)
    fits, peaks = [], []
    for _ in range(rounds or 3):
        peaks.append(matrix_product_peak(0.1 if quick else 1.5))
        fits.append(timed_fit(work.classifier(n_seeds=N_MEMBERS), training, validation))
    peak = statistics.median(peaks)
    seconds = statistics.median(fit.training for fit in fits)
    speed = N_MEMBERS * work.n_epochs * work.operations / seconds
    print(f"    {speed / 1e9:.0f} of {peak / 1e9:.0f} GFLOP/s; validation is not counted")
    figures = {
        "work": asdict(work),
        "operations_a_second": speed,
        "peaks": peaks,
        "rounds": [asdict(fit) for fit in fits],
    }
    return Result("peak", 100 * speed / peak, 50.0, "%", figures)


def against_one(work: Work, rounds: int) -> tuple[float, dict[str, Any]]:
    """How many times the training of one network that of a large pack takes."""
    training, validation = work.rows()

    def fit(n_members: int) -> Fit:
        return timed_fit(work.classifier(n_seeds=n_members), training, validation)

    done = in_turns(rounds, one=lambda: fit(1), pack=lambda: fit(N_ON_GPU))
    print(f"  {work.n_rows:,}×{' → '.join(map(str, work.sizes[:-1]))}:")
    show_fits(done)
    one, pack = middle(done["one"]), middle(done["pack"])
    times = pack.training / one.training
    whole = pack.whole / one.whole
    print(f"    {N_ON_GPU} take {times:.2f} times the training of one, {whole:.2f} the whole fit")
    return times, {"work": asdict(work), "times": times, **as_figures(done)}


def gpu(rounds: int | None, quick: bool) -> Result:
    import jax

    device = jax.devices()[0]
    is_accelerator = device.platform != "cpu"
    n_epochs = 100 if is_accelerator else 10
    works = [Work(10_000, (20, 64, 64, 2), 256, n_epochs)]
    works += [Work(20_000, (20, 256, 256, 2), 256, n_epochs)]
    if quick:
        works = [Work(600, (20, 16, 2), 64, 2)]
    print(f"  on {device.device_kind}")
    rounds = rounds or (3 if is_accelerator else 1)
    measured = [against_one(work, rounds) for work in works]
    return Result(
        "gpu",
        max(times for times, _ in measured),
        3.0,
        "×",
        {"device": device.device_kind, "works": [figures for _, figures in measured]},
        at_most=True,
        counts=is_accelerator,
    )


CLAIMS: dict[str, Callable[[int | None, bool], Result]] = {
    "small": small,
    "large": large,
    "grid": grid,
    "torch": torch,
    "peak": peak,
    "gpu": gpu,
}


def measured_before(path: Path, machine: dict[str, Any]) -> dict[str, Any]:
    """Claims that were measured on this machine, with these versions."""
    if not path.exists():
        return {}
    document = json.loads(path.read_text())
    is_same = {**document["machine"], "time": ""} == {**machine, "time": ""}
    return dict(document["results"]) if is_same else {}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--claim", choices=list(CLAIMS), help="measure only this one")
    parser.add_argument("--rounds", type=int, help="default: 1 to 5, by the claim")
    parser.add_argument("--quick", action="store_true", help="only see that it runs: tiny sizes")
    output_argument(parser, "pack")
    arguments = parser.parse_args()
    # What is compiled is meant to be compiled, and not read from disk.
    os.environ["RIGHTFIT_CACHE"] = "off"
    # scikit-learn's workers tell when they have not converged.
    os.environ["PYTHONWARNINGS"] = "ignore"
    warnings.simplefilter("ignore")
    machine = describe_machine()
    print_machine(machine)
    print(f"seed {SEED}")
    out = Path(tempfile.gettempdir()) / "pack-quick.json" if arguments.quick else arguments.out
    results = measured_before(out, machine)
    lines = []
    for name, claim in CLAIMS.items():
        if arguments.claim in (None, name):
            print(f"{name}:", flush=True)
            rounds = arguments.rounds or (1 if arguments.quick else None)
            result = claim(rounds, arguments.quick)
            lines.append(str(result))
            results[name] = {"measured": describe_machine()["time"], **asdict(result)}
            # After each claim, so that what was measured is kept.
            write_results(out, machine, results)
    print()
    print("\n".join(lines))
    if arguments.quick:
        print("These are tiny sizes, and say nothing about the claims.")


if __name__ == "__main__":
    main()
