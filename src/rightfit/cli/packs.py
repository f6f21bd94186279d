"""What became of a pack, in words and sheets, from the plain values of `describe`."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from rightfit.cli.sheets import sheet_of
from rightfit.cli.wording import as_typed
from rightfit.estimators.effects import has_effect
from rightfit.patience import Patience

_MOST_TRIALS = 8
MOST_MEMBERS = 30
_MOST_STEPS = 8

Facts = Mapping[str, Any]


def chosen_line(facts: Facts) -> str:
    """Say what was chosen, by which rows, and how good it is on rows that did not choose."""
    choice, trials, members = facts["choice"], facts["trials"], facts["members"]
    rows = f"{choice['n_rows']:,} {choice['rows']} rows"
    estimate = f"{_number(choice['estimate'])}{_plus_minus(choice['standard_error'])}"
    watched, unit = _spaced(choice["watched"]), _unit(facts)
    if len(trials) == 1:
        each = f"the mean of {len(members)} members, one for each fold"
        how = f"as on rows that did not choose the epochs, from {rows}{unit}"
        return f"Chosen: {each}: {watched} {estimate} {how}"
    what = (
        f"Chosen: {_what(facts)} by {rows}: {watched} {_number(choice['on_the_rows_that_chose'])}"
    )
    return f"{what} ({estimate} on rows that did not choose{unit})" if estimate else what


def members_notes(facts: Facts) -> list[str]:
    """What one has to know to read the sheet of the members."""
    notes = ["loss: of the best epoch, on the rows that chose it, so that it looks a little low"]
    stopped = [row for row in facts["members"] if row["stop_reason"] == "patience"]
    said = facts["parameters"] | facts["recipe"]["filled"]
    patience = Patience(said["patience_epochs"], said.get("patience_growth", 0.0))
    waits = [(row["n_epochs"] - row["best_epoch"], row["best_epoch"]) for row in stopped]
    if any(waited < (patience.after(best) or 0) for waited, best in waits):
        tolerance = said["tolerance"]
        notes.append(
            "best epoch: that of the lowest loss; the patience counts from the last that was lower "
            f"by more than the tolerance, {100 * tolerance:g} %"
        )
    return notes


def trials_sheet(facts: Facts, most: int = _MOST_TRIALS, *, is_numbered: bool = False) -> Table:
    """The trials that count most, and then the best ones."""
    trials, choice = facts["trials"], facts["choice"]
    unsure = _telling(choice["unsure"], trials)
    number = ["trial"] if is_numbered else []
    sheet = _sheet([*number, *unsure, watched_head(choice), "best epoch", "weight"])
    for trial in trials[:most]:
        sheet.add_row(
            *(str(trial[name]) for name in number),
            *_values(unsure, trial),
            *_outcome(trial["watched"], trial["best_epochs"], trial["weight"]),
        )
    return _with_rest(sheet, len(trials) - most)


def members_sheet(facts: Facts) -> Table:
    """The members that count most, and then the best ones; their values are those of the trial."""
    choice, members = facts["choice"], facts["members"]
    place = {trial["trial"]: number for number, trial in enumerate(facts["trials"])}
    ordered = sorted(members, key=lambda row: (place[row["trial"]], row["member"]))
    numbers = ["member", *(name for name in ("trial", "fold") if _varies(members, name))]
    by_metric = choice["watched"] != "loss"
    losses = ["validation_loss", *(["metric"] if by_metric else [])]
    heads = ["loss", *([choice["watched"]] if by_metric else [])]
    sheet = _sheet([*numbers, *heads, "best epoch", "epochs", "stopped by", "weight"])
    for row in ordered[:MOST_MEMBERS]:
        cells = [str(row[name]) for name in numbers]
        cells += [_number(row[name]) for name in losses]
        stopped = row["stop_reason"].replace("_", " ")
        cells += [str(row["best_epoch"]), str(row["n_epochs"]), stopped, _weight(row["weight"])]
        sheet.add_row(*cells)
    return _with_rest(sheet, len(ordered) - MOST_MEMBERS)


def _values(names: Sequence[str], row: Facts) -> list[str]:
    """What a trial has of each parameter; nothing where that has no effect on it."""
    return [typed_form(row[name]) if has_effect(name, row) else "" for name in names]


def _telling(unsure: Sequence[str], trials: Sequence[Facts]) -> list[str]:
    """The parameters that tell trials apart: not those that follow from one before them.

    Seeds tell only those apart that have the same values.
    """

    def different(*names: str) -> int:
        return len({tuple(typed_form(trial[name]) for name in names) for trial in trials})

    names = sorted(unsure, key=lambda name: name != "number_embedding")
    n_combinations = different(*unsure)
    telling: list[str] = []
    for name in names:
        if not any(different(each, name) == different(each) < n_combinations for each in telling):
            telling.append(name)
    return [*telling, *(["seed"] if n_combinations < len(trials) else [])]


def path_sheet(path: Mapping[str, Sequence[Facts]], choice: Facts) -> Table:
    """What is watched along each parameter, with the others at their best."""
    sheet = _sheet(["parameter", "value", watched_head(choice), "±"])
    for name, steps in path.items():
        for number, step in enumerate(_some(steps)):
            cells = [_number(step["watched"]), _number(step["standard_error"], digits=2)]
            sheet.add_row("" if number else _spaced(name), typed_form(step["value"]), *cells)
    return sheet


def _some(steps: Sequence[Facts]) -> Sequence[Facts]:
    """All steps of a path, or some of very many, the first and the last among them."""
    if len(steps) <= _MOST_STEPS:
        return steps
    last = len(steps) - 1
    return [steps[round(n * last / (_MOST_STEPS - 1))] for n in range(_MOST_STEPS)]


def n_folds_of(facts: Facts) -> int:
    """The number of folds that members were trained on; 0 without folds."""
    return len({row["fold"] for row in facts["members"]} - {None})


def n_predicting(facts: Facts) -> int:
    """The number of networks that predict."""
    return max(1, sum(row["weight"] > 0 for row in facts["members"]))


def watched_head(choice: Facts) -> str:
    """The head of the column of what was watched."""
    return f"{choice['rows']} {_spaced(choice['watched'])}"


def typed_form(value: Any) -> str:
    """A parameter's value as one would type it, to three digits.

    Example:
        >>> typed_form([256, 128]), typed_form(()), typed_form(0.00123456), typed_form(None)
        ('256,128', 'none', '0.00123', 'none')
    """
    if isinstance(value, float):
        return f"{value:.3g}"
    return as_typed(tuple(value) if isinstance(value, list) else value)


def _unit(facts: Facts) -> str:
    """What a loss is measured by, where that can be said once for all."""
    is_squared = facts["objective"]["loss"] == "squared_error"
    return (
        "; guessing the mean has 1" if is_squared and facts["choice"]["watched"] == "loss" else ""
    )


def _what(facts: Facts) -> str:
    n_kept = sum(trial["weight"] > 0 for trial in facts["trials"])
    n, n_folds = len(facts["trials"]), n_folds_of(facts)
    # With folds, what is chosen among has a member for each.
    noun = "trials" if n_folds else "members"
    what = {
        "ensemble": f"ensemble of {n_kept} of {n} {noun}",
        "best": f"the best of {n} {noun}",
        "simplest": f"the simplest of {n} {noun} within one standard error of the best",
    }[facts["choice"]["combine"]]
    return f"{what}, each in {n_folds} folds," if n_folds else what


def _sheet(heads: Sequence[str]) -> Table:
    sheet = sheet_of(*map(_spaced, heads))
    for column in sheet.columns:
        # Several parameters stand side by side, so their names may take several lines.
        column.no_wrap = False
    return sheet


def _with_rest(sheet: Table, n_rest: int) -> Table:
    if n_rest > 0:
        sheet.add_row(f"and {n_rest:,} more")
    return sheet


def _outcome(watched: float | None, epochs: Sequence[int], weight: float) -> list[str]:
    first, last = min(epochs), max(epochs)
    span = str(first) if first == last else f"{first} to {last}"
    return [_number(watched), span, _weight(weight)]


def _varies(rows: Sequence[Facts], name: str) -> bool:
    return len({row[name] for row in rows}) > 1


def _weight(weight: float) -> str:
    return f"{weight:.2f}" if weight else ""


def _plus_minus(error: float | None) -> str:
    text = _number(error, digits=2)
    return f" ± {text}" if text else ""


def _number(value: float | None, digits: int = 4) -> str:
    """A number; nothing where there is none, because it was not finite."""
    return "" if value is None or not math.isfinite(value) else f"{value:.{digits}g}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")
