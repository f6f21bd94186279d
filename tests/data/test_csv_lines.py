import numpy as np
import pytest

from rightfit.data import csv_lines
from rightfit.data.csv_lines import Survey, header_fields, separator_of, survey


def surveyed(text: str, n_fields: int = 2, separator: str = ",") -> Survey:
    return survey(np.frombuffer(text.encode(), np.uint8), separator, n_fields)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "a,b\n1,2",
        "a,b\r\n1,2\r\n",
        'a,b\n"x, y",2\n',
        'a,b\n"x\ny",2\n',
        'a,b\n"say ""hi, you""",2\n',
        "a,b\n,\n",
        'a,b\n5" pipe,2\n6" pipe,3\n',
    ],
)
def test_survey_finds_nothing_wrong(text: str) -> None:
    found = surveyed(text)
    assert found.broken == []
    assert found.open_quote is None
    assert found.blank.tolist() == []


def never(*arguments: object) -> None:
    raise AssertionError("this takes six times as long")


@pytest.mark.parametrize(
    "text",
    [
        'a,b\nsay "hi" there,2\n',
        'a,b\n"x, y",2\nsay "hi" there,"x\ny"\n',
        'a,b\n5" pipe,2\n6" pipe,3\n',
        'a,b\n5" x,6" y\n7",8"',
    ],
)
def test_survey_needs_no_csv_module_where_quotes_mislead_nobody(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_lines, "_rows", never)
    found = surveyed(text)
    assert found.broken == []
    assert not found.mixes_quotes


def test_survey_says_which_quotes_mean_nothing() -> None:
    assert surveyed('a,b\n5" pipe,2\n6" pipe,3\n').quotes_are_text
    assert surveyed('a,b\n5" pipe,2\n"x, y",3\n').mixes_quotes
    assert surveyed('a,b\n5""" pipe,2\n"x, y" ,3\n').broken == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("last", ['6" pipe,3', '"x, y",3'])
def test_quotes_within_fields_are_found_wherever_chunks_end(
    size: int, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", size)
    found = surveyed(f'a,b\n5" pipe,2\n\n7""" pipe,3\n{last}')
    assert found.broken == []
    assert found.quotes_are_text or found.mixes_quotes


def test_survey_names_lines_as_an_editor_does() -> None:
    found = surveyed('a,b\n"x\ny",2\n3\n4,5,6\n')
    assert found.broken == [(4, 1), (5, 3)]


def test_survey_reads_a_last_line_without_its_end() -> None:
    assert surveyed("a,b\n1,2\n3").broken == [(3, 1)]


def test_survey_finds_blank_lines_between_and_after_rows() -> None:
    found = surveyed("a,b\r\n1,2\r\n\r\n3,4\n\n")
    assert found.broken == []
    assert found.blank.tolist() == [2, 4]


def test_a_blank_line_of_one_column_is_a_missing_value() -> None:
    assert surveyed("a\n1\n\n2\n", n_fields=1).blank.tolist() == []


def test_survey_finds_the_line_of_a_quote_left_open() -> None:
    assert surveyed('a,b\n1,2\n3,"4\n5,6\n').open_quote == 3


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_survey_does_not_depend_on_where_chunks_end(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", size)
    found = surveyed('a,b\n"x,\n,y",2\n\n3\n4,5,6\n7,8')
    assert found.broken == [(5, 1), (6, 3)]
    assert found.blank.tolist() == [2]


def test_separator_is_what_the_header_uses() -> None:
    assert separator_of("a,b,c", ",") == ","
    assert separator_of("a;b;c", ",") == ";"
    assert separator_of("a\tb", ",") == "\t"
    assert separator_of("alone", "\t") == "\t"
    assert separator_of('"a;b;c",d', ",") == ","


def test_header_may_hold_a_line_break_in_quotes() -> None:
    assert header_fields('"a\nb",c\n1,2\n', ",") == ["a\nb", "c"]
