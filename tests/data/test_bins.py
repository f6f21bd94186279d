from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rightfit.data.bins import (
    HALF_RANGE,
    BinScaling,
    fill_bins,
    fit_quantile_bins,
    fit_tree_bins,
)
from rightfit.data.raw_numbers import RawNumbers


def raw_of(X: NDArray[Any]) -> RawNumbers:
    return RawNumbers(lambda rows: X[rows], X.shape[1])


def scaled(scaling: BinScaling, X: NDArray[Any]) -> NDArray[np.float32]:
    out = np.empty(X.shape, np.float32)
    scaling.apply(X, out)
    return out


def test_quantile_bins_spread_any_column_evenly() -> None:
    X = np.exp(2 * np.random.default_rng(0).standard_normal((5000, 1)))
    z = scaled(fit_quantile_bins(raw_of(X), np.arange(5000), 0), X)
    assert z.min() == pytest.approx(-HALF_RANGE)
    assert z.max() == pytest.approx(HALF_RANGE)
    assert z.std() == pytest.approx(1, abs=0.01)
    shares = np.histogram(z, 10, (-HALF_RANGE, HALF_RANGE))[0] / 5000
    np.testing.assert_allclose(shares, 0.1, atol=0.01)
    np.testing.assert_array_equal(np.argsort(z[:, 0]), np.argsort(X[:, 0]))


def test_values_beyond_the_training_rows_move_onto_the_outermost_edges() -> None:
    X = np.arange(10.0)[:, None]
    scaling = fit_quantile_bins(raw_of(X), np.arange(10), 0)
    z = scaled(scaling, np.array([[-1e9], [1e9]]))
    np.testing.assert_allclose(z[:, 0], [-HALF_RANGE, HALF_RANGE], rtol=1e-6)


def test_missing_values_become_the_median_of_the_training_rows() -> None:
    X = np.array([[1.0], [2.0], [np.nan], [9.0], [4.0]])
    scaling = fit_quantile_bins(raw_of(X), np.arange(5), 0)
    assert scaling.has_missing.tolist() == [True]
    z = scaled(scaling, X)
    assert z[2] == scaled(scaling, np.array([[3.0]]))[0]


def test_tree_bins_split_where_the_target_changes() -> None:
    generator = np.random.default_rng(0)
    X = generator.random((4000, 1))
    y = np.digitize(X[:, 0], [0.9, 0.92, 0.95]).astype(np.int32)
    (edges,) = fit_tree_bins(raw_of(X), np.arange(4000), y, 0, n_bins=8).edges
    for place in (0.9, 0.92, 0.95):
        assert np.abs(edges - place).min() < 2e-3


@pytest.mark.parametrize("kind", ["codes", "numbers", "several"])
def test_tree_bins_take_the_tail_of_a_column_of_zeros_apart(kind: str) -> None:
    generator = np.random.default_rng(0)
    x = np.where(generator.random(4000) < 0.92, 0.0, generator.exponential(1000, 4000))
    target = {
        "codes": (x > 500).astype(np.int32),
        "numbers": np.log1p(x)[:, None],
        "several": np.stack([np.log1p(x), x], axis=1),
    }[kind]
    scaling = fit_tree_bins(raw_of(x[:, None]), np.arange(4000), target, 0, n_bins=16)
    assert scaling.n_bins == (16,)
    z = scaled(scaling, np.array([[0.0], [200.0], [1000.0]]))[:, 0]
    assert z[1] - z[0] > 0.3
    assert z[2] - z[1] > 0.3


def test_only_training_rows_are_looked_at() -> None:
    X = np.random.default_rng(0).random((100, 1))
    X[50:] += 10
    y = np.zeros(100, np.int32)
    assert fit_tree_bins(raw_of(X), np.arange(50), y, 0).edges[0].max() < 1


@pytest.mark.parametrize("n_bins", [1, 2, 7, 32])
@pytest.mark.parametrize("n_distinct", [1, 2, 3, 30, 500])
def test_there_are_as_many_bins_as_asked_for_or_as_values_allow(
    n_bins: int, n_distinct: int
) -> None:
    values = np.random.default_rng(0).integers(0, n_distinct, 5000).astype(float)
    edges = fill_bins(values, (), n_bins)
    assert (np.diff(edges) > 0).all()
    assert len(edges) == min(n_bins + 1, n_distinct)
    assert (edges[0], edges[-1]) == (values.min(), values.max())


def test_bins_hold_about_equally_many_values() -> None:
    values = np.random.default_rng(0).standard_normal(8000)
    counts = np.histogram(values, fill_bins(values, (), 16))[0]
    assert counts.min() > 0.9 * 500
    assert counts.max() < 1.1 * 500


def test_json_gives_the_same_scaling() -> None:
    X = np.random.default_rng(0).random((300, 3))
    X[:5, 1] = np.nan
    scaling = fit_tree_bins(raw_of(X), np.arange(300), X[:, :1], 0)
    again = BinScaling.from_json(scaling.to_json())
    np.testing.assert_array_equal(scaled(again, X), scaled(scaling, X))
    assert again.has_missing.tolist() == [False, True, False]
