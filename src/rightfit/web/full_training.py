"""The settings of a lesson on all columns of a table: the real model, in a thread of its own."""

import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rightfit import EpochsEnded
from rightfit.errors import RightFitError
from rightfit.estimators.lesson.settings import Settings
from rightfit.estimators.reading import DECIMAL_COMMAS
from rightfit.estimators.remembered import remember
from rightfit.estimators.table_split import TableSplit, estimator_for, split_table, target_of
from rightfit.estimators.table_training import (
    fit_linear,
    save_somewhere,
    score_on_test,
    train_events,
)
from rightfit.report.beside import write_beside
from rightfit.report.write import is_installed
from rightfit.web.tables import OwnTable

_TEST_FRACTION = 0.2
_PATIENCE = 16
# What a lesson sets that only suits two inputs and few rows.
_OF_THE_LESSON = ("scaling", "precision", "column_kinds", "validation_fraction", "weight_decay")
# Several pages may train on one table, and a place is free only until one of them takes it.
_ONE_AT_A_TIME = threading.Lock()


class FullTraining:
    """Trains, scores and saves, and tells how far it is.

    Args:
        table: all of it is used.
        settings: of the lesson.
        target: the column to predict.
        changed: called whenever `told` has changed.
    """

    def __init__(
        self, table: OwnTable, settings: Settings, target: str, changed: Callable[[], None]
    ) -> None:
        self.table = table
        self.settings = settings
        self.target = target
        self.changed = changed
        self.told: dict[str, Any] = {"state": "running", "epoch": 0}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="full training", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it without a model."""
        self._stop.set()

    def _run(self) -> None:
        try:
            self._train()
        except RightFitError as error:
            self._tell(state="problem", what=f"{error.what} {error.expected}".strip())
        except Exception as error:
            traceback.print_exc()
            self._tell(state="problem", what=f"Training went wrong: {error}")

    def _train(self) -> None:
        frame = self.table.frame
        kind = estimator_for("auto", target_of(frame, self.target))
        model = kind(**self._parameters())
        split = split_table(frame, self.target, model=model, test_fraction=_TEST_FRACTION)
        for event in train_events(model, split):
            if isinstance(event, EpochsEnded) and event.records:
                last = event.records[-1]
                loss = last.train_loss if last.validation_loss is None else last.validation_loss
                self._tell(state="running", epoch=last.epoch, loss=loss)
            if self._is_stopped():
                return
        remember(
            model,
            target=self.target,
            table=self.table.name,
            n_without_target=split.n_without_target,
            **{DECIMAL_COMMAS: sorted(self.table.decimal_commas)},
        )
        linear = fit_linear(model, split)
        scores = score_on_test(model, split, linear)
        if self._is_stopped():
            return
        remember(model, test_scores=scores)
        place = self._save(model)
        report = self._report(model, split, linear, place) if is_installed() else None
        self._tell(
            state="done",
            scores=scores,
            n_test_rows=split.n_test_rows,
            n_columns=split.train.width,
            place=str(place),
            report=report,
            stop_reason=model.stop_reason_,
        )

    def _is_stopped(self) -> bool:
        """Whether somebody ended it, and say so."""
        if self._stop.is_set():
            self._tell(state="stopped")
        return self._stop.is_set()

    def _save(self, model: Any) -> Path:
        """Save the model where nothing is yet, and say where."""
        with _ONE_AT_A_TIME:
            place = free_place(self.table.folder, self.table.name)
            save_somewhere(model, place, overwrite=False)
        return place

    def _report(self, model: Any, split: TableSplit, linear: Any, place: Path) -> str:
        """Write the report into the model's folder, and say where the page finds it."""
        _, page = write_beside(model, split, linear, place)
        with _ONE_AT_A_TIME:
            self.table.reports.append(page)
            number = len(self.table.reports) - 1
        return f"report?table={self.table.key}&number={number}"

    def _parameters(self) -> dict[str, Any]:
        from rightfit.estimators.lesson.own_points import pick_points

        points = pick_points(self.table.frame, self.target, self.settings.x, self.settings.y)
        chosen = self.settings.parameters(points)
        for name in _OF_THE_LESSON:
            chosen.pop(name, None)
        # A lesson goes on until somebody pauses it; here the validation rows say when to stop.
        chosen["patience_epochs"] = chosen["patience_epochs"] or _PATIENCE
        return chosen

    def _tell(self, **told: Any) -> None:
        self.told = told
        self.changed()


def free_place(folder: Path, name: str) -> Path:
    """A folder for a model beside its table, where nothing is yet."""
    stem = name.split(".")[0] or "table"
    place, number = folder / f"{stem}.model", 1
    while place.exists():
        number += 1
        place = folder / f"{stem}-{number}.model"
    return place
