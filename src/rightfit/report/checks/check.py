"""What a check is, and what it finds."""

import dataclasses
from collections.abc import Callable
from typing import Literal

from rightfit.report.evidence import Evidence

# A problem makes the verdict, a warning stands beside it, a note is good to know.
Severity = Literal["problem", "warning", "note"]
ORDER: tuple[Severity, ...] = ("problem", "warning", "note")


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that a check found.

    Attributes:
        severity: how much it matters.
        number: what it rests on, as a person reads it.
        sentence: what was found, with that number.
        remedy: what to do about it, where more is known than the check says.
        next_step: the same in a few words.
    """

    severity: Severity
    number: str
    sentence: str
    remedy: str = ""
    next_step: str = ""


def always(evidence: Evidence) -> bool:
    """What the model itself tells is always there."""
    return True


def with_rows(evidence: Evidence) -> bool:
    """Whether there are test rows or training rows."""
    return evidence.test is not None or evidence.training is not None


def with_test_rows(evidence: Evidence) -> bool:
    """Whether there are test rows."""
    return evidence.test is not None


def with_all_rows(evidence: Evidence) -> bool:
    """Whether there are test rows and training rows."""
    return evidence.test is not None and evidence.training is not None


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that may be wrong.

    Attributes:
        code: such as "RF-OVERFIT".
        title: the same in words.
        meaning: what it means, and how it is found.
        remedy: what to do about it.
        next_step: the same in a few words, for the verdict.
        find: looks at the evidence; None where all is well, or where it cannot tell.
        can_tell: whether the rows are there that it looks at.
    """

    code: str
    title: str
    meaning: str
    remedy: str
    next_step: str
    find: Callable[[Evidence], Finding | None]
    can_tell: Callable[[Evidence], bool] = always

    @property
    def anchor(self) -> str:
        """The section of the check in docs/checks.md, and in the report."""
        return self.code.lower()


@dataclasses.dataclass(frozen=True)
class Raised:
    """A check that found something."""

    check: Check
    finding: Finding

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.finding.remedy or self.check.remedy

    @property
    def next_step(self) -> str:
        """The same in a few words."""
        return self.finding.next_step or self.check.next_step
