from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from rightfit.cli.console import results
from rightfit.cli.sheets import columns_sheet, scores_sheet
from rightfit.data.kinds import ROW_NUMBERS


def column(name: str, kind: str = "number", missing: float = 0.0, note: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "dtype": "Int64",
        "missing_fraction": missing,
        "n_distinct": 1234,
        "note": note,
    }


def printed(sheet: Any, capfd: pytest.CaptureFixture[str]) -> list[str]:
    results().print(sheet)
    return [line.rstrip() for line in capfd.readouterr().out.splitlines()]


def test_columns_are_shown_as_they_are_called(capfd: pytest.CaptureFixture[str]) -> None:
    schema = [column("area [m2]"), column("town", "category", 0.0001), column("x", missing=0.25)]
    assert printed(columns_sheet(schema), capfd) == [
        "column     kind      missing  values  note",
        "area [m2]  number              1,234",
        "town       category    <0.1%   1,234",
        "x          number      25.0%   1,234",
    ]


def test_what_becomes_of_a_column_is_said_where_it_is_a_surprise(
    capfd: pytest.CaptureFixture[str],
) -> None:
    schema = [
        column("name", "id", note="every value occurs once"),
        column("zip", "ignored"),
        column("row no", note=ROW_NUMBERS),
        column("town", "category", note="digits with leading zeros"),
    ]
    notes = [line.partition("1,234")[2].strip() for line in printed(columns_sheet(schema), capfd)]
    assert notes[1:] == [
        "left out: every value occurs once",
        "left out",
        "a different whole number in each row: used; "
        "leave it out with --column-kinds 'row no=ignored'",
        "digits with leading zeros",
    ]


def test_of_many_columns_those_that_are_not_plain_numbers_are_shown(
    capfd: pytest.CaptureFixture[str],
) -> None:
    schema = [column(f"x{i}") for i in range(40)]
    schema[7] = column("x7", "constant", note="always 0")
    assert printed(columns_sheet(schema), capfd) == [
        "column       kind           missing  values  note",
        "x7           constant                 1,234  left out: always 0",
        "and 39 more  plain numbers",
    ]


def test_many_plain_columns_are_only_counted(capfd: pytest.CaptureFixture[str]) -> None:
    schema = [column(f"x{i}") for i in range(40)]
    assert printed(columns_sheet(schema), capfd)[1:] == ["40      plain numbers"]


def test_very_many_columns_are_cut(capfd: pytest.CaptureFixture[str]) -> None:
    schema = [column(f"x{i}", "category") for i in range(100)]
    lines = printed(columns_sheet(schema), capfd)
    assert len(lines) == 32
    assert lines[-1] == "and 70 more"


def test_scores_have_as_many_digits_as_one_compares(capfd: pytest.CaptureFixture[str]) -> None:
    scores = {
        "model": {"root_mean_squared_error": 52187.4, "mean_absolute_error": 5.2, "r2": 0.79},
        "linear": {"root_mean_squared_error": 0.00123, "mean_absolute_error": 70.0, "r2": -0.0001},
        "constant": {"root_mean_squared_error": 3e21, "mean_absolute_error": 1000.0},
    }
    assert printed(scores_sheet("on 7 test rows", scores), capfd) == [
        "on 7 test rows  root mean squared error  mean absolute error       r2",
        "this model                       52,187                5.200   0.7900",
        "linear model                   0.001230                70.00  -0.0001",
        "mean                          3.000e+21                1,000",
    ]


def test_scores_fit_a_narrow_terminal() -> None:
    scores = {"root_mean_squared_error": 62666.0, "mean_absolute_error": 43917.0, "r2": 0.6897}
    file = StringIO()
    Console(file=file, width=60).print(
        scores_sheet("on 300 test rows", {"model": scores, "linear": scores, "mean": scores})
    )
    assert [line.split()[-4:] for line in file.getvalue().splitlines()[-3:]] == [
        ["model", "62,666", "43,917", "0.6897"],
        ["model", "62,666", "43,917", "0.6897"],
        ["mean", "62,666", "43,917", "0.6897"],
    ]
