import functools
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from rightfit import Classifier, ModelFileError, Regressor, load
from rightfit.estimators.base import AbstractEstimator
from tests.estimators.examples import NUMBERS, THREE, X, mixed, outputs, small, target_for

FORK = """
import os, signal, sys
import rightfit

model = rightfit.load(sys.argv[1])
child = os.fork()
if not child:
    signal.alarm(60)  # where it waits for a thread of its parent, it would wait for ever
    model.predict([[0.0, 0.0, 0.0]])
    os._exit(0)
sys.exit(os.waitpid(child, 0)[1])
"""

both = pytest.mark.parametrize("estimator", [Classifier, Regressor])


@pytest.mark.slow
@both
def test_load_gives_the_estimator_that_was_saved(
    estimator: type[AbstractEstimator], tmp_path: Path
) -> None:
    chosen = {"max_one_hot": 3, "column_kinds": {"rooms": "category"}, "activation": ("selu",)}
    model = small(estimator, **chosen).fit(mixed(), target_for(estimator))
    model.save(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert type(loaded) is estimator
    assert loaded.get_params() == model.get_params()
    np.testing.assert_array_equal(outputs(loaded, mixed()), outputs(model, mixed()))
    assert loaded.describe() == model.describe()
    assert set(vars(loaded)) == set(vars(model))
    for name in vars(model):
        if name.endswith("_"):
            np.testing.assert_equal(getattr(loaded, name), getattr(model, name))


def test_path_may_be_text(tmp_path: Path) -> None:
    small(Classifier).fit(X, THREE).save(str(tmp_path / "model"))
    assert load(str(tmp_path / "model")).predict(X).shape == (40,)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked")
def test_a_process_may_fork_once_it_has_loaded_a_model(tmp_path: Path) -> None:
    small(Classifier).fit(X, THREE).save(tmp_path / "model")
    subprocess.run([sys.executable, "-c", FORK, str(tmp_path / "model")], check=True, timeout=120)


def test_loaded_estimator_can_be_saved_fitted_and_cloned(tmp_path: Path) -> None:
    small(Regressor).fit(X, NUMBERS).save(tmp_path / "one")
    loaded: Any = load(tmp_path / "one")
    loaded.save(tmp_path / "two")
    for file in (tmp_path / "one").iterdir():
        if file.suffix == ".safetensors":
            assert (tmp_path / "two" / file.name).read_bytes() == file.read_bytes()
    refitted = loaded.fit(X, NUMBERS).predict(X)
    np.testing.assert_array_equal(refitted, load(tmp_path / "two").predict(X))


def test_a_random_state_that_moves_on_is_not_saved(tmp_path: Path) -> None:
    small(Regressor, random_state=np.random.RandomState(0)).fit(X, NUMBERS).save(tmp_path / "m")
    assert load(tmp_path / "m").random_state is None


@both
def test_save_refuses_an_estimator_that_is_not_fitted(
    estimator: type[AbstractEstimator], tmp_path: Path
) -> None:
    with pytest.raises(NotFittedError) as caught:
        small(estimator).save(tmp_path / "model")
    assert str(caught.value) == (
        f"This {estimator.__name__} instance is not fitted yet. Call 'fit' with appropriate "
        "arguments before using this estimator."
    )
    assert list(tmp_path.iterdir()) == []


def test_save_replaces_a_model_only_when_told_to(tmp_path: Path) -> None:
    model = small(Regressor).fit(X, NUMBERS)
    model.save(tmp_path / "model")
    with pytest.raises(ModelFileError, match="There is a model at"):
        model.save(tmp_path / "model")
    model.save(tmp_path / "model", overwrite=True)


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (("estimator",), "Evil", "the estimator is 'Evil'"),
        (("estimator",), "Regressor", "the estimator is 'Regressor'"),
        (("parameters",), 3, "argument of type 'int' is not"),
        (("training", "history"), [{}], "'member'"),
        (("training", "choice"), {"combine": "best"}, "'unsure'"),
    ],
)
def test_load_refuses_a_model_that_no_estimator_can_have(
    place: tuple[str, ...], value: object, why: str, tmp_path: Path
) -> None:
    small(Classifier).fit(X, THREE).save(tmp_path / "model")
    file = tmp_path / "model" / "model.json"
    content = json.loads(file.read_text())["content"]
    *outer, last = place
    functools.reduce(dict.__getitem__, outer, content)[last] = value
    digest = sha256(json.dumps(content, ensure_ascii=False, indent=1).encode()).hexdigest()
    file.write_text(json.dumps({"format": 1, "sha256": digest, "content": content}))
    with pytest.raises(ModelFileError) as caught:
        load(tmp_path / "model")
    assert f"is damaged: its parts do not fit together ({why}" in str(caught.value)


def test_load_gives_the_kind_of_estimator_that_somebody_derived_from(tmp_path: Path) -> None:
    class Derived(Classifier):
        pass

    small(Derived).fit(X, THREE).save(tmp_path / "model")
    assert type(load(tmp_path / "model")) is Classifier


def test_load_refuses_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="There is no model at"):
        load(tmp_path / "model")
