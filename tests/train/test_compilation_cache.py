import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rightfit.train import compilation_cache
from rightfit.train.compilation_cache import (
    cache_folder,
    use_compilation_cache,
    with_sound_cache,
)

DAMAGED = "Error reading persistent compilation cache entry for 'jit_{}': it is torn"
ON_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


class Config:
    """JAX's configuration, of which nothing may change in the process of the tests."""

    def __init__(self, folder: str | None = None) -> None:
        self.jax_compilation_cache_dir = folder
        self.updated: dict[str, Any] = {}

    def update(self, name: str, value: Any) -> None:
        self.updated[name] = value


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    monkeypatch.setenv("RIGHTFIT_CACHE", str(tmp_path / "cache"))
    config = Config()
    monkeypatch.setattr(compilation_cache, "jax", SimpleNamespace(config=config))
    return config


def use_anew() -> None:
    """Call what is otherwise called once a process."""
    use_compilation_cache.__wrapped__()


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_cache_is_in_a_folder_of_its_release_and_processor(config: Config) -> None:
    use_anew()
    assert config.updated == {
        "jax_compilation_cache_dir": str(cache_folder()),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    assert re.fullmatch(re.escape(version("jaxlib")) + "-[0-9a-f]{12}", cache_folder().name)


@ON_POSIX
@pytest.mark.parametrize("before", [None, 0o755, 0o777])
def test_cache_folder_is_private(config: Config, before: int | None) -> None:
    if before is not None:
        cache_folder().mkdir(parents=True)
        cache_folder().chmod(before)
    use_anew()
    assert mode(cache_folder()) == 0o700
    assert config.updated["jax_compilation_cache_dir"] == str(cache_folder())


@ON_POSIX
def test_cache_is_not_used_when_the_folder_belongs_to_somebody_else(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    use_anew()
    assert config.updated == {}


def test_cache_is_not_used_when_it_is_turned_off(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTFIT_CACHE", "off")
    use_anew()
    assert config.updated == {}
    assert not Path("off").exists()


def test_cache_is_not_used_when_the_folder_cannot_be_made(config: Config, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    use_anew()
    assert config.updated == {}


def test_cache_of_the_user_is_left_alone(config: Config, tmp_path: Path) -> None:
    config.jax_compilation_cache_dir = "/chosen/by/the/user"
    use_anew()
    assert config.updated == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "base"),
    [
        ({"RIGHTFIT_CACHE": "/here"}, "/here"),
        ({"RIGHTFIT_CACHE": "/here", "XDG_CACHE_HOME": "/there"}, "/here"),
        ({"XDG_CACHE_HOME": "/there"}, "/there/rightfit"),
        ({"HOME": "/home/ada"}, "/home/ada/.cache/rightfit"),
    ],
)
@ON_POSIX
def test_cache_folder_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], base: str
) -> None:
    for name in ("RIGHTFIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_folder().parent == Path(base)


def test_cache_folder_differs_between_processors_and_releases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folders = {cache_folder()}
    monkeypatch.setattr(compilation_cache, "_processor", lambda: "another")
    folders.add(cache_folder())
    monkeypatch.setattr(compilation_cache, "version", lambda name: "99.0")
    folders.add(cache_folder())
    assert len(folders) == 3
    assert cache_folder().name.startswith("99.0-")


def failing(times: int, message: str) -> Callable[[], str]:
    """A function that warns, as an error, so many times before it works."""
    left = times

    def function() -> str:
        nonlocal left
        if left:
            left -= 1
            raise UserWarning(message)
        return "done"

    return function


def test_damaged_entry_is_deleted_and_compiled_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RIGHTFIT_CACHE", str(tmp_path))
    folder = cache_folder()
    folder.mkdir()
    names = ["jit_program-1234-cache", "jit_program-1234-atime", "jit_other-1234-cache"]
    for name in names:
        (folder / name).write_text("")
    assert with_sound_cache("program", failing(1, DAMAGED.format("program"))) == "done"
    assert [path.name for path in folder.iterdir()] == ["jit_other-1234-cache"]


def test_entry_that_stays_damaged_is_tried_once_more_only() -> None:
    with pytest.raises(UserWarning, match="it is torn"):
        with_sound_cache("program", failing(2, DAMAGED.format("no_such_program")))


def test_other_warnings_pass() -> None:
    with pytest.raises(UserWarning, match=r"^something else$"):
        with_sound_cache("program", failing(1, "something else"))


def test_damage_is_an_error_of_our_own_programs_alone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(2):
            assert with_sound_cache("program", lambda: "done") == "done"
        with pytest.raises(UserWarning, match="it is torn"):
            warnings.warn(DAMAGED.format("program"), stacklevel=1)
        with pytest.warns(UserWarning, match="it is torn"):
            warnings.warn(DAMAGED.format("program_of_the_user"), stacklevel=1)


PROGRAM = """
import hashlib, json
import jax
events = []
jax.monitoring.register_event_listener(lambda event, **details: events.append(event))
from tests.train.runs import bits, ended, events_of, run_of
last = ended(events_of(run_of(max_epochs=3)))
print(json.dumps({
    "asked": events.count("/jax/compilation_cache/compile_requests_use_cache"),
    "found": events.count("/jax/compilation_cache/cache_hits"),
    "bits": hashlib.sha256(b"".join(bits(last.state))).hexdigest(),
}))
"""


def in_new_process(cache: Path) -> dict[str, Any]:
    environment = {**os.environ, "RIGHTFIT_CACHE": str(cache), "JAX_PLATFORMS": "cpu"}
    repository = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "PYTHONPATH": os.pathsep.join([str(repository / "src"), ""])},
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


@pytest.mark.slow
def test_other_process_compiles_only_what_is_damaged_and_repairs_it(tmp_path: Path) -> None:
    first = in_new_process(tmp_path)
    assert first["found"] == 0
    assert first["asked"] > 0
    (folder,) = tmp_path.iterdir()
    assert mode(folder) == 0o700
    (entry,) = folder.glob("jit_advance-*-cache")
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2])
    second = in_new_process(tmp_path)
    # Asked once more, because the first answer was no use.
    assert (second["asked"], second["found"]) == (first["asked"] + 1, first["asked"] - 1)
    assert second["bits"] == first["bits"]

    third = in_new_process(tmp_path)
    assert third["found"] == third["asked"] == first["asked"]
    assert third["bits"] == first["bits"]
