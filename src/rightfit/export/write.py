"""Exporting a model: what people call."""

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any, final

from rightfit.data.write import replace_file
from rightfit.errors import DataWarning, ModelFileError, RightFitError, warn_user
from rightfit.model.model import Model

SUFFIX = ".onnx"
PACKAGE = "onnx"
HOW_TO_GET = "pip install 'rightfit[onnx]'"


@final
@dataclasses.dataclass(frozen=True)
class Export:
    """An exported model.

    Attributes:
        path: the file.
        n_bytes: its size.
        n_networks: how many networks it holds.
        inputs: one dict an input: name, type, shape, kind, description.
        outputs: one dict an output: name, type, shape, description.
        n_rows: rows on which file and model were compared; 0 without onnxruntime.
        largest_difference: between their probabilities; between their numbers in standard
            deviations of the target, and for numbers further than one from the mean, relative to
            that distance. None without onnxruntime.
        tolerance: what the difference may be; above it, there is no file.
    """

    path: Path
    n_bytes: int
    n_networks: int
    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    n_rows: int
    largest_difference: float | None
    tolerance: float

    def as_plain(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return {**dataclasses.asdict(self), "path": str(self.path)}


def export_model(model: Model, path: Path, *, overwrite: bool = False) -> Export:
    """Write a model as one ONNX file, and compare its predictions with the model's.

    Args:
        model: what was fitted.
        path: the file; its name ends in .onnx.
        overwrite: replace a file that is there already.

    Raises:
        RightFitError: the packages for it are not installed, or the file would predict something
            else than the model.
        ModelFileError: the file's name has another suffix, or something is in the way.
        DataError: ONNX has no type for the classes, or the file cannot be written.
    """
    check_place(path, overwrite=overwrite)
    check_installed()
    from rightfit.export.check import TOLERANCE, can_check, compare
    from rightfit.export.graph import build_graph
    from rightfit.export.made_rows import made_rows

    predicting = _without_idle_members(model)
    built = build_graph(predicting)
    content = built.proto.SerializeToString()
    n_rows, difference = 0, None
    if can_check():
        rows = made_rows(predicting, built.inputs)
        compared = compare(content, predicting, rows, built.inputs, built.outputs)
        n_rows, difference = compared.n_rows, compared.largest_difference
    else:
        warn_user(
            "The exported file was not compared with the model, as onnxruntime is not installed: "
            f"{HOW_TO_GET}",
            DataWarning,
        )
    replace_file(path, content)
    return Export(
        path=path,
        n_bytes=len(content),
        n_networks=len(predicting.members),
        inputs=tuple(one.as_plain() for one in built.inputs),
        outputs=tuple(one.as_plain() for one in built.outputs),
        n_rows=n_rows,
        largest_difference=difference,
        tolerance=TOLERANCE,
    )


def check_place(path: Path, *, overwrite: bool = False) -> None:
    """Make sure that a file may be written to a place.

    Raises:
        ModelFileError: its name has another suffix, or something is in the way.
    """
    if path.suffix.lower() != SUFFIX:
        raise ModelFileError(
            f"A model cannot be exported to {path.name!r}: its suffix is not known.",
            expected=f"The name ends in {SUFFIX}.",
            hint=f"name it {path.with_suffix(SUFFIX).name!r}",
        )
    if path.is_dir():
        raise ModelFileError(f"'{path}' is a folder.", hint="name a file in it")
    if path.exists() and not overwrite:
        raise ModelFileError(
            f"There is a file at '{path}' already.",
            hint="choose another place, or pass --force (in Python: overwrite=True) to replace it",
        )


def check_installed() -> None:
    """Make sure that what an export needs is there.

    Raises:
        RightFitError: it is not.
    """
    if importlib.util.find_spec(PACKAGE) is None:
        raise RightFitError(
            f"An export needs a package that is not installed: {PACKAGE}.", hint=HOW_TO_GET
        )


def _without_idle_members(model: Model) -> Model:
    members = tuple(member for member in model.members if member.weight > 0)
    return model if members == model.members else dataclasses.replace(model, members=members)
