import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from rightfit.train.orders import most_epochs, row_orders


def test_orders_keep_their_values() -> None:
    # If this fails, saved seeds have lost their meaning: that needs an entry in CHANGELOG.md.
    first, second = [5, 0, 6, 1, 7, 2, 4, 3], [2, 0, 4, 1, 7, 5, 3, 6]
    assert row_orders(0, 0, 2, 8, 8)[:2].tolist() == [first, second]
    assert row_orders(2**31 - 1, 1000, 1, 8, 8)[0].tolist() == [1, 5, 4, 3, 2, 0, 6, 7]


@hypothesis.given(
    seed=st.integers(0, 2**32 - 1), epoch=st.integers(0, 10**6), n_rows=st.integers(1, 60)
)
def test_order_holds_every_row_once(seed: int, epoch: int, n_rows: int) -> None:
    order = row_orders(seed, epoch, 1, n_rows, 64)[0]
    assert order.dtype == np.int32
    assert sorted(order[:n_rows]) == list(range(n_rows))
    assert not order[n_rows:].any()


@hypothesis.given(
    first=st.integers(0, 1000), cuts=st.lists(st.integers(1, 9), min_size=1, max_size=5)
)
def test_orders_do_not_depend_on_how_training_is_cut_into_chunks(
    first: int, cuts: list[int]
) -> None:
    whole = row_orders(7, first, sum(cuts), 20, 24)[: sum(cuts)]
    parts, epoch = [], first
    for n in cuts:
        parts.append(row_orders(7, epoch, n, 20, 24)[:n])
        epoch += n
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_orders_do_not_depend_on_the_padding() -> None:
    np.testing.assert_array_equal(
        row_orders(7, 0, 3, 20, 24)[:3, :20], row_orders(7, 0, 3, 20, 32)[:3, :20]
    )


def test_orders_differ_between_seeds_and_between_epochs() -> None:
    seeds = {row_orders(seed, 0, 1, 20, 24)[0].tobytes() for seed in range(50)}
    epochs = {order.tobytes() for order in row_orders(0, 0, 50, 20, 24)[:50]}
    assert len(seeds) == len(epochs) == 50
    assert len(seeds & epochs) == 1


def test_every_row_is_as_likely_in_every_place() -> None:
    orders = row_orders(1, 0, 256, 8, 8)
    counts = np.array([np.bincount(orders[:, place], minlength=8) for place in range(8)])
    # 32 expected in each of 64 cells, 49 degrees of freedom, five standard deviations.
    assert abs(((counts - 32) ** 2 / 32).sum() - 49) < 5 * np.sqrt(2 * 49)


@pytest.mark.parametrize(
    ("n_slots", "n"), [(1, 256), (16_384, 256), (16_385, 255), (1 << 22, 1), (1 << 30, 1)]
)
def test_most_epochs_bounds_the_memory_of_a_chunk(n_slots: int, n: int) -> None:
    assert most_epochs(n_slots) == n


def test_row_orders_has_room_for_most_epochs() -> None:
    assert row_orders(0, 0, 1, 20, 24).shape == (most_epochs(24), 24)
