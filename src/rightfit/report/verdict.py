"""The verdict: how good, against what, under- or overfitted, and what to try next."""

import dataclasses
from collections.abc import Sequence

from rightfit.errors import counted
from rightfit.report.checks.check import Raised
from rightfit.report.checks.of_fit import LOOK_FOR_COLUMNS
from rightfit.report.evidence import Evidence
from rightfit.report.numerals import figure, interval, percent
from rightfit.report.remembered import compared_then, linear_was_better, remembered_scores
from rightfit.report.skill import skill_said
from rightfit.report.standing import Standing

MOST_WORDS = 60
# A model that saves less of the loss of guessing is not good at anything.
_LEAST_SKILL = 0.02

# What each of these findings makes of the verdict; the first one that was found counts.
_HEADLINES = (
    ("RF-LEAK", "suspicious", "A column gives the target away."),
    ("RF-DUPLICATES", "suspicious", "Tested too easily."),
    ("RF-WORSE-THAN-LINEAR", "worse", "Worse than a linear model."),
    ("RF-NO-SIGNAL", "nothing", "No better than guessing."),
    ("RF-OVERFIT", "overfit", "Overfitted."),
    ("RF-UNDERFIT", "underfit", "Underfitted."),
)
# Where training was cut short, these may be nothing else: training longer comes first.
_MAY_BE_UNFINISHED = frozenset({"RF-NO-SIGNAL", "RF-UNDERFIT"})

_TAKE_LINEAR = "take the simpler linear model, or search with members='auto'"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The report in a few words.

    Attributes:
        level: "good", "even", "worse", "overfit", "underfit", "suspicious", "nothing", "unsure"
            where only the classes are better than guessed, "uncompared" where no other model
            saw these rows, or "untested" without test rows, or with very few.
        headline: the first sentence.
        score: the second: how good, and against what.
        fit: the third: under- or overfitted, or how it compared after training.
        next_step: the last: what to try.
    """

    level: str
    headline: str
    score: str
    fit: str
    next_step: str

    @property
    def text(self) -> str:
        """All of it."""
        parts = (self.headline, self.score, self.fit, self.next_step)
        return " ".join(part for part in parts if part)


def give_verdict(evidence: Evidence, raised: Sequence[Raised]) -> Verdict:
    """Say what the evidence comes to.

    It is never good if a linear model has the better score or the smaller loss, whatever is
    muted, nor if no other model was compared on these rows.
    """
    if not evidence.standings:
        return _untested(evidence, raised)
    level, headline, next_step = _judged(evidence, raised)
    return Verdict(level, headline, _score(evidence), _fit(evidence, raised), f"Next: {next_step}.")


def _judged(evidence: Evidence, raised: Sequence[Raised]) -> tuple[str, str, str]:
    """The level, and from the same finding the headline and what to try next."""
    by_code = {one.check.code: one for one in raised}
    for code, level, headline in _HEADLINES:
        if code in by_code and by_code[code].finding.severity == "problem":
            is_unfinished = code in _MAY_BE_UNFINISHED and "RF-CUT-SHORT" in by_code
            return level, headline, by_code["RF-CUT-SHORT" if is_unfinished else code].next_step
    if evidence.has_few_rows:
        return "untested", "Too few test rows to tell.", "hand over more test rows"
    linear, own = evidence.standing("linear"), evidence.standing("model")
    assert own is not None
    if linear is not None:
        sign = 1 if evidence.is_classifier else -1
        if own.loss > linear.loss or sign * own.score < sign * linear.score:
            return "even", "No better than a linear model.", _TAKE_LINEAR
    if _is_unsure(evidence, own):
        cut_short = by_code.get("RF-CUT-SHORT")
        steady = "steady the probabilities with n_seeds=5"
        headline = "Better than guessing, but its probabilities are not."
        return "unsure", headline, cut_short.next_step if cut_short else steady
    if own.skill < _LEAST_SKILL:
        return "nothing", "Hardly better than guessing.", LOOK_FOR_COLUMNS
    if not evidence.is_compared:
        return _uncompared(evidence)
    warned = (one.next_step for one in raised if one.finding.severity != "note")
    return "good", "Fits well.", next(warned, "use it")


def _uncompared(evidence: Evidence) -> tuple[str, str, str]:
    """Without training rows no other model predicts the test rows: what is known of one then."""
    if linear_was_better(evidence.model):
        return "even", "No better than a linear model when it was trained.", _TAKE_LINEAR
    other = "a linear model" if evidence.model.shape.hidden_sizes else "another model"
    hand_over = "hand over the training rows too: --training TABLE (in Python: training=)"
    return "uncompared", f"Better than guessing; not compared with {other}.", hand_over


def _is_unsure(evidence: Evidence, own: Standing) -> bool:
    """Whether the classes are better than guessed ones, and the probabilities are not."""
    saves_little = own.skill < _LEAST_SKILL or own.skill_interval[0] <= 0
    return evidence.is_classifier and evidence.beats_guessing and saves_little


def _score(evidence: Evidence) -> str:
    own = evidence.standing("model")
    assert own is not None
    assert evidence.test is not None
    rows = counted(len(evidence.test), "test row")
    write, kind = (percent, "percent") if evidence.is_classifier else (figure, "figure")
    others = ", ".join(
        f"{_name(one)} {write(one.score)}" for one in evidence.standings if one is not own
    )
    if evidence.is_classifier:
        what = f"Right on {percent(own.score)} of {rows}"
    else:
        what = f"Root mean squared error {figure(own.score)} on {rows}"
    return f"{what} (95 % interval {interval(*own.score_interval, kind)}); {others}."


def _name(standing: Standing) -> str:
    """As a person reads it; a baseline that saw less than the model is a quick one."""
    is_cut = standing.note and standing.key != "constant"
    return f"quick {standing.name}" if is_cut else standing.name


def _fit(evidence: Evidence, raised: Sequence[Raised]) -> str:
    own, fit = evidence.standing("model"), evidence.fit
    if not evidence.is_compared:
        return compared_then(evidence.model)
    if own is None or fit is None:
        return ""
    skills = (
        f"saves {skill_said(fit.skill, 0)} of guessing's loss on training rows, "
        f"{skill_said(own.skill, 0)} on test rows"
    )
    found = {one.check.code: one.finding.severity for one in raised}
    if found.get("RF-OVERFIT") == "warning":
        return f"It {skills}: learned closely, yet better than the others there."
    if "RF-OVERFIT" in found:
        return f"Overfitted: {skills}."
    if "RF-UNDERFIT" in found:
        return f"Underfitted: {skills}."
    # Of a test that is too easy, or a model worse than a line, nobody can say so.
    sound = not found.keys() & {code for code, _, _ in _HEADLINES} and not evidence.has_few_rows
    return f"Neither under- nor overfitted: {skills}." if sound else f"It {skills}."


def _untested(evidence: Evidence, raised: Sequence[Raised]) -> Verdict:
    """Without test rows: what the model remembers of its test, or of the rows that chose."""
    training = evidence.model.training
    scores = remembered_scores(evidence.model)
    if scores.get("model"):
        name, value = next(iter(scores["model"].items()))
        rest = ", ".join(
            f"{key} {figure(other[name])}" for key, other in scores.items() if key != "model"
        )
        said = f"After training, {name.replace('_', ' ')} {figure(value)} on test rows"
        score = f"{said}; {rest}." if rest else f"{said}."
    elif training.choice:
        choice = training.choice
        score = (
            f"Estimated {choice['watched'].replace('_', ' ')} {figure(choice['estimate'])} "
            f"(standard error {figure(choice['standard_error'], 2)})."
        )
    else:
        score = f"Training ended: {training.stop_reason}."
    for one in raised:
        if one.check.code == "RF-OVERFIT":
            return Verdict("untested", "Overfitted.", score, "", f"Next: {one.next_step}.")
    next_step = "Next: hand over test rows, for scores with intervals."
    return Verdict("untested", "Not tested here.", score, "", next_step)
