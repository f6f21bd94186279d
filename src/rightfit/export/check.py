"""Whether an exported file predicts what its model predicts, measured with onnxruntime."""

import dataclasses
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np

from rightfit.data.table import Table
from rightfit.errors import RightFitError
from rightfit.export.feeds import feeds_of
from rightfit.export.inputs import Input
from rightfit.export.outputs import LABEL, PREDICTION, PROBABILITIES, Output
from rightfit.model.model import Model

RUNTIME: Final = "onnxruntime"
# A hundred times what rounding comes to: rows are encoded in float32, whatever the network is in.
TOLERANCE: Final = 1e-4


@final
@dataclasses.dataclass(frozen=True)
class Comparison:
    """A file beside its model.

    Attributes:
        n_rows: rows that both predicted.
        largest_difference: between their probabilities; of numbers, in standard deviations of
            the target, and for those further than one from the mean, relative to that.
    """

    n_rows: int
    largest_difference: float


def can_check() -> bool:
    """Say whether onnxruntime is there."""
    return importlib.util.find_spec(RUNTIME) is not None


def compare(
    content: bytes, model: Model, table: Table, inputs: Sequence[Input], outputs: Sequence[Output]
) -> Comparison:
    """Let the file and the model predict the same rows.

    Args:
        content: of the file.
        model: what was exported.
        table: the rows.
        inputs: of the file.
        outputs: of the file.

    Raises:
        RightFitError: they differ by more than the tolerance.
    """
    feeds = feeds_of(inputs, table, model.encoder)
    found = _run(content, feeds, outputs)
    if model.target.classes is None:
        difference = _of_numbers(model, found[PREDICTION], model.predictions(table))
    else:
        difference = _of_classes(model, found, model.probabilities(table))
    if not difference <= TOLERANCE:
        raise RightFitError(
            f"The exported model differs from the fitted one by {difference:.1e} on "
            f"{table.n_rows} made-up rows; nothing was written.",
            expected=f"At most {TOLERANCE:.0e} is rounding.",
            hint="please report it, with the parameters of the model",
        )
    return Comparison(table.n_rows, difference)


def _run(
    content: bytes, feeds: Mapping[str, np.ndarray[Any, Any]], outputs: Sequence[Output]
) -> dict[str, np.ndarray[Any, Any]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in outputs]
    # The rows after the first by themselves: any number of rows goes in.
    parts = [
        session.run(names, {name: rows[part] for name, rows in feeds.items()})
        for part in (slice(1), slice(1, None))
    ]
    roles = [output.role for output in outputs]
    return {
        role: np.concatenate(halves)
        for role, halves in zip(roles, zip(*parts, strict=True), strict=True)
    }


def _of_numbers(model: Model, found: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> float:
    scale, center = model.target.scale, model.target.center
    if not model.target.is_matrix:
        found, right = found[:, None], right[:, None]
    size = np.maximum(scale, np.abs(right - center))
    return float(np.max(np.abs(found - right) / size))


def _of_classes(
    model: Model,
    found: Mapping[str, np.ndarray[Any, Any]],
    right: np.ndarray[Any, Any],
) -> float:
    difference = float(np.max(np.abs(found[PROBABILITIES] - right)))
    assert model.target.classes is not None
    # Where two classes are as probable as each other, rounding may choose.
    highest = np.sort(right, axis=1)
    is_clear = highest[:, -1] - highest[:, -2] > 2 * TOLERANCE
    labels = model.target.classes[right.argmax(axis=1)]
    same = found[LABEL] == labels
    return difference if bool(np.all(same | ~is_clear)) else 1.0
