"""Read a table from a file, whatever its format, or say exactly why not."""

import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl

from rightfit.data.delimited import empty, read_csv, read_tsv
from rightfit.data.file_table import FileTable
from rightfit.data.json_lines import read_json, read_json_lines
from rightfit.data.write import without_excel
from rightfit.data.write import write_table as write_table
from rightfit.errors import DataWarning, TableFileError, did_you_mean, shown, warn_user

Reader: TypeAlias = Callable[[Path], FileTable]


def read_table(
    path: str | Path, suffix: str | None = None, *, as_text: Collection[str] = ()
) -> pl.DataFrame:
    r"""Read a table from a file; the suffix says the format.

    Delimited text is read in whole before types are decided, so that a column
    whose first word stands in the last row is text. An empty field is missing;
    dates are recognised. A `.csv` or `.txt` whose header is separated by semicolons,
    tabs or bars is read so, and may have decimal commas. Where one column has
    them, points in another group its digits: 1.234 is 1234. A file without any
    such comma is read with decimal points: 1.234 is 1.234 there. (The command
    line knows better: a model remembers which columns had them.) Where commas
    separate the fields, they may group the digits of numbers in quotes:
    "1,234.5" is 1234.5.

    Args:
        path: a `.csv`, `.tsv`, `.txt` (each may end in `.gz`), `.parquet`, `.arrow`, `.feather`,
            `.ipc`, `.json` (an array of objects), `.jsonl`, `.ndjson`, `.xlsx` or `.xls` file.
        suffix: one of these, for a file whose name says no format, or another one; None goes by
            the name.
        as_text: of delimited text, the columns that stay as they are written: a model that knows
            3.10 as a word must not read 3.1 where a file happens to hold numbers only.

    Raises:
        TableFileError: the file is missing, of an unknown format, damaged, or has no rows.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     houses = Path(folder, "houses.csv")
        ...     _ = houses.write_text("rooms,price\n3,100.5\n,90\n")
        ...     read_table(houses).rows()
        [(3, 100.5), (None, 90.0)]
    """
    return read_file(path, suffix).typed(as_text).frame


def read_file(path: str | Path, suffix: str | None = None) -> FileTable:
    """Read a table as its file has it; see `read_table`."""
    path = Path(path).expanduser()
    reader = _reader_for(path) if suffix is None else READERS[suffix]
    _check_there(path)
    try:
        table = reader(path)
    except TableFileError:
        raise
    except (pl.exceptions.PolarsError, OSError, EOFError, zlib.error, ValueError) as error:
        raise _unreadable(path, error, suffix) from error
    except pl.exceptions.PanicException as error:
        # Where Polars gives up, it says why on stderr, and raises what is no Exception.
        raise _not_for_polars(path) from error
    if table.columns.is_empty():
        raise TableFileError(
            f"File {path.name!r} has no rows.",
            expected="A table needs a header and at least one row.",
            hint="check that the file was written completely",
        )
    return table


def _check_there(path: Path) -> None:
    if path.is_dir():
        raise TableFileError(
            f"{str(path)!r} is a folder.",
            expected="A table is one file.",
            hint="name a file in it",
        )
    if not path.exists():
        folder = path.parent
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        near = did_you_mean(path.name, names)
        raise TableFileError(
            f"There is no file {str(path)!r}.",
            hint=near if near.startswith("did you mean") else "check the name and the folder",
        )
    # A pipe has no size.
    if path.is_file() and path.stat().st_size == 0:
        raise empty(path)


def _reader_for(path: Path) -> Reader:
    suffix = suffix_of(path)
    if suffix in READERS:
        return READERS[suffix]
    if path.is_dir():
        return READERS[".csv"]
    what = f"a suffix {suffix!r} that is not known" if suffix else "no suffix"
    raise TableFileError(
        f"File {path.name!r} has {what}.",
        expected=f"A table's file ends in {', '.join(known_suffixes)}.",
        hint="write what is piped into a file first"
        if path.name == "-"
        else "rename the file to what it holds, or export it as CSV",
    )


def suffix_of(path: Path) -> str:
    """Give the suffix that says the format, in lower case.

    Example:
        >>> suffix_of(Path("a.CSV.gz")), suffix_of(Path("b.v2.parquet"))
        ('.csv.gz', '.parquet')
    """
    last = path.suffix.lower()
    return Path(path.stem).suffix.lower() + last if last == ".gz" else last


def _unreadable(path: Path, error: Exception, suffix: str | None = None) -> TableFileError:
    detail = str(error).strip().split("\n")[0].removesuffix(".")
    return TableFileError(
        f"File {path.name!r} cannot be read as {suffix or suffix_of(path)}: {detail}.",
        expected="The suffix says the format, and the file is complete.",
        hint="write or download the file again",
    )


def _not_for_polars(path: Path) -> TableFileError:
    return TableFileError(
        f"File {path.name!r} holds columns that Polars, which reads it, gives up on.",
        expected="Columns have different names, and types that Polars knows.",
        hint="write it as Parquet or CSV, with columns of different names and of plain types",
    )


def _read_excel(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_excel(path, infer_schema_length=None)
        sheets = _sheets_of(path)
    except ModuleNotFoundError:
        raise without_excel(path) from None
    except Exception as error:
        # The reader's own errors share no base but Exception.
        raise _unreadable(path, error) from error
    if len(sheets) > 1:
        what = f"File {path.name!r} has {len(sheets)} sheets: {shown(sheets)}"
        warn_user(f"{what}. The first is read; save another one as its own file.", DataWarning)
    return frame


def _sheets_of(path: Path) -> list[str]:
    import fastexcel  # with it Polars reads these files, if it is there

    return fastexcel.read_excel(path).sheet_names


def _read_arrow(path: Path) -> pl.DataFrame:
    content = path.read_bytes()
    # A file begins with its name; a stream of Arrow has none.
    if content.startswith(b"ARROW1"):
        return pl.read_ipc(content)
    return pl.read_ipc_stream(content)


def _typed(read: Callable[[Path], pl.DataFrame]) -> Reader:
    """Read a format whose columns come with their types, so that none is guessed."""
    return lambda path: FileTable(path.name, read(path))


READERS: Final[dict[str, Reader]] = {
    ".csv": read_csv,
    ".csv.gz": read_csv,
    ".tsv": read_tsv,
    ".tsv.gz": read_tsv,
    ".txt": read_csv,
    ".txt.gz": read_csv,
    ".parquet": _typed(lambda path: pl.read_parquet(path.read_bytes())),
    ".arrow": _typed(_read_arrow),
    ".feather": _typed(_read_arrow),
    ".ipc": _typed(_read_arrow),
    ".json": _typed(read_json),
    ".jsonl": _typed(read_json_lines),
    ".ndjson": _typed(read_json_lines),
    ".xlsx": _typed(_read_excel),
    ".xls": _typed(_read_excel),
}

known_suffixes: Final = tuple(READERS)
