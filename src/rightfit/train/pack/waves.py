"""Packs that do not fit into memory are trained in waves, decided before they start."""

from collections.abc import Sequence

from rightfit.objectives import Objective
from rightfit.train.pack.run import Member, Run

# Copies of the weights: current, best, best at the last look, average, gradient, two moments, and
# an update under way.
_COPIES = 9
# Kept on the way back, for each activation: itself, its slope and its dropout bits.
_ARRAYS_PER_ACTIVATION = 3
_BYTES = 8
# A larger sample of the rows that choose tells no more, and choosing must not take long.
MOST_CHOOSING_ROWS = 50_000
MOST_CHOOSING_ROWS_OF_METRICS = 10_000
# Of the predictions that are chosen among: one by one, together, and in the order that is fast.
_COPIES_OF_PREDICTIONS = 3
_BYTES_OF_PREDICTION = 4


def waves_of(run: Run) -> list[list[int]]:
    """Group members so that each group fits into memory, beside what all of them leave there."""
    memory = None if run.memory is None else run.memory - bytes_left_behind(run)
    return waves(run.members, memory)


def least_bytes(run: Run) -> int:
    """Estimate what a run takes at least: its largest member, and what all of them leave behind."""
    return bytes_left_behind(run) + max(map(bytes_of, run.members))


def bytes_left_behind(run: Run) -> int:
    """Estimate what the members of a pack leave in memory, and what choosing among them takes."""
    if len(run.members) == 1:
        return 0
    n_bytes = run.training.weights.dtype.itemsize
    weights = n_bytes * sum(member.shape.n_parameters for member in run.members)
    table = run.table_that_chooses or run.training
    n_rows, n_trials = int(table.n_rows), len(set(run.trials)) or len(run.members)
    objective = run.members[0].plan.objective
    most = most_choosing_rows(objective)
    n_outputs = run.members[0].shape.n_outputs
    outputs = n_bytes * n_rows * n_outputs
    n_predictions = min(n_rows, most) * objective.n_predictions(n_outputs)
    predictions = _BYTES_OF_PREDICTION * _COPIES_OF_PREDICTIONS * n_predictions
    return weights + n_trials * (outputs + predictions)


def most_choosing_rows(objective: Objective) -> int:
    """Say how many rows choose at most, where there are very many; metrics take longer."""
    return MOST_CHOOSING_ROWS_OF_METRICS if objective.watch_metric else MOST_CHOOSING_ROWS


def waves(members: Sequence[Member], memory: float | None) -> list[list[int]]:
    """Group members, in their order, so that each group fits into memory.

    Args:
        members: of the pack.
        memory: bytes that all members of a wave may take together; None for no limit.

    Returns:
        For each wave the numbers of its members; a member that does not fit alone is a wave
        of its own.

    Example:
        >>> waves([], None)
        []
    """
    groups: list[list[int]] = []
    left = 0.0
    for number, member in enumerate(members):
        needed = bytes_of(member)
        if not groups or (memory is not None and needed > left):
            groups.append([])
            left = float("inf") if memory is None else memory
        groups[-1].append(number)
        left -= needed
    return groups


def bytes_of(member: Member) -> int:
    """Estimate what a member takes while it is trained; an upper bound for float32."""
    shape = member.shape
    rows = member.plan.batch_size * shape.n_copies
    activations = rows * (shape.n_features + sum(shape.hidden_sizes))
    if shape.n_copies > 1:
        # What the weights make of each column, before it is added up for each copy.
        activations += member.plan.batch_size * len(shape.feature_widths) * shape.hidden_sizes[0]
    return _BYTES * (_COPIES * shape.n_parameters + _ARRAYS_PER_ACTIVATION * activations)
