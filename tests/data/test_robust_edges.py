import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.data.bins import BinScaling, fit_quantile_bins, fit_tree_bins
from rightfit.data.raw_numbers import RawNumbers
from rightfit.data.robust_edges import robust_edges
from rightfit.data.scaling import fit_scaling
from rightfit.nn import Unbent


def raw_of(values: np.ndarray) -> RawNumbers:
    return RawNumbers(lambda rows: values[rows], values.shape[1], 1)


@pytest.mark.parametrize("method", ["quantile", "tree"])
def test_numbers_out_of_their_bins_are_those_of_robust_scaling(method: str) -> None:
    random = np.random.default_rng(0)
    values = np.stack(
        [
            random.lognormal(size=3_000),
            random.standard_normal(3_000),
            random.integers(2, size=3_000),
            random.integers(9, size=3_000) ** 2,
            np.full(3_000, 5.0),
        ],
        axis=1,
    )
    rows = np.arange(len(values))
    raw = raw_of(values)
    bins: BinScaling = (
        fit_quantile_bins(raw, rows, 0)
        if method == "quantile"
        else fit_tree_bins(raw, rows, values[:, 0], 0)
    )
    bent, robust = np.empty((2, *values.shape), np.float32)
    bins.apply(values, bent)
    fit_scaling(raw, rows, "robust", 0).apply(values, robust)
    edges = robust_edges(bins, bent).astype(np.float32)
    assert len(edges) == Unbent(bins.n_bins).n_edges
    found = np.asarray(Unbent(bins.n_bins)(jnp.asarray(bent), edges))
    # Within a bin the smooth clip bends, and what takes numbers out of it does not.
    np.testing.assert_allclose(found, robust, atol=0.03)
    assert not found[:, 4].any()
