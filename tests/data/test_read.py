import datetime
import gzip
import os
import re
import threading
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow
import pytest

from rightfit.data.read import known_suffixes, read_table, suffix_of
from rightfit.errors import DataWarning, TableFileError


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def message(path: Path) -> str:
    with pytest.raises(TableFileError) as caught:
        read_table(path)
    return str(caught.value)


def test_every_kind_of_value_is_recognised(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "t.csv",
        "n,x,word,flag,day,moment\n"
        "1,1.5,a,true,2026-01-02,2026-01-02 03:04:05\n"
        ",,,,,\n"
        "3,2,,False,2026-01-03,2026-01-03 03:04:05\n",
    )
    frame = read_table(path)
    assert frame.dtypes[:5] == [pl.Int64, pl.Float64, pl.String, pl.Boolean, pl.Date]
    assert frame["moment"].dtype == pl.Datetime
    assert frame.row(1) == (None,) * 6
    assert frame["word"].to_list() == ["a", None, None]


def test_types_are_decided_from_the_whole_file(tmp_path: Path) -> None:
    numbers = "\n".join(str(i) for i in range(5000))
    frame = read_table(written(tmp_path, "t.csv", f"a\n{numbers}\nword\n"))
    assert frame["a"].dtype == pl.String
    assert frame["a"][-1] == "word"


def test_types_of_json_lines_are_decided_from_the_whole_file(tmp_path: Path) -> None:
    lines = "".join(f'{{"a": {i}}}\n' for i in range(500)) + '{"a": 0.5, "b": "word"}\n'
    frame = read_table(written(tmp_path, "t.jsonl", lines))
    assert frame.schema == {"a": pl.Float64, "b": pl.String}


def test_a_byte_order_mark_does_not_hide_quotes(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "t.csv", '\ufeff"a, b",c\n1,2\n'))
    assert frame.columns == ["a, b", "c"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "a,b\n1,x\n2,y\n"),
        ("t.csv", "a;b\n1;x\n2;y\n"),
        ("t.CSV", "\ufeffa,b\r\n1,x\r\n2,y\r\n"),
        ("t.csv", "a,b\n1,x\n\n2,y\n\n\n"),
        ("t.tsv", "a\tb\n1\tx\n2\ty\n"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,x\n2,y\n", mtime=0)),
        ("t.tsv.gz", gzip.compress(b"a\tb\n1\tx\n2\ty", mtime=0)),
        ("t.jsonl", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
        ("t.jsonl", '\ufeff{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
        ("t.ndjson", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
        ("t.json", '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]'),
        ("t.json", '\ufeff[\n {"a": 1, "b": "x"},\n {"a": 2, "b": "y"}\n]\n'),
        ("t.txt", "a,b\n1,x\n2,y\n"),
        ("t.txt", "a\tb\n1\tx\n2\ty\n"),
        ("t.txt.gz", gzip.compress(b"a;b\n1;x\n2;y\n", mtime=0)),
    ],
)
def test_text_formats_are_read_alike(tmp_path: Path, name: str, content: str | bytes) -> None:
    frame = read_table(str(written(tmp_path, name, content)))
    assert frame.rows() == [(1, "x"), (2, "y")]


def test_a_row_of_empty_fields_is_a_row_but_a_blank_line_is_none(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "t.csv", "a,b\n1,2\n,\n\n3,4\n"))
    assert frame.rows() == [(1, 2), (None, None), (3, 4)]


def test_every_known_suffix_has_its_own_lower_case_form() -> None:
    assert all(suffix_of(Path(f"table{suffix}")) == suffix for suffix in known_suffixes)


def test_missing_file_suggests_the_nearest_name(tmp_path: Path) -> None:
    written(tmp_path, "houses.csv", "a\n1\n")
    path = tmp_path / "hosues.csv"
    assert message(path) == f"There is no file '{path}'.\nhint: did you mean 'houses.csv'?"


def test_missing_file_without_a_near_name(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "houses.csv"
    assert message(path) == f"There is no file '{path}'.\nhint: check the name and the folder"


def test_folder_is_no_table(tmp_path: Path) -> None:
    assert message(tmp_path) == (
        f"'{tmp_path}' is a folder.\nA table is one file.\nhint: name a file in it"
    )


def test_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    assert message(written(tmp_path, "houses.dta", "x")) == (
        "File 'houses.dta' has a suffix '.dta' that is not known.\n"
        "A table's file ends in .csv, .csv.gz, .tsv, .tsv.gz, .txt, .txt.gz, .parquet, .arrow, "
        ".feather, .ipc, .json, .jsonl, .ndjson, .xlsx, .xls.\n"
        "hint: rename the file to what it holds, or export it as CSV"
    )


def test_no_suffix_is_said_so(tmp_path: Path) -> None:
    assert message(written(tmp_path, "houses", "x")).startswith("File 'houses' has no suffix.\n")


@pytest.mark.parametrize(("content", "what"), [("", "is empty"), ("\n\n", "is empty")])
def test_empty_file(tmp_path: Path, content: str, what: str) -> None:
    assert message(written(tmp_path, "t.csv", content)) == (
        f"File 't.csv' {what}.\n"
        "A table needs a header and at least one row.\n"
        "hint: check that the file was written completely"
    )


def test_table_without_rows(tmp_path: Path) -> None:
    pl.DataFrame({"a": []}).write_parquet(tmp_path / "t.parquet")
    expected = (
        " has no rows.\n"
        "A table needs a header and at least one row.\n"
        "hint: check that the file was written completely"
    )
    assert message(tmp_path / "t.parquet") == f"File 't.parquet'{expected}"
    assert message(written(tmp_path, "t.csv", "a,b\n")) == f"File 't.csv'{expected}"


def test_broken_rows_name_their_lines(tmp_path: Path) -> None:
    assert message(written(tmp_path, "t.csv", 'a,b\n"x\ny",2\n3\n4,5,6\n')) == (
        "File 't.csv' has 2 broken rows: line 4 has 1 field, line 5 has 3 fields.\n"
        "Every row has 2 fields, as the header has.\n"
        "hint: look there for a ',' outside quotes, or for a quote that is not closed"
    )


def test_many_broken_rows_are_counted(tmp_path: Path) -> None:
    what, _, hint = message(written(tmp_path, "t.tsv", "a\tb\n" + "1\n" * 9)).split("\n")
    assert hint.startswith("hint: look there for a tab outside quotes")
    assert what == (
        "File 't.tsv' has 9 broken rows: line 2 has 1 field, line 3 has 1 field, "
        "line 4 has 1 field, line 5 has 1 field, line 6 has 1 field and 4 more."
    )


def test_quote_left_open(tmp_path: Path) -> None:
    assert message(written(tmp_path, "t.csv", 'a,b\n1,"2\n3,4\n')) == (
        "A quote in line 2 of 't.csv' is never closed.\n"
        "A field that starts with a quote ends with one.\n"
        "hint: close it there, or double it if it belongs to the text"
    )


@pytest.mark.parametrize(
    "content",
    [
        "\n\r\na;b\n1;x\n2;y\n",
        "sep=;\r\na;b\r\n1;x\r\n2;y\r\n",
        '\ufeff"sep=|"\n\na|b\n1|x\n2|y\n',
        "\nSEP=:\na:b\n1:x\n2:y",
    ],
)
def test_lines_before_the_header_are_left_out(tmp_path: Path, content: str) -> None:
    frame = read_table(written(tmp_path, "t.csv", content))
    assert (frame.columns, frame.rows()) == (["a", "b"], [(1, "x"), (2, "y")])


def test_lines_before_the_header_count_in_complaints(tmp_path: Path) -> None:
    assert "line 5 has 1 field" in message(written(tmp_path, "t.csv", "\n\na,b\n1,2\n3\n"))
    assert "quote in line 4" in message(written(tmp_path, "t.csv", 'sep=,\n\na,b\n1,"2\n'))
    assert "t.csv' is empty" in message(written(tmp_path, "t.csv", "sep=,\n\n"))
    assert "t.csv' is empty" in message(written(tmp_path, "t.csv", "sep=,"))


def test_first_name_may_hold_a_line_break(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "t.csv", '"a\nb";c\n1;2\n'))
    assert (frame.columns, frame.rows()) == (["a\nb", "c"], [(1, 2)])


def test_long_text_after_a_quote_left_open_in_the_header_is_refused(tmp_path: Path) -> None:
    assert "'t.csv'" in message(written(tmp_path, "t.csv", 'a,"b\n' + "1,2\n" * 50_000))


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    assert message(written(tmp_path, "t.csv", "a,b\n1,x\n2,é\n".encode("latin-1"))) == (
        "File 't.csv' is not UTF-8: line 3 holds byte 0xe9.\n"
        "Text is read as UTF-8.\n"
        "hint: save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"
    )


def test_header_with_a_name_twice(tmp_path: Path) -> None:
    assert message(written(tmp_path, "t.csv", "a,b,a\n1,2,3\n")) == (
        "The header of 't.csv' names 1 column twice: 'a'.\n"
        "Every column has a name of its own.\n"
        "hint: rename columns in the first line, or write one there if the file has no header"
    )


def test_first_line_of_values_is_doubted(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", "5.1,-2,3,.5e-3,setosa\n4.9,1,3,0.2,virginica\n")
    said = (
        "The first line of 't.csv' is read as the names of its columns, but looks like values: "
        "'5.1', '-2', '.5e-3'. If the file has no header, write one there."
    )
    with pytest.warns(DataWarning, match=f"^{re.escape(said)}$"):
        assert read_table(path).shape == (1, 5)


@pytest.mark.filterwarnings("error")
def test_names_that_may_hold_digits_are_not_doubted(tmp_path: Path) -> None:
    names = ["2019", "v1.2", "1.2.3", "-", ".", "e5", "10-20", "5 %"]
    path = written(tmp_path, "t.csv", f"{','.join(names)}\n1,2,3,4,5,6,7,8\n")
    assert read_table(path).columns == names


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "feather", "csv.gz", "xlsx", "xls"])
def test_damaged_file(tmp_path: Path, suffix: str) -> None:
    if suffix.startswith("xls"):
        pytest.importorskip("fastexcel")
    text = message(written(tmp_path, f"t.{suffix}", b"this is no such file at all"))
    assert text.startswith(f"File 't.{suffix}' cannot be read as .{suffix}: ")
    assert text.endswith(
        ".\nThe suffix says the format, and the file is complete.\n"
        "hint: write or download the file again"
    )


def test_truncated_gzip(tmp_path: Path) -> None:
    content = gzip.compress(b"a,b\n1,2\n" * 99)[:-9]
    assert message(written(tmp_path, "t.csv.gz", content)) == (
        "File 't.csv.gz' cannot be read as .csv.gz: "
        "Compressed file ended before the end-of-stream marker was reached.\n"
        "The suffix says the format, and the file is complete.\n"
        "hint: write or download the file again"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"a": 1}\n{"a": \n', "is not JSON (Expecting value: line 1 column 7 (char 6))"),
        ('{"a": 1}\n[1]\n', "holds a list, not an object"),
    ],
)
def test_broken_json_line(tmp_path: Path, content: str, what: str) -> None:
    assert message(written(tmp_path, "t.jsonl", content)) == (
        f"Line 2 of 't.jsonl' {what}.\n"
        'Every line is one JSON object: {"column": value, ...}.\n'
        "hint: correct that line"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"a": {"0": 1}}', "begins with '{'"),
        ('{"a": 1}\n{"a": 2}\n', "begins with '{'"),
        ('[{"a": 1}, 2]', "holds a int as its row 2"),
    ],
)
def test_json_that_is_no_array_of_objects(tmp_path: Path, content: str, what: str) -> None:
    assert message(written(tmp_path, "t.json", content)) == (
        f"File 't.json' is not an array of objects: it {what}.\n"
        'A .json file is one array with an object a row: [{"column": value, ...}, ...].\n'
        "hint: write the rows so; or name the file .jsonl if every line of it is an object"
    )


def test_json_may_hold_what_python_writes(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "t.json", '[{"a": NaN, "b": "x"}, {"a": 0.5}]'))
    assert frame.rows() == [(None, "x"), (0.5, None)]
    assert message(written(tmp_path, "t.json", '[{"a": NaN}, ')).startswith(
        "File 't.json' cannot be read as .json: "
    )
    assert message(written(tmp_path, "t.json", "[]")).startswith("File 't.json' has no rows.")
    assert message(written(tmp_path, "t.json", " \n")).startswith("File 't.json' is empty.")


def test_json_lines_may_hold_what_python_writes(tmp_path: Path) -> None:
    lines = '{"a": NaN, "b": true}\n\n{"a": 0.5, "b": 3}\n{"a": -Infinity}\n'
    frame = read_table(written(tmp_path, "t.jsonl", lines))
    assert frame.rows() == [(None, 1.0), (0.5, 3.0), (float("-inf"), None)]


def test_json_lines_that_mix_types_are_refused_in_our_words(tmp_path: Path) -> None:
    lines = '{"a": true}\n{"a": "2026"}\n{"a": NaN}\n'
    assert message(written(tmp_path, "t.jsonl", lines)) == (
        "File 't.jsonl' cannot be read: "
        "Column 'a' mixes true or false and text: True (row 1), '2026' (row 2).\n"
        "A column holds numbers, or text, or dates, or durations, not several of them.\n"
        "hint: turn such a column into text, or replace its words by missing values"
    )


def test_json_lines_without_any_are_empty(tmp_path: Path) -> None:
    assert message(written(tmp_path, "t.jsonl", "\ufeff \n")).startswith("File 't.jsonl' is empty.")


def test_excel_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*args: object, **options: object) -> None:
        raise ModuleNotFoundError("fastexcel")

    monkeypatch.setattr(pl, "read_excel", missing)
    assert message(written(tmp_path, "t.xlsx", b"x")) == (
        "File 't.xlsx' is an Excel file, and the package for these is not installed.\n"
        "hint: pip install 'rightfit[excel]'"
    )


def test_dates_survive_excel(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    pytest.importorskip("xlsxwriter")
    day = datetime.date(2026, 1, 2)
    pl.DataFrame({"day": [day], "n": [1]}).write_excel(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").row(0) == (day, 1)


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        for name in ("cover", "data"):
            book.add_worksheet(name).write_column(0, 0, [name, 1])
    said = (
        "File 't.xlsx' has 2 sheets: 'cover', 'data'. The first is read; "
        "save another one as its own file."
    )
    with pytest.warns(DataWarning, match=f"^{re.escape(said)}$"):
        assert read_table(tmp_path / "t.xlsx").columns == ["cover"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize(
    ("suffix", "content"), [(".csv", "a,b\n1,x\n"), (".jsonl", '{"a": 1, "b": "x"}\n')]
)
def test_pipe_is_read(tmp_path: Path, suffix: str, content: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(content,), daemon=True)
    writer.start()
    assert read_table(pipe, suffix).rows() == [(1, "x")]
    writer.join()


def test_arrow_may_be_a_file_or_a_stream(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    frame.write_ipc(tmp_path / "file.arrow")
    frame.write_ipc_stream(tmp_path / "stream.arrow")
    assert read_table(tmp_path / "file.arrow").equals(frame)
    assert read_table(tmp_path / "stream.arrow").equals(frame)


@pytest.mark.parametrize(
    "table",
    [
        pyarrow.table([pyarrow.array([1]), pyarrow.array([2])], names=["a", "a"]),
        pyarrow.table({"a": pyarrow.array([Decimal("1.5")], pyarrow.decimal256(60, 2))}),
        pyarrow.table({"a": pyarrow.RunEndEncodedArray.from_arrays([2], ["x"])}),
        pyarrow.table(
            {
                "a": pyarrow.UnionArray.from_sparse(
                    pyarrow.array([0], pyarrow.int8()), [pyarrow.array([1])]
                )
            }
        ),
    ],
    ids=["a name twice", "long decimals", "run ends", "union"],
)
def test_arrow_that_polars_gives_up_on_is_refused(tmp_path: Path, table: pyarrow.Table) -> None:
    with pyarrow.ipc.new_file(tmp_path / "t.arrow", table.schema) as file:
        file.write_table(table)
    assert message(tmp_path / "t.arrow") == (
        "File 't.arrow' holds columns that Polars, which reads it, gives up on.\n"
        "Columns have different names, and types that Polars knows.\n"
        "hint: write it as Parquet or CSV, with columns of different names and of plain types"
    )


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_words_stay_as_they_are_written_where_asked(tmp_path: Path, suffix: str) -> None:
    path = written(
        tmp_path, f"t{suffix}", "v\tw\n3.10\t3.10\n\t3.9\n".replace("\t", ",\t"[suffix == ".tsv"])
    )
    assert read_table(path, as_text=["v", "other"]).rows() == [("3.10", 3.1), (None, 3.9)]


def test_decimal_commas_are_read_and_said(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", "a;b;c;d\n20,4;0,1;x;1\n1.000,5;;y,z;2\n")
    said = "Columns 'a', 'b' of 't.csv' hold numbers with decimal commas: '20,4' is read as 20.4."
    with pytest.warns(DataWarning, match=f"^{re.escape(said)}$"):
        assert read_table(path).rows() == [(20.4, 0.1, "x", 1), (1000.5, None, "y,z", 2)]
    assert read_table(path, as_text=["a", "b"])["a"].to_list() == ["20,4", "1.000,5"]


def test_one_column_of_decimal_commas_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", "a;b\n1;1.000,5\n2;0,5\n")
    said = "Column 'b' of 't.csv' holds numbers with decimal commas: '1.000,5' is read as 1000.5."
    with pytest.warns(DataWarning, match=f"^{re.escape(said)}$"):
        read_table(path)


def test_digits_that_commas_group_are_read_and_said(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", 'a,b,c\n"1,234",1.234,"1,2"\n950,2,"3,4"\n')
    said = "Column 'a' of 't.csv' holds numbers whose digits commas group: '1,234' is read as 1234."
    with pytest.warns(DataWarning, match=f"^{re.escape(said)}$"):
        assert read_table(path).rows() == [(1234, 1.234, "1,2"), (950, 2.0, "3,4")]
    assert read_table(path, as_text=["a"])["a"].to_list() == ["1,234", "950"]


def test_points_are_of_thousands_beside_decimal_commas(tmp_path: Path) -> None:
    rows = "1,5;1.234;2.5;1.234;12.000\n2,5;2.500;3.5;950;?\n"
    path = written(tmp_path, "t.csv", f"a;b;c;d;e\n{rows}")
    said = (
        "Column 'a' of 't.csv' holds numbers with decimal commas: '1,5' is read as 1.5, and in "
        "columns 'b', 'd', 'e' '1.234' is read as 1234."
    )
    with pytest.warns(DataWarning, match=f"^{re.escape(said)}$"):
        frame = read_table(path)
    assert frame.rows() == [(1.5, 1234, 2.5, 1234, 12000), (2.5, 2500, 3.5, 950, None)]
    with pytest.warns(DataWarning):
        assert read_table(path, as_text=["b"])["b"].to_list() == ["1.234", "2.500"]


def test_points_are_decimal_where_no_column_has_decimal_commas(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "t.csv", "b;c\n1.234;x\n2.500;y\n"))["b"][1] == 2.5


@pytest.mark.parametrize(
    "content",
    [
        'a 5" x,b\n5" pipe,1\n"x, y",2\n',
        'a 5" x,b\n5" pipe,1\n\n"x, y",2\n',
        'a 5" x,b\n5" pipe,1\r\n"x, y",2',
    ],
)
def test_quotes_within_fields_belong_to_the_text(tmp_path: Path, content: str) -> None:
    frame = read_table(written(tmp_path, "t.csv", content))
    assert frame.columns == ['a 5" x', "b"]
    assert frame.rows() == [('5" pipe', 1), ("x, y", 2)]


@pytest.mark.parametrize("beside", ["", '"x, y",4\n'])
def test_pairs_of_quotes_within_fields_belong_to_the_text(tmp_path: Path, beside: str) -> None:
    path = written(tmp_path, "t.csv", f'a,b\nsay "hi" there,2\n{beside}x ""y"",5\n')
    rows = [*read_table(path, as_text=["a"]).rows()]
    assert rows[0] == ('say "hi" there', 2)
    assert rows[-1] == ('x ""y""', 5)


def test_two_quotes_within_fields_do_not_join_them(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "t.csv", 'a,b\n5" x,6" y\n7",8"\n'))
    assert frame.rows() == [('5" x', '6" y'), ('7"', '8"')]


def test_lines_may_end_as_on_old_macs(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "t.csv", "a,b\r1,x\r2,y\r")).rows() == [(1, "x"), (2, "y")]


def test_separator_between_quotes_after_a_space_separates(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", 'a,b\n1, "b"\n2, "b, c"\n')
    assert "1 broken row: line 3 has 3 fields" in message(path)
