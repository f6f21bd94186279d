from typing import Any

import pytest

from rightfit.errors import DataError, ParameterError
from rightfit.estimators.lesson.settings import PATHS, Settings


def test_settings_are_read_as_a_page_sends_them() -> None:
    settings = Settings.read({"hidden_sizes": [4, 2], "patience_epochs": None, "noise": 0})
    assert settings.hidden_sizes == (4, 2)
    assert Settings.read({}) == Settings()


@pytest.mark.parametrize(
    ("plain", "what"),
    [
        ({"nois": 0.1}, "no setting 'nois'"),
        ({"noise": 2}, "noise"),
        ({"hidden_sizes": [0]}, "hidden_sizes"),
        ({"hidden_sizes": [2] * 7}, "too many to draw"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"n_rows": 10**9}, "n_rows"),
        ({"target": 3}, "target"),
    ],
)
def test_wrong_settings_are_refused(plain: dict[str, Any], what: str) -> None:
    with pytest.raises(ParameterError, match=what):
        Settings.read(plain)


def test_wrong_settings_fall_back_one_by_one() -> None:
    plain = {"learning_rate": "abc", "noise": 0.3, "hidden_sizes": [2] * 7, "nois": "3"}
    settings, problems = Settings.read_what_fits(plain)
    assert settings == Settings(noise=0.3)
    assert list(problems) == ["learning_rate", "hidden_sizes", "nois"]
    assert "Got 'abc' instead" in problems["learning_rate"].what
    assert "no setting 'nois'" in problems["nois"].what


def test_own_table_is_needed_where_it_is_asked_for() -> None:
    with pytest.raises(DataError, match="no table of your own"):
        Settings(data="own").points(None)


def test_only_what_leaves_the_network_alone_goes_on() -> None:
    before = Settings()
    assert Settings(l2=0.1, optimizer="sgd").goes_on_from(before)
    assert not Settings(seed=1).goes_on_from(before)
    assert not Settings(path="l2", l2=0.1).goes_on_from(Settings(path="l2"))


def test_path_becomes_a_list_of_the_estimator() -> None:
    settings = Settings(path="dropout_rate")
    estimator = settings.estimator(settings.points(None))
    assert estimator.dropout_rate == list(PATHS["dropout_rate"])
