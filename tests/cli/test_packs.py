from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from rightfit.cli.console import results
from rightfit.cli.packs import (
    chosen_line,
    members_notes,
    members_sheet,
    path_sheet,
    trials_sheet,
)


def facts(
    n_trials: int = 3, n_folds: int = 0, n_seeds: int = 1, loss: str = "log_loss", **choice: Any
) -> dict[str, Any]:
    """What `describe` says of a pack: the first trial has three quarters of the weight."""
    weights = [0.75, 0.25, *[0.0] * n_trials][:n_trials]
    trials, members = [], []
    for number, weight in enumerate(weights):
        turn = number // n_seeds
        values = {"dropout_rate": 0.25 * turn, "hidden_sizes": [256, 128][: 2 - turn % 2]}
        own = {"trial": number, **values, "seed": number % n_seeds}
        result = {"watched": 0.5 + number / 100, "standard_error": 0.0123, "weight": weight}
        folds = range(n_folds) if n_folds else [None]
        trials.append({**own, **result, "best_epochs": [20 + (fold or 0) for fold in folds]})
        members += [
            {
                "member": number * len(folds) + (fold or 0),
                **own,
                "fold": fold,
                "best_epoch": 20,
                "n_epochs": 36,
                "validation_loss": 0.51,
                "metric": 0.9,
                "stop_reason": "max_epochs",
                "weight": weight / len(folds),
            }
            for fold in folds
        ]
    made = {
        "combine": "ensemble",
        "watched": "loss",
        "rows": "out-of-fold" if n_folds else "validation",
        "n_rows": 1234,
        "on_the_rows_that_chose": 0.289349,
        "estimate": 0.291149,
        "standard_error": 0.00412,
        "unsure": ["dropout_rate", "hidden_sizes"],
    }
    return {
        "trials": trials,
        "members": members,
        "choice": made | choice,
        "objective": {"loss": loss},
        "recipe": {"filled": {}},
        "parameters": {"patience_epochs": 16, "tolerance": 1e-4},
    }


def printed(sheet: Any, capfd: pytest.CaptureFixture[str]) -> list[str]:
    results().print(sheet)
    return [line.rstrip() for line in capfd.readouterr().out.splitlines()]


BY_RIGHT = "by 1,234 validation rows: loss 0.2893 (0.2911 ± 0.0041 on rows that did not choose)"


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (facts(18), f"Chosen: ensemble of 2 of 18 members {BY_RIGHT}"),
        (facts(18, combine="best"), f"Chosen: the best of 18 members {BY_RIGHT}"),
        (
            facts(18, combine="simplest"),
            "Chosen: the simplest of 18 members within one standard error of the best " + BY_RIGHT,
        ),
        (
            facts(3, n_folds=5),
            "Chosen: ensemble of 2 of 3 trials, each in 5 folds, by 1,234 out-of-fold rows: loss "
            "0.2893 (0.2911 ± 0.0041 on rows that did not choose)",
        ),
        (
            facts(1, n_folds=5),
            "Chosen: the mean of 5 members, one for each fold: loss 0.2911 ± 0.0041 as on rows "
            "that did not choose the epochs, from 1,234 out-of-fold rows",
        ),
        # The target is standardised.
        (
            facts(1, n_folds=5, loss="squared_error"),
            "Chosen: the mean of 5 members, one for each fold: loss 0.2911 ± 0.0041 as on rows "
            "that did not choose the epochs, from 1,234 out-of-fold rows; guessing the mean has 1",
        ),
        (
            facts(3, loss="squared_error"),
            "Chosen: ensemble of 2 of 3 members by 1,234 validation rows: loss 0.2893 "
            "(0.2911 ± 0.0041 on rows that did not choose; guessing the mean has 1)",
        ),
        # A metric that is no mean over rows has no standard error; a saved model has None for NaN.
        (
            facts(3, watched="roc_auc", standard_error=None),
            "Chosen: ensemble of 2 of 3 members by 1,234 validation rows: roc auc 0.2893 "
            "(0.2911 on rows that did not choose)",
        ),
        (
            facts(3, estimate=float("nan"), standard_error=float("nan")),
            "Chosen: ensemble of 2 of 3 members by 1,234 validation rows: loss 0.2893",
        ),
    ],
    ids=[
        "ensemble",
        "best",
        "simplest",
        "folds",
        "folds of one",
        "folds of one, squared error",
        "squared error",
        "metric",
        "no estimate",
    ],
)
def test_choice_is_said_with_its_rows_and_its_estimate(of: dict[str, Any], said: str) -> None:
    assert chosen_line(of) == said


def test_trials_are_shown_with_what_was_unsure(capfd: pytest.CaptureFixture[str]) -> None:
    assert printed(trials_sheet(facts()), capfd) == [
        "dropout rate  hidden sizes  validation loss  best epoch  weight",
        "0                  256,128              0.5          20    0.75",
        "0.25                   256             0.51          20    0.25",
        "0.5                256,128             0.52          20",
    ]


def test_most_trials_are_eight_and_seeds_are_shown_if_they_vary(
    capfd: pytest.CaptureFixture[str],
) -> None:
    lines = printed(trials_sheet(facts(10, n_folds=2, n_seeds=2)), capfd)
    assert len(lines) == 1 + 8 + 1
    assert lines[0] == "dropout rate  hidden sizes  seed  out-of-fold loss  best epoch  weight"
    assert lines[1].split() == ["0", "256,128", "0", "0.5", "20", "to", "21", "0.75"]
    assert lines[-1] == "and 2 more"


def test_trials_of_a_recipe_are_told_apart_by_few_columns(
    capfd: pytest.CaptureFixture[str],
) -> None:
    kinds = {
        "piecewise": {"average_decay": 0.99, "frequency_scale": 0.1},
        "cosine": {"average_decay": 0.998, "frequency_scale": 0.5},
    }
    made = facts(3, unsure=["dropout_rate", "average_decay", "number_embedding", "frequency_scale"])
    embeddings = ("piecewise", "piecewise", "cosine")
    for number, (trial, name) in enumerate(zip(made["trials"], embeddings, strict=True)):
        trial.update({"number_embedding": name, "seed": 123456789 + number, **kinds[name]})
    head, first, _, last = printed(trials_sheet(made), capfd)
    # What follows from the embedding is not said, nor seeds that nobody chose.
    assert head.split() == "number embedding dropout rate validation loss best epoch weight".split()
    assert first.split()[:2] == ["piecewise", "0"]
    assert last.split()[:2] == ["cosine", "0.5"]  # a dropout rate


def test_what_has_no_effect_has_no_value(capfd: pytest.CaptureFixture[str]) -> None:
    made = facts(3, unsure=["number_embedding", "frequency_scale"])
    waves = (("piecewise", 0.1), ("cosine", 0.5), ("cosine", 2.0))
    for trial, (name, scale) in zip(made["trials"], waves, strict=True):
        trial.update({"number_embedding": name, "frequency_scale": scale})
    _, first, second, _ = printed(trials_sheet(made), capfd)
    assert first.split()[:2] == ["piecewise", "0.5"]  # its loss
    assert second.split()[:2] == ["cosine", "0.5"]
    assert "0.51" in second


def test_trial_that_came_to_nothing_has_no_loss(capfd: pytest.CaptureFixture[str]) -> None:
    broken = facts()
    broken["trials"][2]["watched"] = None
    assert printed(trials_sheet(broken), capfd)[-1].split() == ["0.5", "256,128", "20"]


def test_members_are_shown_with_fold_and_why_they_stopped(
    capfd: pytest.CaptureFixture[str],
) -> None:
    lines = printed(members_sheet(facts(2, n_folds=2, watched="roc_auc")), capfd)
    assert [" ".join(line.split()) for line in lines] == [
        "member trial fold loss roc auc best epoch epochs stopped by weight",
        "0 0 0 0.51 0.9 20 36 max epochs 0.38",
        "1 0 1 0.51 0.9 20 36 max epochs 0.38",
        "2 1 0 0.51 0.9 20 36 max epochs 0.12",
        "3 1 1 0.51 0.9 20 36 max epochs 0.12",
    ]
    assert printed(members_sheet(facts(40)), capfd)[-1] == "and 10 more"


def test_path_is_shown_along_each_parameter(capfd: pytest.CaptureFixture[str]) -> None:
    step = {"watched": 0.5, "standard_error": 0.0123}
    path: dict[str, list[dict[str, Any]]] = {
        "dropout_rate": [{"value": 0.0, **step}, {"value": 0.25, **step}],
        "activation": [{"value": ["relu", "tanh"], **step, "standard_error": None}],
    }
    assert printed(path_sheet(path, facts()["choice"]), capfd) == [
        "parameter         value  validation loss      ±",
        "dropout rate          0              0.5  0.012",
        "                   0.25              0.5  0.012",
        "activation    relu,tanh              0.5",
    ]


def test_members_fit_a_narrow_terminal() -> None:
    wide = facts(3, n_folds=2)
    wide["choice"]["unsure"] += ["learning_rate", "weight_decay", "average_decay"]
    file = StringIO()
    Console(file=file, width=70).print(members_sheet(wide))
    assert len(file.getvalue().splitlines()) == 1 + 6


def test_trials_are_numbered_beside_the_members(capfd: pytest.CaptureFixture[str]) -> None:
    lines = printed(trials_sheet(facts(10), 9, is_numbered=True), capfd)
    assert lines[0].split()[0] == "trial"
    assert [line.split()[0] for line in lines[1:]] == [*map(str, range(9)), "and"]


def test_sheet_fits_a_terminal() -> None:
    wide = facts(8)
    names = ["dropout_rate", "l2", "weight_decay", "learning_rate", "input_dropout_rate"]
    wide["choice"]["unsure"] = names
    patterns = ("00000", "11111", "01010", "10101", "00110", "11001", "01111", "10000")
    for trial, pattern in zip(wide["trials"], patterns, strict=True):
        values = [0.000123456 if sign == "1" else 0.0 for sign in pattern]
        trial.update(zip(names, values, strict=True))
    file = StringIO()
    Console(file=file, width=80).print(trials_sheet(wide))
    assert file.getvalue().count("0.000123") == "".join(patterns).count("1")
    assert "…" not in file.getvalue()


@pytest.mark.parametrize(
    ("stop_reason", "n_epochs", "growth", "n_notes"),
    [
        ("patience", 36, 0.0, 1),
        ("patience", 20, 0.0, 2),
        ("patience", 36, 2.0, 2),
        ("max_epochs", 20, 0.0, 1),
    ],
)
def test_tolerance_is_explained_where_the_patience_seems_too_short(
    stop_reason: str, n_epochs: int, growth: float, n_notes: int
) -> None:
    given = facts(1, n_folds=2)
    given["recipe"] = {"filled": {"patience_growth": growth}}
    given["members"][1].update(stop_reason=stop_reason, n_epochs=n_epochs)
    notes = members_notes(given)
    assert len(notes) == n_notes
    assert n_notes < 2 or notes[1].endswith("lower by more than the tolerance, 0.01 %")
