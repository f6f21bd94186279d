import numpy as np
import pytest

from rightfit.data import raw_numbers, spread
from rightfit.data.raw_numbers import RawNumbers
from rightfit.data.spread import measure_deviation, measure_quartiles, measure_span


@pytest.fixture(params=[np.float32, np.float64])
def X(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Numbers with missing ones, read in small blocks; the last column has none at all."""
    monkeypatch.setattr(raw_numbers, "CELLS_AT_ONCE", 40)
    draw = np.random.default_rng(0)
    values = draw.normal(3.0, 2.0, (200, 5)).astype(request.param)
    values[draw.random(values.shape) < 0.2] = np.nan
    values[:, 0] = 7.0
    values[:, 4] = np.nan
    return values


def raw(X: np.ndarray) -> RawNumbers:
    return RawNumbers(lambda block: X[block], X.shape[1])


def test_span_agrees_with_numpy(X: np.ndarray) -> None:
    rows = np.arange(20, 180)
    span = measure_span(raw(X), rows)
    present = X[rows, :4]
    np.testing.assert_allclose(span.mean[:4], np.nanmean(present.astype(float), axis=0))
    np.testing.assert_array_equal(span.low[:4], np.nanmin(present, axis=0))
    np.testing.assert_array_equal(span.high[:4], np.nanmax(present, axis=0))
    assert span.has_missing.tolist() == [False, True, True, True, True]
    assert (span.mean[4], span.half[4], span.middle[4]) == (0.0, 0.0, 0.0)


def test_deviation_agrees_with_numpy(X: np.ndarray) -> None:
    rows = np.arange(200)
    deviation = measure_deviation(raw(X), rows, measure_span(raw(X), rows))
    np.testing.assert_allclose(deviation[:4], np.nanstd(X[:, :4].astype(float), axis=0))
    assert deviation[0] == 0.0
    assert deviation[4] == 0.0


def test_a_constant_has_no_deviation_whatever_rounding_leaves() -> None:
    X = np.full((3, 1), 0.1)
    span = measure_span(raw(X), np.arange(3))
    assert measure_deviation(raw(X), np.arange(3), span).tolist() == [0.0]


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e160, 1.7e308])
def test_numbers_whose_sums_and_squares_are_infinite_or_0_are_measured(size: float) -> None:
    X = np.array([[1.0, -1.0, 0.5, np.nan], [1.0, 1.0, 1.0, 1.0]]).T * [size, 1.0]
    span = measure_span(raw(X), np.arange(4))
    assert np.isfinite(span.mean).all()
    deviation = measure_deviation(raw(X), np.arange(4), span)
    expected = np.nanstd(X[:, 0] / size) * size
    assert deviation[0] == pytest.approx(expected, rel=0.02)
    assert deviation[1] == 0.0


def test_quartiles_agree_with_numpy(X: np.ndarray) -> None:
    quartiles = measure_quartiles(raw(X), np.arange(200), seed=0)
    expected = np.nanquantile(X[:, :4].astype(float), [0.25, 0.5, 0.75], axis=0)
    np.testing.assert_allclose(quartiles[:, :4], expected, rtol=1e-6)
    assert np.isnan(quartiles[:, 4]).all()


def test_quartiles_of_many_rows_come_from_a_sample_that_the_seed_chooses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spread, "MOST_SAMPLED_ROWS", 100)
    X = np.random.default_rng(0).random((1000, 2))
    first, again, other = (measure_quartiles(raw(X), np.arange(1000), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_allclose(first, [[0.25] * 2, [0.5] * 2, [0.75] * 2], atol=0.15)
