"""What tests train with: the one place that knows the fields of a plan, of knobs and of rows."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import jax
import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rightfit.arrays import Features
from rightfit.nn import Network, NetworkShape, build_network
from rightfit.objectives import LOSSES, Objective, Task, metric_names
from rightfit.train.compilation import compiled
from rightfit.train.compilation_cache import use_compilation_cache
from rightfit.train.events import Event, MemberStopped, TrainingEnded
from rightfit.train.loop import train
from rightfit.train.orders import row_orders
from rightfit.train.pack.run import Member, Run
from rightfit.train.plan import NEVER, HeldOut, Knobs, Plan, Records, Rows, State
from rightfit.train.program import run_epochs, start
from rightfit.train.rows import bucket
from tests.oracle.formulas import TARGET_MEAN

# Before the first compilation of the tests, of which many are outside `compiled`.
use_compilation_cache()

N_CLASSES = 3

Tree = TypeVar("Tree")


def objective_of(task: Task = "regression", **changes: Any) -> Objective:
    """An objective: the first loss and metric of its task, unless others are named."""
    loss = next(name for name, loss in LOSSES.items() if task in loss.tasks)
    return dataclasses.replace(Objective(task, loss, metric_names(task)[0]), **changes)


def plan_of(objective: Objective | None = None, **changes: Any) -> Plan:
    """A plan: plain SGD in batches of 4, without dropout and validation."""
    objective = objective or objective_of()
    plan = Plan(
        objective=objective,
        loss=objective.loss,
        optimizer="sgd",
        schedule="constant",
        batch_size=4,
        dropout=False,
        input_dropout=False,
        l2=True,
        weight_decay=True,
    )
    return dataclasses.replace(plan, **changes)


def knobs_of(*, dtype: DTypeLike = np.float32, **changes: Any) -> Knobs:
    """Knobs: learning rate 0.1, no regularisation, endless patience."""
    numbers = {
        "learning_rate": 0.1,
        "momentum": 0.9,
        "weight_decay": 0.0,
        "l2": 0.0,
        "dropout_rate": 0.0,
        "input_dropout_rate": 0.0,
        "horizon_steps": 100.0,
        "warmup": 0.0,
        "patience_growth": 0.0,
        "tolerance": 1e-4,
        "average_decay": 0.0,
        "label_smoothing": 0.0,
        "target_scale": [1.0],
        "target_unit": 1.0,
        "target_means": [TARGET_MEAN],
    }
    patience = changes.pop("patience_epochs", NEVER)
    key = changes.pop("key", [0x243F6A88, 0x85A308D3])
    return Knobs(
        **{name: _number(value, dtype) for name, value in (numbers | changes).items()},
        patience_epochs=np.int32(patience),
        key=np.asarray(key, np.uint32),
    )


def rows_of(
    numbers: ArrayLike,
    targets: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    codes: ArrayLike | None = None,
    n_slots: int | None = None,
    dtype: DTypeLike = np.float32,
) -> Rows:
    """Rows padded to their bucket, or to `n_slots`, with weights of mean 1."""
    inputs = np.asarray(numbers, dtype)
    n_rows = len(inputs)
    size = bucket(n_rows) if n_slots is None else n_slots
    wanted = np.asarray(targets)
    if wanted.dtype.kind == "f":
        wanted = wanted.astype(dtype)
    columns = np.zeros((n_rows, 0)) if codes is None else np.asarray(codes)
    shares = np.ones(n_rows) if weights is None else np.asarray(weights, np.float64)
    return Rows(
        Features(_padded(inputs, size), _padded(columns.astype(np.int32), size)),
        _padded(wanted, size),
        _padded((shares / shares.mean()).astype(dtype), size),
        np.int32(n_rows),
    )


def random_rows(
    task: Task = "regression",
    n_rows: int = 13,
    *,
    n_levels: Sequence[int] = (),
    n_outputs: int = 1,
    weighted: bool = False,
    seed: int = 0,
    **changes: Any,
) -> Rows:
    """Rows of three numbers and some category columns, with targets that depend on them."""
    generator = np.random.default_rng(seed)
    numbers = generator.standard_normal((n_rows, 3))
    codes = np.zeros((n_rows, len(n_levels)), np.int32)
    for column, n in enumerate(n_levels):
        codes[:, column] = generator.integers(0, n, n_rows)
    noise = generator.standard_normal((n_rows, n_outputs))
    signal = np.sin(numbers.sum(axis=1, keepdims=True)) + 0.3 * noise
    targets = {
        "regression": signal,
        "binary": (signal[:, 0] > 0).astype(np.int32),
        "multiclass": np.digitize(signal[:, 0], [-0.4, 0.4]).astype(np.int32),
    }[task]
    weights = generator.uniform(0.2, 3.0, n_rows) if weighted else None
    return rows_of(numbers, targets, weights=weights, codes=codes, **changes)


def network_of(
    task: Task = "regression",
    hidden_sizes: tuple[int, ...] = (4,),
    *,
    activation: str = "relu",
    n_levels: tuple[int, ...] = (),
    embedding_widths: tuple[int, ...] = (),
    n_outputs: int = 1,
    seed: int = 0,
    dtype: DTypeLike = np.float32,
    stirred: bool = True,
    **changes: Any,
) -> Network:
    """A network for `random_rows`, with starting weights and, if stirred, biases that are not 0."""
    shape = NetworkShape(
        n_numbers=3,
        n_levels=n_levels,
        embedding_widths=embedding_widths,
        hidden_sizes=hidden_sizes,
        activations=(activation,) * len(hidden_sizes),
        n_outputs=N_CLASSES if task == "multiclass" else n_outputs,
    )
    generator = np.random.Generator(np.random.Philox(seed))
    network = build_network(dataclasses.replace(shape, **changes), generator, dtype)

    def stir(array: NDArray[Any]) -> NDArray[Any]:
        drawn: NDArray[Any] = generator.normal(scale=0.3, size=array.shape).astype(array.dtype)
        return drawn if array.ndim == 1 else array

    return jax.tree.map(stir, network) if stirred else network


def shape_of(network: Network) -> NetworkShape:
    """Enough of a network's shape to tell it from others, and to count its parameters."""
    hidden = tuple(len(layer.bias) for layer in network.layers[:-1])
    widths = [column.table for column in network.categories]
    return NetworkShape(
        n_numbers=len(network.layers[0].weight) - sum(c.width for c in network.categories),
        n_levels=tuple(column.n_levels for column in network.categories),
        embedding_widths=tuple(0 if table is None else table.shape[1] for table in widths),
        hidden_sizes=hidden,
        activations=network.activations,
        n_outputs=len(network.layers[-1].bias),
    )


def state_of(plan: Plan, network: Network, knobs: Knobs) -> State:
    """The state before the first step."""
    return compiled(start, plan, network, knobs.momentum)


def member_of(
    plan: Plan | None = None,
    network: Network | None = None,
    knobs: Knobs | None = None,
    *,
    seed: int = 3,
    fold: int | None = None,
    begin: State | None = None,
) -> Member:
    """A member of a pack, with starting weights that are not those of `build_network`."""
    plan, knobs = plan or plan_of(), knobs or knobs_of()
    network = network or network_of()
    return Member(
        plan,
        knobs,
        shape_of(network),
        lambda: state_of(plan, network, knobs) if begin is None else begin,
        seed,
        fold,
    )


def run_of(
    plan: Plan | None = None,
    network: Network | None = None,
    *,
    knobs: Knobs | None = None,
    seed: int = 3,
    begin: State | None = None,
    **changes: Any,
) -> Run:
    """A run of one member, of 20 epochs over 13 rows, with 9 rows to validate."""
    run = Run(
        members=(member_of(plan, network, knobs, seed=seed, begin=begin),),
        training=random_rows(),
        validation=random_rows(n_rows=9, seed=1),
        max_epochs=20,
        max_seconds=None,
    )
    return dataclasses.replace(run, **changes)


def events_of(run: Run) -> list[Event]:
    """Train to the end; everything that happened."""
    return list(train(run))


def ended(events: list[Event]) -> MemberStopped:
    """How the first member ended; the last event is always the end of training."""
    last = events[-1]
    assert isinstance(last, TrainingEnded)
    stopped = [event for event in events if isinstance(event, MemberStopped)]
    assert stopped[0].member == 0
    assert len(stopped) > 1 or stopped[0].reason == last.reason
    return stopped[0]


def run_chunk(run: Run, state: State, n_epochs: int) -> tuple[State, Records]:
    """Run some epochs of a run in one call of the program; the state stays usable."""
    slots = len(run.training.weights)
    batch_size = run.members[0].plan.batch_size
    n_slots = -(-slots // batch_size) * batch_size
    n_rows = int(run.training.n_rows)
    member = run.members[0]
    orders = row_orders(member.seed, int(state.epoch), n_epochs, n_rows, n_slots, n_epochs)
    after, records = compiled(
        run_epochs,
        member.plan,
        as_numpy(state),
        member.knobs,
        run.training,
        None if run.validation is None else HeldOut(run.validation, None, run.parts),
        orders,
        np.int32(n_epochs),
    )
    return after, jax.tree.map(lambda column: np.asarray(column)[:n_epochs], records)


def as_numpy(tree: Tree) -> Tree:
    """Copy every array of a tree to the host."""
    return jax.tree.map(np.array, tree)


def bits(tree: Any) -> list[bytes]:
    """The bytes of every array of a tree."""
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(tree)]


@contextmanager
def counted_compilations() -> Iterator[list[float]]:
    """Collect the seconds of every program that JAX compiles meanwhile, or loads from disk."""
    seen: list[float] = []

    def note(event: str, duration_secs: float, **details: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            seen.append(duration_secs)

    jax.monitoring.register_event_duration_secs_listener(note)
    try:
        yield seen
    finally:
        jax.monitoring.unregister_event_duration_listener(note)


def _number(value: Any, dtype: DTypeLike) -> Any:
    array = np.asarray(value, dtype)
    return array if array.ndim else array[()]


def _padded(array: NDArray[Any], size: int) -> NDArray[Any]:
    padded: NDArray[Any] = np.zeros((size, *array.shape[1:]), array.dtype)
    padded[: len(array)] = array
    return padded


def run_on_two_devices(program: str) -> str:
    """What a Python program prints in a process of its own whose CPU is two devices."""
    flags = {"XLA_FLAGS": f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=2"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | flags,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
