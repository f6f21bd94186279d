"""The objective: how a task's targets become outputs, a loss, predictions and a metric."""

import dataclasses
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from rightfit.objectives.losses import LOSSES
from rightfit.objectives.metrics import METRICS

Task = Literal["binary", "multiclass", "regression"]


@dataclasses.dataclass(frozen=True)
class Objective:
    """What a network is trained for.

    Attributes:
        task: two classes, more classes, or numbers.
        loss: name of the loss by which networks are judged, and which they minimise unless their
            plan names another.
        metric: name of the metric that is recorded beside it.
        watch_metric: early stopping watches the metric instead of the loss.
    """

    task: Task
    loss: str
    metric: str
    watch_metric: bool = False

    def n_outputs(self, n_targets: int) -> int:
        """Outputs of the last layer, for so many classes or target columns.

        Two classes need one logit, which makes the model without hidden layers
        logistic regression with N+1 parameters.
        """
        return 1 if self.task == "binary" else n_targets

    def n_predictions(self, n_outputs: int) -> int:
        """Predictions of one row, for so many outputs: one for each class, or each number."""
        return 2 if self.task == "binary" else n_outputs

    def losses(
        self,
        outputs: Float[Array, "row output"],
        targets: Shaped[Array, "row ..."],
        means: Float[Array, " target"],
    ) -> Float[Array, " row"]:
        """The loss of each row.

        Args:
            outputs: of the network.
            targets: class codes, or standardised numbers.
            means: of the targets in their standard deviations; unused for classes.
        """
        with jax.named_scope(self.loss):
            return LOSSES[self.loss].function(outputs, targets, means)

    def mean_losses(self, outputs: Float[Array, "row output"]) -> Float[Array, " row"]:
        """The loss of each row if its label were spread evenly over the classes."""
        if outputs.shape[1] == 1:
            return (jax.nn.softplus(outputs[:, 0]) + jax.nn.softplus(-outputs[:, 0])) / 2
        return -jnp.mean(jax.nn.log_softmax(outputs, axis=1), axis=1)

    def predictions(self, outputs: Float[Array, "row output"]) -> Float[Array, "row prediction"]:
        """Probabilities of all classes, or the outputs themselves for numbers."""
        if self.task == "regression":
            return outputs
        if self.task == "binary":
            second = jax.nn.sigmoid(outputs[:, 0])
            return jnp.stack([jax.nn.sigmoid(-outputs[:, 0]), second], axis=1)
        return jax.nn.softmax(outputs, axis=1)

    def measure(
        self,
        outputs: Float[Array, "row output"],
        targets: Shaped[Array, "row ..."],
        weights: Float[Array, " row"],
        scale: Float[Array, " target"],
    ) -> Float[Array, ""]:
        """The metric, in the unit that `scale` is given in; rows of weight 0 do not count.

        Args:
            outputs: of the network.
            targets: class codes, or standardised numbers.
            weights: of the rows.
            scale: what one unit of the standardised target is worth; unused for classes.
                (No metric depends on where its zero lies.)
        """
        predictions = self.predictions(outputs)
        if self.task == "regression":
            predictions, targets = predictions * scale, targets * scale
        return METRICS[self.metric].measure(predictions, targets, weights)

    def in_units(self, metric: Float[Array, ""], unit: Float[Array, ""]) -> Float[Array, ""]:
        """A metric that was measured in some unit, in the one that this is given in."""
        return metric * unit ** METRICS[self.metric].unit_power

    def watched(self, loss: Float[Array, ""], metric: Float[Array, ""]) -> Float[Array, ""]:
        """What early stopping wants smaller: the loss, or the metric with its sign turned."""
        return self.sign * metric if self.watch_metric else loss

    @property
    def sign(self) -> int:
        """What turns the watched value into the metric and back: -1 where greater is better."""
        return -1 if self.watch_metric and METRICS[self.metric].greater_is_better else 1

    @property
    def watched_name(self) -> str:
        """The name of what is watched: "loss", or the metric."""
        return self.metric if self.watch_metric else "loss"
