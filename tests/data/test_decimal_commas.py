import polars as pl
import pytest

from rightfit.data.decimal_commas import with_decimal_commas


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["20,4", "0,1", "61,23"], [20.4, 0.1, 61.23]),
        (["-20,4", "+3", None, " 7,5 "], [-20.4, 3.0, None, 7.5]),
        (["1.234.567,8", "1.234", "0,5"], [1234567.8, 1234.0, 0.5]),
        (["1,5E+10", "2,5e-3"], [1.5e10, 2.5e-3]),
        (["1,5", "?", "NA", ""], [1.5, None, None, None]),
        (["1,234", "56,789"], [1.234, 56.789]),
    ],
)
def test_numbers_with_decimal_commas_are_read(
    words: list[str | None], numbers: list[float | None]
) -> None:
    read = with_decimal_commas(pl.Series("v", words), ";")
    assert read is not None
    assert read.to_list() == numbers


@pytest.mark.parametrize(
    "words",
    [
        ["20,4", "many"],
        ["1,2", "1,2,3"],
        ["1,5", "1.5"],
        ["1.23,5", "2,5"],
        ["01,5", "2,5"],
        ["1.234.567", "2.345.678"],
        ["1, 5", "2, 5"],
        ["3,", "4,5"],
        ["a", "b"],
        ["NA", None],
    ],
)
def test_other_text_is_left(words: list[str | None]) -> None:
    assert with_decimal_commas(pl.Series(words, dtype=pl.String), ";") is None


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_what_may_be_thousands_is_left(separator: str) -> None:
    assert with_decimal_commas(pl.Series(["1,234", "56,789", "12"]), separator) is None
    read = with_decimal_commas(pl.Series(["1,234", "0,789"]), separator)
    assert read is not None
    assert read.to_list() == [1.234, 0.789]


def test_between_commas_there_are_no_decimal_commas() -> None:
    assert with_decimal_commas(pl.Series(["20,4", "0,1"]), ",") is None
