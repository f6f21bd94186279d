import polars as pl
import pytest

from rightfit.data.decimal_commas import with_comma_groups, with_decimal_commas, with_thousands
from rightfit.data.file_table import FileTable
from rightfit.errors import DataWarning


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


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["1.234", "2.500"], [1234, 2500]),
        (["-1.234.567", "+12.000", " 7.000 "], [-1234567, 12000, 7000]),
        (["1.234", "950", "0", None, "?"], [1234, 950, 0, None, None]),
        (["123.456.789.012.345.678.901", "1"], [123456789012345678901.0, 1.0]),
    ],
)
def test_points_group_digits_where_all_numbers_are_whole(
    words: list[str | None], numbers: list[float | None]
) -> None:
    read = with_thousands(pl.Series("^v$", words))
    assert read is not None
    assert read.to_list() == numbers


@pytest.mark.parametrize(
    "words",
    [
        ["1.234", "2.5"],
        ["0.123", "0.456"],
        ["01.234", "2.345"],
        ["1.234", "5678"],
        ["1.234", "word"],
        ["1", "950"],
        ["?", None],
        ["1.234", "2,5"],
    ],
)
def test_points_that_group_no_digits_are_left(words: list[str | None]) -> None:
    assert with_thousands(pl.Series(words, dtype=pl.String)) is None


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["1,234", "2,500"], [1234, 2500]),
        (["-1,234,567", "+12,000", " 7,000 "], [-1234567, 12000, 7000]),
        (
            ["1,234.5", "950", "0", "4500", None, "?", "1e3"],
            [1234.5, 950, 0, 4500, None, None, 1e3],
        ),
        (["123,456,789,012,345,678,901", "1"], [123456789012345678901.0, 1.0]),
    ],
)
def test_commas_group_digits_where_all_are_numbers(
    words: list[str | None], numbers: list[float | None]
) -> None:
    read = with_comma_groups(pl.Series("^v$", words))
    assert read is not None
    assert read.to_list() == numbers


@pytest.mark.parametrize(
    "words",
    [
        ["1,234", "2,5"],
        ["0,123", "0,456"],
        ["1,234", "02134"],
        ["1234,567", "1"],
        ["1,234", "word"],
        ["$1,234", "1,234"],
        ["1", "950"],
        ["?", None],
        ["1,234,5", "1,234"],
    ],
)
def test_commas_that_group_no_digits_are_left(words: list[str | None]) -> None:
    assert with_comma_groups(pl.Series(words, dtype=pl.String)) is None


def file_of(**columns: list[str]) -> FileTable:
    return FileTable("t.csv", pl.DataFrame(columns), ";")


def test_columns_known_to_have_decimal_commas_are_read_so_without_any() -> None:
    table = file_of(whole=["23.479", "950"], part=["1.5", "2.25"], other=["1.234", "2.5"])
    with pytest.warns(DataWarning, match="'whole' of 't.csv' holds numbers whose digits points"):
        typed = table.typed(decimal_commas=["whole", "part", "gone"])
    assert typed.frame["whole"].to_list() == [23479, 950]
    assert typed.frame["part"].to_list() == [1.5, 2.25]
    assert typed.frame["other"].to_list() == [1.234, 2.5]
    two = FileTable("t.csv", pl.DataFrame({"whole": ["23.479"], "part": ["1.5"]}), ",")
    assert two.typed(decimal_commas=["whole"]).frame.rows() == [(23.479, 1.5)]


@pytest.mark.parametrize("separator", [",", None])
def test_columns_known_to_have_decimal_commas_are_read_so_between_commas_and_in_json(
    separator: str | None,
) -> None:
    columns = {"known": ["1,500", "-0,25"], "points": ["1.500", "2.5"], "other": ["1,500", "950"]}
    table = FileTable("t", pl.DataFrame(columns), separator)
    with pytest.warns(DataWarning) as caught:
        typed = table.typed(decimal_commas=["known", "points"])
    assert "'known' of 't' holds numbers with decimal commas" in str(caught[0].message)
    assert typed.decimal_commas == {"known"}
    assert typed.frame["known"].to_list() == [1.5, -0.25]
    if separator:
        assert typed.frame["points"].to_list() == [1.5, 2.5]
        assert typed.frame["other"].to_list() == [1500, 950]
    else:
        assert typed.frame["other"].to_list() == columns["other"]


def test_points_that_surely_group_digits_say_so_of_the_file() -> None:
    table = file_of(large=["1.234.567", "2.500"], small=["1.234", "950"], text=["a", "b"])
    with pytest.warns(DataWarning, match="'large', 'small' of 't.csv' hold numbers whose digits"):
        typed = table.typed()
    assert typed.frame.rows() == [(1234567, 1234, "a"), (2500, 950, "b")]
    assert typed.decimal_commas == {"large", "small"}


def test_points_that_may_group_digits_are_doubted() -> None:
    doubt = "'1.095' is read as 1.095. If points group digits there, leave them out"
    with pytest.warns(DataWarning, match=doubt):
        typed = file_of(x=["950", "1.095", "2.904"], y=["1.5", "2", "3"]).typed()
    assert typed.frame["x"].to_list() == [950, 1.095, 2.904]
    assert not typed.decimal_commas
