"""What the file says of itself, besides its graph."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from rightfit.export.inputs import Input
from rightfit.export.outputs import Output
from rightfit.model.model import Model


def metadata_of(model: Model, inputs: Sequence[Input], outputs: Sequence[Output]) -> dict[str, str]:
    """Say what the model is, as text by name; what has parts is JSON."""
    classes = model.target.classes
    facts: dict[str, Any] = {
        "version": version("rightfit"),
        "estimator": model.estimator,
        "task": model.objective.task,
        "target": model.target.name,
        "classes": None if classes is None else classes.tolist(),
        "n_networks": sum(member.weight > 0 for member in model.members),
        "inputs": [one.as_plain() for one in inputs],
        "outputs": [one.as_plain() for one in outputs],
        "columns": model.schema.to_json(),
    }
    return {f"rightfit.{name}": _text(value) for name, value in facts.items()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
