import os
from pathlib import Path

import polars as pl
import pytest

from rightfit.cli.places import is_same_file
from tests.cli.conftest import Type


def test_only_a_file_that_exists_is_the_same(tmp_path: Path) -> None:
    file, other = tmp_path / "a.csv", tmp_path / "b.csv"
    assert not is_same_file(file, file)
    file.write_text("a")
    assert is_same_file(file, tmp_path / ".." / tmp_path.name / "a.csv")
    assert not is_same_file(file, other)
    other.write_text("a")
    assert not is_same_file(file, other)


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert is_same_file(tmp_path / "a.csv", tmp_path / "b.csv")


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize("command", ["predict", "report"])
def test_the_table_that_is_read_is_never_replaced(
    rightfit: Type, model: Path, table: pl.DataFrame, command: str, force: tuple[str, ...]
) -> None:
    before = Path("houses.csv").read_bytes()
    answer = rightfit(command, "use.model", "houses.csv", "--out", "./houses.csv", *force)
    assert (answer.code, answer.out, answer.err) == (
        1,
        "",
        "error: 'houses.csv' is a table that is being read: it would be lost.\n\n"
        "hint: choose another place\n",
    )
    assert Path("houses.csv").read_bytes() == before
