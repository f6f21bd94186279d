"""Numbers as people read them."""

import math


def percent(share: float, digits: int = 1) -> str:
    """Write a share in hundredths.

    Example:
        >>> percent(0.9737), percent(1.0), percent(0.002), percent(-0.0001)
        ('97.4 %', '100 %', '0.2 %', '0 %')
    """
    if not math.isfinite(share):
        return "–"
    # Adding 0 makes a zero of a negative one.
    text = f"{round(100 * share, digits) + 0.0:.{digits}f}".replace("-", "−")
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def figure(number: float | None, digits: int = 4) -> str:
    """Write a number with so many significant digits, and a real minus.

    Example:
        >>> figure(0.123456), figure(1234567.0), figure(3.0), figure(2.1e-9), figure(None)
        ('0.1235', '1,234,567', '3', '2.1e-09', '–')
    """
    if number is None or not math.isfinite(number):
        return "–"
    if number < 0:
        return f"−{figure(-number, digits)}"
    size = number
    if size >= 10 ** (digits - 1):
        return f"{number:,.0f}" if size < 1e12 else f"{number:.{digits - 1}e}"
    if size < 1e-4 and number:
        return f"{number:.{digits}g}"
    text = f"{number:.{digits}g}"
    return text if "e" not in text else f"{number:.{digits - 1}e}"


def interval(low: float, high: float, write: str = "figure") -> str:
    """Write an interval.

    Example:
        >>> interval(0.5, 0.75, "percent"), interval(1.5, 2.25), interval(math.nan, math.nan)
        ('50 to 75 %', '1.5 to 2.25', 'unknown')
    """
    if math.isnan(low) or math.isnan(high):
        return "unknown"
    if write == "percent":
        return f"{percent(low).removesuffix(' %')} to {percent(high)}"
    return f"{figure(low)} to {figure(high)}"


def shortened(text: object, most: int = 40) -> str:
    """Write a value of somebody's table in at most so many characters.

    Example:
        >>> shortened("a" * 50, 5), shortened(3.25)
        ('aaaa…', '3.25')
    """
    if isinstance(text, float):
        return figure(text, 5)
    words = " ".join(str(text).split())
    return words if len(words) <= most else words[: most - 1] + "…"
