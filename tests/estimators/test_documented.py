import inspect
import re

import pytest

from rightfit import Classifier, Regressor
from rightfit.estimators.base import AbstractEstimator
from rightfit.parameters import declared_parameters
from tests.estimators.examples import frame, small, target_for

both = pytest.mark.parametrize("estimator", [Classifier, Regressor])


@both
def test_every_parameter_is_documented_with_constraint_and_default(
    estimator: type[AbstractEstimator],
) -> None:
    text = " ".join((inspect.getdoc(estimator) or "").split())
    for declared in declared_parameters(estimator):
        wanted = (
            f"{declared.name}: {declared.constraint.sentence}, default {declared.default!r}. "
            f"{declared.description}"
        )
        assert " ".join(wanted.split()) in text


@both
def test_docstring_keeps_its_order(estimator: type[AbstractEstimator]) -> None:
    text = inspect.getdoc(estimator) or ""
    places = [text.index(f"\n{section}:\n") for section in ("Args", "Attributes", "Example")]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.slow
@both
def test_fitted_attributes_are_the_documented_ones(estimator: type[AbstractEstimator]) -> None:
    text = (inspect.getdoc(estimator) or "").partition("Attributes:\n")[2].partition("\n\n")[0]
    documented = set(re.findall(r"^ {4}(\w+_): ", text, re.MULTILINE))
    model = small(estimator, l2=[0.0, 0.1], n_folds=2).fit(frame(), target_for(estimator))
    fitted = {name for name in vars(model) if name.endswith("_") and not name.startswith("_")}
    assert fitted == documented
