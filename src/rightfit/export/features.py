"""From the inputs to what a network reads: the encoder, part by part."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from rightfit.arrays import Features
from rightfit.data.encode import UNKNOWN_TRUTH, Encoder
from rightfit.export.dates import add_date_parts
from rightfit.export.inputs import MATRIX, Input
from rightfit.export.nodes import Nodes, cast_code
from rightfit.export.scaling import add_scaling
from rightfit.export.words import add_codes, add_truth_values

_FLOAT: Final = cast_code(np.float32)
_INT: Final = cast_code(np.int32)


def add_features(nodes: Nodes, inputs: Sequence[Input], encoder: Encoder) -> Features:
    """Add the encoder.

    Args:
        nodes: the graph.
        inputs: what is handed in.
        encoder: as it was fitted.

    Returns:
        The names of `numbers`, `[row, number]` float32, and `codes`, `[row, category]` int32;
        None for what there is none of.
    """
    columns = {name: one.name for one in inputs for name in one.columns}
    parts, indicators = _numeric(nodes, inputs, columns, encoder)
    for column in encoder.booleans:
        truth = add_truth_values(nodes, columns[column.name])
        parts.append(truth)
        if column.has_missing:
            unknown = nodes.add("Equal", truth, nodes.constant(UNKNOWN_TRUTH, np.float32))
            indicators.append(nodes.add("Cast", unknown, to=_FLOAT))
    dtypes = {column.name: column.dtype for column in encoder.schema.columns}
    codes = [
        add_codes(nodes, columns[column.name], column, dtypes[column.name])
        for column in encoder.categories
    ]
    numbers = _side_by_side(nodes, [*parts, *indicators])
    together = _side_by_side(nodes, codes)
    return Features(numbers, together and nodes.add("Cast", together, to=_INT))


def _numeric(
    nodes: Nodes, inputs: Sequence[Input], columns: Mapping[str, str], encoder: Encoder
) -> tuple[list[str], list[str]]:
    """The scaled numbers and their indicators, as one tensor each; none where there are none."""
    if inputs[0].kind == MATRIX:
        read = _of_matrix(nodes, inputs[0], encoder.numeric.numbers)
    else:
        read = [columns[name] for name in encoder.numeric.numbers]
    for date in encoder.numeric.dates:
        read += add_date_parts(nodes, columns[date.name], date)
    raw = _side_by_side(nodes, read)
    if raw is None:
        return [], []
    scaled = add_scaling(nodes, raw, encoder.scaling)
    if not encoder.indicators:
        return [scaled], []
    indicated = nodes.constant([place for _, place in encoder.indicators], np.int64)
    missing = nodes.add("IsNaN", nodes.add("Gather", raw, indicated, axis=1))
    return [scaled], [nodes.add("Cast", missing, to=_FLOAT)]


def _of_matrix(nodes: Nodes, matrix: Input, names: Sequence[str]) -> list[str]:
    if tuple(names) == matrix.columns:
        return [matrix.name]
    places = {name: place for place, name in enumerate(matrix.columns)}
    wanted = [places[name] for name in names]
    return [nodes.add("Gather", matrix.name, nodes.constant(wanted, np.int64), axis=1)]


def _side_by_side(nodes: Nodes, parts: Sequence[str]) -> str | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return nodes.add("Concat", *parts, axis=1)
