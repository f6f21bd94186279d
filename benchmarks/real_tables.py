"""The real tables that benchmarks measure on: `RIGHTFIT_DATA`, or ../shared/data."""

import gzip
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

TEST_SHARE = 0.25
# Of a table without published test rows they are drawn once, so that no seed sees what another
# was tested on.
_TEST_SEED = 20_261_122


@dataclass(frozen=True)
class Table:
    """A real table: its folder, its target, and what must not be learnt from.

    Attributes:
        name: of the folder.
        target: the column to predict.
        is_regression: whether it is a number.
        dropped: columns that number the rows, or give the target away.
        kept: rows whose target lies in this range are kept; None for all.
        parsed: columns that the folder has as texts though they are dates or numbers.
    """

    name: str
    target: str
    is_regression: bool = False
    dropped: tuple[str, ...] = ()
    kept: tuple[float, float] | None = None
    parsed: tuple[pl.Expr, ...] = ()


TABLES = (
    Table("abalone", "Class_Rings", is_regression=True),
    Table("adult", "income"),
    Table("airline_satisfaction", "satisfaction", dropped=("id",)),
    Table("ames", "SalePrice", is_regression=True, dropped=("Order", "PID")),
    Table("bank_additional", "y", dropped=("duration",)),
    Table("beijing_pm25", "pm2.5", is_regression=True, dropped=("No",)),
    Table(
        "bike_hour",
        "cnt",
        is_regression=True,
        dropped=("casual", "registered", "instant"),
        parsed=(pl.col("dteday").str.to_date(),),
    ),
    Table("blood_brain", "logBBB", is_regression=True),
    Table("bnn_boston", "MEDV", is_regression=True),
    Table("bnn_concrete", "Strength", is_regression=True),
    Table("bnn_energy", "y", is_regression=True),
    Table("bnn_power", "PE", is_regression=True),
    Table("bnn_winered", "quality", is_regression=True),
    Table("bnn_yacht", "y", is_regression=True),
    Table("california_housing", "median_house_value", is_regression=True),
    Table("california_rtdl", "MedHouseVal", is_regression=True, dropped=("rtdl_idx",)),
    Table("churn_modelling", "Exited", dropped=("RowNumber", "CustomerId", "Surname", "rtdl_idx")),
    Table("covertype_93k", "Cover_Type"),
    Table("dhfr", "Y"),
    Table("diamonds", "price", is_regression=True),
    Table("electricity", "class"),
    Table("german_credit", "class"),
    Table("hypothyroid", "Class"),
    Table("letter", "class"),
    Table("mushroom", "class"),
    Table("nursery", "class"),
    Table(
        "nyc_green_taxi_2023",
        "duration_min",
        is_regression=True,
        dropped=("lpep_dropoff_datetime", "total_amount", "tip_amount", "ehail_fee"),
        kept=(1.0, 60.0),
    ),
    Table("optdigits", "class"),
    Table("phishing", "Result", dropped=("id",)),
    Table("poker_100k", "CLASS"),
    Table("soybean", "class"),
    Table("spambase", "class"),
    # A blank where nothing was charged yet.
    Table(
        "telco_churn",
        "Churn",
        dropped=("customerID",),
        parsed=(pl.col("TotalCharges").cast(pl.Float64, strict=False),),
    ),
    Table("titanic", "Survived", dropped=("PassengerId",)),
    Table("uci_elevators", "y", is_regression=True),
    Table("uci_pol", "y", is_regression=True, dropped=("fold",)),
)


def read_tables(
    table: Table, seed: int = 0, most_rows: int | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows to train on and the test rows, without the columns that must not be learnt from.

    Args:
        table: which one.
        seed: of the rows that are taken, and the number of the split where many are published.
        most_rows: take so many training rows at most.
    """
    train, test = _split(table, seed)
    dropped = [name for name in (*table.dropped, "rtdl_split") if name in train.columns]
    train, test = (
        side.drop_nulls(table.target).drop(dropped).with_columns(table.parsed)
        for side in (train, test)
    )
    if table.kept is not None:
        is_kept = pl.col(table.target).is_between(*table.kept)
        train, test = train.filter(is_kept), test.filter(is_kept)
    if most_rows is not None and train.height > most_rows:
        drawn = np.random.default_rng(seed).permutation(train.height)[:most_rows]
        train = train[np.sort(drawn)]
    return train, test


def _split(table: Table, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    folder = data_root() / table.name
    if (folder / "test.parquet").exists():
        # Adult's test labels end in a full stop.
        label = pl.col(table.target).str.strip_chars_end(".")
        train, test = (pl.read_parquet(folder / f"{side}.parquet") for side in ("train", "test"))
        return train.with_columns(label), test.with_columns(label)
    months = sorted(folder.glob("20??-??.parquet"))
    if months:  # the last one is the test
        frames = [pl.read_parquet(month) for month in months]
        return pl.concat(frames[:-1], how="vertical_relaxed"), frames[-1]
    frame = pl.read_parquet(folder / "data.parquet")
    if "rtdl_split" in frame.columns:
        is_test = (frame["rtdl_split"] == "test").to_numpy()
    elif (folder / "splits.parquet").exists():
        splits = pl.read_parquet(folder / "splits.parquet")
        is_test = (splits.to_series(seed % splits.width) < 0).to_numpy()
    else:
        order = np.random.default_rng(_TEST_SEED).permutation(frame.height)
        is_test = order < TEST_SHARE * frame.height
    return frame.filter(~is_test), frame.filter(is_test)


def named(names: Sequence[str]) -> tuple[Table, ...]:
    """The tables of these names; all of them for none."""
    return tuple(table for table in TABLES if not names or table.name in names)


def data_root() -> Path:
    """The folder of real tables; ends the program with a message where there is none."""
    root = Path(os.environ.get("RIGHTFIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not root.is_dir():
        sys.exit(f"skipped: there are no tables at {root}; set RIGHTFIT_DATA")
    return root


def mnist() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """MNIST as float32 rows of 784 in [0, 1]: training rows, labels, test rows, labels."""
    folder = data_root() / "mnist"

    def read(name: str, header: int) -> np.ndarray:
        with gzip.open(folder / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    def images(name: str) -> np.ndarray:
        return read(name, 16).reshape(-1, 784).astype(np.float32) / 255

    return (
        images("train-images-idx3-ubyte.gz"),
        read("train-labels-idx1-ubyte.gz", 8),
        images("t10k-images-idx3-ubyte.gz"),
        read("t10k-labels-idx1-ubyte.gz", 8),
    )
