"""The networks of a pack in words and rows, and what the losses of one of them hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from rightfit.estimators.effects import has_effect
from rightfit.model.model import Model
from rightfit.report.numerals import figure, percent

MOST_MEMBERS = 40
MEMBER_HEADER = ("network", "weight", "best epoch", "validation loss there", "epochs trained")


def member_rows(model: Model) -> list[tuple[str, ...]]:
    """One row for each network that was trained, the heaviest first; none without a pack."""
    members = model.training.members
    if len(members) < 2:
        return []
    heaviest = model.members[0].number

    def rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
        loss = row["validation_loss"]
        loss = float("inf") if loss is None else loss
        return row["member"] != heaviest, -row["weight"], loss, row["member"]

    unsure = model.training.choice.get("unsure", [])
    return [
        (
            member_name(row, unsure, row["member"]),
            percent(row["weight"]),
            str(row["best_epoch"]),
            figure(row["validation_loss"]),
            str(row["n_epochs"]),
        )
        for row in sorted(members, key=rank)[:MOST_MEMBERS]
    ]


def members_said(model: Model) -> str:
    """What the table of the networks holds."""
    n = len(model.training.members)
    shown = f"the {MOST_MEMBERS} heaviest of {n:,}" if n > MOST_MEMBERS else f"all {n}"
    return f"Best epochs of the networks: {shown}"


def member_name(row: Mapping[str, Any], unsure: Sequence[str], number: int) -> str:
    """Name a network by its number and by what it differs in from the others."""
    parts = [
        f"{name.replace('_', ' ')} {value_said(row[name])}"
        for name in unsure
        if name in row and has_effect(name, row)
    ]
    if row.get("fold") is not None:
        parts.append(f"fold {row['fold'] + 1}")
    return f"{number}: " + ", ".join(parts) if parts else f"network {number}"


def value_said(value: Any) -> str:
    """Write the value of a parameter.

    Example:
        >>> value_said((64, 32)), value_said(()), value_said(0.25)
        ('64×32', 'none', '0.25')
    """
    if isinstance(value, list | tuple):
        return "×".join(str(item) for item in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def losses_said(model: Model, *, held_out: bool) -> str:
    """Say what the training loss of the heaviest network holds, and what the validation loss."""
    values = _values_of(model, model.members[0].number)
    shape = model.members[0].shape
    drops = values.get("input_dropout_rate") or (shape.hidden_sizes and values.get("dropout_rate"))
    measured = "while the epoch runs, on weights that still move"
    measured += ", with dropout on" if drops else ""
    if shape.n_copies > 1:
        measured += f", for each of the {shape.n_copies} copies by itself"
    text = f"Training loss is measured {measured}."
    if held_out and values.get("average_decay"):
        text += " Validation loss is that of the running average of the weights."
    penalties = {"l2": "The L2 penalty", "label_smoothing": "Label smoothing"}
    for name, said in penalties.items():
        if values.get(name):
            text += f" {said} is minimised too, but is not part of the losses drawn."
    return text


def objective_said(model: Model) -> str:
    """Say by what networks are judged, and what those that predict minimise, if that is another."""
    objective = model.objective
    kept = [_values_of(model, member.number) for member in model.members]
    minimised = dict.fromkeys(values.get("loss", objective.loss) for values in kept)
    text = f"{objective.loss} ({objective.task})"
    if list(minimised) != [objective.loss]:
        text += f"; what predicts was trained to minimise {' and '.join(minimised)}"
    return text.replace("_", " ")


def _values_of(model: Model, number: int) -> dict[str, Any]:
    """The parameters of a network: as set, as filled in, as drawn, and as they varied."""
    own = next((row for row in model.training.members if row["member"] == number), {})
    recipe = model.training.recipe
    added = {**recipe.get("filled", {}), **recipe.get("drawn", {})}
    values = {**model.parameters, **added, **own}
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in values.items()
    }
