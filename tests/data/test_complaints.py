import pytest

from rightfit.data.complaints import raise_together
from rightfit.errors import DataError


def test_raise_together_is_silent_when_every_complaint_is_empty() -> None:
    raise_together(["", ""], expected="Sun.", hint="wait")


def test_raise_together_shows_five_and_the_count() -> None:
    complaints = [f"Column {i} rains." for i in range(7)]
    with pytest.raises(DataError) as caught:
        raise_together(complaints, expected="Sun.", hint="wait")
    assert str(caught.value) == (
        "Column 0 rains.\nColumn 1 rains.\nColumn 2 rains.\nColumn 3 rains.\nColumn 4 rains.\n"
        "and 2 more columns.\nSun.\nhint: wait"
    )
