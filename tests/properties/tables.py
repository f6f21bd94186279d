"""Small tables of mixed columns, and models that were not trained on them."""

import datetime
import string
from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st

from rightfit import Classifier, Regressor
from rightfit.estimators.loading import restore
from rightfit.estimators.start import Start
from rightfit.model.model import KeptMember, Model, Training
from rightfit.nn import build_network

WORDS = [
    "a",
    "b",
    "B",
    "yes",
    "naïve",
    "🦊",
    "O'Neil",
    'say "hi"',
    "x,y",
    "None",
    " padded ",
    "\\n",
]

CELLS: dict[str, tuple[Any, Any]] = {
    "floats": (pl.Float64, st.floats(-1e300, 1e300)),
    "small floats": (pl.Float32, st.floats(-(2.0**100), 2.0**100, width=32)),
    "whole numbers": (pl.Int64, st.integers(-(2**62), 2**62)),
    "words": (pl.String, st.sampled_from(WORDS)),
    "categories": (pl.Categorical, st.sampled_from(WORDS)),
    "truth values": (pl.Boolean, st.booleans()),
    "days": (pl.Date, st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1))),
    "moments": (
        pl.Datetime("us"),
        st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)),
    ),
}
# Surrogates are no characters, so no table holds them.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.text(
    string.ascii_letters, min_size=1, max_size=3
)


@st.composite
def frames(draw: st.DrawFn, *, alike: int = 1) -> list[pl.DataFrame]:
    """Draw tables with the same columns and other cells; each has a column of numbers."""
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    kinds = ["anchor", *(draw(st.sampled_from(list(CELLS))) for _ in names[1:])]
    tables = []
    for _ in range(alike):
        n_rows = draw(st.integers(3, 9))
        columns = []
        for name, kind in zip(names, kinds, strict=True):
            if kind == "anchor":
                columns.append(pl.Series(name, np.arange(n_rows) ** 2 / 2))
                continue
            dtype, cells = CELLS[kind]
            values = st.lists(cells | st.none(), min_size=n_rows, max_size=n_rows)
            columns.append(pl.Series(name, draw(values)).cast(dtype))
        tables.append(pl.DataFrame(columns))
    return tables


def untrained(table: pl.DataFrame, y: Any, *, max_one_hot: int = 2) -> Any:
    """An estimator as after fit, but with its starting weights: training takes too long here."""
    kind = Regressor if np.asarray(y).dtype.kind == "f" else Classifier
    estimator = kind(hidden_sizes=(3,), max_one_hot=max_one_hot, random_state=0)
    fitting = estimator._begin(table, y, None, None)
    codec = fitting.prepared.codec
    shape = fitting.trials.members[0].shape
    network = build_network(shape, np.random.default_rng(0), np.float64)
    model = Model(
        estimator=kind.__name__,
        parameters=estimator.get_params(),
        objective=fitting.objective,
        members=(KeptMember(0, shape, network, 1.0),),
        schema=codec.schema,
        encoder=codec.encoder,
        target=codec.target,
        has_names=True,
        training=Training([], 1, "", table.height, 0, 0, fitting.seed),
    )
    assert fitting.start == Start()
    return restore(estimator, model)
