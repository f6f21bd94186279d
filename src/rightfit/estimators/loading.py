"""A model from its folder, as the estimator that it was."""

from pathlib import Path

from rightfit.estimators.base import restore
from rightfit.estimators.classifier import Classifier
from rightfit.estimators.regressor import Regressor
from rightfit.model.folder import load_model


def load(path: str | Path) -> Classifier | Regressor:
    """Load a model that `save` or the command line wrote. Nothing in it is run as code.

    Args:
        path: the model's folder.

    Raises:
        ModelFileError: the folder is missing, damaged, of a newer format, or not a model.
    """
    model = load_model(Path(path))
    estimator = Classifier() if model.estimator == "Classifier" else Regressor()
    restore(estimator, model)
    return estimator
