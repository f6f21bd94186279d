import numpy as np
import pytest

from rightfit.train.events import EpochRecord
from rightfit.train.pack.run import Fold
from rightfit.train.plan import N_PARTS
from rightfit.train.selection.epochs import deal_parts, gain_of_choosing, shares_of_parts

EQUAL = np.full(N_PARTS, 1 / N_PARTS)


def records_of(watched: np.ndarray) -> list[EpochRecord]:
    """One record for each row of `[epoch, part]`."""
    return [
        EpochRecord(epoch, 1.0, 1.0, None, 0.1, 1.0, watched_parts=tuple(parts))
        for epoch, parts in enumerate(watched.tolist(), start=1)
    ]


def test_gain_is_what_was_too_good_to_be_true_on_noise() -> None:
    # The true loss of every epoch is 0, so that whatever the choice comes to is its gain.
    generator = np.random.default_rng(0)
    kept, gains = [], []
    for _ in range(400):
        watched = generator.normal(size=(20, N_PARTS))
        best = int(watched.mean(axis=1).argmin())
        kept.append(watched[best].mean())
        gains.append(gain_of_choosing(records_of(watched), best + 1, EQUAL))
    left = np.array(kept) + gains
    error = left.std() / np.sqrt(len(left))
    assert abs(left.mean()) < 3 * error
    assert np.mean(kept) < -10 * error


def test_nothing_is_gained_where_an_epoch_is_best_on_every_part() -> None:
    watched = np.ones((4, N_PARTS))
    watched[2] = 0.5
    assert gain_of_choosing(records_of(watched), 3, EQUAL) == 0


def test_parts_count_by_their_share() -> None:
    watched = np.array([[0.0, 1.0, 9.0], [1.0, 0.0, 9.0]])
    shares = np.array([0.75, 0.25, 0.0])
    # The first part would be judged by the second alone, and the other way round.
    assert gain_of_choosing(records_of(watched), 1, shares) == 0.75


@pytest.mark.parametrize(
    ("watched", "best", "shares"),
    [
        (np.full((3, N_PARTS), np.nan), 2, EQUAL),
        (np.zeros((0, N_PARTS)), 0, EQUAL),
        (np.ones((3, N_PARTS)), 0, EQUAL),
        (np.ones((3, N_PARTS)), 1, np.eye(N_PARTS)[0]),
    ],
    ids=["not defined", "no epoch", "no epoch kept", "one part"],
)
def test_gain_that_cannot_be_told_is_nothing(
    watched: np.ndarray, best: int, shares: np.ndarray
) -> None:
    assert gain_of_choosing(records_of(watched), best, shares) == 0


def test_epoch_that_is_not_defined_on_a_part_is_not_chosen() -> None:
    watched = np.ones((2, N_PARTS))
    watched[0, 0] = np.nan
    assert gain_of_choosing(records_of(watched), 2, EQUAL) == 0


def test_rows_of_each_fold_are_dealt_evenly() -> None:
    folds = [Fold(np.arange(10, 20), np.arange(10)), Fold(np.arange(10), np.arange(10, 20))]
    parts = deal_parts(np.ones(20), folds, None, seed=0)
    for fold in folds:
        assert np.bincount(parts[fold.held_out]).tolist() == [2] * N_PARTS


def test_padding_has_no_share() -> None:
    weights = np.array([1.0, 1, 1, 1, 1, 0, 0])
    parts = deal_parts(weights, [], None, seed=0)
    assert shares_of_parts(weights, parts) == pytest.approx(EQUAL)


def test_rows_that_belong_together_stay_together() -> None:
    blocks = np.repeat(np.arange(10), 3)
    parts = deal_parts(np.ones(30), [], blocks, seed=0)
    assert all(len(np.unique(parts[blocks == block])) == 1 for block in range(10))
    assert len(np.unique(parts)) == N_PARTS


def test_nothing_was_gained_where_another_loss_chose_the_epoch() -> None:
    # By what is watched, the first epoch is best on every part.
    watched = np.stack([np.full(N_PARTS, 0.5), np.full(N_PARTS, 0.7)])
    assert gain_of_choosing(records_of(watched), 2, EQUAL) == 0
