import json
from typing import Any

import numpy as np
import pytest

from rightfit.data.raw_numbers import RawNumbers
from rightfit.data.scaling import Scaling, fit_scaling


def fitted(X: np.ndarray, method: str) -> Scaling:
    raw = RawNumbers(lambda block: X[block], X.shape[1])
    return fit_scaling(raw, np.arange(len(X)), method, seed=0)


def scaled(X: np.ndarray, method: str) -> np.ndarray:
    out = np.empty(X.shape, np.float32)
    fitted(X, method).apply(X, out)
    return out


def test_robust_is_median_and_quartiles_bent_smoothly() -> None:
    X = np.array([[0.0], [1.0], [2.0], [3.0], [1000.0]])
    z = (X - 2.0) / 2.0
    np.testing.assert_allclose(scaled(X, "robust"), z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-6)


def test_robust_takes_half_the_range_where_the_quartiles_are_equal() -> None:
    X = np.array([[0.0]] * 9 + [[4.0]])
    assert fitted(X, "robust").factor.tolist() == [0.5]


def test_standard_has_mean_0_and_deviation_1() -> None:
    X = np.random.default_rng(0).normal(5.0, 3.0, (500, 2))
    out = scaled(X, "standard").astype(float)
    np.testing.assert_allclose(out.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(out.std(axis=0), 1.0, rtol=1e-6)


@pytest.mark.parametrize("method", ["robust", "standard"])
def test_a_centre_between_two_float32_moves_nothing(method: str) -> None:
    # Near 10⁸, float32 holds multiples of 8 only.
    X = 1e8 + 8.0 * np.array([[0], [1], [2], [3], [0], [7], [1], [1]])
    assert fitted(X, "standard").centre % 8 != 0
    np.testing.assert_allclose(
        scaled(X.astype(np.float32), method), scaled(X, method), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("method", ["robust", "standard"])
@pytest.mark.parametrize(
    ("dtype", "size"), [(np.float64, 1e-290), (np.float64, 1e-40), (np.float32, 1e-38)]
)
def test_tiny_numbers_are_scaled_as_others_are(method: str, dtype: type, size: float) -> None:
    X = np.array([[0.0], [1.0], [2.0], [3.0], [7.0]])
    tiny = scaled((X * size).astype(dtype), method)
    np.testing.assert_allclose(tiny, scaled(X, method), rtol=1e-5, atol=1e-5)


def test_none_leaves_numbers_and_fills_the_median() -> None:
    X = np.array([[1.0], [np.nan], [4.0], [2.0]])
    assert scaled(X, "none")[:, 0].tolist() == [1.0, 2.0, 4.0, 2.0]


@pytest.mark.parametrize("method", ["robust", "standard"])
def test_missing_values_stand_in_the_middle(method: str) -> None:
    X = np.array([[1.0], [np.nan], [4.0], [2.0]])
    assert scaled(X, method)[1, 0] == 0.0
    assert fitted(X, method).has_missing.tolist() == [True]


@pytest.mark.parametrize("method", ["robust", "standard", "none"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "values",
    [
        [5.0] * 3,
        [np.nan] * 3,
        [0.1] * 3,
        [1e300, -1e300, 0.0],
        [1e-300, 0.0, 0.0],
        [1e-310, 0.0, 0.0],
    ],
)
def test_what_comes_out_is_finite(values: list[float], dtype: Any, method: str) -> None:
    X = np.array([[value] for value in values]).astype(np.float64)
    if dtype == np.float32:
        X = np.clip(X, -3e38, 3e38).astype(np.float32)
    assert np.isfinite(scaled(X, method)).all()
    assert np.isfinite(fitted(X, method).factor).all()


def test_float32_is_scaled_like_float64() -> None:
    X = np.random.default_rng(0).normal(5.0, 3.0, (500, 3)).astype(np.float32)
    for method in ("robust", "standard"):
        np.testing.assert_allclose(
            scaled(X, method), scaled(X.astype(np.float64), method), atol=1e-6
        )


def test_what_is_scaled_is_not_changed() -> None:
    X = np.array([[1.0], [2.0], [np.nan]], np.float32)
    before = X.copy()
    scaled(X, "robust")
    np.testing.assert_array_equal(X, before)


def test_scaling_survives_json_exactly() -> None:
    X = np.random.default_rng(0).normal(size=(50, 3)) * [1e-9, 1.0, 1e9]
    scaling = fitted(X, "robust")
    again = Scaling.from_json(json.loads(json.dumps(scaling.to_json())))
    for name in ("centre", "factor", "fill", "has_missing"):
        np.testing.assert_array_equal(getattr(again, name), getattr(scaling, name))
    assert again.bends


def test_a_column_whose_sample_is_empty_keeps_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rightfit.data.spread.MOST_SAMPLED_ROWS", 1)
    X = np.full((50, 1), np.nan)
    X[[10, 20], 0] = [2.0, 6.0]
    scaling = fitted(X, "robust")
    assert scaling.fill.tolist() == [4.0]
    assert scaling.factor.tolist() == [0.5]
