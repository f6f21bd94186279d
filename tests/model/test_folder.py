import builtins
import dataclasses
import errno
import io
import json
import os
import pickle
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
import safetensors.numpy

from rightfit import Classifier, ModelFileError, Regressor
from rightfit.data.table import as_table
from rightfit.model import folder
from rightfit.model.folder import (
    CARD,
    FORMAT,
    REPORT,
    check_writable,
    load_model,
    save_model,
)
from rightfit.model.model import Model
from rightfit.whole_file import write_whole
from tests.estimators.examples import N_ROWS, NUMBERS, X, mixed, small

FORCE = "choose another place, or pass --force (in Python: overwrite=True) to replace it"
RESTORE = "hint: restore it from a copy, or train it again"
CHANGED = b"left by somebody else"
# So long nobody needs who does not have to wait.
A_MOMENT = 0.3


def model_of(seed: int) -> Model:
    fitted = small(Regressor, max_one_hot=3, random_state=seed).fit(mixed(), NUMBERS)
    return fitted._model


@pytest.fixture(scope="module")
def old() -> Model:
    return model_of(0)


@pytest.fixture(scope="module")
def new() -> Model:
    return model_of(1)


@pytest.fixture
def saved(old: Model, tmp_path: Path) -> Path:
    path = tmp_path / "houses.model"
    save_model(old, path)
    return path


def predictions(model: Model) -> Any:
    return model.predictions(as_table(mixed()))


def same(one: Model, other: Model) -> bool:
    weights = [jax.tree.leaves(model.network) for model in (one, other)]
    return all(map(np.array_equal, *weights))


def message(call: Callable[[], object]) -> str:
    with pytest.raises(ModelFileError) as caught:
        call()
    return str(caught.value)


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the document as somebody would who also knows its checksum."""
    frame = json.loads((path / "model.json").read_text())
    change(frame["content"])
    text = json.dumps(frame["content"], ensure_ascii=False, indent=1)
    frame["sha256"] = sha256(text.encode()).hexdigest()
    (path / "model.json").write_text(json.dumps(frame))


def weights_of(path: Path) -> Path:
    (weights,) = path.glob("*.safetensors")
    return weights


# What is written.


def test_load_gives_the_model_that_was_saved(saved: Path, old: Model) -> None:
    loaded = load_model(saved)
    np.testing.assert_array_equal(predictions(loaded), predictions(old))
    assert loaded.parameters == old.parameters
    assert loaded.schema == old.schema
    assert loaded.training == old.training
    assert loaded.shape == old.shape
    assert loaded.objective == old.objective
    assert loaded.has_names


def test_folder_holds_only_json_and_safetensors(saved: Path) -> None:
    assert sorted(file.suffix for file in saved.iterdir()) == [".json", ".safetensors"]


def test_document_can_be_read_by_a_person(saved: Path) -> None:
    text = (saved / "model.json").read_text(encoding="utf-8")
    frame = json.loads(text)
    assert list(frame) == ["format", "sha256", "content"]
    assert frame["format"] == FORMAT
    assert frame["content"]["estimator"] == "Regressor"
    assert frame["content"]["weights_file"] == weights_of(saved).name
    assert "rightfit" in frame["content"]["versions"]
    assert text.count("\n") > 100


def test_weights_can_be_read_without_rightfit(saved: Path, old: Model) -> None:
    arrays = safetensors.numpy.load_file(weights_of(saved))
    assert sum(array.size for array in arrays.values()) == old.n_parameters


def test_weights_are_named_by_their_checksum(saved: Path) -> None:
    weights = weights_of(saved)
    assert weights.stem == f"weights-{sha256(weights.read_bytes()).hexdigest()[:16]}"


def test_saving_twice_gives_the_same_bytes(old: Model, saved: Path, tmp_path: Path) -> None:
    save_model(old, tmp_path / "again")
    for file in saved.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_saving_makes_the_folders_above(old: Model, tmp_path: Path) -> None:
    save_model(old, tmp_path / "far" / "away" / "model")
    assert same(load_model(tmp_path / "far" / "away" / "model"), old)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize(
    ("mask", "file_mode", "folder_mode"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)]
)
def test_file_modes_follow_the_umask(
    old: Model, tmp_path: Path, mask: int, file_mode: int, folder_mode: int
) -> None:
    before = os.umask(mask)
    try:
        save_model(old, tmp_path / "model")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "model").iterdir()}
    assert modes == {file_mode}
    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == folder_mode


# What is in the way.


def test_saving_into_an_empty_folder_needs_no_force(old: Model, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    save_model(old, tmp_path / "model")
    assert same(load_model(tmp_path / "model"), old)


@pytest.mark.parametrize("act", [check_writable, lambda path: save_model(model_of(0), path)])
def test_saving_refuses_to_replace_a_model(saved: Path, act: Callable[[Path], None]) -> None:
    assert message(lambda: act(saved)) == f"There is a model at '{saved}' already.\nhint: {FORCE}"


@pytest.mark.parametrize("overwrite", [False, True])
def test_saving_never_replaces_a_file(old: Model, tmp_path: Path, overwrite: bool) -> None:
    file = tmp_path / "houses.csv"
    file.write_bytes(CHANGED)
    said = message(lambda: check_writable(file, overwrite=overwrite))
    assert message(lambda: save_model(old, file, overwrite=overwrite)) == said
    assert said == (
        f"There is a file at '{file}' already.\n"
        "A model goes into a folder of its own.\n"
        "hint: choose another place"
    )
    assert file.read_bytes() == CHANGED


@pytest.mark.parametrize("overwrite", [False, True])
def test_saving_refuses_a_folder_with_other_files(
    old: Model, tmp_path: Path, overwrite: bool
) -> None:
    # The name is near one of ours, but not one.
    (tmp_path / "weights-final.safetensors").write_bytes(CHANGED)
    assert message(lambda: save_model(old, tmp_path, overwrite=overwrite)) == (
        f"The folder '{tmp_path}' holds other files than a model.\n"
        "A model goes into a folder of its own.\n"
        "hint: choose another place"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["weights-final.safetensors"]


def test_overwriting_replaces_a_model_and_its_weights(saved: Path, new: Model) -> None:
    check_writable(saved, overwrite=True)
    save_model(new, saved, overwrite=True)
    assert same(load_model(saved), new)
    assert len(list(saved.iterdir())) == 2


def test_overwriting_leaves_other_files_beside_a_model(saved: Path, new: Model) -> None:
    (saved / "notes.txt").write_bytes(CHANGED)
    save_model(new, saved, overwrite=True)
    assert (saved / "notes.txt").read_bytes() == CHANGED


@pytest.mark.parametrize(
    "text",
    [b"", b'{"learner": {}}', b'{"format": "layers-model", "generatedBy": "keras"}'],
    ids=["nothing", "trees", "networks"],
)
def test_overwriting_leaves_a_model_of_another_library(
    old: Model, tmp_path: Path, text: bytes
) -> None:
    (tmp_path / "model.json").write_bytes(text)
    said = message(lambda: save_model(old, tmp_path, overwrite=True))
    assert said.startswith(f"The folder '{tmp_path}' holds other files than a model.\n")
    assert [file.name for file in tmp_path.iterdir()] == ["model.json"]
    assert (tmp_path / "model.json").read_bytes() == text


def test_saving_refuses_a_folder_in_the_place_of_the_document(old: Model, tmp_path: Path) -> None:
    (tmp_path / "model.json").mkdir()
    said = message(lambda: save_model(old, tmp_path, overwrite=True))
    assert said.startswith(f"The folder '{tmp_path}' holds other files than a model.\n")


def test_overwriting_replaces_a_damaged_model(saved: Path, new: Model) -> None:
    os.truncate(saved / "model.json", 20)
    save_model(new, saved, overwrite=True)
    assert same(load_model(saved), new)


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
@pytest.mark.parametrize("exists", [False, True])
def test_saving_never_replaces_a_link(old: Model, tmp_path: Path, exists: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    if exists:
        target.write_bytes(CHANGED)
    with pytest.raises(ModelFileError, match="There is a file at"):
        save_model(old, link, overwrite=True)
    assert link.is_symlink()
    assert target.exists() == exists


# What goes wrong while writing.


class PowerCut(BaseException):
    """The process is gone: nothing after it runs, no clean-up either."""


STEPS: list[tuple[Any, str]] = [
    (io, "open"),
    (os, "fsync"),
    (os, "mkdir"),
    (os, "open"),
    (os, "rename"),
    (os, "replace"),
]
CLEANING: list[tuple[Any, str]] = [(os, "unlink"), (os, "rmdir"), (shutil, "rmtree")]


class Trouble:
    """Lets a number of steps in a folder pass, then raises at one, or at all from there on."""

    def __init__(
        self, patch: pytest.MonkeyPatch, folder: Path, problem: BaseException, *, is_final: bool
    ) -> None:
        self.n_left = 0
        self.folder = folder
        self.problem = problem
        self.is_final = is_final
        self.is_on = False
        for owner, name in STEPS + (CLEANING if is_final else []):
            patch.setattr(owner, name, self.guarded(getattr(owner, name)))

    def guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def step(what: Any, *args: Any, **kwargs: Any) -> Any:
            # What has no path is the handle of a file that was opened there.
            inside = isinstance(what, int) or Path(what).is_relative_to(self.folder)
            if self.is_on and inside and args[:1] != ("rb",):
                self.n_left -= 1
                if self.n_left == 0 or (self.is_final and self.n_left < 0):
                    raise self.problem
            return function(what, *args, **kwargs)

        return step

    @contextmanager
    def after(self, n_steps: int) -> Iterator[None]:
        self.n_left = n_steps + 1
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False


def prepare_place(kind: str, path: Path, old: Model) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if kind == "a model":
        save_model(old, path)
    elif kind == "an empty folder":
        path.mkdir()
    elif kind == "a file":
        path.write_bytes(CHANGED)


def names_in(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir()) if path.is_dir() else []


def state_of(path: Path, old: Model, new: Model) -> str:
    """What a user finds: the old state, or the new model, or anything else as an error."""
    if not (path / "model.json").exists():
        return "old"
    loaded = load_model(path)
    assert same(loaded, old) or same(loaded, new)
    return "old" if same(loaded, old) else "new"


PLACES = ["nothing", "an empty folder", "a model"]


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, None])
def test_failing_at_any_step_leaves_the_old_and_nothing_else(
    kind: str, code: int | None, old: Model, new: Model, tmp_path: Path, monkeypatch: Any
) -> None:
    problem = OSError("no words") if code is None else OSError(code, os.strerror(code))
    path = tmp_path / "model"
    trouble = Trouble(monkeypatch, tmp_path, problem, is_final=False)
    states = []
    for n_steps in range(40):
        prepare_place(kind, path, old)
        before = names_in(path)
        failed = False
        with trouble.after(n_steps):
            try:
                save_model(new, path, overwrite=True)
            except ModelFileError:
                failed = True
        states.append(state_of(path, old, new))
        # Failing to sync a folder is no failure.
        assert states[-1] == ("old" if failed else "new")
        assert [file for file in tmp_path.iterdir() if file != path] == []
        if failed:
            assert names_in(path) == before
        assert len(names_in(path)) == (len(before) if failed else 2)
        if trouble.n_left > 0:
            break
    assert set(states) == {"old", "new"}
    assert len(states) > 6


@pytest.mark.parametrize("kind", PLACES)
def test_power_cut_at_any_step_leaves_the_old_or_the_new(
    kind: str, old: Model, new: Model, tmp_path: Path, monkeypatch: Any
) -> None:
    path = tmp_path / "model"
    trouble = Trouble(monkeypatch, tmp_path, PowerCut(), is_final=True)
    states = []
    for n_steps in range(40):
        prepare_place(kind, path, old)
        with trouble.after(n_steps):
            try:
                save_model(new, path, overwrite=True)
            except PowerCut:
                pass
        states.append(state_of(path, old, new))
        for leftover in tmp_path.glob(".model.*"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        # What the cut left inside does not hinder the next one, which tidies up.
        save_model(new, path, overwrite=True)
        assert len(names_in(path)) == 2
        assert state_of(path, old, new) == "new"
        if trouble.n_left > 0:
            break
    assert states == sorted(states, reverse=True)
    assert set(states) == {"old", "new"}
    assert len(states) > 6


def test_full_disk_is_said(old: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model"
    trouble = Trouble(monkeypatch, tmp_path, OSError(errno.ENOSPC, "No space left"), is_final=False)
    with trouble.after(2):
        text = message(lambda: save_model(old, path))
    assert text == (
        f"The model could not be written to '{path}': the disk is full.\n"
        "What was there before is unchanged.\n"
        "hint: choose a place with more room (--out)"
    )


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (OSError("no words"), "no words"),
    ],
)
def test_other_trouble_with_the_disk_is_said(
    old: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: OSError, why: str
) -> None:
    path = tmp_path / "model"
    trouble = Trouble(monkeypatch, tmp_path, problem, is_final=False)
    with trouble.after(2):
        text = message(lambda: save_model(old, path))
    assert text == (
        f"The model could not be written to '{path}': {why}.\n"
        "What was there before is unchanged.\n"
        "hint: choose another place (--out)"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_said_by_the_system_itself(
    old: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = io.open

    def full(file: Any, *rest: Any, **more: Any) -> Any:
        inside = str(file).startswith(str(tmp_path))
        return opened("/dev/full" if inside else file, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(io, "open", full)
        text = message(lambda: save_model(old, tmp_path / "model"))
    assert "the disk is full" in text


# What goes wrong while reading.


def test_load_says_that_there_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model"
    assert message(lambda: load_model(path)) == (
        f"There is no model at '{path}'.\nhint: check the path"
    )


@pytest.mark.parametrize("kind", ["an empty folder", "a file"])
def test_load_says_that_it_is_no_model(tmp_path: Path, old: Model, kind: str) -> None:
    path = tmp_path / "model"
    prepare_place(kind, path, old)
    assert message(lambda: load_model(path)) == (
        f"'{path}' is not a model.\nA model is a folder with a file 'model.json'."
    )


@pytest.mark.parametrize("format_number", [FORMAT + 1, 10**6])
def test_load_says_that_the_format_is_newer(saved: Path, format_number: int) -> None:
    document = saved / "model.json"
    # Whatever else a later release changes.
    document.write_text(json.dumps({"format": format_number, "body": []}))
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' has format {format_number}.\n"
        f"This release of RightFit reads formats up to {FORMAT}.\n"
        "hint: upgrade: pip install --upgrade rightfit"
    )


@pytest.mark.parametrize("format_number", ["1", 0, True, None, 1.0])
def test_load_refuses_a_format_that_there_never_was(saved: Path, format_number: Any) -> None:
    document = saved / "model.json"
    frame = json.loads(document.read_text())
    document.write_text(json.dumps({**frame, "format": format_number}))
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: 'model.json' has no format that there ever was: "
        f"{format_number!r}.\n{RESTORE}"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"model"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": ' + b"9" * 5000 + b"}",
        b'{"format": 1, "content": {"a": "\\ud800"}}',
    ],
    ids=lambda content: repr(content[:12]),
)
def test_load_says_that_the_document_cannot_be_read(saved: Path, content: bytes) -> None:
    (saved / "model.json").write_bytes(content)
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: 'model.json' cannot be read.\n{RESTORE}"
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_load_says_that_the_document_is_cut_short(saved: Path, share: float) -> None:
    content = (saved / "model.json").read_bytes()
    (saved / "model.json").write_bytes(content[: int(share * len(content))])
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: 'model.json' cannot be read.\n{RESTORE}"
    )


def test_load_says_that_the_document_was_changed(saved: Path) -> None:
    document = saved / "model.json"
    text = document.read_text()
    assert '"best_epoch": 3' in text
    document.write_text(text.replace('"best_epoch": 3', '"best_epoch": 2'))
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: 'model.json' was changed after it was written.\n"
        f"{RESTORE}"
    )


@pytest.mark.parametrize("content", ["[]", "3", "null", "{}"])
def test_load_says_that_the_content_was_changed_to_something_else(
    saved: Path, content: str
) -> None:
    (saved / "model.json").write_text(f'{{"format": 1, "sha256": "", "content": {content}}}')
    assert "'model.json' was changed after it was written" in message(lambda: load_model(saved))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data + b"\0",
    ],
    ids=["one byte", "half", "all", "one bit", "longer"],
)
def test_load_says_that_the_weights_are_damaged(
    saved: Path, damage: Callable[[bytes], bytes]
) -> None:
    weights = weights_of(saved)
    weights.write_bytes(damage(weights.read_bytes()))
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: its file '{weights.name}' is cut short or was "
        f"changed.\n{RESTORE}"
    )


def test_load_says_that_the_weights_are_missing(saved: Path) -> None:
    weights = weights_of(saved)
    weights.unlink()
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: its file '{weights.name}' is missing.\n{RESTORE}"
    )


@pytest.mark.parametrize("name", ["model.json", "weights"])
def test_load_says_that_a_file_may_not_be_read(
    saved: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    denied = saved / "model.json" if name == "model.json" else weights_of(saved)
    forbid(denied, monkeypatch)
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' could not be read: Permission denied.\n"
        "hint: check the path, and who may read what is there"
    )


def test_save_says_that_what_is_there_may_not_be_read(
    saved: Path, old: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(saved / "model.json", monkeypatch)
    assert message(lambda: save_model(old, saved, overwrite=True)).startswith(
        f"The model could not be written to '{saved}': Permission denied.\n"
    )


def forbid(denied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deny reading a file, as the system does to all but root."""
    original = io.open

    def opened(file: Any, *args: Any, **kwargs: Any) -> Any:
        if file == denied:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
        return original(file, *args, **kwargs)

    monkeypatch.setattr(io, "open", opened)


def test_load_reads_no_weights_outside_the_folder(saved: Path) -> None:
    weights = weights_of(saved)
    outside = saved.parent / weights.name
    weights.rename(outside)
    rewritten(saved, lambda content: content.update(weights_file=f"../{weights.name}"))
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: its file '../{weights.name}' is missing.\n{RESTORE}"
    )


def test_load_reads_a_model_of_before_gradient_norms_were_recorded(saved: Path, old: Model) -> None:
    def forget(content: dict[str, Any]) -> None:
        for record in content["training"]["history"]:
            del record["gradient_norms"]

    rewritten(saved, forget)
    loaded = load_model(saved)
    assert same(loaded, old)
    assert "gradient_norms" not in loaded.training.history[0]


def _cut_hidden_layer(content: dict[str, Any]) -> None:
    content["members"][0]["shape"]["hidden_sizes"] = [7]


def _no_hidden_layer(content: dict[str, Any]) -> None:
    content["members"][0]["shape"].update(hidden_sizes=[], activations=[])


def _negative_layer(content: dict[str, Any]) -> None:
    content["members"][0]["shape"]["hidden_sizes"] = [-8]


def _words_for_numbers(content: dict[str, Any]) -> None:
    content["encoder"]["scaling"]["centre"] = ["a"]


def _no_encoder(content: dict[str, Any]) -> None:
    del content["encoder"]


def _unknown_field(content: dict[str, Any]) -> None:
    content["training"]["code"] = "print('boo')"


def _list_for_dict(content: dict[str, Any]) -> None:
    content["target"] = []


def _null_for_dict(content: dict[str, Any]) -> None:
    content["members"][0]["shape"] = None


@pytest.mark.parametrize(
    "change",
    [
        _cut_hidden_layer,
        _no_hidden_layer,
        _negative_layer,
        _words_for_numbers,
        _no_encoder,
        _unknown_field,
        _list_for_dict,
        _null_for_dict,
    ],
)
def test_load_says_that_the_parts_do_not_fit(
    saved: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    rewritten(saved, change)
    text = message(lambda: load_model(saved))
    assert text.startswith(f"The model at '{saved}' is damaged: its parts do not fit together (")
    assert text.endswith(f").\n{RESTORE}")


def put(value: Any, *place: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the document: a value at a place in it."""

    def change(content: Any) -> None:
        for step in place[:-1]:
            content = content[step]
        assert place[-1] in content or isinstance(content, list)
        content[place[-1]] = value

    return change


ENCODER, SHAPE = ("encoder",), ("members", 0, "shape")
STREET, DATE = (*ENCODER, "categories", 1), (*ENCODER, "numeric", "dates", 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (put("boosting", "objective", "task"), "'task' is 'boosting' where"),
        (put("binary", "objective", "task"), "no binary has 'squared_error'"),
        (put("nope", "objective", "loss"), "no regression has 'nope' and"),
        (put("accuracy", "objective", "metric"), "no regression has 'squared_error' and"),
        (put(10**400, "members", 0, "weight"), "int too large to convert to float"),
        (put("nan", "members", 0, "weight"), "the members have the weights nan"),
        (put(0.5, "members", 0, "weight"), "the members have the weights 0.5"),
        (put("nope", *SHAPE, "link"), "no network has the link 'nope' and 1 copies"),
        (put(0, *SHAPE, "n_copies"), "no network has the link 'identity' and 0 copies"),
        (put([1] * 7, *SHAPE, "number_widths"), "member 0 embeds more numbers than there are"),
        (put([8.0], *SHAPE, "hidden_sizes"), "'hidden_sizes' is (8.0,) where"),
        (put(None, *SHAPE, "n_outputs"), "'n_outputs' is None where int belongs"),
        (put(None, "training", "history"), "'history' is None where"),
        (put([3], "training", "history"), "'history' is [3] where"),
        (put([], "schema"), "the encoder is one of other columns"),
        (put([], *ENCODER, "schema"), "no columns that are used are called"),
        (put("guess", *ENCODER, "schema", 0, "kind"), "columns of no known kind: 'size'"),
        (put([0.0] * 99, *ENCODER, "scaling", "centre"), "99 columns where"),
        (put([], *ENCODER, "scaling", "fill"), "a scaling of 0, "),
        (put([["elm"]], *STREET, "levels"), "'levels' is (['elm'],) where"),
        (put([1, 2], *STREET, "levels"), "'levels' is (1, 2) where"),
        (put(["elm"] * 2, *STREET, "levels"), "levels of the column 'street' are there twice"),
        (put(["elm"], *STREET, "levels"), "member 0 has other inputs or outputs than the model"),
        (put(["zz"], *DATE, "parts"), "the dates of 'built' have no known style or parts"),
        (put("any", *DATE, "style"), "the dates of 'built' have no known style or parts"),
        (put([], *DATE, "parts"), "a scaling of "),
        (put([10**400], "target", "scale"), "where a list of numbers belongs"),
        (put(["1.5"], "target", "scale"), "['1.5'] where a list of numbers belongs"),
        (put([0.0], "target", "scale"), "center and scale of the target do not fit"),
        (put([], "target", "center"), "center and scale of the target do not fit"),
        (put([7], "target", "constant"), "constant targets are 7 of 1"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_load_says_which_parts_do_not_fit(
    saved: Path, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    rewritten(saved, change)
    text = message(lambda: load_model(saved))
    assert text.startswith(f"The model at '{saved}' is damaged: its parts do not fit together (")
    assert why in text


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_load_refuses_numbers_that_json_has_not(saved: Path, number: float) -> None:
    rewritten(saved, put(number, "target", "center"))
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: 'model.json' cannot be read.\n{RESTORE}"
    )


@pytest.mark.parametrize("problem", [RecursionError("deep"), OverflowError("large"), IndexError()])
def test_load_takes_whatever_goes_wrong_with_the_parts_for_damage(
    saved: Path, problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise problem

    monkeypatch.setattr(folder, "from_document", fail)
    assert message(lambda: load_model(saved)) == (
        f"The model at '{saved}' is damaged: its parts do not fit together ({problem}).\n{RESTORE}"
    )


def test_load_says_that_foreign_weights_do_not_fit(saved: Path) -> None:
    data = pickle.dumps("not safetensors")
    digest = sha256(data).hexdigest()
    weights_of(saved).write_bytes(data)
    rewritten(saved, lambda content: content.update(weights_sha256=digest))
    text = message(lambda: load_model(saved))
    assert text.startswith(f"The model at '{saved}' is damaged: its parts do not fit together (")


def test_load_runs_nothing_as_code(
    saved: Path, old: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_model(saved)  # Imports what is needed, which may run code.

    def explode(*args: object, **kwargs: object) -> None:
        raise AssertionError("code was run")

    with monkeypatch.context() as patch:
        for name in ("load", "loads", "Unpickler"):
            patch.setattr(pickle, name, explode)
        for name in ("eval", "exec", "compile"):
            patch.setattr(builtins, name, explode)
        loaded = load_model(saved)
    assert same(loaded, old)


# Who else writes meanwhile.


def test_second_writer_waits_for_the_first(
    saved: Path, old: Model, new: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the one would clear away the weights that the other is about to name."""
    second = threading.Thread(target=lambda: save_model(old, saved, overwrite=True))
    writes: list[str] = []

    def write(path: Path, content: bytes) -> None:
        writes.append(path.suffix)
        if len(writes) == 2:
            second.start()
            second.join(A_MOMENT)
            assert len(writes) == 2
        write_whole(path, content)

    monkeypatch.setattr(folder, "write_whole", write)
    save_model(new, saved, overwrite=True)
    second.join(60)
    assert same(load_model(saved), old)
    assert len(names_in(saved)) == 2


def test_writer_that_is_slower_than_another_replaces_its_model(
    old: Model, new: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    be_quicker(old, path, monkeypatch)
    save_model(new, path, overwrite=True)
    assert same(load_model(path), new)
    assert names_in(tmp_path) == ["model"]
    assert len(names_in(path)) == 2


def test_writer_that_is_slower_than_another_replaces_nothing_unless_told_to(
    old: Model, new: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    be_quicker(old, path, monkeypatch)
    said = message(lambda: save_model(new, path))
    assert said == f"There is a model at '{path}' already.\nhint: {FORCE}"
    assert same(load_model(path), old)
    assert names_in(tmp_path) == ["model"]


def be_quicker(model: Model, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save a model to a place as soon as another is ready to move there."""
    rename = os.rename

    def renamed(source: Any, target: Any) -> None:
        if Path(target) == path and not path.exists():
            monkeypatch.setattr(os, "rename", rename)
            save_model(model, path)
        rename(source, target)

    monkeypatch.setattr(os, "rename", renamed)


def test_lock_that_a_crash_left_is_in_nobodys_way(old: Model, tmp_path: Path) -> None:
    (tmp_path / ".model.json.lock").touch()
    save_model(old, tmp_path)
    assert len(names_in(tmp_path)) == 2


@pytest.mark.parametrize("is_put_back", [False, True])
def test_load_reads_again_when_the_model_is_replaced_meanwhile(
    is_put_back: bool, saved: Path, old: Model, new: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = folder._read_weights

    def read_late(path: Path, content: dict[str, Any]) -> bytes:
        monkeypatch.setattr(folder, "_read_weights", read)
        save_model(new, saved, overwrite=True)
        try:
            return read(path, content)
        finally:
            if is_put_back:
                save_model(old, saved, overwrite=True)

    monkeypatch.setattr(folder, "_read_weights", read_late)
    assert same(load_model(saved), old if is_put_back else new)


# Names and labels that are hard to write.

STRANGE = [
    "naïve",
    "数据",
    "🦊",
    "a\tb",
    "a\nb",
    'say "hi"',
    "\\",
    "../x",
    "'",
    " ",
    "e\u0301",
    "{}",
    "\x00",
    "\u2028",
]


def test_strange_column_names_survive(tmp_path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame(np.resize(X, (N_ROWS, len(STRANGE))), columns=STRANGE)
    model = small(Regressor).fit(table, pd.Series(NUMBERS, name="prix à payer ☃"))
    model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert list(loaded.schema.names) == STRANGE
    assert loaded.target.name == "prix à payer ☃"
    np.testing.assert_array_equal(loaded.predictions(as_table(table)), model.predict(table))


@pytest.mark.parametrize(
    "classes",
    [
        np.array(["None", "na "], dtype=object),
        np.array(["Null", "x"], dtype=object),
        np.array(["ja", "nö", "🦊"], dtype=object),
        np.array(["abc", "b"]),
        np.array([-(2**62), 2**62, 2**62 + 1]),
        np.array([1, 2**64 - 1], np.uint64),
        np.array([-3, 7], np.int8),
        np.array([False, True]),
        np.array([0.0, 1.0]),
    ],
    ids=repr,
)
def test_class_names_survive(tmp_path: Path, classes: Any) -> None:
    model = small(Classifier).fit(X, np.resize(classes, N_ROWS))
    model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.target.classes is not None
    assert loaded.target.classes.dtype == model.classes_.dtype == classes.dtype
    assert loaded.target.classes.tolist() == model.classes_.tolist() == classes.tolist()
    np.testing.assert_array_equal(loaded.predictions(as_table(X)), model.predict(X))


def test_scores_that_are_not_finite_become_none(tmp_path: Path, old: Model) -> None:
    extra = {"test_scores": {"r2": float("-inf"), "rmse": float("nan"), "mae": 1.0}}
    model = dataclasses.replace(old, training=dataclasses.replace(old.training, extra=extra))
    save_model(model, tmp_path / "model")
    scores = load_model(tmp_path / "model").training.extra["test_scores"]
    assert scores == {"r2": None, "rmse": None, "mae": 1.0}


def test_place_below_a_file_is_refused_before_training(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("mine")
    text = message(lambda: check_writable(tmp_path / "f" / "a" / "m"))
    assert text == (
        f"The model cannot go to '{tmp_path}/f/a/m': '{tmp_path}/f' is a file.\n"
        "hint: choose another place"
    )


def test_place_that_may_not_be_written_to_is_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    text = message(lambda: check_writable(tmp_path / "m"))
    assert text == (
        f"The model cannot go to '{tmp_path}/m': you may not write to '{tmp_path}'.\n"
        "hint: choose another place"
    )


def test_what_tells_of_a_model_goes_when_another_takes_its_place(
    saved: Path, old: Model, new: Model
) -> None:
    for name in (REPORT, CARD):
        (saved / name).write_text("of the old model")
    save_model(old, saved, overwrite=True)
    assert (saved / REPORT).exists()
    save_model(new, saved, overwrite=True)
    assert {file.suffix for file in saved.iterdir()} == {".json", ".safetensors"}
    load_model(saved)
