import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from rightfit.data.split import split_rows
from rightfit.errors import DataWarning


def test_every_class_has_its_share_on_either_side() -> None:
    classes = np.repeat(["a", "b", "c"], [100, 50, 10])
    train, held = split_rows(np.ones(160), 0.2, 0, classes)
    assert np.unique(classes[held], return_counts=True)[1].tolist() == [20, 10, 2]
    assert sorted([*train, *held]) == list(range(160))
    assert train.dtype == held.dtype == np.int64
    assert (np.diff(train) > 0).all()
    assert (np.diff(held) > 0).all()


@pytest.mark.parametrize(
    ("n", "fraction", "n_held"), [(10, 0.1, 1), (30, 0.1, 3), (1000, 0.15, 150)]
)
def test_totals_are_what_the_fraction_says(n: int, fraction: float, n_held: int) -> None:
    assert len(split_rows(np.ones(n), fraction, 0)[1]) == n_held
    classes = np.arange(n) % 3
    assert len(split_rows(np.ones(n), fraction, 0, classes)[1]) == n_held


def test_totals_come_out_over_many_small_classes() -> None:
    classes = np.repeat(np.arange(40), 5)
    assert len(split_rows(np.ones(200), 0.1, 0, classes)[1]) == 20


def test_the_largest_remainder_takes_the_row_that_is_left() -> None:
    classes = np.repeat(["a", "b"], [14, 6])
    _, held = split_rows(np.ones(20), 0.1, 0, classes)
    assert sorted(classes[held]) == ["a", "b"]


def test_the_seed_chooses_the_split_and_nothing_else() -> None:
    one, same, other = (split_rows(np.ones(100), 0.2, seed)[1] for seed in (3, 3, 4))
    assert one.tolist() == same.tolist()
    assert one.tolist() != other.tolist()


def test_the_split_outlives_upgrades() -> None:
    assert split_rows(np.ones(20), 0.25, 0)[1].tolist() == [0, 3, 8, 9, 19]


def test_rows_without_weight_are_as_if_absent() -> None:
    weights = np.ones(50)
    weights[::5] = 0.0
    train, held = split_rows(weights, 0.2, 0)
    live = np.flatnonzero(weights)
    alone_train, alone_held = split_rows(np.ones(40), 0.2, 0)
    assert train.tolist() == live[alone_train].tolist()
    assert held.tolist() == live[alone_held].tolist()


def test_the_share_is_one_of_weight() -> None:
    weights = np.random.default_rng(0).exponential(size=2000)
    _, held = split_rows(weights, 0.2, 0)
    assert weights[held].sum() / weights.sum() == pytest.approx(0.2, abs=0.01)
    assert held.tolist() == split_rows(weights * 7, 0.2, 0)[1].tolist()


def test_one_heavy_row_does_not_empty_the_training_rows() -> None:
    weights = np.array([1e6, 1.0, 1.0])
    for seed in range(5):
        train, held = split_rows(weights, 0.5, seed)
        assert len(train) >= 1
        assert len(train) + len(held) == 3


def test_classes_of_one_row_are_for_training_and_said_together() -> None:
    classes = np.array(["common"] * 10 + ["rare", "odd"])
    with pytest.warns(DataWarning) as caught:
        train, held = split_rows(np.ones(12), 0.4, 0, classes)
    assert str(caught[0].message) == (
        "Classes 'odd', 'rare' of the target have 1 row each: these are used for training only, "
        "and no validation row can tell whether the class is learnt."
    )
    assert {10, 11} <= set(train.tolist())
    assert len(held) == 4
    with pytest.warns(DataWarning) as caught:
        split_rows(np.ones(11), 0.4, 0, classes[:11])
    assert str(caught[0].message) == (
        "Class 'rare' of the target has 1 row: it is used for training only, "
        "and no validation row can tell whether the class is learnt."
    )


def test_nothing_is_held_back_where_nothing_can_be() -> None:
    for weights, fraction in ((np.ones(1), 0.5), (np.ones(9), 0.0), (np.zeros(3), 0.5)):
        train, held = split_rows(weights, fraction, 0)
        assert len(held) == 0
        assert len(train) == (weights > 0).sum()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 10)), min_size=1, max_size=40),
    st.floats(0.01, 0.9),
    st.integers(0, 2**31),
)
@pytest.mark.filterwarnings("ignore::rightfit.errors.DataWarning")
def test_every_live_row_is_on_one_side_and_every_class_is_trained_on(
    rows: list[tuple[int, float]], fraction: float, seed: int
) -> None:
    classes, weights = (np.array(part) for part in zip(*rows, strict=True))
    train, held = split_rows(weights, fraction, seed, classes)
    assert sorted([*train, *held]) == np.flatnonzero(weights > 0).tolist()
    assert set(classes[held]) <= set(classes[train])
    if len(train) > len(set(classes[train])):
        assert len(held) > 0
