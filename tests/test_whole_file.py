import os
from pathlib import Path

import pytest

from rightfit.whole_file import write_whole


def test_file_is_replaced_by_all_of_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for content in (b"old", memoryview(b"new and longer")):
        write_whole(path, content)
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("problem", [OSError("full"), KeyboardInterrupt()], ids=str)
def test_what_was_there_stays_where_writing_ends_early(
    name: str, problem: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def fail(*arguments: object) -> None:
        raise problem

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(type(problem)):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
