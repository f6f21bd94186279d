import os
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest

from rightfit.train import clock as clock_module
from rightfit.train.compilation import call, compile_if, compiled
from rightfit.train.epoch import score
from rightfit.train.events import (
    EpochRecord,
    EpochsEnded,
    Event,
    LearningRateLowered,
    TrainingEnded,
    TrainingStarted,
)
from rightfit.train.loop import train
from rightfit.train.orders import row_orders
from rightfit.train.pack import block
from rightfit.train.pack.run import Run
from rightfit.train.plan import HeldOut
from tests.train.runs import (
    bits,
    counted_compilations,
    ended,
    events_of,
    knobs_of,
    network_of,
    objective_of,
    plan_of,
    random_rows,
    run_chunk,
    run_of,
)

_score = jax.jit(score, static_argnames="plan")


def records_of(events: list[Event]) -> list[EpochRecord]:
    return [
        record for event in events if isinstance(event, EpochsEnded) for record in event.records
    ]


def lowered(events: list[Event]) -> list[LearningRateLowered]:
    return [event for event in events if isinstance(event, LearningRateLowered)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that stands still but for so many seconds an epoch, and ten for compiling."""
    now, seconds_per_epoch = 100.0, 0.0

    def slowly_compiled(*arguments: Any) -> bool:
        nonlocal now
        now += 10
        return compile_if(*arguments)

    def timed(*arguments: Any) -> Any:
        nonlocal now
        called = call(*arguments)
        now += int(np.isfinite(called[1].train_loss).sum()) * seconds_per_epoch
        return called

    def set_seconds_per_epoch(seconds: float) -> None:
        nonlocal seconds_per_epoch
        seconds_per_epoch = seconds

    monkeypatch.setattr(clock_module, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(block, "compile_if", slowly_compiled)
    monkeypatch.setattr(block, "call", timed)
    return set_seconds_per_epoch


def test_training_starts_with_its_size_and_ends_with_its_reason() -> None:
    events = events_of(run_of(max_seconds=900.0))
    assert events[0] == TrainingStarted(
        n_parameters=21, n_training_rows=13, n_validation_rows=9, max_epochs=20, max_seconds=900.0
    )
    assert {type(event) for event in events[1:-2]} == {EpochsEnded}
    assert events[-1] == TrainingEnded("max_epochs")
    last = ended(events)
    assert (last.reason, last.epoch, last.step) == ("max_epochs", 20, 80)


def test_training_starts_without_validation_rows_when_there_are_none() -> None:
    events = events_of(run_of(plan_of(), validation=None, max_epochs=2))
    first = events[0]
    assert isinstance(first, TrainingStarted)
    assert first.n_validation_rows == 0
    assert first.max_seconds is None
    assert all(r.validation_loss is None and r.metric is None for r in records_of(events))


def test_every_epoch_has_a_record_in_order() -> None:
    run = run_of()
    events = events_of(run)
    records = records_of(events)
    assert [record.epoch for record in records] == list(range(1, 21))
    seconds = [record.seconds for record in records]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 0
    _, columns = run_chunk(run, run.members[0].begin(), 20)
    assert [record.train_loss for record in records] == columns.train_loss.tolist()
    assert [record.validation_loss for record in records] == columns.validation_loss.tolist()
    assert [record.metric for record in records] == columns.metric.tolist()
    assert [record.learning_rate for record in records] == columns.learning_rate.tolist()


def test_each_chunk_names_the_best_epoch_so_far() -> None:
    events = events_of(run_of(knobs=knobs_of(learning_rate=0.35)))
    seen: list[float] = []
    for event in events:
        if isinstance(event, EpochsEnded):
            seen += [r.validation_loss for r in event.records if r.validation_loss is not None]
            assert event.best_epoch == np.argmin(seen) + 1
    assert len(seen) == 20


@pytest.mark.parametrize("growth", [1, 2, 100])
def test_chunks_do_not_change_the_bits(monkeypatch: pytest.MonkeyPatch, growth: int) -> None:
    run = run_of()
    expected, _ = run_chunk(run, run.members[0].begin(), 20)
    monkeypatch.setattr(clock_module, "_GROWTH", growth)
    events = events_of(run)
    assert bits(ended(events).state) == bits(expected)
    n_chunks = sum(isinstance(event, EpochsEnded) for event in events)
    assert n_chunks == {1: 20, 2: 6, 100: 3}[growth]


def test_patience_ends_training() -> None:
    events = events_of(run_of(knobs=knobs_of(learning_rate=0.0, patience_epochs=3)))
    last = ended(events)
    assert (last.reason, last.epoch, last.step) == ("patience", 4, 16)
    assert int(last.state.best_epoch) == 1
    assert len(records_of(events)) == 4


def test_one_epoch_is_enough() -> None:
    last = ended(events_of(run_of(max_epochs=1)))
    assert (last.reason, last.epoch, last.step) == ("max_epochs", 1, 4)


def test_training_goes_on_from_the_epoch_of_its_state() -> None:
    whole = events_of(run_of())
    half = events_of(run_of(max_epochs=12))
    rest = events_of(run_of(max_epochs=8, begin=ended(half).state))
    assert [record.epoch for record in records_of(rest)] == list(range(13, 21))
    assert ended(rest).epoch == 20
    assert bits(ended(rest).state) == bits(ended(whole).state)


def test_time_limit_ends_training(clock: Callable[[float], None]) -> None:
    clock(0.1)
    events = events_of(run_of(max_seconds=30.0, max_epochs=100_000))
    last = ended(events)
    assert last.reason == "max_seconds"
    # Ten seconds went into compiling, so 200 epochs fit; a limit is a promise.
    assert last.epoch == len(records_of(events)) == pytest.approx(200, abs=1)
    assert records_of(events)[-1].seconds <= 30.0 + 0.05


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_time_limit_ends_nothing_when_it_is_not_reached(
    clock: Callable[[float], None], seconds: float
) -> None:
    clock(seconds)
    assert ended(events_of(run_of(max_seconds=15.0))).reason == "max_epochs"


def test_time_limit_below_the_first_epoch_ends_training_after_it(
    clock: Callable[[float], None],
) -> None:
    clock(0.6)
    # Compiling and the first epoch take 10.6 seconds, which is late, but not too late.
    last = ended(events_of(run_of(max_seconds=10.1)))
    assert (last.reason, last.epoch) == ("max_seconds", 1)


def test_training_without_an_epoch_ends_when_it_is_too_late(
    clock: Callable[[float], None],
) -> None:
    clock(1.0)
    # Compiling alone takes ten seconds.
    events = events_of(run_of(max_seconds=8.0))
    last = ended(events)
    assert (last.reason, last.epoch, records_of(events)) == ("max_seconds", 0, [])
    assert int(last.state.best_epoch) == 0


def test_chunks_take_about_as_long_as_progress_may_wait(clock: Callable[[float], None]) -> None:
    clock(0.09)
    sizes = [len(e.records) for e in events_of(run_of()) if isinstance(e, EpochsEnded)]
    # The first compiles; soon they take 0.4 seconds each.
    assert sizes[0] == 1
    assert max(sizes[2:]) == 4
    assert sum(sizes) == 20


def test_time_limit_is_kept_to_an_epoch_when_epochs_are_slow(
    clock: Callable[[float], None],
) -> None:
    # The first epoch ends after 70 seconds, ten of them for compiling.
    clock(60.0)
    events = events_of(run_of(max_seconds=100.0))
    assert ended(events).reason == "max_seconds"
    assert records_of(events)[-1].seconds <= 100 + 60


def test_time_limit_leaves_out_an_epoch_that_would_not_half_fit(
    clock: Callable[[float], None],
) -> None:
    clock(0.3)
    # Ten seconds for compiling, 20 epochs, and a third of an epoch to spare.
    events = events_of(run_of(max_seconds=16.1, max_epochs=100))
    assert (ended(events).reason, ended(events).epoch) == ("max_seconds", 20)


def diverging(rate: float, **changes: Any) -> Run:
    """Steepest descent on a quadratic bowl: too long a step grows from epoch to epoch."""
    return run_of(
        network=network_of(hidden_sizes=()),
        knobs=knobs_of(learning_rate=rate),
        training=random_rows(weighted=True),
        **{"max_epochs": 300, **changes},
    )


def test_training_goes_back_with_smaller_steps_when_a_loss_is_not_finite() -> None:
    events = events_of(diverging(4.0))
    restarts = lowered(events)
    assert 1 <= len(restarts) <= 3
    for number, event in enumerate(restarts, start=1):
        assert event.learning_rate == pytest.approx(4.0 / 4**number)
        assert event.epoch >= 1
        assert event.step >= 1
    last = ended(events)
    assert last.reason == "max_epochs"
    assert last.epoch == 300
    losses = [r.validation_loss for r in records_of(events) if r.validation_loss is not None]
    assert np.isfinite(losses).all()
    assert min(losses) < losses[0]
    assert [record.epoch for record in records_of(events)] == list(range(1, 301))
    assert records_of(events)[-1].learning_rate == pytest.approx(4.0 / 4 ** len(restarts))


def test_training_gives_up_after_three_restarts_and_keeps_finite_weights() -> None:
    events = events_of(diverging(1e30))
    assert [event.learning_rate for event in lowered(events)] == pytest.approx(
        [1e30 / 4, 1e30 / 16, 1e30 / 64]
    )
    last = ended(events)
    assert last.reason == "not_finite"
    assert last.epoch == lowered(events)[-1].epoch == 1
    # Each time the epoch begins anew, with its first step.
    assert last.step == lowered(events)[-1].step
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(last.state.best_network))


def test_failure_names_the_step_of_a_row_that_is_not_finite() -> None:
    run = run_of()
    run.training.features.numbers[7, 1] = np.inf
    events = events_of(run)
    # Row 7 is met in this step of the first epoch, again and again.
    step = row_orders(run.members[0].seed, 0, 1, 13, 16)[0].tolist().index(7) // 4 + 1
    assert [event.epoch for event in lowered(events)] == [1, 1, 1]
    assert [event.step for event in lowered(events)] == [step, step, step]
    assert (ended(events).epoch, ended(events).step) == (1, step)
    assert records_of(events) == []


@pytest.mark.parametrize("rate", [4.0, 1e30])
def test_best_network_without_validation_rows_is_the_best_after_an_epoch(rate: float) -> None:
    plan = plan_of(batch_size=64)
    run = diverging(rate, plan=plan, validation=None, max_epochs=3)
    network = network_of(hidden_sizes=())
    best = ended(events_of(run)).state.best_network
    before, after = (
        float(compiled(_score, plan, each, HeldOut(run.training, None), run.members[0].knobs)[0])
        for each in (network, best)
    )
    assert np.isfinite(before)
    assert np.isfinite(after)


def test_interruption_ends_training_after_the_chunk() -> None:
    run = run_of(max_epochs=100_000)
    before = signal.getsignal(signal.SIGINT)
    events: list[Event] = []
    for event in train(run):
        events.append(event)
        if isinstance(event, EpochsEnded) and len(events) == 2:
            os.kill(os.getpid(), signal.SIGINT)
    last = ended(events)
    assert last.reason == "interrupted"
    assert last.epoch == len(records_of(events)) < 100_000
    assert int(last.state.best_epoch) >= 1
    assert signal.getsignal(signal.SIGINT) is before


def test_interruption_keeps_the_best_weights_where_a_loss_is_not_finite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    advance = block.Block.advance

    def interrupted(*arguments: Any) -> list[block.Advance]:
        advances = advance(*arguments)
        if any(each.failed_step >= 0 for each in advances):
            os.kill(os.getpid(), signal.SIGINT)
        return advances

    monkeypatch.setattr(block.Block, "advance", interrupted)
    events = events_of(diverging(4.0))
    last = ended(events)
    assert last.reason == "interrupted"
    assert lowered(events) == []
    assert int(last.state.best_epoch) >= 1
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(last.state.best_network))


def test_second_interruption_raises_at_once() -> None:
    run = run_of(max_epochs=100_000)
    before = signal.getsignal(signal.SIGINT)
    events = train(run)
    next(events)
    next(events)
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    events.close()
    assert signal.getsignal(signal.SIGINT) is before


def test_handler_is_restored_when_the_consumer_stops_listening() -> None:
    run = run_of()
    before = signal.getsignal(signal.SIGINT)
    events = train(run)
    next(events)
    next(events)
    assert signal.getsignal(signal.SIGINT) is not before
    events.close()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"knobs": {"learning_rate": 0.01}},
        {"knobs": {"l2": 0.3, "weight_decay": 0.2, "momentum": 0.5}},
        {"knobs": {"dropout_rate": 0.25}},
        {"knobs": {"patience_epochs": 4, "tolerance": 0.5}},
        {"knobs": {"horizon_steps": 7, "warmup": 0.5, "target_scale": [3.0], "key": [8, 9]}},
        {"max_epochs": 7, "max_seconds": 60.0, "seed": 11},
        {"training": {"n_rows": 16, "seed": 5}, "validation": {"n_rows": 2, "seed": 6}},
    ],
    ids=lambda change: ",".join([*change, *change.get("knobs", {})]) or "nothing",
)
def test_second_run_compiles_nothing_when_only_numbers_change(change: dict[str, Any]) -> None:
    plan = plan_of(dropout=True, schedule="cosine")

    def run(change: dict[str, Any]) -> None:
        knobs = {"dropout_rate": 0.5} | change.get("knobs", {})
        others: dict[str, Any] = {"max_epochs": 12} | change
        others["knobs"] = knobs_of(**knobs)
        for side in ("training", "validation"):
            others[side] = random_rows(**change.get(side, {"n_rows": 9}))
        assert isinstance(events_of(run_of(plan, **others))[-1], TrainingEnded)

    run({})
    with counted_compilations() as compilations:
        run(change)
    assert compilations == []


def test_counted_compilations_sees_a_new_plan() -> None:
    with counted_compilations() as compilations:
        events_of(run_of(plan_of(objective_of(metric="r2"), batch_size=5)))
    assert compilations
