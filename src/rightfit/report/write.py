"""Making a report and writing it: what people call."""

import dataclasses
import importlib.util
from collections.abc import Collection
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from rightfit.errors import DataError, RightFitError
from rightfit.estimators.base import AbstractEstimator
from rightfit.estimators.handed_over import rows_to_score
from rightfit.report.checks.all_checks import check_codes, run_checks
from rightfit.report.checks.check import Raised
from rightfit.report.evidence import gather
from rightfit.report.files import check_suffix, write_text
from rightfit.report.two_graphs import draw_two_graphs
from rightfit.report.verdict import give_verdict

NEEDED = ("jinja2", "matplotlib")
HOW_TO_GET = "pip install 'rightfit[report]'"


@dataclasses.dataclass(frozen=True)
class Report:
    """A report on a fitted model.

    Attributes:
        html: the whole page; it needs no other file, no script and no connection.
        card: the model card, in Markdown with the metadata that model hubs read.
        verdict: the report in a few words.
        findings: what the checks found, by code.
    """

    html: str = dataclasses.field(repr=False)
    card: str = dataclasses.field(repr=False)
    verdict: str
    findings: dict[str, str]

    def save(self, path: str | Path) -> None:
        """Write the page to a file, replacing what is there.

        Raises:
            ModelFileError: its name does not end in .html or .htm, or it cannot be written.
        """
        check_suffix(Path(path))
        write_text(Path(path), self.html)

    def _repr_html_(self) -> str:
        """Show the page in a notebook, apart from the notebook's own style."""
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="RightFit report" '
            'style="width: 100%; height: 40rem; border: 0" sandbox></iframe>'
        )


def make_report(
    model: AbstractEstimator,
    X: Any = None,
    y: Any = None,
    *,
    training: tuple[Any, ...] | None = None,
    mute: Collection[str] = (),
    linear: AbstractEstimator | None = None,
    row_names: Any = None,
) -> Report:
    """Make the report on a fitted model: verdict, checks, figures, model card.

    Args:
        model: a fitted Classifier or Regressor.
        X: `[row, column]`, test rows: best such that the model was not trained on. Without them
            the report tells of the training only.
        y: `[row]`, their targets.
        training: `(X, y)`, the rows that were handed to `fit`, or `(X, y, sample_weight)` where
            weights were, too: baselines learn by them. With these rows there are baselines, and
            the checks for overfitting, leaks and repeated rows see more. Without them the
            verdict is never that the model fits well: nothing was compared with it.
        mute: codes of checks that are not to be run, such as `("RF-FEW-ROWS",)`.
        linear: a linear model that was fitted on the same rows; None fits one.
        row_names: `[row]`, what the test rows are called where the worst of them are listed, such
            as their numbers in a file. None takes the index of a pandas table, and counts the rows
            of others from 1.

    Raises:
        ParameterError: a check is muted that does not exist.
        DataError: the rows do not fit the model, or columns come without targets.
        RightFitError: the packages that draw are not installed.

    Example:
        >>> import rightfit
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> model = rightfit.Classifier(hidden_sizes=(8,), random_state=0).fit(X[::2], y[::2])
        >>> report = rightfit.make_report(model, X[1::2], y[1::2], training=(X[::2], y[::2]))
        >>> "RF-FEW-ROWS" in report.findings
        True
    """
    muted = check_codes(mute)
    if (X is None) != (y is None):
        raise DataError(
            "Columns and targets of the test rows come together.",
            expected="Hand over both X and y, or neither.",
        )
    check_installed()
    from rightfit.report.page import render_card, render_page

    evidence = gather(model, None if X is None else (X, y), training, linear, row_names)
    raised = run_checks(evidence, muted)
    verdict = give_verdict(evidence, raised)
    if X is not None:
        # The graphs go by the first few rows that have a target; how many have none is said once.
        X, y, _ = rows_to_score(X, y, None)
    graphs = draw_two_graphs(model, X, y)
    made = datetime.now(UTC)
    html = render_page(evidence, raised, verdict, muted=muted, made=made, two_graphs=graphs)
    card = render_card(evidence, raised, verdict, muted=muted)
    return Report(html, card, verdict.text, _found(raised))


def is_installed() -> bool:
    """Say whether what a report needs is there, without importing it."""
    return not _lacking()


def check_installed() -> None:
    """Make sure that what a report needs is there.

    Raises:
        RightFitError: it is not.
    """
    lacking = _lacking()
    if lacking:
        raise RightFitError(
            f"A report needs packages that are not installed: {', '.join(lacking)}.",
            hint=HOW_TO_GET,
        )


def _lacking() -> list[str]:
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def _found(raised: tuple[Raised, ...]) -> dict[str, str]:
    return {one.check.code: one.finding.sentence for one in raised}
