import pickle
from itertools import pairwise

import pytest

import rightfit
from rightfit import errors
from rightfit.errors import (
    DataError,
    ModelFileError,
    ParameterError,
    RightFitError,
    TableFileError,
    TrainingError,
    did_you_mean,
    shown,
    warn_user,
)

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RightFitError)
]


@pytest.mark.parametrize(
    ("expected", "hint", "message"),
    [
        ("", "", "It rains."),
        ("Sun.", "", "It rains.\nSun."),
        ("", "wait", "It rains.\nhint: wait"),
        ("Sun.", "wait", "It rains.\nSun.\nhint: wait"),
    ],
)
def test_message_says_what_happened_what_was_expected_and_what_to_do(
    expected: str, hint: str, message: str
) -> None:
    error = RightFitError("It rains.", expected=expected, hint=hint)
    assert str(error) == message
    assert (error.what, error.expected, error.hint) == ("It rains.", expected, hint)


@pytest.mark.parametrize("kind", KINDS)
def test_error_survives_pickling(kind: type[RightFitError]) -> None:
    error = pickle.loads(pickle.dumps(kind("a", expected="b", hint="c")))
    assert type(error) is kind
    assert (error.what, error.expected, error.hint, str(error)) == ("a", "b", "c", "a\nb\nhint: c")


@pytest.mark.parametrize(
    ("kind", "builtins"),
    [
        (ParameterError, (ValueError, TypeError)),
        (DataError, (ValueError,)),
        (TableFileError, (DataError, OSError)),
        (ModelFileError, (ValueError, OSError)),
        (TrainingError, (ArithmeticError,)),
    ],
)
def test_error_is_caught_by_what_people_already_catch(
    kind: type[RightFitError], builtins: tuple[type[Exception], ...]
) -> None:
    parents: tuple[type[Exception], ...] = (RightFitError, *builtins)
    for builtin in parents:
        with pytest.raises(builtin, match=r"^it happened$"):
            raise kind("it happened")


def test_warnings_are_user_warnings() -> None:
    assert issubclass(rightfit.DataWarning, UserWarning)
    assert issubclass(rightfit.TrainingWarning, UserWarning)


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, ""),
        (1, "'a'"),
        (5, "'a', 'b', 'c', 'd', 'e'"),
        (6, "'a', 'b', 'c', 'd', 'e' and 1 more"),
        (26, "'a', 'b', 'c', 'd', 'e' and 21 more"),
    ],
)
def test_shown_lists_the_first_five_and_counts_the_others(n: int, text: str) -> None:
    assert shown(iter("abcdefghijklmnopqrstuvwxyz"[:n])) == text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("prise", "did you mean 'Price'?"),
        ("PRICE", "did you mean 'Price'?"),
        ("totl_rooms", "did you mean 'total_rooms'?"),
        ("zzz", "there are: 'Price', 'size', 'total_rooms'"),
        ("", "there are: 'Price', 'size', 'total_rooms'"),
    ],
)
def test_did_you_mean_gives_the_nearest_name_or_all(name: str, answer: str) -> None:
    assert did_you_mean(name, ["Price", "size", "total_rooms"]) == answer


def test_did_you_mean_lists_no_more_than_five_names() -> None:
    names = [f"column {i}" for i in range(9)]
    listed = "'column 0', 'column 1', 'column 2', 'column 3', 'column 4' and 4 more"
    assert did_you_mean("zzz", names) == f"there are: {listed}"


def test_kinds_are_listed_from_general_to_special() -> None:
    assert KINDS[0] is RightFitError
    assert not any(issubclass(earlier, later) for earlier, later in pairwise(KINDS))


def test_warning_names_the_line_of_whoever_called() -> None:
    with pytest.warns(errors.DataWarning, match="^It may rain.$") as warned:
        warn_user("It may rain.", errors.DataWarning)
    assert warned[0].filename == __file__
