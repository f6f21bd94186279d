"""The real tables that benchmarks measure on: `RIGHTFIT_DATA`, or ../shared/data."""

import gzip
import os
import sys
from pathlib import Path

import numpy as np


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
