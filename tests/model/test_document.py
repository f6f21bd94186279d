import json
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from rightfit import Classifier, Regressor
from rightfit.data.table import as_table
from rightfit.model.document import from_document, to_document
from rightfit.model.model import Model
from tests.estimators.examples import N_ROWS, NUMBERS, THREE, X, mixed, small


def model_of(estimator: Any, table: Any, y: Any, **chosen: Any) -> Model:
    fitted: Model = small(estimator, **chosen).fit(table, y)._model
    return fitted


def predictions(model: Model, table: Any) -> Any:
    rows = as_table(table)
    return model.predictions(rows) if model.target.classes is None else model.probabilities(rows)


def through_json(model: Model) -> Model:
    document, arrays = to_document(model)
    return from_document(json.loads(json.dumps(document, allow_nan=False)), arrays)


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of(Regressor, mixed(), NUMBERS, max_one_hot=3)


@pytest.mark.parametrize(
    ("estimator", "table", "y", "chosen"),
    [
        (Regressor, mixed(), NUMBERS, {"max_one_hot": 3}),
        (Regressor, X, X[:, :2], {}),
        (Regressor, X, NUMBERS, {"hidden_sizes": (), "precision": "float32"}),
        (Classifier, mixed(), THREE, {"max_one_hot": 0}),
        (Classifier, [["a", 1.0], ["b", 2.0]] * 20, np.arange(N_ROWS) % 2 == 0, {}),
    ],
    ids=["mixed", "several", "linear", "embedded", "lists"],
)
def test_model_survives_json(estimator: Any, table: Any, y: Any, chosen: dict[str, Any]) -> None:
    model = model_of(estimator, table, y, **chosen)
    again = through_json(model)
    np.testing.assert_array_equal(predictions(again, table), predictions(model, table))
    for name in (
        "estimator",
        "parameters",
        "objective",
        "shape",
        "schema",
        "has_names",
        "training",
    ):
        assert getattr(again, name) == getattr(model, name), name
    assert again.encoder.to_json() == model.encoder.to_json()
    # Types, too: of the weights, and of the numbers of the target.
    assert again.network.dtype == model.network.dtype
    assert again.target.is_matrix == model.target.is_matrix
    np.testing.assert_array_equal(again.target.center, model.target.center)
    np.testing.assert_array_equal(again.target.scale, model.target.scale)
    np.testing.assert_equal(again.target.shares, model.target.shares)
    assert (again.target.shares is None) == (estimator is Regressor)


def test_numpy_numbers_among_the_parameters_become_plain_ones() -> None:
    chosen = {
        "hidden_sizes": (np.int64(8),),
        "l2": np.float64(0.1),
        "random_state": np.uint32(3),
        "verbose": np.False_,
        "column_kinds": {"x0": "number"},
        "activation": ("relu",),
    }
    parameters = through_json(model_of(Regressor, X, NUMBERS, **chosen)).parameters
    plain = {
        "hidden_sizes": (8,),
        "l2": 0.1,
        "random_state": 3,
        "verbose": False,
        "column_kinds": {"x0": "number"},
        "activation": ("relu",),
    }
    assert {name: parameters[name] for name in plain} == plain
    assert type(parameters["hidden_sizes"][0]) is int


def test_equal_fits_differ_in_their_times_only() -> None:
    documents = [to_document(model_of(Regressor, X, NUMBERS))[0] for _ in range(2)]
    for document in documents:
        training = document["training"]
        assert training["made"].pop("at")
        for record in training["history"]:
            record.pop("seconds")
    assert documents[0] == documents[1]


def test_model_that_was_saved_before_circumstances_were_noted_has_none(model: Model) -> None:
    document, arrays = to_document(model)
    assert document["training"]["made"]["versions"]
    del document["training"]["made"]
    assert from_document(document, arrays).training.made == {}


def test_model_that_was_saved_before_shares_of_classes_were_kept_has_none() -> None:
    document, arrays = to_document(model_of(Classifier, X, THREE))
    assert sum(document["target"].pop("shares")) == pytest.approx(1.0)
    assert from_document(document, arrays).target.shares is None


def test_model_that_is_saved_again_keeps_the_circumstances_of_its_training(model: Model) -> None:
    document, arrays = to_document(model)
    document["training"]["made"]["versions"]["jax"] = "0.0.1"
    again, _ = to_document(from_document(document, arrays))
    assert again["training"]["made"] == document["training"]["made"]


def test_arrays_are_named_by_their_place(model: Model) -> None:
    _, arrays = to_document(model)
    assert list(arrays) == [
        "members.0.categories.1.table",
        "members.0.layers.0.weight",
        "members.0.layers.0.bias",
        "members.0.layers.1.weight",
        "members.0.layers.1.bias",
    ]
    assert sum(array.size for array in arrays.values()) == model.n_parameters


def test_arrays_of_a_loaded_model_are_its_own(model: Model) -> None:
    document, arrays = to_document(model)
    again = from_document(document, arrays)
    for leaf in jax.tree.leaves(again.network):
        leaf[...] = 0.0
    assert np.any(arrays["members.0.layers.0.weight"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda arrays: arrays.pop("members.0.layers.0.bias"), "member 0 hold .* and its shape"),
        (
            lambda arrays: arrays.update({"members.0.bias": arrays.pop("members.0.layers.0.bias")}),
            "there are no arrays",
        ),
        (lambda arrays: arrays.update(more=np.zeros(3)), "where .* belong"),
        (
            lambda arrays: arrays.update({"members.0.layers.1.bias": np.zeros(2)}),
            r"array 'members.0.layers.1.bias' is float64 \(2,\) where \(1,\) belongs",
        ),
        (
            lambda arrays: arrays.update({"members.0.layers.1.bias": np.zeros(1, np.int32)}),
            r"array 'members.0.layers.1.bias' is int32 \(1,\) where \(1,\) belongs",
        ),
    ],
    ids=["missing", "renamed", "extra", "shape", "type"],
)
def test_arrays_that_do_not_fit_are_refused(
    model: Model, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    document, arrays = to_document(model)
    changed = dict(arrays)
    change(changed)
    with pytest.raises(ValueError, match=why):
        from_document(document, changed)


@pytest.mark.parametrize(
    ("name", "size"),
    [("hidden_sizes", [10**13]), ("hidden_sizes", [10**13, -3]), ("n_numbers", 10**13)],
)
def test_shape_that_is_larger_than_its_arrays_takes_no_memory(
    model: Model, name: str, size: Any
) -> None:
    document, arrays = to_document(model)
    shape = document["members"][0]["shape"] | {"activations": ["relu"] * 2}
    document["members"][0]["shape"] = shape | {name: size}
    with pytest.raises(ValueError, match=r"the arrays of member 0 hold .* and its shape more"):
        from_document(document, arrays)


@pytest.fixture(scope="module")
def words() -> Model:
    return model_of(Classifier, X, np.array(["no", "some", "all"])[THREE])


def test_words_among_the_classes_take_the_memory_of_the_longest(words: Model) -> None:
    document, arrays = to_document(words)
    assert document["target"]["classes"]["dtype"] == "<U4"
    document["target"]["classes"]["dtype"] = "<U50000000"
    classes = from_document(document, arrays).target.classes
    assert classes is not None
    assert classes.tolist() == ["all", "no", "some"]
    assert classes.nbytes == 3 * 4 * 4


def test_one_long_word_among_many_classes_takes_no_memory(words: Model) -> None:
    document, arrays = to_document(words)
    values = ["a" * 50_000, *map(str, range(50_000))]
    document["target"]["classes"]["values"] = values
    with pytest.raises(ValueError, match="one of 50,001 classes has 50,000 signs"):
        from_document(document, arrays)


@pytest.mark.parametrize("dtype", ["V10", "S4", "<M8[s]", "<c16", "<i4,<i4", "(1000,)<i4"])
def test_classes_of_a_type_that_no_label_has_are_refused(words: Model, dtype: str) -> None:
    document, arrays = to_document(words)
    document["target"]["classes"]["dtype"] = dtype
    with pytest.raises(ValueError, match="classes are of type"):
        from_document(document, arrays)


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("|O", [1, 2, 3]),
        ("|O", [["a"], ["b"], ["c"]]),
        ("<U1", [1, 2, 3]),
        ("<U1", [["a"], ["b"], ["c"]]),
        ("<i8", [1.5, 2.0, 3.0]),
        ("|b1", ["a", "b", "c"]),
        ("<f8", ["1", "2", "nan"]),
    ],
)
def test_classes_that_are_not_of_their_type_are_refused(
    words: Model, dtype: str, values: list[Any]
) -> None:
    document, arrays = to_document(words)
    document["target"]["classes"] = {"dtype": dtype, "values": values}
    with pytest.raises(ValueError, match="classes are not of their type"):
        from_document(document, arrays)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["a"], "classes are 'a'"),
        (["a", "a", "b"], "classes are 'a', 'a', 'b'"),
        (["a", "b"], "the task is 'multiclass' where 'binary' belongs"),
        (["a", "b", "c", "d"], "member 0 has other inputs or outputs than the model"),
    ],
)
def test_classes_that_the_network_does_not_have_are_refused(
    words: Model, values: list[str], why: str
) -> None:
    document, arrays = to_document(words)
    document["target"] |= {"classes": {"dtype": "<U1", "values": values}, "shares": None}
    with pytest.raises(ValueError, match=why):
        from_document(document, arrays)


def test_shares_of_other_classes_are_refused(words: Model) -> None:
    document, arrays = to_document(words)
    document["target"]["shares"] = [0.5, 0.5]
    with pytest.raises(ValueError, match="2 shares of 3 classes"):
        from_document(document, arrays)


@pytest.mark.parametrize("edges", [[], [1.0, 0.0], [0.0, 0.0]])
def test_edges_of_bins_that_are_not_in_order_are_refused(edges: list[float]) -> None:
    document, arrays = to_document(model_of(Regressor, X, NUMBERS, scaling="quantile"))
    document["encoder"]["scaling"]["edges"][0] = edges
    with pytest.raises(ValueError, match="edges of bins are not in order"):
        from_document(document, arrays)


def test_several_numbers_are_a_matrix() -> None:
    document, arrays = to_document(model_of(Regressor, X, X[:, :2]))
    document["target"]["is_matrix"] = False
    with pytest.raises(ValueError, match="a target of 2 numbers"):
        from_document(document, arrays)
