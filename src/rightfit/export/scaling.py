"""Numbers are scaled as in training: by centre and factor, or by bins."""

from typing import Final

import numpy as np

from rightfit.data.bins import BinScaling, even_places
from rightfit.data.scaling import LARGEST, Scaling
from rightfit.export.nodes import Nodes, cast_code

_FLOAT: Final = cast_code(np.float32)


def add_scaling(nodes: Nodes, raw: str, scaling: Scaling | BinScaling) -> str:
    """Add the scaling of all columns.

    Args:
        nodes: the graph.
        raw: `[row, column]` float64, NaN for what is missing.
        scaling: as it was fitted.

    Returns:
        `[row, column]` float32, without missing values.
    """
    if isinstance(scaling, BinScaling):
        return _by_bins(nodes, raw, scaling)
    return _by_factor(nodes, raw, scaling)


def _by_factor(nodes: Nodes, raw: str, scaling: Scaling) -> str:
    centred = nodes.add("Sub", raw, nodes.constant(scaling.centre))
    exact = nodes.add("Mul", centred, nodes.constant(scaling.factor))
    scaled = nodes.add("Cast", exact, to=_FLOAT)
    missing = nodes.add("IsNaN", scaled)
    filled = nodes.add("Where", missing, nodes.constant(scaling.scaled_fill), scaled)
    limits = [nodes.constant(limit, np.float32) for limit in (-LARGEST, LARGEST)]
    z = nodes.add("Clip", filled, *limits)
    if not scaling.bends:
        return z
    third = nodes.add("Mul", z, nodes.constant(1 / 3, np.float32))
    square = nodes.add("Mul", third, third)
    root = nodes.add("Sqrt", nodes.add("Add", square, nodes.constant(1, np.float32)))
    return nodes.add("Div", z, root)


def _by_bins(nodes: Nodes, raw: str, scaling: BinScaling) -> str:
    """Find the edge below each number, and go on from there with the slope of its bin."""
    sizes = [len(edges) for edges in scaling.edges]
    # One more than any column has: the number of edges below is where the first one is not.
    n_edges = max(sizes) + 1
    edges = np.full((len(sizes), n_edges), np.inf)
    places, slopes = np.zeros_like(edges), np.zeros_like(edges)
    for column, (own, size) in enumerate(zip(scaling.edges, sizes, strict=True)):
        edges[column, :size] = own
        places[column, :size] = even_places(size)
        slopes[column, : size - 1] = np.diff(even_places(size)) / np.diff(own)
    filled = nodes.add("Where", nodes.add("IsNaN", raw), nodes.constant(scaling.fill), raw)
    lowest = nodes.constant([own[0] for own in scaling.edges], np.float64)
    highest = nodes.constant([own[-1] for own in scaling.edges], np.float64)
    inside = nodes.add("Min", nodes.add("Max", filled, lowest), highest)
    apart = nodes.add("Unsqueeze", inside, nodes.constant([2], np.int64))
    reached = nodes.add("GreaterOrEqual", apart, nodes.constant(edges))
    first_not = nodes.add(
        "ArgMin", nodes.add("Cast", reached, to=cast_code(np.uint8)), axis=2, keepdims=0
    )
    # In the tables all columns stand one after another.
    firsts = nodes.constant(np.arange(len(sizes)) * n_edges - 1, np.int64)
    at = nodes.add("Add", first_not, firsts)
    edge, place, slope = (
        nodes.add("Gather", nodes.constant(table.ravel()), at) for table in (edges, places, slopes)
    )
    moved = nodes.add("Mul", slope, nodes.add("Sub", inside, edge))
    return nodes.add("Cast", nodes.add("Add", moved, place), to=_FLOAT)
