"""Two inputs and a target out of somebody's own table."""

import numpy as np
import polars as pl

from rightfit.data.cells import unnamed
from rightfit.data.column_names import free_name
from rightfit.data.labels import labels_of
from rightfit.data.markers import parse_numbers
from rightfit.data.targets import infer_task
from rightfit.errors import DataError, counted
from rightfit.estimators.lesson.points import Points
from rightfit.estimators.table_split import target_of

MOST_ROWS = 2000
MOST_CLASSES = 6
COMPONENTS = ("component 1", "component 2")

_FEWEST_ROWS = 10
# No column of a table is called so.
_TARGET = "\0target"


def number_columns(frame: pl.DataFrame, target: str = "") -> list[str]:
    """The columns that can be an axis: numbers, not constant, other than the target."""
    return [
        name
        for name, kind in frame.schema.items()
        if name != target and kind.is_numeric() and unnamed(frame[name]).drop_nulls().n_unique() > 1
    ]


def likely_target(frame: pl.DataFrame) -> str:
    """The column that is probably to be predicted: the last one that could be."""
    for name in reversed(frame.columns):
        column = unnamed(frame[name]).drop_nulls()
        if column.n_unique() > 1 and (column.dtype.is_numeric() or column.n_unique() <= 20):
            return name
    return frame.columns[-1]


def pick_points(frame: pl.DataFrame, target: str, x: str = "", y: str = "") -> Points:
    """Take two columns of a table and its target, or the first two principal components.

    Rows in which one of them is missing are left out; of many rows every so many-th is taken.

    Args:
        frame: the table.
        target: name of the column to predict.
        x: column of the first input; "" takes the first principal component of all numbers.
        y: column of the second input; "" takes the second component.

    Raises:
        DataError: a column is missing or is not numbers, or too little is left.
    """
    wanted, has_classes = _target(frame, target)
    known = _complete_rows(_inputs(frame, target, x, y), wanted)
    if has_classes:
        known = _with_label(known)
    if known.height < _FEWEST_ROWS:
        raise DataError(
            f"Only {known.height} rows have a number in each column and a target.",
            expected=f"The playground needs {_FEWEST_ROWS}.",
            hint="" if x and y else "choose two columns with fewer missing values",
        )
    shown = known.gather_every(-(-known.height // MOST_ROWS))
    if has_classes:
        # Whether "None" is a class depends on the others that are there.
        shown = _with_label(shown)
    labels = shown[_TARGET].alias(target)
    if has_classes:
        _check_classes(labels)
    X = shown.drop(_TARGET)
    if not (x and y):
        X = _components(X, frame.columns)
    note = _note(frame.height, known.height, shown.height)
    return Points(X, labels, has_classes, dict.fromkeys(X.columns, "number"), note)


def _target(frame: pl.DataFrame, name: str) -> tuple[pl.Series, bool]:
    """Give the target, null where it is not finite, and whether it has classes.

    Classes are text, as they are drawn, and all else is numbers.
    """
    column = unnamed(target_of(frame, name))
    if column.dtype.is_float():
        column = column.set(~column.is_finite(), None)
    if infer_task(column) == "classification":
        return column.cast(pl.String), True
    return parse_numbers(column).values, False


def _inputs(frame: pl.DataFrame, target: str, x: str, y: str) -> pl.DataFrame:
    """The two columns that were chosen, or all that the components are made of."""
    columns = number_columns(frame, target)
    if len(columns) < 2 and not (x and y):
        raise DataError(
            f"Beside {target!r} the table has {counted(len(columns), 'column')} of numbers.",
            expected="The playground draws two of them.",
            hint="choose another target, or train on all columns at once: rightfit train",
        )
    for name in filter(None, (x, y)):
        if name not in columns:
            raise DataError(
                f"Column {name!r} cannot be an axis.",
                expected=f"An axis is one of the columns of numbers: {', '.join(columns[:5])}.",
            )
    if x and x == y:
        return pl.DataFrame([frame[x], frame[x].alias(free_name(f"{x} again", frame.columns))])
    return frame[[x, y]] if x and y else frame[columns]


def _complete_rows(inputs: pl.DataFrame, target: pl.Series) -> pl.DataFrame:
    """Rows with a finite number in each column and a target."""
    rows = inputs.with_columns(pl.all().cast(pl.Float64)).with_columns(target.alias(_TARGET))
    finite = pl.all_horizontal(pl.exclude(_TARGET).is_finite())
    return rows.drop_nulls().filter(finite)


def _with_label(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows whose class is missing for a classifier, such as those of "NA"."""
    return rows.filter(labels_of(rows[_TARGET], fixed_width=None)[1])


def _components(X: pl.DataFrame, taken: list[str]) -> pl.DataFrame:
    """The first two principal components, under names that no column of the table has."""
    # Only tables need these, and a page shall be quick.
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    values = X.to_numpy()
    # Sums and squares of the largest numbers would be infinite.
    scaled = StandardScaler().fit_transform(values / np.abs(values).max(axis=0).clip(1e-300))
    found = PCA(2, svd_solver="full").fit_transform(scaled)
    # Which way a component points is chance: its heaviest row counts as positive.
    found = found * np.sign(found[np.abs(found).argmax(axis=0), [0, 1]])
    names = [free_name(name, taken) for name in COMPONENTS]
    return pl.DataFrame(dict(zip(names, found.round(6).T, strict=True)))


def _check_classes(labels: pl.Series) -> None:
    n_classes = labels.n_unique()
    if not 2 <= n_classes <= MOST_CLASSES:
        raise DataError(
            f"The target {labels.name!r} has {counted(n_classes, 'class')} in the rows shown.",
            expected=f"The playground draws 2 to {MOST_CLASSES}.",
            hint="choose another target, or train on all columns at once: rightfit train",
        )


def _note(n_all: int, n_known: int, n_shown: int) -> str:
    if n_all == n_shown:
        return ""
    missing = f"; in {n_all - n_known:,} a value is missing" if n_known < n_all else ""
    return f"{n_shown:,} of {n_all:,} rows are shown{missing}."
