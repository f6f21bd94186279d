"""Culling: hopeless trials are stopped early, by successive halving.

Source:
    Jamieson and Talwalkar (2016), "Non-stochastic best arm identification", with rungs
    at 8, 16, 32, ... epochs; `benchmarks/culling.py` measures what it saves and costs.
"""

import math
from collections.abc import Iterable, Sequence

from rightfit.train.pack.learner import Learner

_FIRST_RUNG = 8
_FEWEST_KEPT = 4


class Culling:
    """Decides at each rung which trials go on.

    The rule: when every member still running has done 8, 16, 32, ... epochs, trials are
    ranked by the mean of their members' best watched values, those that have stopped by
    themselves included; the better half goes on, but never fewer than four.

    Args:
        trials: for each member of the run, the number of its trial.
        numbers: of the members that are trained together. A pack in waves is culled wave by
            wave.
    """

    def __init__(self, trials: Sequence[int], numbers: Iterable[int]) -> None:
        self.trials = trials
        self.rung = _FIRST_RUNG
        self._left = {trials[number] for number in numbers}

    def epochs_to_rung(self, epoch: int) -> int:
        """Epochs that a member may do before it has to wait for the others."""
        return self.rung - epoch

    def cull(self, learners: Iterable[Learner]) -> list[Learner]:
        """Go to the next rung; give those members, of all learners, whose trials end here."""
        self.rung *= 2
        values: dict[int, list[float]] = {}
        learners = list(learners)
        for learner in learners:
            values.setdefault(self.trials[learner.number], []).append(learner.best_watched)
        ranked = sorted(self._left, key=lambda trial: sum(values[trial]) / len(values[trial]))
        kept = ranked[: max(math.ceil(len(ranked) / 2), _FEWEST_KEPT)]
        culled = self._left.difference(kept)
        self._left = set(kept)
        return [learner for learner in learners if self.trials[learner.number] in culled]
