"""From a task to what is minimised, what is predicted, and what is watched."""

from rightfit.objectives.losses import LOSSES as LOSSES
from rightfit.objectives.losses import Loss as Loss
from rightfit.objectives.metrics import METRICS as METRICS
from rightfit.objectives.metrics import Metric as Metric
from rightfit.objectives.metrics import metric_names as metric_names
from rightfit.objectives.objective import Objective as Objective
from rightfit.objectives.objective import Task as Task
