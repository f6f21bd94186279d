"""Which members have an epoch behind them, and whether they are enough for a model."""

from rightfit.train.pack.run import Run


class Trained:
    """Whatever comes, time limit or Ctrl-C, training goes on until there is a model to keep.

    Args:
        run: whose members are trained.
    """

    def __init__(self, run: Run) -> None:
        trials = run.trials or range(len(run.members))
        self._trials = dict(enumerate(trials))
        self._left: dict[int, set[int]] = {}
        for number, trial in self._trials.items():
            self._left.setdefault(trial, set()).add(number)
        self.is_enough = run.is_refit

    def add(self, number: int) -> None:
        """Note that a member has weights worth keeping."""
        left = self._left[self._trials[number]]
        left.discard(number)
        # One trial with all its folds can predict.
        self.is_enough |= not left
