"""What trained members predict for rows that they were not trained on."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from rightfit.nn import Network
from rightfit.train.compilation import compiled
from rightfit.train.pack.placed import PlacedRows
from rightfit.train.pack.run import Run
from rightfit.train.program import outputs


def held_out_outputs(
    run: Run, networks: Mapping[int, Network]
) -> Float[np.ndarray, "trial row output"]:
    """Compute the outputs of each trial for the validation rows, or for all rows of the folds.

    Args:
        run: the run that is over; `run.trials` says which members belong together.
        networks: the best weights of each member, by its number.

    Returns:
        For each trial the outputs for the validation rows; with folds, for all training rows,
        each from the member that it was held out from. NaN where no member was.
    """
    placed = PlacedRows(run, None)
    table = run.table_that_chooses
    assert table is not None
    n_outputs = run.members[0].shape.n_outputs
    shape = (max(run.trials) + 1, int(table.n_rows), n_outputs)
    found = np.full(shape, np.nan, table.weights.dtype)
    for number, network in networks.items():
        member = run.members[number]
        held_out = placed.rows_of(member.fold)[1]
        assert held_out is not None
        computed = np.asarray(compiled(outputs, network, held_out))
        chosen = slice(None) if member.fold is None else run.folds[member.fold].held_out
        n_rows = int(held_out.rows.n_rows)
        found[run.trials[number], chosen] = computed[:n_rows]
    return found
