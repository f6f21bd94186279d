"""The model in words and rows of text: layers, columns, numbers of rows, provenance."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rightfit.data.cells import take
from rightfit.data.kinds import BOOLEAN, CATEGORY, DATETIME, NUMBER
from rightfit.data.schema import ColumnSchema
from rightfit.errors import counted
from rightfit.model.description import describe_layers, say_recipe
from rightfit.model.model import Model
from rightfit.model.provenance import provenance
from rightfit.report.evidence import Evidence
from rightfit.report.labelled import LabelledRows
from rightfit.report.members import objective_said
from rightfit.report.numerals import figure, percent, shortened
from rightfit.report.row_losses import row_losses

MOST_COLUMNS = 150
_N_WORST = 10
_MOST_COLUMNS_OF_WORST = 6
_N_DIGITS, _MOST_DIGITS = 5, 15

Rows = list[tuple[str, ...]]


def title_of(model: Model) -> str:
    """What is predicted, in a few words."""
    return shortened(model.target.name or "an unnamed target", 60)


def network_said(model: Model) -> str:
    """The network in one or two sentences."""
    sizes = model.shape.hidden_sizes
    hidden = " → ".join(str(size) for size in sizes)
    layers = f"{counted(len(sizes), 'hidden layer')} ({hidden})" if sizes else "no hidden layer"
    n = len(model.members)
    if n == 1:
        return f"One network with {layers} and {counted(model.n_parameters, 'parameter')}."
    return (
        f"{n} networks predict together, by a weighted mean; the heaviest has {layers}. They have "
        f"{counted(model.n_parameters, 'parameter')} in all."
    )


def rows_said(model: Model) -> str:
    """How many rows did what."""
    training = model.training
    held = training.n_validation_rows
    folds = {row.get("fold") for row in training.members} - {None}
    if folds:
        text = f"{counted(training.n_training_rows, 'row')} in {len(folds)} folds"
    else:
        text = f"{counted(training.n_training_rows, 'row')} were trained on"
        text += f", {held:,} more chose when to stop" if held else ", none chose when to stop"
    if training.n_refit_rows:
        text += f"; what was chosen then went on with all {training.n_refit_rows:,}"
    # The command line leaves rows out before it sets test rows apart.
    dropped = training.n_dropped_rows + training.extra.get("n_without_target", 0)
    why = f"{counted(dropped, 'row')} without a target or of weight 0 were dropped"
    return f"{text}. {why if dropped else 'None was dropped'}."


LAYER_HEADER = ("layer", "inputs", "units", "activation", "parameters", "dead units")


def layer_rows(evidence: Evidence) -> Rows:
    """One row for each layer of the heaviest network."""
    inside = evidence.inside
    dead = {layer.name: layer.dead_share for layer in inside.layers} if inside else {}
    rows: Rows = []
    for layer in describe_layers(evidence.model):
        share = dead.get(layer["name"])
        rows.append(
            (
                shortened(layer["name"]),
                f"{layer['inputs']:,}",
                f"{layer['outputs']:,}",
                layer["activation"] or "–",
                f"{layer['parameters']:,}",
                "–" if share is None else percent(share),
            )
        )
    return rows


COLUMN_HEADER = ("column", "kind", "type", "missing", "values", "becomes", "note")


def column_rows(model: Model) -> Rows:
    """One row for each column of the table."""
    levels = dict(zip(model.encoder.category_names, model.encoder.n_levels, strict=True))
    one_hot = dict(zip(model.encoder.category_names, model.encoder.is_one_hot, strict=True))
    widths = dict(zip(model.encoder.category_names, model.shape.embedding_widths, strict=True))
    dates = {date.name: date.parts for date in model.encoder.numeric.dates}

    def encoding(column: ColumnSchema) -> str:
        if column.kind == NUMBER:
            return "a scaled number"
        if column.kind == BOOLEAN:
            return "0 or 1"
        if column.kind == DATETIME:
            return ", ".join(dates.get(column.name, ()))
        if column.kind == CATEGORY and column.name in levels:
            n = levels[column.name]
            return f"one-hot, {n - 1}" if one_hot[column.name] else f"{widths[column.name]} learned"
        return "left out"

    rows: Rows = []
    for column in model.schema.columns[:MOST_COLUMNS]:
        mark = " and a mark where missing" if _is_marked(model, column) else ""
        cells = (
            shortened(column.name),
            column.kind,
            column.dtype,
            percent(column.missing_fraction),
            f"{column.n_distinct:,}",
            encoding(column) + mark,
            shortened(column.note, 120),
        )
        rows.append(cells)
    return rows


def _is_marked(model: Model, column: ColumnSchema) -> bool:
    return f"{column.name} is missing" in model.encoder.number_names


def worst_rows(evidence: Evidence) -> tuple[tuple[str, ...], Rows]:
    """The test rows that cost the most, with the values of the most important columns."""
    model, test = evidence.model, evidence.test
    if test is None:
        return (), []
    losses = row_losses(model, test.truth, test.predictions)
    worst = losses.argsort(kind="stable")[::-1][:_N_WORST]
    names: list[str] = []
    if evidence.importance is not None:
        names = [c.name for c in evidence.importance.columns[:_MOST_COLUMNS_OF_WORST]]
    values = {name: take(test.table.column(name), test.rows[worst]).to_list() for name in names}
    rows = []
    for place, row in enumerate(worst.tolist()):
        true, predicted = _outcome(evidence, row)
        cells = [_cell(values[name][place]) for name in names]
        rows.append((test.name_of(row), true, predicted, figure(float(losses[row])), *cells))
    header = ("row", "true", "predicted", "loss", *(shortened(name, 30) for name in names))
    return header, rows


def row_names_said(test: LabelledRows | None) -> str:
    """What the first column of the worst rows means."""
    if test is None or test.names is None:
        return "Rows are counted from 1 in the table of the test rows."
    return "Rows have the numbers or names of the table that they come from."


def _outcome(evidence: Evidence, row: int) -> tuple[str, str]:
    target, test = evidence.model.target, evidence.test
    assert test is not None
    if target.classes is None:
        truth = test.truth[row] * target.scale + target.center
        predicted = test.predictions[row] * target.scale + target.center
        # Far from 0, numbers that are a deviation apart begin with the same digits.
        far = np.log10(np.maximum(np.abs(target.center) / target.scale, 1.0))
        digits = np.minimum(_N_DIGITS + far, _MOST_DIGITS).astype(int)
        return tuple(
            ", ".join(figure(float(v), int(n)) for v, n in zip(side[:3], digits, strict=False))
            for side in (truth, predicted)
        )  # type: ignore[return-value]
    said = int(test.predictions[row].argmax())
    right = float(test.predictions[row][test.truth[row]])
    return (
        f"{shortened(target.classes[test.truth[row]], 24)} ({percent(right, 2)})",
        f"{shortened(target.classes[said], 24)} ({percent(float(test.predictions[row][said]))})",
    )


def _cell(value: Any) -> str:
    return "missing" if value is None else shortened(value, 32)


def made_of(evidence: Evidence) -> list[tuple[str, str]]:
    """How the model came about: versions, seeds, split, time and machine."""
    model = evidence.model
    training = model.training
    parameters = ", ".join(
        f"{name}={shortened(repr(value), 80)}" for name, value in model.parameters.items()
    )
    recipe = say_recipe(training.recipe)
    facts = [
        ("Estimator", model.estimator),
        ("Objective", objective_said(model)),
        ("Rows", rows_said(model)),
        ("Stopped", training.stop_reason),
        ("Networks trained", f"{max(1, len(training.members)):,}"),
        ("Seconds of training", figure(training.seconds, 3)),
        ("Seed", str(training.seed)),
        ("Number type", str(model.network.dtype)),
        ("Parameters", parameters),
        *((("Recipe", "; ".join(recipe)),) if recipe else ()),
        *_provenance_rows(training.made),
    ]
    return [*facts, *_remembered(training.extra)]


def _provenance_rows(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    """When, where and with what it was trained, and what of that differs for this report."""
    now = provenance()
    found = []
    if made:
        at = str(made["at"]).replace("T", " ").replace("+00:00", " UTC")
        found += [
            ("Trained", at),
            ("Trained on", _machine_said(made)),
            ("Trained with", _versions_said(made)),
        ]
    if not made or _machine_said(now) != _machine_said(made):
        found.append(("Machine of this report", _machine_said(now)))
    if not made or _versions_said(now) != _versions_said(made):
        found.append(("Versions of this report", _versions_said(now)))
    return found


def _machine_said(made: Mapping[str, Any]) -> str:
    cores = counted(int(made["n_cores"] or 1), "core")
    return f"{made['system']} {made['processor']}, {cores}, JAX on {made['backend']}"


def _versions_said(made: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in made["versions"].items())


def _remembered(extra: dict[str, Any]) -> list[tuple[str, str]]:
    """What the command line noted of the table."""
    names = {"table": "Table", "target": "Target", "groups": "Groups", "time": "Time"}
    found = [(said, shortened(extra[key], 80)) for key, said in names.items() if extra.get(key)]
    if extra.get("test_fraction"):
        found.append(("Share of the test rows", percent(float(extra["test_fraction"]))))
    return found
