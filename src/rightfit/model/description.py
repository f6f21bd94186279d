"""A model in plain values, for whoever shows it."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from rightfit.errors import counted
from rightfit.model.model import Model
from rightfit.objectives import METRICS


def describe_model(model: Model) -> dict[str, Any]:
    """Describe layers, columns, training and scores; every value is plain Python.

    The layers are those of the heaviest member, and so is `n_epochs`.
    """
    training = model.training
    heaviest = model.members[0].number
    return {
        "estimator": model.estimator,
        "target": model.target.name,
        "classes": None if model.target.classes is None else model.target.classes.tolist(),
        "objective": dataclasses.asdict(model.objective),
        "layers": describe_layers(model),
        "n_parameters": model.n_parameters,
        "n_multiplications": model.n_multiplications,
        "columns": model.schema.to_json(),
        "n_training_rows": training.n_training_rows,
        "n_validation_rows": training.n_validation_rows,
        "n_dropped_rows": training.n_dropped_rows,
        "n_epochs": sum(record.get("member", 0) == heaviest for record in training.history),
        "best_epoch": training.best_epoch,
        "stop_reason": training.stop_reason,
        "members": training.members,
        "trials": describe_trials(model),
        "choice": training.choice,
        "test_scores": training.extra.get("test_scores", {}),
        "parameters": model.parameters,
        "recipe": {
            "filled": training.recipe.get("filled", {}),
            "kinds": list(training.recipe.get("kinds", ())),
        },
        "made": training.made,
    }


def describe_layers(model: Model) -> list[dict[str, Any]]:
    """One entry a layer; a layer from N inputs to K outputs has (N+1)·K parameters."""
    layers = []
    names = model.encoder.category_names
    for name, column in zip(names, model.network.categories, strict=True):
        if column.table is not None:
            levels, width = column.table.shape
            layers.append(_layer(f"embedding of {name}", levels, width, "", bias=False))
    activations = [*model.shape.activations, _output_name(model)]
    for name, layer, activation in zip(
        model.shape.layer_names, model.network.layers, activations, strict=True
    ):
        inputs, outputs = layer.weight.shape
        layers.append(_layer(name, inputs, outputs, activation, bias=True))
    return layers


def say_recipe(recipe: Mapping[str, Any]) -> list[str]:
    """Put what the recipe added into words: what all networks share, then each kind of networks.

    Example:
        >>> say_recipe({"filled": {"l2": 0.2}, "kinds": []})
        ['l2=0.2']
        >>> kinds = [{"dropout_rate": [0.0, 0.2], "n_copies": [4], "members": 2}]
        >>> say_recipe({"filled": {"scaling": "tree", "n_folds": None}, "kinds": kinds})
        ["all networks: scaling='tree'", '2 networks: dropout_rate in [0.0, 0.2], n_copies=4']
    """

    def said(values: Mapping[str, Any]) -> str:
        parts = []
        for name, value in values.items():
            if isinstance(value, list) and len(value) > 1:
                parts.append(f"{name} in {value!r}")
            elif value is not None:
                parts.append(f"{name}={(value[0] if isinstance(value, list) else value)!r}")
        return ", ".join(parts)

    filled, kinds = recipe.get("filled", {}), recipe.get("kinds", ())
    lines = [("all networks: " if kinds else "") + said(filled)] if filled else []
    for kind in kinds:
        own = {name: value for name, value in kind.items() if name != "members"}
        lines.append(f"{counted(kind['members'], 'network')}: {said(own)}")
    return lines


def describe_trials(model: Model) -> list[dict[str, Any]]:
    """One entry a trial of a pack: the heaviest first, then the best; none for one network."""
    training, objective = model.training, model.objective
    best_epochs: dict[int, list[int]] = {}
    for member in training.members:
        best_epochs.setdefault(member["trial"], []).append(member["best_epoch"])
    turned = objective.watch_metric and METRICS[objective.metric].greater_is_better

    def place(trial: dict[str, Any]) -> tuple[float, float]:
        watched = trial["watched"]
        if watched is None or math.isnan(watched):
            return -trial["weight"], math.inf
        return -trial["weight"], -watched if turned else watched

    return [
        {**trial, "best_epochs": best_epochs[trial["trial"]]}
        for trial in sorted(training.trials, key=place)
    ]


def _layer(name: str, inputs: int, outputs: int, activation: str, *, bias: bool) -> dict[str, Any]:
    return {
        "name": name,
        "inputs": inputs,
        "outputs": outputs,
        "activation": activation,
        "parameters": (inputs + bias) * outputs,
    }


def _output_name(model: Model) -> str:
    return {"binary": "logistic", "multiclass": "softmax", "regression": "identity"}[
        model.objective.task
    ]
