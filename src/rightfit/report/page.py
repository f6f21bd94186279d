"""The page and the model card, from the evidence and the templates."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rightfit.errors import counted
from rightfit.estimators.graph import NetworkGraph
from rightfit.report import facts
from rightfit.report.checks.all_checks import CHECKS, checks_without_rows
from rightfit.report.checks.check import Raised
from rightfit.report.class_results import Certainty, certainties, thresholds
from rightfit.report.evidence import Evidence
from rightfit.report.figures.of_classes import class_pictures
from rightfit.report.figures.of_columns import dependence_picture, importance_picture
from rightfit.report.figures.of_gradients import gradients_picture
from rightfit.report.figures.of_network import network_picture
from rightfit.report.figures.of_numbers import number_pictures
from rightfit.report.figures.of_standing import standing_picture
from rightfit.report.figures.of_training import learning_curves, path_pictures, weights_picture
from rightfit.report.members import MEMBER_HEADER, member_rows, members_said
from rightfit.report.numerals import figure, percent, shortened
from rightfit.report.skill import skill_said
from rightfit.report.two_graphs import (
    GRADIENT_HEADER,
    OPERATION_HEADER,
    gradient_rows,
    gradients_said,
    operation_rows,
)
from rightfit.report.verdict import Verdict

_THRESHOLD_HEADER = ("from", "precision", "recall", "specificity", "accuracy", "share said")
_CERTAINTY_HEADER = ("from", "share answered", "share of those right")
# What Markdown and HTML would take for marks of their own.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|&!~$])")


def render_page(
    evidence: Evidence,
    raised: Sequence[Raised],
    verdict: Verdict,
    *,
    muted: Sequence[str],
    made: datetime,
    two_graphs: NetworkGraph | None = None,
) -> str:
    """Draw the figures and fill the page.

    Args:
        evidence: what was measured.
        raised: what the checks found.
        verdict: what it comes to.
        muted: codes of the checks that were not run.
        made: the time stamp.
        two_graphs: the forward and the backward graph; None for none.
    """
    page = _templates().get_template("page.html")
    return page.render(
        **_of_training(evidence),
        **_of_test(evidence),
        **_of_model(evidence),
        verdict=verdict,
        raised=raised,
        checks=CHECKS,
        n_checks=_n_run(evidence, muted),
        muted=muted,
        unseen=_unseen(evidence, muted),
        is_of_command_line="table" in evidence.model.training.extra,
        style=Markup(_source("style.css")),
        two_graphs=two_graphs,
        operation_header=OPERATION_HEADER,
        operation_rows=operation_rows(two_graphs),
        gradients_said=gradients_said(two_graphs),
        gradient_header=GRADIENT_HEADER,
        gradient_rows=gradient_rows(two_graphs.check if two_graphs else None),
        version=version("rightfit"),
        made=made.strftime("%Y-%m-%d %H:%M:%S UTC"),
    )


def _of_training(evidence: Evidence) -> dict[str, Any]:
    model = evidence.model
    reason = model.training.stop_reason
    return {
        "stopped": reason[:1].upper() + reason[1:],
        "curves": learning_curves(model),
        "member_header": MEMBER_HEADER,
        "member_rows": member_rows(model),
        "members_said": members_said(model),
        "path": path_pictures(evidence.path, model.training.choice),
        "weights": weights_picture(model),
    }


def _of_test(evidence: Evidence) -> dict[str, Any]:
    test = evidence.test
    results = class_pictures(evidence) if evidence.is_classifier else number_pictures(evidence)
    worst_header, worst = facts.worst_rows(evidence)
    return {
        "sections": _sections(bool(results)),
        "standing": standing_picture(evidence),
        "results": results,
        "results_intro": _results_said(evidence),
        "score_header": _score_header(evidence),
        "score_rows": _score_rows(evidence),
        "thresholds": [
            _threshold_row(t) for t in (thresholds(evidence.model, test) if test else ())
        ],
        "threshold_header": _THRESHOLD_HEADER,
        "certainties": [
            _certainty_row(c) for c in (certainties(evidence.model, test) if test else ())
        ],
        "certainty_header": _CERTAINTY_HEADER,
        "importance": importance_picture(evidence),
        "dependence": dependence_picture(evidence),
        "worst_header": worst_header,
        "worst": worst,
        "worst_said": facts.row_names_said(test),
    }


def _of_model(evidence: Evidence) -> dict[str, Any]:
    model = evidence.model
    return {
        "title": facts.title_of(model),
        "rows_said": facts.rows_said(model),
        "column_header": facts.COLUMN_HEADER,
        "columns": facts.column_rows(model),
        "n_more_columns": max(0, len(model.schema.columns) - facts.MOST_COLUMNS),
        "telling": [(shortened(one.name), percent(one.skill)) for one in evidence.telling],
        "network_said": facts.network_said(model),
        "layer_header": facts.LAYER_HEADER,
        "layers": facts.layer_rows(evidence),
        "inside": network_picture(evidence),
        "gradients": gradients_picture(model),
        "facts": facts.made_of(evidence),
    }


def render_card(
    evidence: Evidence, raised: Sequence[Raised], verdict: Verdict, *, muted: Sequence[str]
) -> str:
    """Fill the model card, with the block of metadata that model hubs read."""
    model = evidence.model
    own = evidence.standing("model")
    task = "classification" if evidence.is_classifier else "regression"
    columns = [column.name for column in model.schema.used][: facts.MOST_COLUMNS]
    return (
        _templates()
        .get_template("card.md")
        .render(
            pipeline_tag=f"tabular-{task}",
            name=f"{model.estimator} of {facts.title_of(model)}",
            dataset=shortened(model.training.extra.get("table") or "the test rows"),
            metrics=[] if own is None else [(n, f"{v:.6g}") for n, v in own.scores.items()],
            verdict=verdict.text,
            network_said=facts.network_said(model),
            rows_said=facts.rows_said(model),
            columns=", ".join(_code(shortened(name)) for name in columns),
            score_header=_score_header(evidence),
            score_rows=_score_rows(evidence),
            raised=raised,
            unseen=_unseen(evidence, muted),
            facts=facts.made_of(evidence),
        )
    )


def _sections(has_results: bool) -> list[tuple[str, str]]:
    tested = [("results", "Results"), ("columns", "What it goes by")] if has_results else []
    return [
        ("checks", "Checks"),
        ("training", "Training"),
        *tested,
        ("data", "Data"),
        ("network", "Network"),
    ]


def _n_run(evidence: Evidence, muted: Sequence[str]) -> str:
    n_run = len(CHECKS) - len(muted) - len(checks_without_rows(evidence, muted))
    return f"{counted(n_run, 'check')} {'was' if n_run == 1 else 'were'} run"


def _unseen(evidence: Evidence, muted: Sequence[str]) -> str:
    """Which checks lack rows, and which rows."""
    missing = []
    if evidence.test is None:
        missing.append("test rows")
    if evidence.training is None:
        missing.append("training rows")
    codes = [check.code for check in checks_without_rows(evidence, muted)]
    if not codes:
        return ""
    n_checks = counted(len(codes), "check")
    return f"Without {' and '.join(missing)}, {n_checks} could not be run: {', '.join(codes)}."


def _results_said(evidence: Evidence) -> str:
    test = evidence.test
    if test is None:
        return ""
    text = f"{counted(len(test), 'row')} that nothing was chosen on."
    if test.is_sample:
        text = f"A sample of {len(test):,} of {counted(test.n_with_target, 'test row')}."
    if evidence.fit is not None:
        text += " The training rows in the table include those that chose when to stop."
    if not evidence.is_classifier:
        text += " Loss saved goes by the mean of the training rows, r2 by that of the test rows."
    return text


def _score_header(evidence: Evidence) -> tuple[str, ...]:
    if not evidence.standings:
        return ()
    return (
        "predictor",
        *(name.replace("_", " ") for name in evidence.standings[0].scores),
        "loss saved",
    )


def _score_rows(evidence: Evidence) -> list[tuple[str, ...]]:
    rows = [
        (one.name, *(figure(score) for score in one.scores.values()), skill_said(one.skill))
        for one in evidence.standings
    ]
    if evidence.fit is not None and rows:
        # Of one row, or without one of the classes, there are fewer scores on either side.
        own = (figure(evidence.fit.scores.get(name)) for name in evidence.standings[0].scores)
        rows.append(("this model, training rows", *own, skill_said(evidence.fit.skill)))
    return rows


def _threshold_row(one: Any) -> tuple[str, ...]:
    shares = (one.precision, one.recall, one.specificity, one.accuracy, one.share)
    return (f"{one.threshold:g}", *("–" if s is None else percent(s) for s in shares))


def _certainty_row(one: Certainty) -> tuple[str, ...]:
    right = "–" if one.right is None else percent(one.right)
    return (f"{one.threshold:g}", percent(one.answered), right)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("rightfit.report"),
        # Names of columns and cells come from strangers. The card is Markdown and has filters.
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        finalize=_whole_numbers,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = Markup
    environment.filters["quoted"] = lambda text: json.dumps(str(text), ensure_ascii=False)
    environment.filters["plain"] = _plain
    environment.filters["cell"] = _plain
    return environment


def _whole_numbers(value: Any) -> Any:
    """Keep a number and its % in one line."""
    return value.replace(" %", "\u00a0%") if type(value) is str else value


def _source(name: str) -> str:
    environment = _templates()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _plain(text: object) -> str:
    """Text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


def _code(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"
