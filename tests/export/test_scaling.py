from typing import Any

import numpy as np
import pytest

from rightfit.data.bins import BinScaling, fit_quantile_bins, fit_tree_bins
from rightfit.data.raw_numbers import RawNumbers
from rightfit.data.scaling import Scaling, fit_scaling
from rightfit.export.nodes import Nodes
from rightfit.export.scaling import add_scaling
from tests.export.cases import run_nodes


def columns() -> np.ndarray:
    """Spread, skewed, few values, constant, nearly all missing."""
    random = np.random.default_rng(0)
    n_rows = 700
    table = np.stack(
        [
            random.normal(1e6, 3.0, n_rows),
            random.exponential(size=n_rows) ** 4,
            random.integers(0, 3, n_rows),
            np.full(n_rows, 7.5),
            random.normal(size=n_rows),
        ],
        axis=1,
    )
    table[random.random(n_rows) < 0.2, 1] = np.nan
    table[1:, 4] = np.nan
    return table


def fitted(method: str) -> Scaling | BinScaling:
    table = columns()
    raw, rows = RawNumbers(lambda rows: table[rows], table.shape[1]), np.arange(len(table))
    if method == "quantile":
        return fit_quantile_bins(raw, rows, 0)
    if method == "tree":
        return fit_tree_bins(raw, rows, np.nan_to_num(table[:, 1]), 0)
    return fit_scaling(raw, rows, method, 0)


def scaled(scaling: Any, table: np.ndarray) -> np.ndarray:
    def add(nodes: Nodes) -> list[str]:
        return [add_scaling(nodes, "raw", scaling)]

    (made,) = run_nodes(add, {"raw": table}, np.float32)
    found: np.ndarray = made
    return found


@pytest.mark.parametrize("method", ["robust", "standard", "none", "quantile", "tree"])
def test_scaled_numbers_are_those_of_the_encoder(method: str) -> None:
    scaling, table = fitted(method), columns()
    extremes = np.array([[value] * 5 for value in (np.nan, 1e300, -1e300, 0.0, 1e-300)])
    table = np.concatenate([table, extremes])
    right = np.empty(table.shape, np.float32)
    scaling.apply(table, right)
    # Releases of onnxruntime round square roots and quotients differently.
    np.testing.assert_array_max_ulp(scaled(scaling, table), right, 2)


@pytest.mark.parametrize("method", ["quantile", "tree"])
def test_edges_themselves_and_what_lies_beside_them_are_scaled_alike(method: str) -> None:
    scaling = fitted(method)
    assert isinstance(scaling, BinScaling)
    edges = scaling.edges[1]
    beside = [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)]
    table = np.repeat(np.concatenate(beside)[:, None], 5, axis=1)
    right = np.empty(table.shape, np.float32)
    scaling.apply(table, right)
    # Releases of onnxruntime round square roots and quotients differently.
    np.testing.assert_array_max_ulp(scaled(scaling, table), right, 2)
