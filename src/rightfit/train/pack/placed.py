"""The rows of a run on one device: one table in memory, and for each fold which rows of it."""

from typing import Any

import jax
import numpy as np
from jaxtyping import Int

from rightfit.train.compilation import call
from rightfit.train.pack.run import Fold, Run
from rightfit.train.plan import HeldOut, Rows
from rightfit.train.rows import bucket


class PlacedRows:
    """What members are trained on and stopped by.

    Args:
        run: whose rows these are.
        device: where they shall lie; None to leave them where they are.
    """

    def __init__(self, run: Run, device: jax.Device | None) -> None:
        self.device = device
        self.training: Rows = self.place(run.training)
        validation = run.validation
        self._parts = None if run.parts is None else self.place(run.parts)
        self._held_out = None
        if validation is not None:
            self._held_out = HeldOut(self.place(validation), None, self._parts)
        self._folds = run.folds
        n_slots = bucket(max((len(fold.held_out) for fold in run.folds), default=1))
        self._of_fold = [self._select(fold, n_slots) for fold in run.folds]

    @property
    def has_parts(self) -> bool:
        """Whether the watched value is recorded for parts of the rows that are held out."""
        return self._parts is not None

    def rows_of(self, fold: int | None) -> tuple[Rows, HeldOut | None]:
        """The rows that a member is trained on, and those that stop it."""
        return (self.training, self._held_out) if fold is None else self._of_fold[fold]

    def in_order(self, fold: int | None, orders: Int[np.ndarray, "epoch slot"]) -> Any:
        """Turn orders of a fold's rows into orders of the whole table's."""
        if fold is None:
            return orders
        chosen = self._folds[fold].training
        padded = np.zeros(orders.shape[1], np.int32)
        padded[: len(chosen)] = chosen
        return padded[orders]

    def place(self, tree: Any) -> Any:
        """Move arrays to the device, without a copy if they are there."""
        if self.device is None:
            return tree
        return call(jax.device_put, tree, self.device)

    def _select(self, fold: Fold, n_slots: int) -> tuple[Rows, HeldOut]:
        weights = np.asarray(self.training.weights)
        # As in a table of the fold's own rows, their weights have mean 1.
        own = self.place((weights / weights[fold.training].mean()).astype(weights.dtype))
        chosen = np.zeros(n_slots, np.int32)
        chosen[: len(fold.held_out)] = fold.held_out
        training = self.training._replace(weights=own, n_rows=np.int32(len(fold.training)))
        held_out = self.training._replace(weights=own, n_rows=np.int32(len(fold.held_out)))
        return training, HeldOut(held_out, self.place(chosen), self._parts)
