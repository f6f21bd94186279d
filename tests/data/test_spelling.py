import polars as pl
import pytest

from rightfit.data.spelling import as_known


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("1.0", ["1", "more"], "1"),
        ("-1.00", ["-1", "more"], "-1"),
        ("3.10", ["3.1", "3.9"], "3.10"),
        ("3.0", ["3.0", "3"], "3.0"),
        ("2134", ["02134", "10001"], "02134"),
        ("2134.0", ["02134", "10001"], "02134"),
        ("2134", ["02134", "1000"], "2134"),
        ("2134", ["02134", "A1000"], "2134"),
        ("TRUE", ["True", "maybe"], "True"),
        ("Shop", ["shop"], "Shop"),
        ("new", [], "new"),
        (None, ["None"], None),
    ],
)
def test_word_is_written_as_the_known_one(
    word: str | None, known: list[str], expected: str | None
) -> None:
    assert as_known(pl.Series([word], dtype=pl.String), known).to_list() == [expected]
    others = as_known(pl.Series([word, "3.5", "word"], dtype=pl.String), known)
    assert others.to_list() == [expected, "3.5", "word"]
