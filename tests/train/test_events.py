import dataclasses
import typing

import pytest

from rightfit.train.events import EpochRecord, Event, as_plain
from tests.train.runs import ended, events_of, run_of

RECORD = EpochRecord(3, 0.5, 0.75, None, 0.1, 1.25, {"hidden 1": 0.25, "output": 2.0})


def test_as_plain_gives_what_history_keeps() -> None:
    assert as_plain(RECORD) == {
        "epoch": 3,
        "train_loss": 0.5,
        "validation_loss": 0.75,
        "metric": None,
        "learning_rate": 0.1,
        "seconds": 1.25,
        "gradient_norms": {"hidden 1": 0.25, "output": 2.0},
    }


@pytest.mark.parametrize("kind", [EpochRecord, *typing.get_args(Event)])
def test_events_cannot_be_changed(kind: type) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_text_of_the_end_does_not_hold_the_weights() -> None:
    last = ended(events_of(run_of(max_epochs=1)))
    assert repr(last) == "MemberStopped(reason='max_epochs', epoch=1, step=4, member=0)"
