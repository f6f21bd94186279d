import dataclasses
from typing import Any

import pytest

from rightfit.train.pack.run import Run
from rightfit.train.pack.waves import (
    MOST_CHOOSING_ROWS,
    bytes_left_behind,
    bytes_of,
    least_bytes,
    waves_of,
)
from tests.train.pack.test_pack import folds_of
from tests.train.runs import (
    N_CLASSES,
    member_of,
    network_of,
    objective_of,
    plan_of,
    random_rows,
    run_of,
)

N_MEMBERS = 6
N_HELD_OUT = 9  # of `run_of`
N_PARAMETERS = 4 * 4 + 5


def pack(**changes: Any) -> Run:
    members = tuple(member_of() for _ in range(N_MEMBERS))
    return run_of(**{"members": members, "trials": tuple(range(N_MEMBERS)), **changes})


def test_network_alone_leaves_nothing_behind() -> None:
    assert bytes_left_behind(run_of()) == 0


def test_pack_leaves_the_best_weights_and_the_predictions_behind() -> None:
    outputs, predictions = 4 * N_HELD_OUT, 3 * 4 * N_HELD_OUT
    expected = N_MEMBERS * (4 * N_PARAMETERS + outputs + predictions)
    assert bytes_left_behind(pack()) == expected
    # Folds and seeds of one trial predict rows of one table.
    by_folds = pack(validation=None, folds=folds_of(13, 3), trials=(0, 0, 0, 1, 1, 1))
    expected = N_MEMBERS * 4 * N_PARAMETERS + 2 * (4 + 12) * 13
    assert bytes_left_behind(by_folds) == expected


@pytest.mark.parametrize(("task", "n_predictions"), [("binary", 2), ("multiclass", N_CLASSES)])
def test_every_class_has_predictions(task: Any, n_predictions: int) -> None:
    plan, network = plan_of(objective_of(task)), network_of(task)
    run = pack(
        members=(member_of(plan, network),) * N_MEMBERS, validation=random_rows(task, N_HELD_OUT)
    )
    n_outputs = run.members[0].shape.n_outputs
    of_rows = N_MEMBERS * N_HELD_OUT * (4 * n_outputs + 12 * n_predictions)
    of_weights = N_MEMBERS * 4 * run.members[0].shape.n_parameters
    assert bytes_left_behind(run) == of_rows + of_weights


def test_only_so_many_rows_choose() -> None:
    many = 3 * MOST_CHOOSING_ROWS
    run = pack()
    assert run.validation is not None
    rows = run.validation._replace(n_rows=many)
    found = bytes_left_behind(dataclasses.replace(run, validation=rows))
    assert found == N_MEMBERS * (4 * N_PARAMETERS + 4 * many + 12 * MOST_CHOOSING_ROWS)


def test_wave_leaves_room_for_what_all_members_leave_behind() -> None:
    run = pack()
    one, behind = float(bytes_of(run.members[0])), bytes_left_behind(run)
    sizes = [
        [len(wave) for wave in waves_of(dataclasses.replace(run, memory=memory))]
        for memory in (None, 6 * one + behind, 6 * one, 3 * one + behind, 1.0)
    ]
    assert sizes[0] == sizes[1] == [6]
    assert len(sizes[2]) > 1
    assert sizes[3] == [3, 3]
    assert sizes[4] == [1] * 6


def test_products_of_columns_that_copies_share_are_counted() -> None:
    member = member_of()

    def activations(n_numbers: int) -> float:
        shape = dataclasses.replace(member.shape, n_numbers=n_numbers, n_copies=2)
        n_bytes = bytes_of(dataclasses.replace(member, shape=shape)) - 72 * shape.n_parameters
        return n_bytes / (24 * member.plan.batch_size)

    # A column more is an input of each copy, and a product for each unit of the first layer.
    assert activations(4) - activations(3) == 2 + member.shape.hidden_sizes[0]


def test_least_that_a_pack_takes_is_its_largest_member_and_what_all_leave() -> None:
    run = pack()
    large = member_of(network=network_of(hidden_sizes=(50, 50)))
    run = dataclasses.replace(run, members=(*run.members[1:], large))
    assert least_bytes(run) == bytes_left_behind(run) + bytes_of(large)
