"""Checks of the rows: too few, one-sided, repeated, mislabelled, or giving the target away."""

import math

import numpy as np

from rightfit.errors import counted
from rightfit.report.checks.check import (
    Check,
    Finding,
    with_all_rows,
    with_rows,
    with_test_rows,
)
from rightfit.report.evidence import Evidence
from rightfit.report.labelled import LabelledRows
from rightfit.report.numerals import figure, percent, shortened
from rightfit.report.row_losses import class_shares

_FEW_ROWS = 200
_FEW_TEST_ROWS = 50
_TELLS_ALL = 0.98
# A column that tells few rows is suspicious if one of so many would guess them all so rarely.
_CHANCE = 0.01
_RARE = 0.1
_REPEATED = 0.02
_FEWEST_REPEATED = 2
# Among the surest quarter of the predictions errors become rare, unless labels are wrong.
_SUREST = 0.25
_NOISY_RATIO = 0.6
_ERRORS = (0.04, 0.32)
_FEWEST_ERRORS = 4
_FEWEST_FOR_NOISE = 80
_FAR_OFF = 8.0
_MANY_FAR_OFF = 0.01
_FEWEST_FAR_OFF = 3
# The median of |z| for normal errors.
_MEDIAN_DEVIATION = 0.6745

_LEAVE_OUT = (
    "If the column is not known at the time of prediction, leave it out: {}. If it is, mute the "
    "check."
)


def _few_rows(evidence: Evidence) -> Finding | None:
    training = evidence.model.training
    n_rows = max(training.n_training_rows, training.n_refit_rows)
    if n_rows >= _FEW_ROWS:
        return None
    sentence = f"The model was trained on {counted(n_rows, 'row')} only."
    if not _has_folds(evidence):
        return Finding("warning", str(n_rows), sentence)
    remedy = "There are folds already, so that every row helps to choose. Gather more rows."
    return Finding("warning", str(n_rows), sentence, remedy, "gather more rows")


def _has_folds(evidence: Evidence) -> bool:
    return any(member["fold"] is not None for member in evidence.model.training.members)


def _few_test_rows(evidence: Evidence) -> Finding | None:
    if evidence.test is None or len(evidence.test) >= _FEW_TEST_ROWS:
        return None
    n_rows = len(evidence.test)
    sentence = f"{counted(n_rows, 'test row')} can tell little: see the intervals."
    if not _has_folds(evidence):
        return Finding("note", str(n_rows), sentence)
    remedy = "Raise --test-fraction, or judge by the out-of-fold loss, which rests on all rows."
    return Finding("note", str(n_rows), sentence, remedy, "judge by the out-of-fold loss")


def _leak(evidence: Evidence) -> Finding | None:
    if not evidence.telling or len(evidence.model.schema.used) < 2:
        return None
    most = evidence.telling[0]
    if most.skill < _TELLS_ALL or _may_be_chance(evidence):
        return None
    left_out = f"column_kinds={{{shortened(most.name, 80)!r}: 'ignored'}}"
    return Finding(
        "problem",
        percent(most.skill),
        f"The column {shortened(most.name)!r} alone predicts the target, with a skill of "
        f"{percent(most.skill)}: was it known before the target was?",
        _LEAVE_OUT.format(left_out),
        f"leave it out if it is known too late: {left_out}",
    )


def _may_be_chance(evidence: Evidence) -> bool:
    """Whether one of the columns may have guessed the classes of the few test rows."""
    if evidence.test is None or not evidence.is_classifier:
        return False
    counts = np.unique(evidence.test.truth, return_counts=True)[1]
    # Guesses that know no more than the shares are all right with this probability at most.
    logarithm = float((counts * np.log(counts / counts.sum())).sum())
    return logarithm + math.log(len(evidence.model.schema.used)) > math.log(_CHANCE)


def _imbalance(evidence: Evidence) -> Finding | None:
    known = evidence.training or evidence.test
    classes = evidence.model.target.classes
    if known is None or classes is None:
        return None
    shares = class_shares(known.truth, len(classes))
    if evidence.training is None and evidence.model.target.shares is not None:
        shares = evidence.model.target.shares
    rarest = int(shares.argmin())
    # Of many classes each is rare.
    if shares[rarest] >= min(_RARE, 0.4 / len(classes)):
        return None
    found = ""
    if evidence.test is not None and (evidence.test.truth == rarest).any():
        own = evidence.test.truth == rarest
        hits = float((evidence.test.predictions[own].argmax(axis=1) == rarest).mean())
        found = f"; the model finds {percent(hits, 0)} of them in the test"
    return Finding(
        "warning",
        percent(float(shares[rarest])),
        f"The class {shortened(classes[rarest], 24)!r} has {percent(float(shares[rarest]))} of "
        f"the rows{found}.",
    )


def _label_noise(evidence: Evidence) -> Finding | None:
    test = evidence.test
    if test is None or len(test) < _FEWEST_FOR_NOISE:
        return None
    return _wrong_classes(test) if evidence.is_classifier else _far_off(test)


def _wrong_classes(test: LabelledRows) -> Finding | None:
    wrong = test.predictions.argmax(axis=1) != test.truth
    surest = np.argsort(-test.predictions.max(axis=1), kind="stable")
    surest = surest[: max(1, int(_SUREST * len(test)))]
    overall, among_surest = float(wrong.mean()), float(wrong[surest].mean())
    n_wrong = int(wrong[surest].sum())
    if not _ERRORS[0] <= overall <= _ERRORS[1] or n_wrong < _FEWEST_ERRORS:
        return None
    if among_surest < _NOISY_RATIO * overall:
        return None
    return Finding(
        "warning",
        percent(among_surest),
        f"Of the quarter of the test rows that the model is surest of, {percent(among_surest)} "
        f"have another class ({percent(overall)} of all rows): some may be labelled wrongly.",
    )


def _far_off(test: LabelledRows) -> Finding | None:
    residuals = np.abs(test.truth - test.predictions)
    typical = np.median(residuals, axis=0) / _MEDIAN_DEVIATION
    far = (residuals > _FAR_OFF * np.maximum(typical, 1e-12)).any(axis=1)
    share, n_far = float(far.mean()), int(far.sum())
    if share < _MANY_FAR_OFF or n_far < _FEWEST_FAR_OFF:
        return None
    return Finding(
        "warning",
        percent(share),
        f"{counted(n_far, 'test row')} ({percent(share)}) are more than {figure(_FAR_OFF, 2)} "
        f"times the typical error off: their target may be wrong.",
    )


def _duplicates(evidence: Evidence) -> Finding | None:
    repeats = evidence.repeats
    if repeats is None or repeats.by_chance:
        return None
    if repeats.share < _REPEATED or repeats.n_rows < _FEWEST_REPEATED:
        return None
    return Finding(
        "problem",
        percent(repeats.share),
        f"{counted(repeats.n_rows, 'test row')} ({percent(repeats.share)}) are among the training "
        f"rows, value for value: the test is too easy.",
    )


CHECKS = (
    Check(
        "RF-LEAK",
        "A column gives the target away",
        "A small decision tree on one column alone predicts the target of the test rows with a "
        "skill of at least 98 % (R², or the share of guessing's errors avoided with each class "
        "counted alike), and their classes are not so few that one of the columns would guess them "
        "all in more than 1 % of tables. Such a column was often filled in after the target was "
        "known.",
        _LEAVE_OUT.format("column_kinds={'column': 'ignored'}"),
        "leave that column out if it is known too late",
        _leak,
        with_all_rows,
    ),
    Check(
        "RF-DUPLICATES",
        "Test rows are among the training rows",
        "At least 2 % of the test rows have exactly the values of a training row (of 20,000 at "
        "most), in a table with so many different values that this is no chance. In a table of "
        "fewer, they must be at least 10 points more than the training rows that repeat another "
        "one, and surely more.",
        "Remove repeated rows, or keep those that belong together on one side: groups= in fit, "
        "--groups on the command line.",
        "remove repeated rows, or split with groups",
        _duplicates,
        with_all_rows,
    ),
    Check(
        "RF-LABEL-NOISE",
        "Some targets may be wrong",
        "Classes: among the quarter of the test rows that the model is surest of, errors are "
        "nearly as frequent as among all of them (at least 0.6 times), as they are where labels "
        "were mixed up. Numbers: at least 1 % of the test rows are more than 8 times the typical "
        "error off.",
        "Look at the worst rows in the report, and correct or drop wrong targets. For numbers, "
        "loss='huber' or 'absolute_error' minds them less.",
        "check the targets of the worst rows",
        _label_noise,
        with_test_rows,
    ),
    Check(
        "RF-FEW-ROWS",
        "Few rows to learn from",
        "Fewer than 200 rows were trained on. Scores vary much from split to split.",
        "Use folds and several seeds (n_folds=5, n_seeds=3) rather than one network, compare with "
        "the linear model, and gather more rows.",
        "use n_folds=5, or gather more rows",
        _few_rows,
    ),
    Check(
        "RF-FEW-TEST-ROWS",
        "Few rows to test on",
        "Fewer than 50 test rows: the intervals of the scores are wide. Fewer than 5 cannot tell "
        "one model from another: then no check compares their scores.",
        "Raise --test-fraction, or judge by out-of-fold predictions (n_folds=5).",
        "judge by folds: n_folds=5",
        _few_test_rows,
        with_test_rows,
    ),
    Check(
        "RF-IMBALANCE",
        "A class is rare",
        "The rarest class has fewer than 10 % of the rows (of many classes: less than two fifths "
        "of an equal share). Accuracy then says little.",
        "Go by balanced_accuracy or roc_auc (watch='balanced_accuracy'), weigh the rare class "
        "higher (sample_weight). Of two classes, one may also move the threshold: with test "
        "rows the report has a table of thresholds.",
        "watch balanced_accuracy, or weigh the rare class higher",
        _imbalance,
        with_rows,
    ),
)
