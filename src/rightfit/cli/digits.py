"""The handwritten digits as two tables: rows to train on and new ones."""

from pathlib import Path

import polars as pl
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from rightfit.data.write import write_table


def digits_tables(folder: Path) -> tuple[Path, Path]:
    """Write the digits as CSV files into a folder; a fifth of them are the new rows."""
    digits = load_digits()
    names = [f"pixel {row},{column}" for row in range(8) for column in range(8)]
    frame = pl.DataFrame(digits.data.astype(int), schema=names)
    frame = frame.with_columns(pl.Series("digit", digits.target))
    train, new = train_test_split(
        range(frame.height), test_size=0.2, stratify=digits.target, random_state=0
    )
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "digits.csv", folder / "new-digits.csv"
    for path, rows in zip(paths, (train, new), strict=True):
        write_table(frame[sorted(rows)], path)
    return paths
