import datetime

import numpy as np
import polars as pl
import pytest

from rightfit.data.dates import PARTS, date_parts
from rightfit.data.numeric import DateColumn
from rightfit.export.dates import add_date_parts
from rightfit.export.inputs import NO_DATE
from rightfit.export.nodes import Nodes
from tests.export.cases import run_nodes


def parts_of(moments: pl.Series, parts: tuple[str, ...] = PARTS) -> np.ndarray:
    date = DateColumn("built", "year first", parts)

    def add(nodes: Nodes) -> list[str]:
        return add_date_parts(nodes, "moments", date)

    whole = moments.dt.timestamp("us").fill_null(NO_DATE).to_numpy()[:, None]
    return np.concatenate(run_nodes(add, {"moments": whole}, np.float64), axis=1)


def test_every_day_of_eight_centuries_is_taken_apart_exactly() -> None:
    first, last = datetime.datetime(1599, 12, 31), datetime.datetime(2401, 1, 1)
    days = pl.datetime_range(first, last, "1d", eager=True)
    np.testing.assert_array_equal(parts_of(days), date_parts(days))


def test_every_time_of_the_clock_is_taken_apart() -> None:
    random = np.random.default_rng(0)
    low, high = (datetime.datetime(year, 1, 1) for year in (1000, 9999))
    limits = [int(pl.Series([one]).dt.timestamp("us")[0]) for one in (low, high)]
    moments = pl.Series(random.integers(limits[0], limits[1], 5000)).cast(pl.Datetime("us"))
    found, right = parts_of(moments), date_parts(moments)
    np.testing.assert_array_equal(found[:, 1:], right[:, 1:])
    # Polars multiplies by the inverse of a day, which rounds once more.
    np.testing.assert_allclose(found[:, 0], right[:, 0], rtol=2.3e-16)


@pytest.mark.parametrize(
    "moment",
    [
        datetime.datetime(1970, 1, 1),
        datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999),
        datetime.datetime(2000, 2, 29, 23, 59, 59, 999_999),
        datetime.datetime(1900, 3, 1),
        datetime.datetime(1, 1, 1),
    ],
)
def test_moments_that_are_easily_got_wrong(moment: datetime.datetime) -> None:
    one = pl.Series([moment], dtype=pl.Datetime("us"))
    np.testing.assert_allclose(parts_of(one), date_parts(one), rtol=2.3e-16)


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_moment_is_nan_in_each_part(part: str) -> None:
    moments = pl.Series([None, datetime.datetime(2020, 5, 6, 7, 8, 9)], dtype=pl.Datetime("us"))
    found = parts_of(moments, (part,))
    assert np.isnan(found[0]).all()
    assert found[1, 0] == date_parts(moments[1:])[0, PARTS.index(part)]
