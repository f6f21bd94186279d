"""Checks of how well the model fits: too much, too little, or worse than something simple."""

from rightfit.report.checks.check import Check, Finding, with_all_rows, with_test_rows
from rightfit.report.class_results import reliability_of_predicted
from rightfit.report.course import course_of
from rightfit.report.evidence import Evidence
from rightfit.report.numerals import figure, percent
from rightfit.report.skill import skill_said

# Points of skill (share of the constant's loss that is saved).
_OVERFIT_GAP = 0.2
_UNDERFIT_GAP = 0.05
# The rows must say so in so many of the resamples.
_SURE = 0.95
_STILL_FALLING = 0.005
_MISCALIBRATED = 0.1
_FEWEST_FOR_CALIBRATION = 100

LOOK_FOR_COLUMNS = "look for columns that know the target, or more rows"


def _is_compared(evidence: Evidence) -> bool:
    return evidence.is_compared


def _has_losses(evidence: Evidence) -> bool:
    """Whether there are losses on rows that were trained on and on others, if only recorded."""
    if with_all_rows(evidence):
        return True
    return any(record["validation_loss"] for record in course_of(evidence.model).records)


def _overfit(evidence: Evidence) -> Finding | None:
    own, fit = evidence.standing("model"), evidence.fit
    if own is not None and fit is not None:
        gap = fit.skill - own.skill
        if gap < _OVERFIT_GAP or fit.skill < own.skill_interval[1]:
            return None
        is_best = _beats_the_others(evidence)
        return Finding(
            "warning" if is_best else "problem",
            f"{100 * gap:.0f} points",
            f"The model saves {skill_said(fit.skill, 0)} of the loss on its training rows, but "
            f"{skill_said(own.skill, 0)} on the test rows: {100 * gap:.0f} points less."
            f"{' No other model does as well there.' if is_best else ''}",
        )
    return _overfit_by_history(evidence)


def _beats_the_others(evidence: Evidence) -> bool:
    """Whether the model is surely better on the test rows than each other trained model."""
    others = [evidence.standing(key) for key in ("linear", "boosting")]
    worst = [max(other.model_is_worse) for other in others if other is not None]
    return bool(worst) and max(worst) <= 1 - _SURE


def _overfit_by_history(evidence: Evidence) -> Finding | None:
    """Without training and test rows the recorded losses have to do, for a warning."""
    course = course_of(evidence.model)
    best = next((r for r in course.records if r["epoch"] == course.best_epoch), None)
    if best is None or not best["validation_loss"] or best["train_loss"] is None:
        return None
    ratio = best["validation_loss"] / max(best["train_loss"], 1e-12)
    first = max(course.records[0]["train_loss"] or 0.0, 1e-12)
    gap = (best["validation_loss"] - best["train_loss"]) / first
    if ratio < 1.5 or gap < _OVERFIT_GAP:
        return None
    return Finding(
        "warning",
        f"{figure(ratio, 2)} ×",
        f"At the kept epoch the validation loss is {figure(ratio, 2)} times the training loss.",
    )


def _underfit(evidence: Evidence) -> Finding | None:
    own, fit = evidence.standing("model"), evidence.fit
    course = course_of(evidence.model)
    falling = course.was_cut_short and (course.fall or 0) > _STILL_FALLING
    if own is None or (fit is not None and fit.skill - own.skill > _OVERFIT_GAP):
        return None
    for key in ("boosting", "linear"):
        other = evidence.standing(key)
        if other is None:
            continue
        gap = other.skill - own.skill
        # An overfitted network does poorly too, but not on the rows that it was trained on.
        learned = fit is not None and fit.skill > other.skill
        if gap > _UNDERFIT_GAP and other.model_is_worse[0] >= _SURE and not learned:
            return Finding(
                "problem",
                f"{100 * gap:.0f} points",
                f"The model saves {skill_said(own.skill, 0)} of the loss, and "
                f"{'a ' if key == 'linear' else ''}{other.name} {skill_said(other.skill, 0)}: "
                "there is more in these columns.",
            )
    if falling and fit is not None and fit.skill < 0.9:
        return Finding(
            "problem",
            f"{percent(course.fall or 0)} an epoch",
            f"Training ended while the loss still fell by {percent(course.fall or 0)} an epoch.",
        )
    return None


def _worse_than_linear(evidence: Evidence) -> Finding | None:
    linear = evidence.standing("linear")
    if linear is None or max(linear.model_is_worse) < _SURE:
        return None
    own = evidence.standing("model")
    assert own is not None
    surely = percent(max(linear.model_is_worse), 0)
    what = "share right" if evidence.is_classifier else "root mean squared error"
    if linear.model_is_worse[1] < _SURE:
        # The classes come out alike, but the probabilities are worse.
        numbers = f"loss {figure(own.loss, 3)} against {figure(linear.loss, 3)}"
    else:
        write = percent if evidence.is_classifier else figure
        numbers = f"{what} {write(own.score)} against {write(linear.score)}"
    return Finding(
        "problem", surely, f"A linear model does better in {surely} of the resamples: {numbers}."
    )


def _no_signal(evidence: Evidence) -> Finding | None:
    own = evidence.standing("model")
    if own is None or evidence.has_few_rows:
        return None
    if own.skill_interval[0] > 0 or evidence.beats_guessing:
        return None
    saved = skill_said(own.skill, 0)
    none = ", which cannot be told from none on these test rows."
    if own.skill_interval[1] < 0:
        none = ": on these test rows guessing does better."
    return Finding("problem", saved, f"The model saves {saved} of the loss of guessing{none}")


def _behind_boosting(evidence: Evidence) -> Finding | None:
    own, boosting = evidence.standing("model"), evidence.standing("boosting")
    if own is None or boosting is None or min(boosting.model_is_worse) < _SURE:
        return None
    write = percent if evidence.is_classifier else figure
    return Finding(
        "warning",
        write(boosting.score),
        f"Gradient boosting reaches {write(boosting.score)} on the same rows, the model "
        f"{write(own.score)}.",
    )


def _miscalibrated(evidence: Evidence) -> Finding | None:
    test = evidence.test
    if test is None or not evidence.is_classifier or len(test) < _FEWEST_FOR_CALIBRATION:
        return None
    found = reliability_of_predicted(test)
    if found.error < _MISCALIBRATED:
        return None
    over = float(((found.said - found.came) * found.n_rows).sum())
    return Finding(
        "warning",
        percent(found.error),
        f"The probability of {found.of_what} is off by {percent(found.error)} on average: the "
        f"model is too {'sure' if over > 0 else 'careful'}.",
    )


CHECKS = (
    Check(
        "RF-WORSE-THAN-LINEAR",
        "Worse than a linear model",
        "A model without hidden layers does better on the same test rows, in at least 95 % of "
        "1,000 resamples of them, by its score or by its loss.",
        "Use the linear model (hidden_sizes=()), or let a pack choose with it among the others: "
        "hidden_sizes=[(), (64,), (256, 256)]. A network that loses against a line was trained "
        "badly: raise max_epochs, or regularise more.",
        "use hidden_sizes=(), or try it in a pack",
        _worse_than_linear,
        _is_compared,
    ),
    Check(
        "RF-NO-SIGNAL",
        "No better than guessing",
        "The 95 % interval of the share of the loss that the model saves, against guessing the "
        "mean or the shares of the classes, reaches down to 0; and that of the score (the share "
        "right, or the root mean squared error) reaches guessing's.",
        "Check that the target is the right column and that the columns can know anything about "
        "it. Gather more rows, or other columns.",
        LOOK_FOR_COLUMNS,
        _no_signal,
        with_test_rows,
    ),
    Check(
        "RF-OVERFIT",
        "Overfitted",
        "The model saves at least 20 points more of the loss on rows that it was trained on than "
        "on test rows: it has learned rows by heart. It only warns where the model surely does "
        "better on the test rows than a linear model and gradient boosting. Without these rows, "
        "the check goes by the recorded losses, and only warns: validation loss at least 1.5 times "
        "the training loss.",
        "Regularise more: a list such as dropout_rate=[0.1, 0.25, 0.5] or l2=[1e-4, 1e-3, 1e-2] "
        "tries several at once. Keep early stopping on, take fewer units, or gather more rows.",
        "try dropout_rate=[0.1, 0.25, 0.5], or more rows",
        _overfit,
        _has_losses,
    ),
    Check(
        "RF-UNDERFIT",
        "Underfitted",
        "Another model saves at least 5 points more of the loss on the same test rows, although "
        "this one is not overfitted; or training was cut short while the loss still fell.",
        "Train longer (max_epochs, max_seconds), take more units or layers, a larger learning "
        "rate, or less dropout and l2.",
        "train longer, with more units or less regularisation",
        _underfit,
        _is_compared,
    ),
    Check(
        "RF-BEHIND-BOOSTING",
        "Behind gradient boosting",
        "scikit-learn's HistGradientBoosting does better on the same test rows in at least 95 % "
        "of the resamples, by its score and by its loss.",
        "Let a pack search: members='auto', or n_seeds=5. On small tables of unrelated columns "
        "trees are hard to beat; then take them.",
        "try a pack: members='auto'",
        _behind_boosting,
        with_all_rows,
    ),
    Check(
        "RF-MISCALIBRATED",
        "Probabilities are off",
        "The expected calibration error of the predicted class, over ten bins of its probability, "
        "is at least 10 %. Needs 100 test rows. With two classes the reliability diagram is of the "
        "second one, whose error is another.",
        "Watch the loss and not accuracy, use several networks (n_seeds=5), or calibrate with "
        "scikit-learn's CalibratedClassifierCV.",
        "steady the probabilities with n_seeds=5",
        _miscalibrated,
        with_test_rows,
    ),
)
