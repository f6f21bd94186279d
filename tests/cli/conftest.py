"""A small table in an empty folder, and a way to type commands there."""

import dataclasses
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from rightfit.cli.app import run

# Reports have tests of their own; making one takes a second.
TINY = ("--hidden-sizes", "8", "--max-epochs", "3", "--no-report")


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Answer]


def houses(n_rows: int = 60) -> pl.DataFrame:
    """A table with a number, a whole number, a category, a target of classes and one of numbers."""
    random = np.random.default_rng(0)
    size = random.normal(size=n_rows)
    age = random.integers(0, 50, n_rows)
    town = random.choice(["a", "b", "c"], n_rows)
    price = 3 * size + age / 10 + random.normal(scale=0.1, size=n_rows)
    return pl.DataFrame(
        {
            "size": size,
            "age": age,
            "town": town,
            "use": np.where(size > 0, "home", "shop"),
            "price": price,
        }
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder that commands are typed in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def table(here: Path) -> pl.DataFrame:
    """The table, also as `houses.csv`."""
    frame = houses()
    frame.write_csv("houses.csv")
    return frame


@pytest.fixture
def rightfit(here: Path, capfd: pytest.CaptureFixture[str]) -> Type:
    """Type a command; gives its exit code and what it printed."""

    def typed(*words: str) -> Answer:
        capfd.readouterr()
        code = run(words)
        return Answer(code, *capfd.readouterr())

    return typed


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A tiny classifier and regressor, by the name of their target."""
    folder = tmp_path_factory.mktemp("trained")
    houses().write_csv(folder / "houses.csv")
    models = {}
    for target in ("use", "price"):
        models[target] = folder / f"{target}.model"
        words = ["train", str(folder / "houses.csv"), "--target", target, *TINY]
        with warnings.catch_warnings():
            assert run([*words, "--out", str(models[target])]) == 0
    yield models
    shutil.rmtree(folder)


@pytest.fixture
def model(trained: dict[str, Path], table: pl.DataFrame, here: Path) -> Path:
    """A tiny classifier of `use`, as `use.model` beside `houses.csv`."""
    shutil.copytree(trained["use"], "use.model")
    return Path("use.model")


@pytest.fixture
def regressor(trained: dict[str, Path], table: pl.DataFrame, here: Path) -> Path:
    """A tiny regressor of `price`, as `price.model` beside `houses.csv`."""
    shutil.copytree(trained["price"], "price.model")
    return Path("price.model")
