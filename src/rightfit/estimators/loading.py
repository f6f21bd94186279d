"""A model from its folder, as the estimator that it was."""

from pathlib import Path

from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.regressor import Regressor
from rightfit.model.folder import fitting_together, load_model
from rightfit.model.model import Model
from rightfit.parameters import declared_parameters


def load(path: str | Path) -> Classifier | Regressor:
    """Load a model that `save` or the command line wrote. Nothing in it is run as code.

    Args:
        path: the model's folder.

    Raises:
        ModelFileError: the folder is missing, damaged, of a newer format, not a model, or may
            not be read.
    """
    model = load_model(Path(path))
    with fitting_together(Path(path)):
        estimator = _estimator_of(model)
        restore(estimator, model)
    return estimator


def _estimator_of(model: Model) -> Classifier | Regressor:
    estimator = Regressor() if model.target.classes is None else Classifier()
    if model.estimator != type(estimator).__name__:
        raise ValueError(f"the estimator is {model.estimator!r}")
    return estimator


def restore(estimator: AbstractEstimator, model: Model) -> AbstractEstimator:
    """Make an estimator that was never fitted the owner of a loaded model."""
    for declared in declared_parameters(estimator):
        if declared.name in model.parameters:
            setattr(estimator, declared.name, model.parameters[declared.name])
    estimator._keep(model)
    return estimator
