"""Models that were not trained, as training takes too long here, and files that are run."""

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
import onnxruntime
import polars as pl

from rightfit import Classifier, Regressor
from rightfit.estimators.loading import restore
from rightfit.export.nodes import Nodes
from rightfit.model.model import KeptMember, Model, Training
from rightfit.nn import build_network

N_ROWS = 60
Arrays = Mapping[str, np.ndarray[Any, Any]]


def mixed(seed: int = 0) -> pl.DataFrame:
    """A column of every kind, all but the id and the constant with missing values."""
    random = np.random.default_rng(seed)

    def gaps(values: Any) -> pl.Series:
        return pl.Series(values).set(pl.Series(random.random(N_ROWS) < 0.15), None)

    start = datetime.datetime(1999, 12, 25, 3, 4, 5, 678)
    moments = [
        start + datetime.timedelta(days=int(days), seconds=int(seconds))
        for days, seconds in zip(
            random.integers(-9000, 9000, N_ROWS), random.integers(0, 86400, N_ROWS), strict=True
        )
    ]
    return pl.DataFrame(
        {
            "size": gaps(random.normal(50.0, 9.0, N_ROWS)),
            "rooms": gaps(random.integers(1, 6, N_ROWS)),
            "use": gaps(random.choice(["flat", "shop", "naïve 🦊"], N_ROWS)),
            "street": gaps([f"street {n}" for n in random.integers(0, 12, N_ROWS)]),
            "heated": gaps(random.random(N_ROWS) < 0.5),
            "built": gaps(moments),
            "country": ["NL"] * N_ROWS,
            "key": [f"k{row}" for row in range(N_ROWS)],
        }
    )


def numbers(n_columns: int = 3) -> np.ndarray[Any, Any]:
    """A matrix of numbers."""
    return np.random.default_rng(1).normal(size=(N_ROWS, n_columns))


def target(task: str) -> Any:
    """A target of a task; of two columns for "several"."""
    values = np.random.default_rng(2).normal(7.0, 3.0, N_ROWS)
    return {
        "regression": values,
        "several": np.stack([values, values**2], axis=1),
        "binary": np.where(values > 7.0, "dear", "cheap"),
        "multiclass": np.digitize(values, [5.0, 8.0]),
    }[task]


def untrained(
    table: Any, y: Any, *, dtype: Any = np.float64, weights: Sequence[float] = (), **chosen: Any
) -> Any:
    """An estimator as after fit, with one network of random weights for each shape."""
    kind = Regressor if np.asarray(y).dtype.kind == "f" else Classifier
    estimator = kind(**{"hidden_sizes": (5,), "random_state": 0, "max_one_hot": 3, **chosen})
    fitting = estimator._begin(table, y, None, None)
    codec = fitting.prepared.codec
    shapes = list(dict.fromkeys(member.shape for member in fitting.trials.members))
    shares = weights or [1 / len(shapes)] * len(shapes)
    members = [
        KeptMember(number, shape, random_network(shape, number, dtype), share)
        for number, (shape, share) in enumerate(zip(shapes, shares, strict=True))
    ]
    model = Model(
        estimator=kind.__name__,
        parameters=estimator.get_params(),
        objective=fitting.objective,
        members=tuple(members),
        schema=codec.schema,
        encoder=codec.encoder,
        target=dataclasses.replace(codec.target, name="price"),
        has_names=hasattr(table, "columns"),
        training=Training([], 1, "", N_ROWS, 0, 0, 0),
    )
    return restore(estimator, model)


def random_network(shape: Any, seed: int, dtype: Any) -> Any:
    """A network whose biases are not 0."""
    random = np.random.default_rng(seed)
    network = build_network(shape, random, dtype)
    # Starting biases of 0 would hide a bias that is left out.
    return jax.tree.map(
        lambda leaf: (leaf + random.normal(scale=0.3, size=leaf.shape)).astype(dtype), network
    )


def fed(table: pl.DataFrame, names: Sequence[str]) -> Arrays:
    """The columns of a table as somebody would write them who does not know RightFit."""
    found = {}
    for name in names:
        column = table[name]
        if column.dtype.is_temporal():
            values = column.to_numpy().astype("datetime64[us]").astype(np.int64)
        elif column.dtype.is_numeric():
            values = np.array([np.nan if v is None else float(v) for v in column])
        else:
            values = np.array(["" if value is None else str(value) for value in column], object)
        found[name] = values[:, None]
    return found


def run_file(path: Path | bytes, feeds: Arrays) -> dict[str, Any]:
    """Let onnxruntime predict."""
    content = path if isinstance(path, bytes) else path.read_bytes()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(feeds)), strict=True))


def run_nodes(
    add: Callable[[Nodes], Sequence[str]], feeds: Arrays, dtype: Any, rank: int = 2
) -> list[Any]:
    """Let onnxruntime run what is added to an empty graph; all that comes out has one type."""
    nodes = Nodes(list(feeds))
    for name, array in feeds.items():
        nodes.input(name, array.dtype, ["rows", *array.shape[1:]], "")
    made = add(nodes)
    if not made:
        return []  # onnxruntime takes no empty graph
    for number, tensor in enumerate(made):
        axes = [f"axis {number}.{axis}" for axis in range(rank)]
        nodes.output(tensor, f"made {number}", dtype, axes, "")
    return list(run_file(nodes.to_model("part", {}, "0").SerializeToString(), feeds).values())
