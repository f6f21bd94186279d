"""The encoder: from a table to the arrays that a network reads."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, final

import numpy as np
from jaxtyping import Shaped
from numpy.typing import NDArray

from rightfit.arrays import Features
from rightfit.data.bins import QUANTILE_BINS, BinScaling, fit_quantile_bins, fit_tree_bins
from rightfit.data.categories import Categories, fit_categories
from rightfit.data.cells import EVERY_ROW, Positions, Rows, as_slice, positions, take
from rightfit.data.column_names import lacking
from rightfit.data.kinds import BOOLEAN, CATEGORY, DATETIME, NUMBER
from rightfit.data.markers import A_TRUTH_VALUE, parse_booleans
from rightfit.data.numeric import NumericColumns, fit_numeric
from rightfit.data.raw_numbers import RawNumbers
from rightfit.data.readable import refuse_truth_values
from rightfit.data.row_digests import digest_rows
from rightfit.data.scaling import Scaling, fit_scaling
from rightfit.data.schema import Schema
from rightfit.data.table import Table
from rightfit.errors import DataError, shown
from rightfit.json_values import read_fields

UNKNOWN_TRUTH = 0.5


@final
@dataclasses.dataclass(frozen=True)
class BooleanColumn:
    """A column of truth values: 0 or 1, and ½ for a missing one."""

    name: str
    has_missing: bool


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Encoder:
    """What turns a table into arrays; fitted on training rows, then fixed.

    Its numbers are, in order: scaled columns of numbers, scaled parts of
    dates, truth values as 0 and 1, and an indicator, 1 where the value is
    missing, for each of these columns that had missing values in training.

    Attributes:
        schema: the kinds of the columns; a category of which nothing is left is an id.
        is_named: whether columns are found by name; if not, by their order.
        numeric: the columns that become scaled numbers.
        scaling: how these are scaled.
        booleans: the columns of truth values.
        categories: the columns that become codes.
        max_one_hot: the most levels of a column that is encoded one-hot.
    """

    schema: Schema
    is_named: bool
    numeric: NumericColumns
    scaling: Scaling | BinScaling
    booleans: tuple[BooleanColumn, ...]
    categories: tuple[Categories, ...]
    max_one_hot: int

    @property
    def n_bins(self) -> tuple[int, ...]:
        """For each scaled number, how many bins its values tell apart at most."""
        if isinstance(self.scaling, BinScaling):
            return self.scaling.n_bins
        return (QUANTILE_BINS,) * len(self.numeric.value_names)

    @functools.cached_property
    def number_names(self) -> tuple[str, ...]:
        """A name for each encoded number."""
        return (
            *self.numeric.value_names,
            *(column.name for column in self.booleans),
            *(f"{name} is missing" for name, _ in self.indicators),
            *(f"{column.name} is missing" for column in self.booleans if column.has_missing),
        )

    @functools.cached_property
    def indicators(self) -> tuple[tuple[str, int], ...]:
        """The columns with an indicator, each with the place of its first scaled number."""
        return tuple(
            (name, place) for name, place in self.numeric.sources if self.scaling.has_missing[place]
        )

    @property
    def category_names(self) -> tuple[str, ...]:
        """The name of each column of codes."""
        return tuple(column.name for column in self.categories)

    @property
    def n_levels(self) -> tuple[int, ...]:
        """How many codes each column of codes has, with 0."""
        return tuple(column.n_levels for column in self.categories)

    @property
    def is_one_hot(self) -> tuple[bool, ...]:
        """Whether each column of codes has few levels."""
        return tuple(n <= self.max_one_hot + 1 for n in self.n_levels)

    def encode(
        self, table: Table, rows: Rows | None = None, *, pad_to: int | None = None
    ) -> Features:
        """Encode some rows of a table, or all of them.

        Args:
            table: a table with the columns that training had, in any order if they have names.
            rows: the rows; all if None.
            pad_to: how many rows to give; rows of zeros are added up to it.

        Raises:
            DataError: a column is lacking, or holds words where numbers are expected.
        """
        self.check_columns(table)
        table = self._aligned(table)
        rows = EVERY_ROW if rows is None else rows
        n_rows = len(positions(rows, table.n_rows))
        n_all = max(n_rows, pad_to or 0)
        numbers = np.empty((n_all, len(self.number_names)), np.float32)
        numbers[n_rows:] = 0.0
        self._write_numeric(table, rows, numbers[:n_rows])
        self._write_booleans(table, rows, numbers[:n_rows])
        codes = np.zeros((n_all, len(self.categories)), np.int32)
        for place, column in enumerate(self.categories):
            codes[:n_rows, place] = column.codes(take(table.column(column.name), rows))
        return Features(numbers, codes)

    def row_digests(self, table: Table, rows: Rows) -> list[bytes]:
        """Digest each row's values, as they are read and before they are scaled.

        Rows have the same digest where all columns that are encoded have the same values, rare
        levels and numbers beyond the outermost bins told apart.

        Raises:
            DataError: a column is lacking, or holds words where numbers are expected.
        """
        self.check_columns(table)
        table = self._aligned(table)
        words = [column.words(take(table.column(column.name), rows)) for column in self.categories]
        truths = [
            parse_booleans(take(table.column(column.name), rows)).values for column in self.booleans
        ]
        return digest_rows(self.numeric.reader(table, rows), rows, [*words, *truths], table.n_rows)

    def missing_columns(self, table: Table) -> list[str]:
        """List the columns that training used and this table does not have."""
        if not (self.is_named and table.is_named):
            return list(self.schema.names[len(table.names) :])
        there = set(table.names)
        return [column.name for column in self.schema.used if column.name not in there]

    def check_columns(self, table: Table, estimator: str = "this model") -> None:
        """Check that a table has the columns that training used; others are ignored.

        Args:
            table: the table to encode.
            estimator: the name to give the model in an error about the number of columns.

        Raises:
            DataError: a column is lacking; all of them are named.
        """
        if not (self.is_named and table.is_named):
            n_given, n_needed = len(table.names), len(self.schema.columns)
            if n_given != n_needed:
                raise DataError(
                    f"X has {n_given} features, but {estimator} is expecting "
                    f"{n_needed} features as input."
                )
            return
        missing = self.missing_columns(table)
        if missing:
            known = set(self.schema.names)
            raise lacking(missing, tuple(name for name in table.names if name not in known))

    def to_json(self) -> dict[str, Any]:
        """Give the encoder as plain JSON types; floats are exact."""
        return {
            "schema": self.schema.to_json(),
            "is_named": self.is_named,
            "numeric": self.numeric.to_json(),
            "scaling": self.scaling.to_json(),
            "booleans": [dataclasses.asdict(column) for column in self.booleans],
            "categories": [column.to_json() for column in self.categories],
            "max_one_hot": self.max_one_hot,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Encoder":
        """Read what `to_json` gave.

        Raises:
            KeyError, TypeError, ValueError: the parts do not belong to one encoder.
        """
        numeric = NumericColumns.from_json(fields["numeric"])
        encoder = cls(
            schema=Schema.from_json(fields["schema"]),
            is_named=fields["is_named"],
            numeric=numeric,
            scaling=_scaling_from_json(fields["scaling"], len(numeric.value_names)),
            booleans=tuple(read_fields(BooleanColumn, column) for column in fields["booleans"]),
            categories=tuple(Categories.from_json(column) for column in fields["categories"]),
            max_one_hot=fields["max_one_hot"],
        )
        encoder._check_sources()
        return encoder

    def _check_sources(self) -> None:
        numbers = (name for name, _ in self.numeric.sources)
        booleans = (column.name for column in self.booleans)
        needed = {*numbers, *booleans, *self.category_names}
        unknown = needed - {column.name for column in self.schema.used}
        if unknown:
            raise ValueError(f"no columns that are used are called {shown(sorted(unknown))}")

    def _aligned(self, table: Table) -> Table:
        by_order = not (self.is_named and table.is_named)
        return table.renamed(self.schema.names) if by_order else table

    def _write_numeric(self, table: Table, rows: Rows, out: NDArray[np.float32]) -> None:
        n_values = len(self.numeric.value_names)
        first = n_values + len(self.booleans)
        last = first + len(self.indicators)
        indicated = as_slice([place for _, place in self.indicators])
        raw = self.numeric.reader(table, rows)
        for place, values in raw.blocks(rows, len(out)):
            self.scaling.apply(values, out[place, :n_values])
            if indicated:
                out[place, first:last] = np.isnan(values)[:, indicated]

    def _write_booleans(self, table: Table, rows: Rows, out: NDArray[np.float32]) -> None:
        first = len(self.numeric.value_names)
        indicator = first + len(self.booleans) + len(self.indicators)
        at = positions(rows, table.n_rows)
        complaints = []
        for place, boolean in enumerate(self.booleans, start=first):
            column = take(table.column(boolean.name), rows)
            parsed = parse_booleans(column)
            complaints.append(parsed.complaint(boolean.name, column, at, A_TRUTH_VALUE))
            out[:, place] = parsed.values.fill_null(UNKNOWN_TRUTH).to_numpy()
            if boolean.has_missing:
                out[:, indicator] = parsed.values.is_null().to_numpy()
                indicator += 1
        refuse_truth_values(complaints)


def fit_encoder(
    table: Table,
    schema: Schema,
    rows: Positions,
    *,
    scaling: str = "robust",
    max_one_hot: int = 8,
    target: Shaped[np.ndarray, "row ..."] | None = None,
    seed: int = 0,
) -> Encoder:
    """Fit an encoder on the training rows, and on nothing else.

    Args:
        table: the table.
        schema: the kinds of its columns.
        rows: the training rows.
        scaling: robust (median and quartiles, bent smoothly so that outliers survive), standard
            (mean and standard deviation), quantile or tree (bins that become equally wide: of
            equally many rows, or where a small tree on the column splits) or none.
        max_one_hot: the most levels of a category that are encoded one-hot; a category of more
            levels is embedded, and its levels of a single row share code 0.
        target: class codes or numbers for every row of the table, for the splits of trees.
        seed: chooses the rows that quantiles are taken from where there are more than 20,000.

    Raises:
        DataError: a training row holds a word in a column of numbers, or of no column anything
            is left to learn from.

    Example:
        >>> from rightfit.data.schema import recognise_columns
        >>> from rightfit.data.table import as_table
        >>> table = as_table([["a", 1.0], ["b", 2.0], ["a", None]])
        >>> encoder = fit_encoder(table, recognise_columns(table, slice(None)), np.arange(3))
        >>> encoder.number_names, encoder.category_names, encoder.n_levels
        (('x1', 'x1 is missing'), ('x0',), (3,))
        >>> encoder.encode(table).codes.tolist()
        [[1], [2], [1]]
    """
    numeric = fit_numeric(table, schema.of_kind(NUMBER), schema.of_kind(DATETIME), rows)
    raw = numeric.reader(table, rows)
    categories = [
        fit_categories(take(table.column(name), rows), max_one_hot)
        for name in schema.of_kind(CATEGORY)
    ]
    booleans = [
        BooleanColumn(name, parse_booleans(take(table.column(name), rows)).values.null_count() > 0)
        for name in schema.of_kind(BOOLEAN)
    ]
    # A category to embed, each of whose levels is of a single row, tells no more than an id.
    empty = [column.name for column in categories if column.n_levels == 1]
    return Encoder(
        schema=schema.with_ids(empty),
        is_named=table.is_named,
        numeric=numeric,
        scaling=_fit_scaling(raw, rows, scaling, target, seed),
        booleans=tuple(booleans),
        categories=tuple(column for column in categories if column.n_levels > 1),
        max_one_hot=max_one_hot,
    )


def _fit_scaling(
    raw: RawNumbers,
    rows: Positions,
    method: str,
    target: Shaped[np.ndarray, "row ..."] | None,
    seed: int,
) -> Scaling | BinScaling:
    if method == "quantile":
        return fit_quantile_bins(raw, rows, seed)
    if method == "tree":
        if target is None:
            raise ValueError("bins of trees need a target")
        return fit_tree_bins(raw, rows, target, seed)
    return fit_scaling(raw, rows, method, seed)


def _scaling_from_json(fields: Mapping[str, Any], n_columns: int) -> Scaling | BinScaling:
    lengths = {len(values) for values in fields.values() if isinstance(values, list)}
    if lengths != {n_columns}:
        raise ValueError(f"a scaling of {shown(sorted(lengths))} columns where {n_columns} belong")
    return (BinScaling if "edges" in fields else Scaling).from_json(fields)
