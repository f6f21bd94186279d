"""Where training begins: anew, or from the weights of an earlier fit."""

import dataclasses
import math
from typing import Any

import jax
import numpy as np

from rightfit.errors import ParameterError, TrainingWarning, counted, shown, warn_user
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.estimators.network_run import begin
from rightfit.model.model import Model
from rightfit.nn import NetworkShape
from rightfit.train.compilation import call
from rightfit.train.pack.run import Member
from rightfit.train.plan import Rows, State

# The parameters that say what becomes of columns.
_OF_COLUMNS = ("scaling", "max_one_hot", "column_kinds")


@dataclasses.dataclass(frozen=True)
class Start:
    """Where training begins.

    Attributes:
        model: whose weights and columns to go on with; None begins anew.
        moments: of the optimizer, as NumPy arrays; None for empty ones.
        n_epochs: epochs that went before.
    """

    model: Model | None = None
    moments: list[Any] | None = None
    n_epochs: int = 0

    def goes_on_with(self, shape: NetworkShape) -> bool:
        """Say whether a network of some shape goes on from these weights, or begins anew."""
        return self.model is not None and self.model.shape == shape

    def obstacle(self, shape: NetworkShape) -> str:
        """Say what was fitted where one network of some shape cannot go on with it; "" if it can.

        A pack is no start: its networks may have been trained on the rows that are now held out.
        """
        if self.model is None:
            return ""
        n_members = len(self.model.training.members)
        if n_members:
            return f"a pack of {counted(n_members, 'network')}"
        return "" if self.goes_on_with(shape) else "a network with other layers"

    def check(self, shape: NetworkShape) -> None:
        """Refuse to go on with a model that one network of some shape cannot take over.

        Raises:
            ParameterError: the model is a pack, or a network with other layers.
        """
        obstacle = self.obstacle(shape)
        if not obstacle:
            return
        raise ParameterError(
            f"partial_fit goes on with one network, but what was fitted is {obstacle}.",
            expected="It goes on with what partial_fit trained before, or fit with one network of "
            "the same hidden_sizes.",
            hint="fit a new estimator by partial_fit alone, or fit this one anew on all rows",
        )

    def warn_of_kept(self, parameters: Hyperparameters) -> None:
        """Say which parameters have no effect, as columns are encoded as in the fit before."""
        if self.model is None:
            return
        before = {**self.model.parameters, **self.model.training.recipe.get("filled", {})}
        changed = [name for name in _OF_COLUMNS if before[name] != getattr(parameters, name)]
        if changed:
            warn_user(
                f"Changing {shown(changed)} has no effect: a network that goes on keeps its "
                "columns and their encoding.",
                TrainingWarning,
            )

    def warn_of_seen(self, n_held_out: int) -> None:
        """Say that of so many rows held out now, some were trained on before."""
        if self.model is None or n_held_out == 0:
            return
        if self.model.training.n_refit_rows:
            warn_user(
                f"The {counted(n_held_out, 'row')} held out may have been trained on before, when "
                "the network went on with all rows (refit): their validation loss is then too "
                "good. Hand validation rows over, or begin anew.",
                TrainingWarning,
            )
            return
        before = self.model.training.n_validation_rows
        if n_held_out != before:
            warn_user(
                f"Of the {counted(n_held_out, 'row')} held out, some may have been trained on "
                f"before, when {before:,} were: their validation loss is then too good. Hand "
                "validation rows over to both fits, or begin anew.",
                TrainingWarning,
            )

    def state_of(self, member: Member, parameters: Hyperparameters, training: Rows) -> State:
        """The state of a network that goes on from the weights of the model.

        A network of another shape has nothing to go on with, and begins anew.

        Args:
            member: the network.
            parameters: of its fit.
            training: the rows it is trained on.
        """
        if self.model is not None and self.goes_on_with(member.shape):
            dtype = training.weights.dtype
            network = jax.tree.map(lambda array: array.astype(dtype), self.model.network)
            state = begin(member.plan, network, member.knobs)
        else:
            state = member.begin()
        if not self.n_epochs:
            return state
        n_steps = math.ceil(int(training.n_rows) / member.plan.batch_size)
        return state._replace(
            moments=self._moments_of(member, parameters, state.moments),
            epoch=np.int32(self.n_epochs),
            step=np.int32(self.n_epochs * n_steps),
        )

    def _moments_of(self, member: Member, parameters: Hyperparameters, fresh: Any) -> Any:
        # Those of another optimizer or network are of no use.
        if self.moments is None or self.model is None or not self.goes_on_with(member.shape):
            return fresh
        if self.model.parameters["optimizer"] != parameters.optimizer:
            return fresh
        leaves, structure = jax.tree.flatten(fresh)
        kept = [old.astype(new.dtype) for old, new in zip(self.moments, leaves, strict=True)]
        return call(jax.device_put, jax.tree.unflatten(structure, kept))
