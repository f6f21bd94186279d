"""RightFit trains deep networks on people's own tables, and makes them fit right."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rightfit.errors import DataError as DataError
    from rightfit.errors import DataWarning as DataWarning
    from rightfit.errors import ModelFileError as ModelFileError
    from rightfit.errors import ParameterError as ParameterError
    from rightfit.errors import RightFitError as RightFitError
    from rightfit.errors import TrainingError as TrainingError
    from rightfit.errors import TrainingWarning as TrainingWarning
    from rightfit.estimators.classifier import Classifier as Classifier
    from rightfit.estimators.gradients import GradientCheck as GradientCheck
    from rightfit.estimators.gradients import check_gradients as check_gradients
    from rightfit.estimators.graph import NetworkGraph as NetworkGraph
    from rightfit.estimators.graph import draw_graph as draw_graph
    from rightfit.estimators.loading import load as load
    from rightfit.estimators.regressor import Regressor as Regressor
    from rightfit.export.write import Export as Export
    from rightfit.report.write import Report as Report
    from rightfit.report.write import make_report as make_report
    from rightfit.train.events import EpochRecord as EpochRecord
    from rightfit.train.events import EpochsEnded as EpochsEnded
    from rightfit.train.events import Event as Event
    from rightfit.train.events import LearningRateLowered as LearningRateLowered
    from rightfit.train.events import MemberStopped as MemberStopped
    from rightfit.train.events import PackJudged as PackJudged
    from rightfit.train.events import RefitStarted as RefitStarted
    from rightfit.train.events import TrainingEnded as TrainingEnded
    from rightfit.train.events import TrainingStarted as TrainingStarted

# Imported when first asked for: `import rightfit` starts neither JAX nor scikit-learn.
_HOMES = {
    "Classifier": "rightfit.estimators.classifier",
    "DataError": "rightfit.errors",
    "DataWarning": "rightfit.errors",
    "EpochRecord": "rightfit.train.events",
    "EpochsEnded": "rightfit.train.events",
    "Event": "rightfit.train.events",
    "Export": "rightfit.export.write",
    "GradientCheck": "rightfit.estimators.gradients",
    "LearningRateLowered": "rightfit.train.events",
    "MemberStopped": "rightfit.train.events",
    "ModelFileError": "rightfit.errors",
    "NetworkGraph": "rightfit.estimators.graph",
    "PackJudged": "rightfit.train.events",
    "ParameterError": "rightfit.errors",
    "RefitStarted": "rightfit.train.events",
    "Regressor": "rightfit.estimators.regressor",
    "Report": "rightfit.report.write",
    "RightFitError": "rightfit.errors",
    "TrainingEnded": "rightfit.train.events",
    "TrainingError": "rightfit.errors",
    "TrainingStarted": "rightfit.train.events",
    "TrainingWarning": "rightfit.errors",
    "check_gradients": "rightfit.estimators.gradients",
    "draw_graph": "rightfit.estimators.graph",
    "load": "rightfit.estimators.loading",
    "make_report": "rightfit.report.write",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("rightfit")
    if name not in _HOMES:
        raise AttributeError(f"module 'rightfit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
