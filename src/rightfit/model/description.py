"""A model in plain values, for whoever shows it."""

import dataclasses
from typing import Any

from rightfit.model.model import Model


def describe_model(model: Model) -> dict[str, Any]:
    """Describe layers, columns, training and scores; every value is plain Python."""
    training = model.training
    return {
        "estimator": model.estimator,
        "target": model.target.name,
        "classes": None if model.target.classes is None else model.target.classes.tolist(),
        "objective": dataclasses.asdict(model.objective),
        "layers": describe_layers(model),
        "n_parameters": model.n_parameters,
        "columns": model.schema.to_json(),
        "n_training_rows": training.n_training_rows,
        "n_validation_rows": training.n_validation_rows,
        "n_dropped_rows": training.n_dropped_rows,
        "n_epochs": len(training.history),
        "best_epoch": training.best_epoch,
        "stop_reason": training.stop_reason,
        "test_scores": training.extra.get("test_scores", {}),
        "parameters": model.parameters,
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
    for number, (layer, activation) in enumerate(
        zip(model.network.layers, activations, strict=True), start=1
    ):
        last = number == len(model.network.layers)
        name = "output" if last else f"hidden {number}"
        inputs, outputs = layer.weight.shape
        layers.append(_layer(name, inputs, outputs, activation, bias=True))
    return layers


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
