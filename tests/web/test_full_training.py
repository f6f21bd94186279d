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
