import time

import pytest

from rightfit import EpochRecord, EpochsEnded, MemberStopped, TrainingStarted
from rightfit.estimators.pace import Best, Pace
from rightfit.train.plan import State


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def after(
    *ends: tuple[int, float], best: int, patience: int | None, max_seconds: float | None = None
) -> Pace:
    pace = Pace()
    pace.note(TrainingStarted(3, 48, 12, 100, max_seconds, patience_epochs=patience))
    for epoch, seconds in ends:
        pace.note(EpochsEnded((EpochRecord(epoch, 1.0, 1.0, 0.5, 0.1, seconds),), best))
    return pace


def test_nothing_is_known_before_the_second_chunk() -> None:
    pace = after((10, 5.0), best=10, patience=16)
    assert (pace.end_epoch, pace.seconds_left) == (26, None)
    assert Pace().last is None


def test_time_left_goes_by_the_speed_after_the_first_chunk_which_compiles() -> None:
    pace = after((10, 5.0), (20, 6.0), (40, 8.0), best=40, patience=16)
    assert pace.may_go_on
    assert pace.seconds_left == pytest.approx(1.6)


def test_last_epoch_is_the_end_in_any_case() -> None:
    for patience, best in ((16, 90), (None, 3)):
        pace = after((10, 1.0), (90, 9.0), best=best, patience=patience)
        assert (pace.end_epoch, pace.may_go_on) == (100, False)
        assert pace.seconds_left == pytest.approx(1.0)


def test_patience_that_grows_moves_the_end() -> None:
    pace = Pace()
    pace.note(TrainingStarted(3, 48, 12, 100, None, patience_epochs=16, patience_growth=0.5))
    for best, end in ((10, 26), (40, 60), (90, 100)):
        pace.note(EpochsEnded((EpochRecord(best, 1.0, 1.0, 0.5, 0.1, 1.0),), best))
        assert pace.end_epoch == end


def test_time_limit_ends_it_earlier() -> None:
    pace = after((10, 1.0), (20, 2.0), best=20, patience=None, max_seconds=2.5)
    assert pace.seconds_left == pytest.approx(0.5)


def test_time_left_goes_on_between_chunks(clock: list[float]) -> None:
    pace = after((10, 1.0), (20, 2.0), best=20, patience=None)
    clock[0] = 3.0
    assert pace.seconds_left == pytest.approx(5.0)
    clock[0] = 30.0
    assert pace.seconds_left == 0.0


def pack(n_members: int = 3, patience: int | None = 16, max_seconds: float | None = None) -> Pace:
    pace = Pace()
    pace.note(TrainingStarted(9, 48, 12, 100, max_seconds, n_members, patience_epochs=patience))
    return pace


def chunk(member: int, epoch: int, seconds: float, best: int, *losses: float) -> EpochsEnded:
    """Epochs up to `epoch`, one for each loss."""
    first = epoch - len(losses) + 1
    records = tuple(
        EpochRecord(first + turn, 1.0, loss, 0.5, 0.1, seconds) for turn, loss in enumerate(losses)
    )
    return EpochsEnded(records, best, member)


def stop(member: int) -> MemberStopped:
    state = State(*[None] * len(State._fields))  # type: ignore[arg-type]
    return MemberStopped("patience", state, 10, 10, member)


def test_members_run_until_they_stop() -> None:
    pace = pack()
    assert (pace.n_members, pace.n_running, pace.best) == (3, 3, None)
    pace.note(stop(1))
    assert (pace.n_members, pace.n_running) == (3, 2)


def test_one_network_is_a_pack_of_one() -> None:
    pace = after((10, 5.0), best=10, patience=16)
    assert (pace.n_members, pace.n_running, pace.epochs_done) == (1, 1, 10)


def test_best_loss_is_that_of_the_epoch_that_a_member_would_keep() -> None:
    pace = pack()
    pace.note(chunk(2, 2, 1.0, 1, 0.5, 0.6))
    assert pace.best == Best(0.5, 2, 1)
    pace.note(chunk(0, 2, 1.0, 2, 0.6, 0.4))
    assert pace.best == Best(0.4, 0, 2)
    # A member that watches a metric keeps another epoch than that of its lowest loss.
    pace.note(chunk(1, 2, 1.0, 2, 0.1, 0.45))
    pace.note(chunk(2, 4, 2.0, 4, float("nan"), float("nan")))
    assert pace.best == Best(0.4, 0, 2)
    assert pace.best_epoch == 2


def test_epochs_are_counted_over_all_members_and_those_left_over_the_running_ones() -> None:
    pace = pack()
    assert (pace.epochs_done, pace.epochs_left) == (0, 48)
    pace.note(chunk(0, 10, 1.0, 4, *[1.0] * 10))
    pace.note(chunk(1, 95, 1.0, 90, *[1.0] * 95))
    assert pace.epochs_done == 105
    assert pace.epochs_left == (4 + 16 - 10) + (100 - 95) + 16
    assert (pace.end_epoch, pace.may_go_on) == (100, True)
    pace.note(stop(0))
    assert pace.epochs_left == 5 + 16
    pace.note(stop(2))
    assert (pace.epochs_done, pace.epochs_left, pace.may_go_on) == (105, 5, False)


def test_speed_leaves_out_the_first_chunk_of_each_member_which_compiles() -> None:
    pace = pack(2)
    pace.note(chunk(0, 10, 5.0, 10, *[1.0] * 10))
    pace.note(chunk(1, 10, 5.0, 10, *[1.0] * 10))
    assert pace.seconds_left is None
    pace.note(chunk(0, 20, 7.0, 20, *[1.0] * 10))
    pace.note(chunk(1, 20, 7.0, 10, *[1.0] * 10))
    # 20 epochs in 2 seconds; 16 are left of one and 6 of the other.
    assert pace.seconds_left == pytest.approx(2.2)


def test_speed_is_that_of_the_last_twenty_seconds() -> None:
    pace = pack(1, patience=None)
    for epoch, seconds in ((10, 0.0), (11, 10.0), (12, 20.0), (22, 30.0), (32, 40.0)):
        pace.note(chunk(0, epoch, seconds, epoch, *[1.0] * 10))
    assert pace.seconds_left == pytest.approx(68.0)


def test_time_limit_ends_a_pack_earlier() -> None:
    pace = pack(2, patience=None, max_seconds=4.0)
    for seconds, epoch in ((1.0, 10), (2.0, 20)):
        for member in range(2):
            pace.note(chunk(member, epoch, seconds, epoch, *[1.0] * 10))
    assert pace.seconds_left == pytest.approx(2.0)
