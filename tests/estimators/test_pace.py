import time

import pytest

from rightfit import EpochRecord, EpochsEnded, TrainingStarted
from rightfit.estimators.pace import Pace


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def after(
    *ends: tuple[int, float], best: int, patience: int | None, max_seconds: float | None = None
) -> Pace:
    pace = Pace(patience)
    pace.note(TrainingStarted(3, 48, 12, max_epochs=100, max_seconds=max_seconds))
    for epoch, seconds in ends:
        pace.note(EpochsEnded((EpochRecord(epoch, 1.0, 1.0, 0.5, 0.1, seconds),), best))
    return pace


def test_nothing_is_known_before_the_second_chunk() -> None:
    pace = after((10, 5.0), best=10, patience=16)
    assert (pace.end_epoch, pace.seconds_left) == (26, None)
    assert Pace(None).last is None


def test_time_left_goes_by_the_speed_after_the_first_chunk_which_compiles() -> None:
    pace = after((10, 5.0), (20, 6.0), (40, 8.0), best=40, patience=16)
    assert pace.may_go_on
    assert pace.seconds_left == pytest.approx(1.6)


def test_last_epoch_is_the_end_in_any_case() -> None:
    for patience, best in ((16, 90), (None, 3)):
        pace = after((10, 1.0), (90, 9.0), best=best, patience=patience)
        assert (pace.end_epoch, pace.may_go_on) == (100, False)
        assert pace.seconds_left == pytest.approx(1.0)


def test_time_limit_ends_it_earlier() -> None:
    pace = after((10, 1.0), (20, 2.0), best=20, patience=None, max_seconds=2.5)
    assert pace.seconds_left == pytest.approx(0.5)


def test_time_left_goes_on_between_chunks(clock: list[float]) -> None:
    pace = after((10, 1.0), (20, 2.0), best=20, patience=None)
    clock[0] = 3.0
    assert pace.seconds_left == pytest.approx(5.0)
    clock[0] = 30.0
    assert pace.seconds_left == 0.0
