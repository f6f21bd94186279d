import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rightfit.estimators.lesson.settings import Settings
from rightfit.web import full_training
from rightfit.web.full_training import FullTraining
from rightfit.web.tables import OwnTable
from tests.web.conftest import houses

pytestmark = pytest.mark.slow


def training_of(folder: Path) -> FullTraining:
    table = OwnTable("key", "houses.csv", houses(), "use", folder)
    settings = Settings(hidden_sizes=(3,), learning_rate=0.1, patience_epochs=2)
    return FullTraining(table, settings, "use", lambda: None)


@pytest.mark.parametrize("after", ["train_events", "fit_linear"])
def test_training_that_is_stopped_leaves_no_model(
    after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = training_of(tmp_path)
    done = getattr(full_training, after)

    def stopped(*arguments: Any) -> Any:
        training.stop()
        return done(*arguments)

    monkeypatch.setattr(full_training, after, stopped)
    training._run()
    assert training.told == {"state": "stopped"}
    assert list(tmp_path.iterdir()) == []


def meeting() -> Callable[[], None]:
    """Wait a moment for another thread to come to the same place."""
    barrier = threading.Barrier(2)

    def meet() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(0.5)

    return meet


def test_models_that_are_saved_at_once_get_a_place_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings = [training_of(tmp_path) for _ in range(2)]
    look, meet = full_training.free_place, meeting()

    def look_and_wait(folder: Path, name: str) -> Path:
        place = look(folder, name)
        meet()
        return place

    monkeypatch.setattr(full_training, "free_place", look_and_wait)
    monkeypatch.setattr(
        full_training, "save_somewhere", lambda model, path, overwrite: path.mkdir()
    )
    with ThreadPoolExecutor(2) as pool:
        places = list(pool.map(lambda training: training._save(None), trainings))
    assert sorted(place.name for place in places) == ["houses-2.model", "houses.model"]


class Waits(list[Path]):
    """A list whose threads wait for each other once they have appended."""

    def __init__(self) -> None:
        super().__init__()
        self._meet = meeting()

    def append(self, path: Path) -> None:
        super().append(path)
        self._meet()


def test_reports_that_are_made_at_once_get_a_number_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = OwnTable("key", "houses.csv", houses(), "use", tmp_path, reports=Waits())
    training = FullTraining(table, Settings(), "use", lambda: None)

    def write(model: Any, split: Any, linear: Any, folder: Path) -> tuple[None, Path]:
        return None, folder

    monkeypatch.setattr(full_training, "write_beside", write)
    places = [Path("first"), Path("second")]
    report: Any = training._report
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda place: report(None, None, None, place), places))
    by_place = {place: int(address[-1]) for place, address in zip(places, found, strict=True)}
    assert by_place == {place: number for number, place in enumerate(table.reports)}
