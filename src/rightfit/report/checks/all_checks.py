"""All checks in the order in which they are read, and how they are run and muted."""

from collections.abc import Collection

from rightfit.errors import ParameterError, did_you_mean
from rightfit.report.checks import of_data, of_fit, of_training
from rightfit.report.checks.check import ORDER, Check, Raised
from rightfit.report.evidence import Evidence

CHECKS: tuple[Check, ...] = (*of_fit.CHECKS, *of_data.CHECKS, *of_training.CHECKS)


def run_checks(evidence: Evidence, mute: Collection[str] = ()) -> tuple[Raised, ...]:
    """Run all checks that are not muted; the gravest findings come first."""
    raised = [
        Raised(check, found)
        for check in CHECKS
        if check.code not in mute and (found := check.find(evidence)) is not None
    ]
    return tuple(sorted(raised, key=lambda one: ORDER.index(one.finding.severity)))


def checks_without_rows(evidence: Evidence, mute: Collection[str] = ()) -> tuple[Check, ...]:
    """The checks that are not muted, and cannot tell without rows that were not handed over."""
    return tuple(
        check for check in CHECKS if check.code not in mute and not check.can_tell(evidence)
    )


def check_codes(mute: Collection[str]) -> tuple[str, ...]:
    """Read codes that somebody wants muted; case does not matter.

    Raises:
        ParameterError: there is no such check.
    """
    known = [check.code for check in CHECKS]
    codes = [mute] if isinstance(mute, str) else list(mute)
    for code in codes:
        if str(code).upper() not in known:
            raise ParameterError(
                f"There is no check {code!r} to mute.",
                expected="A check is named by its code, such as RF-FEW-ROWS.",
                hint=did_you_mean(str(code).upper(), known),
            )
    return tuple(dict.fromkeys(str(code).upper() for code in codes))
