import dataclasses
import json
from collections import Counter
from typing import Any

import jax
import numpy as np
import pytest

from rightfit.train import clock
from rightfit.train.events import (
    EpochRecord,
    EpochsEnded,
    Event,
    MemberStopped,
    TrainingEnded,
    TrainingStarted,
)
from rightfit.train.loop import train
from rightfit.train.pack import layout, wave
from rightfit.train.pack.block import Block
from rightfit.train.pack.run import Fold, Member, Run
from rightfit.train.pack.waves import bytes_left_behind, bytes_of
from tests.train.runs import (
    bits,
    events_of,
    knobs_of,
    member_of,
    network_of,
    plan_of,
    random_rows,
    rows_of,
    run_of,
    run_on_two_devices,
)

pytestmark = pytest.mark.slow

PLAN = plan_of(optimizer="adam", dropout=True)
WIDTHS = pytest.mark.parametrize("width", [1, 2, 4, 8])


def different_members(n: int = 5, **changes: Any) -> tuple[Member, ...]:
    """Members that differ in everything that may differ within one program."""
    return tuple(
        member_of(
            PLAN,
            network_of(seed=number),
            knobs_of(
                learning_rate=0.003 * (number + 1),
                dropout_rate=0.1 * number,
                l2=0.01 * number,
                weight_decay=0.02 * number,
                key=[number, 7],
                **{"patience_epochs": 3 + number} | changes,
            ),
            seed=number,
        )
        for number in range(n)
    )


def pack_of(members: tuple[Member, ...] | None = None, **changes: Any) -> Run:
    members = different_members() if members is None else members
    return dataclasses.replace(run_of(max_epochs=30), **{"members": members, **changes})


def records_of(events: list[Event], member: int) -> list[EpochRecord]:
    chunks = [e for e in events if isinstance(e, EpochsEnded) and e.member == member]
    return [record for chunk in chunks for record in chunk.records]


def stopped(events: list[Event]) -> dict[int, MemberStopped]:
    seen = [event for event in events if isinstance(event, MemberStopped)]
    assert len(seen) == len({event.member for event in seen})
    return {event.member: event for event in seen}


def without_time(records: list[EpochRecord]) -> list[EpochRecord]:
    return [dataclasses.replace(record, seconds=0.0) for record in records]


@WIDTHS
def test_member_of_a_pack_computes_what_it_would_have_computed_alone(width: int) -> None:
    members = different_members()
    together = events_of(pack_of(members, width=width))
    for number, member in enumerate(members):
        alone = events_of(pack_of((member,)))
        ours, theirs = records_of(together, number), records_of(alone, 0)
        first = dataclasses.astuple(ours[0])[:5]
        assert first == pytest.approx(dataclasses.astuple(theirs[0])[:5], rel=1e-5)
        assert ours[0].gradient_norms == pytest.approx(theirs[0].gradient_norms, rel=1e-4)
        ends = stopped(together)[number], stopped(alone)[0]
        best = [int(end.state.best_epoch) for end in ends]
        assert best[0] == best[1]
        values = [float(end.state.best_watched) for end in ends]
        assert values[0] == pytest.approx(values[1], rel=1e-3)
        assert ends[0].reason == ends[1].reason


def test_member_alone_in_its_calls_has_the_bits_of_the_solo_run() -> None:
    members = different_members()
    together = stopped(events_of(pack_of(members, width=1)))
    for number, member in enumerate(members):
        alone = stopped(events_of(pack_of((member,))))[0]
        assert bits(together[number].state.best_network) == bits(alone.state.best_network)


@WIDTHS
def test_pack_repeats_itself_to_the_bit(width: int) -> None:
    one, other = (events_of(pack_of(width=width)) for _ in range(2))
    for number, end in stopped(one).items():
        assert bits(end.state.best_network) == bits(stopped(other)[number].state.best_network)
        assert without_time(records_of(one, number)) == without_time(records_of(other, number))


def test_pack_starts_with_its_size_and_ends_once_every_member_has() -> None:
    events = events_of(pack_of())
    first, last = events[0], events[-1]
    assert isinstance(first, TrainingStarted)
    assert (first.n_members, first.n_parameters) == (5, 5 * (4 * 4 + 5))
    assert isinstance(last, TrainingEnded)
    assert sorted(stopped(events)) == list(range(5))


def test_each_member_has_its_own_patience() -> None:
    members = tuple(
        member_of(PLAN, knobs=knobs_of(learning_rate=0.0, patience_epochs=patience))
        for patience in (2, 5, 9)
    )
    ends = stopped(events_of(pack_of(members)))
    assert [ends[number].reason for number in range(3)] == ["patience"] * 3
    assert [ends[number].epoch for number in range(3)] == [3, 6, 10]


def test_members_of_different_networks_and_optimizers_train_side_by_side() -> None:
    sgd = plan_of()
    members = (
        member_of(PLAN, network_of(hidden_sizes=(3,))),
        member_of(PLAN, network_of(hidden_sizes=(5, 4))),
        member_of(sgd, network_of(hidden_sizes=())),
        member_of(sgd, network_of(hidden_sizes=(3,))),
    )
    ends = stopped(events_of(pack_of(members, max_epochs=3)))
    for number, member in enumerate(members):
        alone = stopped(events_of(pack_of((member,), max_epochs=3)))[0]
        assert bits(ends[number].state.best_network) == bits(alone.state.best_network)


def test_pack_in_waves_gives_the_same_members() -> None:
    whole = stopped(events_of(pack_of(width=1)))
    events = events_of(pack_of(width=1, memory=1.0))
    order = [event.member for event in events if isinstance(event, MemberStopped)]
    assert order == list(range(5))
    for number, end in stopped(events).items():
        assert bits(end.state.best_network) == bits(whole[number].state.best_network)


def test_block_shrinks_when_idle_places_cost_more_than_compiling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widths: list[int] = []

    def noted(learners: Any, rows: Any, width: int, program: Any) -> Any:
        widths.append(width)
        return Block(learners, rows, width, program)

    monkeypatch.setattr(wave, "Block", noted)
    monkeypatch.setattr(layout, "_OPERATIONS_OF_A_COMPILATION", 0.0)
    monkeypatch.setattr(layout, "_MOST_EPOCHS_BETWEEN_LOOKS", 2)
    members = tuple(
        member_of(PLAN, knobs=knobs_of(learning_rate=0.0, patience_epochs=patience))
        for patience in (1, 1, 1, 5, 12)
    )
    ends = stopped(events_of(pack_of(members, width=8)))
    assert widths == [8, 2, 1]
    assert [ends[number].epoch for number in range(5)] == [2, 2, 2, 6, 13]


def test_bits_do_not_depend_on_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_OPERATIONS_OF_A_COMPILATION", 1e5)
    monkeypatch.setattr(layout, "_MOST_EPOCHS_BETWEEN_LOOKS", 5)
    members = tuple(
        member_of(
            PLAN,
            network_of(seed=number),
            knobs_of(learning_rate=0.05, dropout_rate=0.2, patience_epochs=number, tolerance=0.0),
        )
        for number in range(1, 13)
    )
    found = []
    # Epochs of a call: one, or as many as go; blocks one after another, or two at a time.
    for growth, at_once in ((1, 1), (64, 1), (64, 2)):
        monkeypatch.setattr(clock, "_GROWTH", growth)
        monkeypatch.setattr(wave, "n_at_once", lambda at_once=at_once: at_once)
        widths: list[int] = []

        def noted(
            learners: Any, rows: Any, width: int, program: Any, widths: list[int] = widths
        ) -> Any:
            widths.append(width)
            return Block(learners, rows, width, program)

        monkeypatch.setattr(wave, "Block", noted)
        ends = stopped(events_of(pack_of(members, width=8, max_epochs=60)))
        assert len(set(widths)) > 2
        found.append([bits(ends[number].state.best_network) for number in range(12)])
    assert found[0] == found[1] == found[2]


def folds_of(n_rows: int, n_folds: int) -> tuple[Fold, ...]:
    numbers = np.arange(n_rows, dtype=np.int32)
    return tuple(
        Fold(numbers[numbers % n_folds != fold], numbers[numbers % n_folds == fold])
        for fold in range(n_folds)
    )


@pytest.mark.parametrize("width", [1, 4])
def test_fold_computes_what_a_table_of_its_rows_would(width: int) -> None:
    table = random_rows(n_rows=23, weighted=True)
    folds = folds_of(23, 3)
    members = tuple(
        member_of(PLAN, network_of(), knobs_of(dropout_rate=0.2), fold=fold) for fold in range(3)
    )
    run = pack_of(members, training=table, validation=None, folds=folds, width=width, max_epochs=6)
    events = events_of(run)
    for number, fold in enumerate(folds):
        sides = []
        for chosen in (fold.training, fold.held_out):
            features, targets, weights, _ = jax.tree.map(
                lambda side, chosen=chosen: side[chosen] if side.ndim else side, table
            )
            sides.append(rows_of(features.numbers, targets, weights=weights))
        alone = pack_of(
            (dataclasses.replace(members[number], fold=None),),
            training=sides[0],
            validation=sides[1],
            max_epochs=6,
        )
        ours, theirs = records_of(events, number), records_of(events_of(alone), 0)
        for one, other in zip(ours, theirs, strict=True):
            assert dataclasses.astuple(one)[:5] == pytest.approx(
                dataclasses.astuple(other)[:5], rel=1e-4
            )
            assert one.gradient_norms == pytest.approx(other.gradient_norms, rel=1e-3)


def test_culling_stops_the_worse_half_at_each_rung() -> None:
    members = tuple(
        member_of(plan_of(), network_of(), knobs_of(learning_rate=rate, tolerance=0.0))
        for rate in (0.1, 0.05, 0.02, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    )
    run = pack_of(members, max_epochs=40, cull=True, trials=tuple(range(10)))
    ends = stopped(events_of(run))
    reasons = Counter(end.reason for end in ends.values())
    assert reasons == {"culled": 6, "max_epochs": 4}
    assert sorted(n for n, end in ends.items() if end.reason == "culled" and end.epoch == 8) == [
        5,
        6,
        7,
        8,
        9,
    ]


def test_waves_are_culled_one_by_one() -> None:
    plan = plan_of()
    members = tuple(
        member_of(plan, knobs=knobs_of(learning_rate=10.0**-power)) for power in range(1, 13)
    )
    run = pack_of(members, max_epochs=20, cull=True, trials=tuple(range(12)))
    memory = 6.5 * bytes_of(members[0]) + bytes_left_behind(run)
    run = dataclasses.replace(run, memory=memory)
    ends = stopped(events_of(run))
    assert [n for n, end in ends.items() if end.reason == "culled"] == [4, 5, 10, 11]


def test_without_culling_hopeless_members_go_on() -> None:
    members = tuple(
        member_of(plan_of(), network_of(), knobs_of(learning_rate=rate))
        for rate in (0.1, 0.05, 0.02, 0.01, 1e-3, 1e-4)
    )
    ends = stopped(events_of(pack_of(members, max_epochs=20)))
    assert {end.reason for end in ends.values()} == {"max_epochs"}


def test_time_limit_holds_for_the_pack() -> None:
    run = pack_of(different_members(9, patience_epochs=10**6), max_epochs=10**6, max_seconds=3.0)
    events = list(train(run))
    ends = stopped(events)
    assert {end.reason for end in ends.values()} == {"max_seconds"}
    assert max(records_of(events, number)[-1].seconds for number in ends) <= 4.0


def test_diverging_member_leaves_the_others_alone() -> None:
    members = different_members(4)
    wild = dataclasses.replace(
        members[1], knobs=members[1].knobs._replace(learning_rate=np.float32(1e30))
    )
    pack = (members[0], wild, *members[2:])
    for width in (1, 4):
        ends = stopped(events_of(pack_of(pack, width=width)))
        assert ends[1].reason == "not_finite"
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(ends[1].state.best_network))
        for number in (0, 2, 3):
            alone = stopped(events_of(pack_of((members[number],))))[0]
            assert float(ends[number].state.best_watched) == pytest.approx(
                float(alone.state.best_watched), rel=1e-3
            )


def test_small_members_share_calls_and_large_ones_do_not() -> None:
    plan = plan_of(batch_size=256)
    assert layout.widest(plan, 5_600, 16) == 8
    assert layout.widest(plan, 5_600, 3) == 4
    assert layout.widest(plan, 600_000, 16) == 1


def test_several_devices_each_take_a_share_of_the_members() -> None:
    program = """
import jax, numpy as np
from rightfit.train.pack import wave
from tests.train.pack.test_pack import folds_of, pack_of, random_rows, records_of, stopped
from tests.train.runs import events_of
assert len(jax.devices()) == 2
used = []
place = wave.PlacedRows
wave.PlacedRows = lambda run, device: used.append(device) or place(run, device)
found = []
for width in (1, 2):
    used.clear()
    ends = stopped(events_of(pack_of(width=width)))
    assert len(set(used)) == 2 and None not in used
    found.append([round(float(ends[n].state.best_watched), 5) for n in range(5)])
print(found)
"""
    printed = run_on_two_devices(program)
    for width, found in zip((1, 2), json.loads(printed), strict=True):
        here = stopped(events_of(pack_of(width=width)))
        expected = [round(float(here[n].state.best_watched), 5) for n in range(5)]
        assert found == pytest.approx(expected, rel=1e-3)
