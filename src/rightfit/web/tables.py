"""The tables that people bring: the one named on the command line, and files chosen in the page."""

import dataclasses
import secrets
import threading
from pathlib import Path
from typing import Any

import polars as pl

MOST_BYTES = 64 * 2**20
# Of tables chosen in a page, so many are kept.
_MOST_TABLES = 8


@dataclasses.dataclass(frozen=True, eq=False)
class OwnTable:
    """A table that somebody brought.

    Attributes:
        key: names it in messages.
        name: of its file.
        frame: its rows.
        target: the column to predict; "" to guess it.
        folder: where a model of it goes.
        decimal_commas: its columns whose numbers have them.
        reports: of the models that were trained on it here.
    """

    key: str
    name: str
    frame: pl.DataFrame
    target: str
    folder: Path
    decimal_commas: frozenset[str] = frozenset()
    reports: list[Path] = dataclasses.field(default_factory=list)

    def as_plain(self) -> dict[str, Any]:
        """What a page must know of it."""
        from rightfit.estimators.lesson.own_points import likely_target, number_columns

        return {
            "key": self.key,
            "name": self.name,
            "n_rows": self.frame.height,
            "columns": self.frame.columns,
            "axes": number_columns(self.frame),
            "target": self.target or likely_target(self.frame),
        }


class Tables:
    """All tables of one server; several pages share them.

    Attributes:
        first: the table of the command line, which stays; None without one.
    """

    def __init__(self) -> None:
        self._tables: dict[str, OwnTable] = {}
        self._lock = threading.Lock()
        self.first: OwnTable | None = None

    def add(self, path: Path, *, name: str, folder: Path, target: str = "") -> OwnTable:
        """Read a table from a file.

        Raises:
            TableFileError: the file cannot be read.
            DataError: it has no column of that name.
        """
        from rightfit.data.read import read_file
        from rightfit.estimators.table_split import target_of

        typed = read_file(path).typed()
        if target:
            target_of(typed.frame, target)
        commas = typed.decimal_commas
        table = OwnTable(secrets.token_hex(4), name, typed.frame, target, folder, commas)
        with self._lock:
            self._tables[table.key] = table
            while len(self._tables) > _MOST_TABLES:
                chosen = (key for key, known in self._tables.items() if known is not self.first)
                del self._tables[next(chosen)]
        return table

    def get(self, key: str | None) -> OwnTable | None:
        """Find a table; None if it is not there any more, or never was."""
        with self._lock:
            return self._tables.get(key or "")
