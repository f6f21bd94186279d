"""A model's folder: one JSON file that names one file of weights.

The weights' file carries its own checksum in its name, and `model.json` is
replaced last, in one rename. So whenever a crash comes, `model.json` names the
old weights or the new ones, and both are whole. One writer at a time is in a
folder; a reader beside it reads again if the model was replaced meanwhile.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

import safetensors.numpy

from rightfit.errors import ModelFileError
from rightfit.lock import locked
from rightfit.model.document import from_document, to_document
from rightfit.model.model import Model
from rightfit.whole_file import hidden_beside, write_whole

FORMAT = 1
DOCUMENT = "model.json"
# What may lie beside the model and tells of it; not needed for loading, and never checked.
REPORT = "report.html"
CARD = "MODEL_CARD.md"
# Exactly our own names, so that no file of the user's is taken for one.
_WEIGHTS = f"weights-{'[0-9a-f]' * 16}.safetensors"
_LOCK = f".{DOCUMENT}.lock"
_HALVES = (f".{_WEIGHTS}.*.new", f".{DOCUMENT}.*.new")
# How a document of ours begins, in this format or a later one.
_OUR_BEGINNING = re.compile(rb'\s*\{\s*"format"\s*:\s*\d')
_LONGEST_BEGINNING = 100


def save_model(model: Model, path: Path, *, overwrite: bool = False) -> None:
    """Write a model's folder.

    Args:
        model: what to save.
        path: the folder; made if it is not there.
        overwrite: replace a model that is there already; nothing else is ever replaced.

    Raises:
        ModelFileError: something is in the way, or it cannot be written.
    """
    check_writable(path, overwrite=overwrite)
    document, arrays = to_document(model)
    weights = safetensors.numpy.save(arrays)
    digest = sha256(weights).hexdigest()
    content = {
        "weights_file": f"weights-{digest[:16]}.safetensors",
        "weights_sha256": digest,
        **document,
    }
    with _explained(path):
        if path.is_dir() or not _write_beside(path, content, weights):
            with locked(path / _LOCK):
                # Another writer may have been quicker.
                _check_place(path, overwrite=overwrite)
                _write_inside(path, content, weights)


def check_writable(path: Path, *, overwrite: bool = False) -> None:
    """Make sure, before training, that a model may be written to a place.

    Raises:
        ModelFileError: something is in the way, or it cannot be looked at.
    """
    with _explained(path):
        _check_place(path, overwrite=overwrite)


def _check_place(path: Path, *, overwrite: bool) -> None:
    if not path.exists() and not path.is_symlink():
        _check_parent(path)
        return
    if not path.is_dir():
        raise ModelFileError(
            f"There is a file at '{path}' already.",
            expected="A model goes into a folder of its own.",
            hint="choose another place",
        )
    # Listed first: what another writer adds after that is not taken for a file of the user's.
    files = list(path.iterdir())
    if _holds_model(path):
        if not overwrite:
            raise ModelFileError(
                f"There is a model at '{path}' already.",
                hint="choose another place, or pass --force (in Python: overwrite=True) to "
                "replace it",
            )
    elif not all(_is_ours(file) for file in files):
        raise ModelFileError(
            f"The folder '{path}' holds other files than a model.",
            expected="A model goes into a folder of its own.",
            hint="choose another place",
        )


def _is_ours(file: Path) -> bool:
    """Say whether saving made a file that is not the document."""
    return any(fnmatchcase(file.name, name) for name in (_WEIGHTS, _LOCK, *_HALVES))


def _holds_model(path: Path) -> bool:
    """Say whether a folder has a document of ours, whole or damaged; others use the name too."""
    document = path / DOCUMENT
    if not document.is_file():
        return False
    with document.open("rb") as file:
        return _OUR_BEGINNING.match(file.read(_LONGEST_BEGINNING)) is not None


def _check_parent(path: Path) -> None:
    parent = next(folder for folder in path.absolute().parents if folder.exists())
    if not parent.is_dir():
        raise ModelFileError(
            f"The model cannot go to '{path}': '{parent}' is a file.", hint="choose another place"
        )
    if not os.access(parent, os.W_OK):
        raise ModelFileError(
            f"The model cannot go to '{path}': you may not write to '{parent}'.",
            hint="choose another place",
        )


def load_model(path: Path) -> Model:
    """Read a model's folder. Nothing in it is ever run as code.

    Raises:
        ModelFileError: the folder is missing, damaged, of a newer format, not a model, or may
            not be read.
    """
    try:
        content, weights = _read(path)
    except OSError as problem:
        if isinstance(problem, ModelFileError):
            raise
        raise ModelFileError(
            f"The model at '{path}' could not be read: {problem.strerror or problem}.",
            hint="check the path, and who may read what is there",
        ) from problem
    with fitting_together(path):
        return from_document(content, safetensors.numpy.load(weights))


@contextmanager
def fitting_together(path: Path) -> Iterator[None]:
    """Take what goes wrong with the parts of a model, while they are put together, for damage.

    Raises:
        ModelFileError: something went wrong.
    """
    try:
        yield
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
        safetensors.SafetensorError,
    ) as problem:
        raise _damaged(path, f"its parts do not fit together ({problem})") from problem


def _write_beside(path: Path, content: dict[str, Any], weights: bytes) -> bool:
    """Write a folder and move it to its place; False if another writer's is there by then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = hidden_beside(path)
    new.mkdir()
    try:
        _write_inside(new, content, weights)
        new.rename(path)
    except OSError:
        if path.is_dir():
            return False
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    _sync_folder(path.parent)
    return True


def _write_inside(path: Path, content: dict[str, Any], weights: bytes) -> None:
    """Write into a folder that nobody else is writing to: what is not needed then goes."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    digest = sha256(text.encode()).hexdigest()
    framed = f'{{"format": {FORMAT}, "sha256": "{digest}", "content":\n{text}\n}}\n'
    is_same = (path / content["weights_file"]).exists()
    try:
        write_whole(path / content["weights_file"], weights)
        _sync_folder(path)
        write_whole(path / DOCUMENT, framed.encode())
    finally:
        with suppress(OSError):  # They harm nobody, and the next save tries again.
            for leftover in _leftovers(path):
                leftover.unlink()
    if not is_same:
        # They tell of the model that was replaced.
        for name in (REPORT, CARD):
            (path / name).unlink(missing_ok=True)
    _sync_folder(path)


def _leftovers(path: Path) -> set[Path]:
    """Find what saving left: old weights, new ones that failed, and halves after a crash."""
    document = path / DOCUMENT
    text = document.read_bytes() if document.is_file() else b""
    weights = [file for file in path.glob(_WEIGHTS) if file.name.encode() not in text]
    return {*weights, *(file for halves in _HALVES for file in path.glob(halves))}


def _sync_folder(path: Path) -> None:
    """Make renames outlive a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    """Read document and weights, again if another model took their place in between."""
    while True:
        before = _stamp(path / DOCUMENT)
        content = _read_document(path)
        try:
            return content, _read_weights(path, content)
        except OSError:
            if _stamp(path / DOCUMENT) == before:
                raise


def _stamp(file: Path) -> tuple[int, int] | None:
    """What tells a file from the one that takes its place, although both may hold the same."""
    with suppress(FileNotFoundError, NotADirectoryError):
        found = file.stat()
        return found.st_ino, found.st_mtime_ns
    return None


def _read_document(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise ModelFileError(f"There is no model at '{path}'.", hint="check the path")
    if not (path / DOCUMENT).is_file():
        raise ModelFileError(
            f"'{path}' is not a model.",
            expected=f"A model is a folder with a file '{DOCUMENT}'.",
        )
    try:
        frame = json.loads((path / DOCUMENT).read_text(encoding="utf-8"))
        found, content = frame["format"], frame.get("content")
        written = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise _damaged(path, f"'{DOCUMENT}' cannot be read") from problem
    if isinstance(found, int) and found > FORMAT:
        raise ModelFileError(
            f"The model at '{path}' has format {found}.",
            expected=f"This release of RightFit reads formats up to {FORMAT}.",
            hint="upgrade: pip install --upgrade rightfit",
        )
    if type(found) is not int or found < 1:
        raise _damaged(path, f"'{DOCUMENT}' has no format that there ever was: {found!r}")
    if sha256(written).hexdigest() != frame.get("sha256") or not isinstance(content, dict):
        raise _damaged(path, f"'{DOCUMENT}' was changed after it was written")
    return content


def _read_weights(path: Path, content: dict[str, Any]) -> bytes:
    name = str(content.get("weights_file"))
    file = path / Path(name).name
    if not file.is_file():
        raise _damaged(path, f"its file '{name}' is missing")
    weights = file.read_bytes()
    if sha256(weights).hexdigest() != content.get("weights_sha256"):
        raise _damaged(path, f"its file '{name}' is cut short or was changed")
    return weights


def _damaged(path: Path, how: str) -> ModelFileError:
    return ModelFileError(
        f"The model at '{path}' is damaged: {how}.",
        hint="restore it from a copy, or train it again",
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if isinstance(problem, ModelFileError):
            raise
        full = problem.errno == errno.ENOSPC
        why = "the disk is full" if full else problem.strerror or problem
        raise ModelFileError(
            f"The model could not be written to '{path}': {why}.",
            expected="What was there before is unchanged.",
            hint=f"choose {'a place with more room' if full else 'another place'} (--out)",
        ) from problem
