import errno
import os
from pathlib import Path

import polars as pl
import pytest

from rightfit.data.read import read_table
from rightfit.data.write import write_table
from rightfit.errors import TableFileError

FRAME = pl.DataFrame({"price": [1.5, None], "use": ["a, b", "c"]})


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "arrow", "feather", "jsonl", "xlsx"])
def test_what_is_written_can_be_read(tmp_path: Path, suffix: str) -> None:
    if suffix == "xlsx":
        pytest.importorskip("xlsxwriter")
        pytest.importorskip("fastexcel")
    path = tmp_path / f"out.{suffix}"
    write_table(FRAME, path)
    assert read_table(path).equals(FRAME)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(TableFileError) as caught:
        write_table(FRAME, tmp_path / "out.txt")
    assert str(caught.value) == (
        "A table cannot be written to 'out.txt': its suffix is not known.\n"
        "The name ends in .csv, .tsv, .parquet, .arrow, .feather, .ipc, .jsonl, .ndjson, .xlsx.\n"
        "hint: choose one of these"
    )


def test_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TableFileError) as caught:
        write_table(FRAME, path)
    assert str(caught.value) == (
        f"The disk is full: '{path}' could not be written.\n"
        "What was there before is untouched.\n"
        "hint: free some space, or write to another disk"
    )
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_a_crash_before_the_end_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def refuse(source: Path, target: Path) -> None:
        assert source.read_text() == FRAME.write_csv()
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(TableFileError, match="could not be written: Permission denied"):
        write_table(FRAME, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "out.csv"
    with pytest.raises(TableFileError) as caught:
        write_table(FRAME, path)
    assert str(caught.value) == (
        f"'{path}' could not be written: No such file or directory.\n"
        "hint: check that the folder exists and may be written"
    )


def test_mode_follows_the_mask_of_the_process(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_table(FRAME, tmp_path / "out.csv")
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640
