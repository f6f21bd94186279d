"""A model in plain values, for whoever shows it."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from rightfit.errors import counted
from rightfit.model.model import Model
from rightfit.nn.number_embedding import embedded_widths, embedding_parameters


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
        "n_refit_rows": training.n_refit_rows,
        "n_epochs": sum(record["member"] == heaviest for record in training.history),
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
            "drawn": training.recipe.get("drawn", {}),
        },
        "made": training.made,
    }


def describe_layers(model: Model) -> list[dict[str, Any]]:
    """One entry for each part of the heaviest network that has numbers of its own, in their order.

    A layer from N inputs to K outputs has (N+1)·K parameters, and K more if its activation is
    parametric; those of all parts add up to `shape.n_parameters`. What copies do not share has
    the outputs of all of them.
    """
    shape, layers = model.shape, []
    if shape.number_embedding != "none" and shape.number_widths:
        features = sum(embedded_widths(shape.number_embedding, shape.number_widths))
        learned = embedding_parameters(shape.number_embedding, shape.number_widths)
        n_numbers, name = len(shape.number_widths), shape.number_embedding
        layers.append(_layer("embedding of numbers", n_numbers, features, name, learned))
    names = model.encoder.category_names
    for name, column in zip(names, model.network.categories, strict=True):
        if column.table is not None:
            levels, width = column.table.shape
            layers.append(_layer(f"embedding of {name}", levels, width, "", levels * width))
    if shape.has_factors:
        n_inputs, n_factors = shape.n_factors // shape.n_copies, shape.n_factors
        layers.append(_layer("input factors", n_inputs, n_factors, "", n_factors, shape.n_copies))
    return layers + _linear_layers(model)


def _linear_layers(model: Model) -> list[dict[str, Any]]:
    """The hidden layers and the output layer, which copies do not share."""
    shape, layers = model.shape, []
    activations = [*shape.activations, _output_name(model)]
    shares = [*model.network.shares, None]
    for name, layer, activation, share in zip(
        shape.layer_names, model.network.layers, activations, shares, strict=True
    ):
        inputs, outputs = layer.weight.shape
        parameters = (inputs + 1) * outputs + (0 if share is None else len(share))
        copies = shape.n_copies if name == shape.layer_names[-1] else 1
        layers.append(_layer(name, inputs, outputs, activation, parameters, copies))
    return layers


def say_recipe(recipe: Mapping[str, Any]) -> list[str]:
    """Put what the recipe added into words: what all networks share, then each kind of networks.

    Args:
        recipe: as `describe_model` gives it.

    Example:
        >>> say_recipe({"filled": {"l2": 0.2}, "kinds": []})
        ['l2=0.2']
        >>> kinds = [{"dropout_rate": [0.0, 0.2], "n_copies": [4], "members": 2}]
        >>> say_recipe({"filled": {"scaling": "tree", "n_folds": None}, "kinds": kinds})
        ["all networks: scaling='tree'", '2 networks: dropout_rate in [0.0, 0.2], n_copies=4']
        >>> say_recipe({"kinds": [{"l2": [0.0, 0.1], "members": 1}], "drawn": {"l2": 0.1}})
        ['1 network: l2=0.1 drawn of [0.0, 0.1]']
    """
    drawn = recipe.get("drawn", {})

    def said(values: Mapping[str, Any]) -> str:
        parts = []
        for name, value in values.items():
            if isinstance(value, list) and len(value) > 1:
                one = f"={drawn[name]!r} drawn of" if name in drawn else " in"
                parts.append(f"{name}{one} {value!r}")
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
    training = model.training
    best_epochs: dict[int, list[int]] = {}
    for member in training.members:
        best_epochs.setdefault(member["trial"], []).append(member["best_epoch"])

    def place(trial: dict[str, Any]) -> tuple[float, float]:
        watched = trial["watched"]
        if watched is None or math.isnan(watched):
            return -trial["weight"], math.inf
        return -trial["weight"], model.objective.sign * watched

    return [
        {**trial, "best_epochs": best_epochs[trial["trial"]]}
        for trial in sorted(training.trials, key=place)
    ]


def _layer(
    name: str, inputs: int, outputs: int, activation: str, parameters: int, copies: int = 1
) -> dict[str, Any]:
    return {
        "name": name,
        "inputs": inputs,
        "outputs": outputs,
        "copies": copies,
        "activation": activation,
        "parameters": parameters,
    }


def _output_name(model: Model) -> str:
    link = model.shape.link
    if link != "identity":
        return "exponential" if link == "log" else link
    return {"binary": "logistic", "multiclass": "softmax", "regression": "identity"}[
        model.objective.task
    ]
