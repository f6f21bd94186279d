from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from sklearn.exceptions import NotFittedError

from rightfit import Classifier, Regressor, load
from tests.estimators.examples import NUMBERS, THREE, X, frame, small

PACK: dict[str, Any] = {"hidden_sizes": [(8,), (4,)], "n_folds": 2}


def predicted(path: Path, feeds: dict[str, Any]) -> list[Any]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return list(session.run(None, feeds))


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [{}, PACK])
def test_a_fitted_estimator_is_exported(tmp_path: Path, chosen: dict[str, Any]) -> None:
    model = small(Classifier, **chosen).fit(frame(), THREE)
    export = model.export(tmp_path / "model.onnx")
    label, probabilities = predicted(
        export.path, {name: frame()[[name]].to_numpy() for name in "abc"}
    )
    np.testing.assert_allclose(probabilities, model.predict_proba(frame()), rtol=1e-6)
    assert label.tolist() == model.predict(frame()).tolist()
    assert export.largest_difference is not None
    assert export.largest_difference < 1e-6


def test_a_loaded_estimator_is_exported_as_the_fitted_one(tmp_path: Path) -> None:
    model = small(Regressor).fit(X, NUMBERS)
    model.save(tmp_path / "model")
    export = load(tmp_path / "model").export(str(tmp_path / "loaded.onnx"))
    model.export(tmp_path / "fitted.onnx")
    assert export.path.read_bytes() == (tmp_path / "fitted.onnx").read_bytes()
    (prediction,) = predicted(export.path, {"X": X})
    np.testing.assert_allclose(prediction, model.predict(X), rtol=1e-6)


def test_an_estimator_must_be_fitted(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError, match="This Regressor instance is not fitted yet"):
        Regressor().export(tmp_path / "model.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Classifier, Regressor])
def test_what_the_recipe_trains_is_exported(tmp_path: Path, kind: Any) -> None:
    y = THREE if kind is Classifier else NUMBERS
    model = kind(quality="fast", max_epochs=2, random_state=0).fit(frame(), y)
    export = model.export(tmp_path / "model.onnx")
    found = predicted(export.path, {name: frame()[[name]].to_numpy() for name in "abc"})
    right = model.predict_proba(frame()) if kind is Classifier else model.predict(frame())
    np.testing.assert_allclose(found[-1], right, rtol=1e-6, atol=1e-6)
