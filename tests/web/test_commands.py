import dataclasses
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rightfit.errors import DataError, ParameterError
from rightfit.web.commands import COMMANDS
from rightfit.web.stage import Stage
from rightfit.web.tables import OwnTable, Tables
from tests.web.conftest import houses

pytestmark = pytest.mark.slow

OWN = {"data": "own", "hidden_sizes": [3]}


@dataclasses.dataclass
class Shown:
    """A stage without a page, and what it was told."""

    tables: Tables
    messages: list[Any] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage = Stage(self.messages.append, self.tables, lambda: None)

    def do(self, command: str, **rest: Any) -> None:
        COMMANDS[command](self.stage, rest)

    def said(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.messages[-1])
        return content


@pytest.fixture
def shown(tables: Tables) -> Shown:
    return Shown(tables)


def add(tables: Tables, frame: pl.DataFrame, path: Path) -> OwnTable:
    frame.write_csv(path)
    return tables.add(path, name=path.name, folder=path.parent)


def test_table_that_cannot_be_shown_leaves_the_one_that_is(shown: Shown, tmp_path: Path) -> None:
    good = add(shown.tables, houses(), tmp_path / "good.csv")
    short = add(shown.tables, houses(6), tmp_path / "short.csv")
    shown.do("open", settings=OWN, table=good.key)
    lesson, number = shown.stage.lesson, shown.stage.number
    for settings in (OWN, {**OWN, "learning_rate": 0.02}):
        with pytest.raises(DataError, match="Only 6 rows"):
            shown.do("open", settings=settings, table=short.key)
        assert (shown.stage.lesson, shown.stage.number) == (lesson, number)
        assert shown.stage.table is good
        assert lesson.own is good.frame
        assert lesson.settings.learning_rate == 0.01
    shown.do("code")
    assert "read_table('good.csv')" in shown.said()["python"]
    with pytest.raises(DataError, match=r"short\.csv could not be shown"):
        shown.do("train", table=short.key)
    assert shown.stage.training is None


def test_change_that_fails_leaves_the_table_as_it_was(shown: Shown, tmp_path: Path) -> None:
    first = add(shown.tables, houses(), tmp_path / "first.csv")
    other = add(shown.tables, houses(), tmp_path / "other.csv")
    shown.do("open", settings={**OWN, "data": "circle"}, table=first.key)
    wrong = {"data": "circle", "path": "l2", "validation_fraction": 0}
    with pytest.raises(ParameterError, match="none are kept for validation"):
        shown.do("open", settings=wrong, table=other.key)
    assert shown.stage.table is first
    assert shown.stage.lesson.own is first.frame


def test_table_that_cannot_be_drawn_leaves_the_one_that_is(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = add(shown.tables, houses(), tmp_path / "good.csv")
    other = add(shown.tables, houses(), tmp_path / "other.csv")
    shown.do("open", settings=OWN, table=good.key)
    stage = shown.stage
    before = (stage.lesson, stage.pictures, stage.table)

    def fails(lesson: Any) -> None:
        raise DataError("It cannot be drawn.")

    monkeypatch.setattr("rightfit.estimators.lesson.pictures.Pictures", fails)
    with pytest.raises(DataError, match="cannot be drawn"):
        shown.do("open", settings=OWN, table=other.key)
    assert (stage.lesson, stage.pictures, stage.table) == before


def test_page_is_told_that_a_lesson_that_diverged_begins_anew(shown: Shown) -> None:
    plane = {"data": "plane", "n_rows": 60, "optimizer": "sgd"}
    shown.do("open", settings={**plane, "learning_rate": 1e9})
    while not shown.stage.lesson.is_over():
        shown.do("epoch")
    number = shown.stage.number
    shown.do("open", settings={**plane, "learning_rate": 0.01})
    assert (shown.said()["kind"], shown.said()["number"]) == ("lesson", number + 1)
    shown.do("epoch")
    assert shown.stage.lesson.epoch == 1
