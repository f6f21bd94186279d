"""Dates are taken apart into the numbers that `data.dates.PARTS` names, in whole numbers."""

from typing import Final

import numpy as np

from rightfit.data.dates import MICROSECONDS_A_DAY
from rightfit.data.numeric import DateColumn
from rightfit.export.inputs import NO_DATE
from rightfit.export.nodes import Nodes, cast_code

_SECOND: Final = 1_000_000
_HOUR: Final = 3600 * _SECOND
_DOUBLE: Final = cast_code(np.float64)
# From 1 March of the year 0, with which the count of years begins, to 1 January 1970.
_DAYS_BEFORE: Final = 719_468
_DAYS_OF_400_YEARS: Final = 146_097


def add_date_parts(nodes: Nodes, moments: str, date: DateColumn) -> list[str]:
    """Add what takes a column of moments apart.

    Args:
        nodes: the graph.
        moments: `[row, 1]` int64, microseconds since 1970.
        date: which parts are wanted.

    Returns:
        Each part, `[row, 1]` float64, NaN where the moment is missing.
    """
    missing = nodes.add("Equal", moments, _whole(nodes, NO_DATE))
    there = nodes.add("Where", missing, _whole(nodes, 0), moments)
    day = _divided(nodes, there, MICROSECONDS_A_DAY)
    clock = nodes.add("Mod", there, _whole(nodes, MICROSECONDS_A_DAY))
    calendar = _calendar(nodes, day) if _CALENDAR & set(date.parts) else {}
    nothing = nodes.constant(np.nan, np.float64)
    parts = []
    for part in date.parts:
        if part == "days":
            exact = nodes.add("Cast", there, to=_DOUBLE)
            number = nodes.add("Div", exact, nodes.constant(MICROSECONDS_A_DAY, np.float64))
        else:
            whole = calendar[part] if part in calendar else _of_day(nodes, part, day, clock)
            number = nodes.add("Cast", whole, to=_DOUBLE)
        parts.append(nodes.add("Where", missing, nothing, number))
    return parts


_CALENDAR: Final = {"year", "month", "day"}


def _of_day(nodes: Nodes, part: str, day: str, clock: str) -> str:
    if part == "weekday":
        # 1 January 1970 was a Thursday, 4.
        from_monday = nodes.add("Mod", _plus(nodes, day, 3), _whole(nodes, 7))
        return _plus(nodes, from_monday, 1)
    return _divided(nodes, clock, {"hour": _HOUR, "seconds of the day": _SECOND}[part])


def _calendar(nodes: Nodes, day: str) -> dict[str, str]:
    """Year, month and day of days since 1970; years begin in March, so that leap days are last.

    Source:
        Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    """
    shifted = _plus(nodes, day, _DAYS_BEFORE)
    era = _divided(nodes, shifted, _DAYS_OF_400_YEARS)
    of_era = nodes.add("Mod", shifted, _whole(nodes, _DAYS_OF_400_YEARS))
    leaps = [_divided(nodes, of_era, days) for days in (1460, 36_524, 146_096)]
    usual = nodes.add(
        "Sub", nodes.add("Add", nodes.add("Sub", of_era, leaps[0]), leaps[1]), leaps[2]
    )
    year_of_era = _divided(nodes, usual, 365)
    fours, hundreds = (_divided(nodes, year_of_era, years) for years in (4, 100))
    before = nodes.add("Sub", nodes.add("Add", _times(nodes, year_of_era, 365), fours), hundreds)
    of_year = nodes.add("Sub", of_era, before)
    from_march = _divided(nodes, _plus(nodes, _times(nodes, of_year, 5), 2), 153)
    days_before = _divided(nodes, _plus(nodes, _times(nodes, from_march, 153), 2), 5)
    is_late = nodes.add("Less", from_march, _whole(nodes, 10))
    month = nodes.add("Where", is_late, _plus(nodes, from_march, 3), _plus(nodes, from_march, -9))
    year = nodes.add("Add", year_of_era, _times(nodes, era, 400))
    return {
        "year": nodes.add("Where", is_late, year, _plus(nodes, year, 1)),
        "month": month,
        "day": _plus(nodes, nodes.add("Sub", of_year, days_before), 1),
    }


def _whole(nodes: Nodes, number: int) -> str:
    return nodes.constant(number, np.int64)


def _plus(nodes: Nodes, tensor: str, number: int) -> str:
    return nodes.add("Add", tensor, _whole(nodes, number))


def _times(nodes: Nodes, tensor: str, number: int) -> str:
    return nodes.add("Mul", tensor, _whole(nodes, number))


def _divided(nodes: Nodes, tensor: str, number: int) -> str:
    """Divide and round down: ONNX itself rounds towards zero."""
    whole = _whole(nodes, number)
    rest = nodes.add("Mod", tensor, whole)
    return nodes.add("Div", nodes.add("Sub", tensor, rest), whole)
