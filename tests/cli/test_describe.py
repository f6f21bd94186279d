import re
from pathlib import Path

import polars as pl
import pytest

import rightfit as library
from tests.cli.conftest import TINY, Type

pytestmark = pytest.mark.slow


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
        "in all                                         65\n"
        "\n"
        "65 parameters: a layer from N inputs to K outputs has (N+1)·K, an embedding N·K\n"
        "prediction: 56 multiplications a row\n"
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


def test_describe_of_a_pack_shows_members_choice_and_path(
    rightfit: Type, table: pl.DataFrame
) -> None:
    words = ("--l2", "0,1e-2", "--hidden-sizes", "(8,),none", "--n-folds", "2", *TINY[2:])
    assert rightfit("train", "houses.csv", "--target", "use", *words).code == 0
    answer = rightfit("describe", "houses.model")
    assert (answer.code, answer.err) == (0, "")
    fitted = library.load("houses.model")
    n = sum(row["weight"] > 0 for row in fitted.members_)
    assert f"\n{n} of 8 networks predict; the heaviest has\n\nlayer " in answer.out
    assert f"\n{fitted.n_parameters_} parameters in {n} networks: " in answer.out
    n_multiplications = fitted.describe()["n_multiplications"]
    assert f"\nprediction: {n_multiplications} multiplications a row\n" in answer.out
    assert "\ntrained on 48 rows in 2 folds; of 8 members 8 reached max_epochs; " in answer.out
    assert "\nChosen: ensemble of " in answer.out
    heads = "\nmember  trial  fold    loss  best epoch  epochs  stopped by  weight\n"
    assert heads in answer.out
    assert "\ntrial  hidden sizes    l2  out-of-fold loss  best epoch  weight\n" in answer.out
    assert "\nparameter     value  out-of-fold loss " in answer.out
    described = rightfit("describe", "houses.model", "--json").json
    assert len(described["members"]) == 8
    assert described["choice"]["n_rows"] == 48


def test_describe_says_what_the_recipe_did(rightfit: Type, table: pl.DataFrame) -> None:
    few = ("train", "houses.csv", "--target", "use", "--max-epochs", "1", "--no-report")
    assert rightfit(*few).code == 0
    answer = rightfit("describe", "houses.model")
    assert (
        "\nset: max_epochs=1, random_state=0\nrecipe: hidden_sizes=(256, 256), l2=0.2\n"
        in answer.out
    )
    pl.concat([table] * 3).write_csv("more.csv")
    more = ("train", "more.csv", "--target", "use", "--max-epochs", "1", "--quality", "fast")
    assert rightfit(*more, "--no-report").code == 0
    answer = rightfit("describe", "more.model")
    assert "\nrecipe: all networks: patience_epochs=10, " in answer.out
    assert "\n        1 network: number_embedding='piecewise', " in answer.out


def test_describe_of_copies_adds_up(rightfit: Type, table: pl.DataFrame) -> None:
    pl.concat([table] * 3).write_csv("more.csv")
    more = ("train", "more.csv", "--target", "use", "--max-epochs", "1", "--quality", "fast")
    assert rightfit(*more, "--no-report").code == 0
    answer = rightfit("describe", "more.model")
    facts = rightfit("describe", "more.model", "--json").json
    first, last = facts["layers"][1], facts["layers"][-1]
    assert (first["name"], first["outputs"]) == ("input factors", 4 * first["inputs"])
    assert (last["outputs"], last["copies"]) == (4, 4)
    assert re.search(r"\noutput +128 +4 × 1  logistic ", answer.out)
    total = sum(layer["parameters"] for layer in facts["layers"])
    assert f"{total:,}\n" in answer.out
    n_predicting = sum(member["weight"] > 0 for member in facts["members"])
    assert facts["n_parameters"] == total * n_predicting
    assert "\ncopies share all of a network but " in answer.out
    # Of a network alone nothing is drawn.
    assert "drawn of" not in answer.out
    assert " dropout_rate=0.1, weight_decay=0.1, " in answer.out


def test_describe_of_a_described_network_has_no_recipe(rightfit: Type, model: Path) -> None:
    assert "recipe" not in rightfit("describe", "use.model").out


@pytest.mark.parametrize(("target", "n_outputs"), [("price", 1), ("use", 1), ("town", 3)])
def test_single_layer_has_n_plus_1_times_k_parameters(
    rightfit: Type, table: pl.DataFrame, target: str, n_outputs: int
) -> None:
    table.select("size", "age", target).write_csv("linear.csv")
    flags = ("--hidden-sizes", "none", "--max-epochs", "2", "--no-report")
    assert rightfit("train", "linear.csv", "--target", target, *flags).code == 0
    (layer,) = rightfit("describe", "linear.model", "--json").json["layers"]
    assert (layer["inputs"], layer["outputs"]) == (2, n_outputs)
    assert layer["parameters"] == (2 + 1) * n_outputs
