from pathlib import Path

import polars as pl
import pytest

import rightfit as library
from tests.cli.conftest import Type


def test_describe_shows_layers_columns_training_and_scores(rightfit: Type, model: Path) -> None:
    answer = rightfit("describe", "use.model")
    assert (answer.code, answer.err) == (0, "")
    text = "\n".join(line.rstrip() for line in answer.out.splitlines())
    assert text.startswith(
        "Classifier of use\n"
        "\n"
        "column  kind      missing  values  note\n"
        "size    number                 48\n"
        "age     number                 32\n"
        "town    category                3\n"
        "price   number                 48\n"
        "\n"
        "layer     inputs  outputs  activation  parameters\n"
        "hidden 1       6        8  relu                56\n"
        "output         8        1  logistic             9\n"
        "\n"
        "65 parameters: a layer from N inputs to K outputs has (N+1)·K, an embedding N·K\n"
        "trained on 48 rows; max_epochs reached (3); "
    )
    assert "\nset: hidden_sizes=(8,), max_epochs=3, random_state=0\n\non the test rows " in text
    assert "\nthis model " in text
    assert "\nlinear model " in text
    assert "\nmajority class " in text


def test_json_is_the_description(rightfit: Type, model: Path) -> None:
    described = rightfit("describe", "use.model", "--json").json
    assert described["n_parameters"] == 65
    assert described["classes"] == ["home", "shop"]
    assert set(described) == set(library.load(model).describe())


@pytest.mark.parametrize(("target", "n_outputs"), [("price", 1), ("use", 1), ("town", 3)])
def test_single_layer_has_n_plus_1_times_k_parameters(
    rightfit: Type, table: pl.DataFrame, target: str, n_outputs: int
) -> None:
    table.select("size", "age", target).write_csv("linear.csv")
    flags = ("--hidden-sizes", "none", "--max-epochs", "2")
    assert rightfit("train", "linear.csv", "--target", target, *flags).code == 0
    (layer,) = rightfit("describe", "linear.model", "--json").json["layers"]
    assert (layer["inputs"], layer["outputs"]) == (2, n_outputs)
    assert layer["parameters"] == (2 + 1) * n_outputs
