import dataclasses
import math
import re
import subprocess
import sys
from typing import Any

import jax.numpy as jnp
import pytest

from rightfit.errors import ParameterError
from rightfit.estimators.grid import (
    AUTO_MEMBERS,
    DEFAULT_RANGES,
    DEFAULT_SIZES,
    Grid,
    combinations,
    with_values,
)
from rightfit.estimators.hyperparameters import (
    ClassifierParameters,
    Hyperparameters,
    RegressorParameters,
    member_parameters,
)
from rightfit.parameters import check_parameters, declared_parameters
from rightfit.train.customary import CUSTOMARY_LEARNING_RATES
from rightfit.train.optimizers import OPTIMIZERS

# One value for everything that `members` would draw.
KEPT: dict[str, Any] = {
    "hidden_sizes": [(256, 256)],
    "dropout_rate": [0.0],
    "weight_decay": [None],
    "learning_rate": [None],
}


def grid(seed: int = 0, **chosen: Any) -> Grid:
    parameters = ClassifierParameters(**chosen)
    check_parameters(parameters)
    return combinations(parameters, seed)


def complaint(**chosen: Any) -> str:
    with pytest.raises(ParameterError) as caught:
        grid(**chosen)
    return str(caught.value)


def column(drawn: Grid, name: str) -> list[Any]:
    return [values[name] for values in drawn.members]


# The grid of lists.


def test_grid_has_one_combination_if_nothing_is_unsure() -> None:
    assert grid(dropout_rate=0.5) == Grid(members=({},), unsure=(), n_possible=1, simplicity=(0,))


def test_grid_goes_through_the_lists_with_the_last_one_fastest() -> None:
    # Declared order, not the order that they were written in.
    full = grid(learning_rate=[1e-3, 3e-3], dropout_rate=[0, 0.5, 0.25])
    assert full.unsure == ("dropout_rate", "learning_rate")
    assert full.members == (
        {"dropout_rate": 0, "learning_rate": 1e-3},
        {"dropout_rate": 0, "learning_rate": 3e-3},
        {"dropout_rate": 0.5, "learning_rate": 1e-3},
        {"dropout_rate": 0.5, "learning_rate": 3e-3},
        {"dropout_rate": 0.25, "learning_rate": 1e-3},
        {"dropout_rate": 0.25, "learning_rate": 3e-3},
    )
    assert full.n_possible == 6
    assert full.note == ""


def test_grid_of_the_issue_has_18_combinations() -> None:
    full = grid(dropout_rate=[0, 0.25, 0.5], l2=[0, 1e-4, 1e-2], learning_rate=[1e-3, 3e-3])
    assert len(full.members) == full.n_possible == 18
    assert len({tuple(values.items()) for values in full.members}) == 18


def test_list_of_one_value_is_put_in_place_but_does_not_vary() -> None:
    full = grid(l2=[0.5], hidden_sizes=[(8,), (4, 4)])
    assert full.unsure == ("hidden_sizes",)
    assert full.members == (
        {"hidden_sizes": (8,), "l2": 0.5},
        {"hidden_sizes": (4, 4), "l2": 0.5},
    )


@pytest.mark.parametrize("name", member_parameters(Hyperparameters))
def test_every_parameter_of_a_member_can_vary(name: str) -> None:
    two: dict[str, list[Any]] = {
        "hidden_sizes": [(8,), ()],
        "activation": ["relu", ("gelu", "tanh")],
        "optimizer": ["sgd", "lion"],
        "schedule": ["step", "cosine"],
        "dropout_schedule": ["step", "cosine"],
        "parametrisation": ["standard", "ntk"],
        "number_embedding": ["piecewise", "cosine"],
        "number_embedding_size": [8, 16],
        "input_scaling": [False, True],
        "n_copies": [1, 4],
        "batch_size": ["auto", 64],
    }
    values = two.get(name, [0.25, 0.5])
    # What they need to have an effect.
    needs = {"optimizer": "nesterov", "dropout_rate": 0.5, "number_embedding": "cosine"}
    given: dict[str, Any] = needs | {name: values}
    assert column(grid(**given), name) == values
    assert grid(**given).unsure == (name,)


def test_combinations_that_are_the_same_network_are_there_once() -> None:
    full = grid(
        hidden_sizes=[(), (8,)],
        dropout_rate=[0.5, 0.25],
        optimizer=["adamw", "nesterov"],
        momentum=[0.9, 0.5],
    )
    assert [tuple(values.values()) for values in full.members] == [
        ((), 0.5, "adamw", 0.9),
        ((), 0.5, "nesterov", 0.9),
        ((), 0.5, "nesterov", 0.5),
        ((8,), 0.5, "adamw", 0.9),
        ((8,), 0.5, "nesterov", 0.9),
        ((8,), 0.5, "nesterov", 0.5),
        ((8,), 0.25, "adamw", 0.9),
        ((8,), 0.25, "nesterov", 0.9),
        ((8,), 0.25, "nesterov", 0.5),
    ]
    assert full.n_possible == 9


# A grid that is too large.

LARGE: dict[str, Any] = {
    "dropout_rate": [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    "l2": [0, 1e-4, 1e-3, 1e-2, 1e-1],
    "learning_rate": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
}


def test_large_grid_is_sampled_in_its_order_and_says_so() -> None:
    sample = grid(**LARGE)
    assert sample.n_possible == 180
    assert sample.note == (
        "The grid has 180 combinations; 64 of them are drawn at random (max_members)."
    )
    everything = grid(**LARGE, max_members=180)
    assert everything.note == ""
    places = [everything.members.index(values) for values in sample.members]
    assert len(places) == 64
    assert places == sorted(set(places))


def test_sample_follows_the_seed() -> None:
    assert grid(**LARGE) == grid(**LARGE)
    assert grid(seed=1, **LARGE).members != grid(**LARGE).members


def test_sample_is_even() -> None:
    n_times = dict.fromkeys(LARGE["l2"], 0)
    for seed in range(200):
        for value in column(grid(seed=seed, **LARGE, max_members=9), "l2"):
            n_times[value] += 1
    # 360 each; five standard deviations of a binomial are 85.
    assert all(abs(times - 360) < 85 for times in n_times.values())


def test_grid_beyond_all_bounds_is_sampled_too() -> None:
    names = (
        "dropout_rate",
        "input_dropout_rate",
        "l2",
        "weight_decay",
        "learning_rate",
        "momentum",
    )
    many: dict[str, Any] = {name: [k / 1000 + 0.001 for k in range(900)] for name in names}
    many["hidden_sizes"] = [(k,) for k in range(1, 901)]
    many["batch_size"] = list(range(1, 901))
    many["optimizer"] = ["momentum", "nesterov"]
    sample = grid(**many, max_members=3)
    assert sample.n_possible == 2 * 900**8 > 2**63
    assert len(sample.members) == 3
    assert "1,162,261,467,000,000,000" not in sample.note
    assert f"{2 * 900**8:,}" in sample.note


# Members drawn at random.


def test_members_are_drawn_from_the_default_ranges() -> None:
    drawn = grid(members="auto")
    assert len(drawn.members) == AUTO_MEMBERS == 16
    assert drawn.unsure == ("hidden_sizes", "dropout_rate", "weight_decay", "learning_rate")
    assert drawn.n_possible is None
    assert drawn.note == ""
    for values in drawn.members:
        assert tuple(values) == drawn.unsure
        check_parameters(ClassifierParameters(**values))


def test_number_of_auto_is_the_described_one() -> None:
    (text,) = (
        p.description for p in declared_parameters(ClassifierParameters) if p.name == "members"
    )
    assert f"'auto' draws {AUTO_MEMBERS}." in text
    for name in ("hidden_sizes", *DEFAULT_RANGES):
        assert name in text


def test_draws_cover_the_default_ranges() -> None:
    drawn = grid(members=2000)
    assert len(drawn.members) == 2000
    assert set(column(drawn, "hidden_sizes")) == set(DEFAULT_SIZES)
    dropped = column(drawn, "dropout_rate")
    assert dropped.count(0) / 2000 == pytest.approx(1 / 3, abs=0.04)
    assert sum(rate for rate in dropped if rate) / sum(map(bool, dropped)) == pytest.approx(
        0.25, abs=0.02
    )
    for name, known in DEFAULT_RANGES.items():
        some = [value for value in column(drawn, name) if value]
        assert known.low <= min(some) < known.low + (known.high - known.low) / 100
        assert known.high >= max(some) > known.high * 0.95
    # As many in each factor of ten.
    rates = [math.log(rate) for rate in column(drawn, "learning_rate")]
    middle = (math.log(1e-4) + math.log(5e-3)) / 2
    assert sum(rates) / 2000 == pytest.approx(middle, abs=0.1)


def test_draws_are_short_enough_to_read() -> None:
    for values in grid(members=50).members:
        for name in DEFAULT_RANGES:
            assert values[name] == float(f"{values[name]:.3g}")
            assert type(values[name]) is float


def test_draws_follow_the_seed_and_more_members_begin_with_the_same() -> None:
    assert grid(members=8) == grid(members=8)
    assert grid(members=8).members == grid(members="auto").members[:8]
    assert grid(members=8, seed=1).members != grid(members=8).members


def test_draws_do_not_depend_on_the_release_of_numpy() -> None:
    # Made from raw bits of Philox, which NumPy promises to keep.
    assert grid(members=2, seed=7).members == (
        {
            "hidden_sizes": (512, 512),
            "dropout_rate": 0.0,
            "weight_decay": 0.000362,
            "learning_rate": 0.000314,
        },
        {
            "hidden_sizes": (512, 512),
            "dropout_rate": 0.318,
            "weight_decay": 0.000579,
            "learning_rate": 0.00389,
        },
    )


def test_draws_take_what_is_given() -> None:
    drawn = grid(members=40, dropout_rate=[0.1, 0.2], l2=[0.5], learning_rate=0.01, scaling="none")
    assert drawn.unsure == ("hidden_sizes", "dropout_rate", "weight_decay")
    assert set(column(drawn, "dropout_rate")) == {0.1, 0.2}
    assert set(column(drawn, "l2")) == {0.5}
    assert all("learning_rate" not in values for values in drawn.members)


def test_list_of_one_value_keeps_a_default_from_being_drawn() -> None:
    drawn = grid(members=5, dropout_rate=[0.0])
    assert set(column(drawn, "dropout_rate")) == {0.0}
    assert "dropout_rate" not in drawn.unsure


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_drawn_rates_and_decays_suit_the_optimizer(optimizer: str) -> None:
    # Times as far from the customary rate as for adamw, and the weights shrink as much a step.
    times = OPTIMIZERS[optimizer].learning_rate / OPTIMIZERS["adamw"].learning_rate
    drawn = grid(members=20, optimizer=optimizer)
    plain = grid(members=20)
    for one, other in zip(drawn.members, plain.members, strict=True):
        assert one["learning_rate"] == pytest.approx(other["learning_rate"] * times, rel=0.01)
        assert one["weight_decay"] == pytest.approx(other["weight_decay"] / times, rel=0.01)


def test_members_beyond_the_combinations_that_there_are_are_not_repeated() -> None:
    drawn = grid(members=16, **{**KEPT, "dropout_rate": [0, 0.5], "l2": [0, 1e-3]})
    assert drawn.n_possible == 4
    assert drawn.members == grid(**{**KEPT, "dropout_rate": [0, 0.5], "l2": [0, 1e-3]}).members
    assert drawn.note == (
        "There are only 4 combinations: each is trained once, and not the 16 that members asks for."
    )


def test_members_below_the_combinations_that_there_are_are_drawn_without_repeats() -> None:
    drawn = grid(members=29, **{**KEPT, "l2": [k / 8 for k in range(30)]})
    assert drawn.n_possible == 30
    assert len(set(column(drawn, "l2"))) == 29
    assert drawn.note == ""


def test_draws_come_to_an_end_when_three_digits_tell_too_few_apart() -> None:
    rates = column(grid(members=1500, **{**KEPT, "learning_rate": None}), "learning_rate")
    assert len(set(rates)) == 1500


def test_members_may_be_more_than_max_members() -> None:
    assert len(grid(members=9, max_members=4).members) == 9


def test_networks_without_hidden_layers_draw_no_dropout() -> None:
    drawn = grid(members=12, hidden_sizes=[(), (8,)])
    for values in drawn.members:
        assert values["hidden_sizes"] or values["dropout_rate"] == 0
    assert any(column(drawn, "dropout_rate"))
    assert grid(members=4, hidden_sizes=()).unsure == ("weight_decay", "learning_rate")


def test_drawn_sizes_fit_the_tuple_of_activations() -> None:
    drawn = grid(members=30, activation=("relu", "tanh"))
    assert {len(sizes) for sizes in column(drawn, "hidden_sizes")} == {2}


# What makes no sense.


@pytest.mark.parametrize(
    ("name", "values"), [("dropout_rate", [0, 0.5]), ("activation", ["relu", "gelu"])]
)
@pytest.mark.parametrize("hidden_sizes", [(), [()]])
def test_list_is_refused_if_there_is_no_hidden_layer(
    name: str, values: list[Any], hidden_sizes: Any
) -> None:
    assert complaint(**{name: values}, hidden_sizes=hidden_sizes) == (
        f"The '{name}' parameter of ClassifierParameters lists {values!r}, but "
        f"hidden_sizes={hidden_sizes!r} has no hidden layer: every value is the same network.\n"
        "hint: pass one value"
    )


def test_list_of_momentums_is_refused_if_no_optimizer_has_one() -> None:
    assert complaint(momentum=[0.5, 0.9], optimizer=["adamw", "sgd"]) == (
        "The 'momentum' parameter of ClassifierParameters lists [0.5, 0.9], but "
        "optimizer=['adamw', 'sgd'] has no momentum: every value is the same network.\n"
        "hint: pass one value"
    )


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("number_embedding_size", "number_embedding='none' has no features of its own"),
        ("frequency_scale", "number_embedding='none' has no waves"),
        (
            "dropout_schedule",
            "hidden_sizes=(8,), dropout_rate=0.0, input_dropout_rate=0.0 have no dropout",
        ),
    ],
)
def test_list_is_refused_if_what_it_needs_is_not_there(name: str, others: str) -> None:
    values: list[Any] = ["step", "cosine"] if name == "dropout_schedule" else [1, 2]
    assert complaint(hidden_sizes=(8,), **{name: values}) == (
        f"The '{name}' parameter of ClassifierParameters lists {values!r}, but {others}: every "
        "value is the same network.\nhint: pass one value"
    )


def test_factors_of_features_are_not_tried_on_copies() -> None:
    assert complaint(hidden_sizes=(8,), n_copies=4, input_scaling=[False, True]) == (
        "The 'input_scaling' parameter of ClassifierParameters lists [False, True], but "
        "n_copies=4, hidden_sizes=(8,) have no features with factors of their own (copies have one "
        "for each column): every value is the same network.\nhint: pass one value"
    )
    both = grid(hidden_sizes=[(8,), ()], n_copies=[1, 4], input_scaling=[False, True])
    # Of the layer with one copy and of no layer two each, and one of the copies.
    assert len(both.members) == 5


def test_what_has_no_effect_on_some_networks_is_not_tried_on_them() -> None:
    full = grid(
        hidden_sizes=[(8,), ()],
        dropout_rate=[0, 0.5],
        dropout_schedule=["constant", "cosine"],
        number_embedding=["none", "piecewise", "cosine"],
        frequency_scale=[0.1, 1.0],
    )
    # Three kinds of dropout with the layer and one without, each with four of embeddings.
    assert full.n_possible == len(full.members) == 16
    assert len({tuple(values.values()) for values in full.members}) == 16


@pytest.mark.parametrize(("name", "customary"), [("learning_rate", 0.01), ("weight_decay", 0.0)])
def test_a_value_and_what_none_means_are_one_network(name: str, customary: float) -> None:
    assert complaint(**{name: [None, customary, 0.5]}, optimizer="momentum") == (
        f"The '{name}' parameter of ClassifierParameters lists None and {customary}, which is what "
        "None means for optimizer='momentum': both are the same network.\nhint: pass one value"
    )


def test_one_name_for_all_layers_and_for_each_of_them_are_one_network() -> None:
    names = ["relu", ("relu", "relu"), ("relu", "gelu")]
    assert complaint(hidden_sizes=(4, 4), activation=names) == (
        "The 'activation' parameter of ClassifierParameters lists 'relu' and ('relu', 'relu'): "
        "both are the same network.\nhint: pass one value"
    )


def test_list_of_one_value_is_fine_where_it_has_no_effect() -> None:
    assert grid(hidden_sizes=(), dropout_rate=[0.5]).members == ({"dropout_rate": 0.5},)


@pytest.mark.parametrize("members", [None, 4])
def test_activations_that_do_not_fit_are_refused_by_name(members: int | None) -> None:
    assert complaint(
        hidden_sizes=[(8, 8), (8,)], activation=["relu", ("relu", "tanh")], members=members
    ) == (
        "The 'activation' parameter of ClassifierParameters has 2 names for 1 hidden layer: "
        "('relu', 'tanh') does not fit hidden_sizes=(8,).\n"
        "A tuple needs one name for each hidden layer.\n"
        "hint: pass one name to use it for all layers"
    )
    assert "('relu',) does not fit hidden_sizes=()" in complaint(
        hidden_sizes=[(), (8,)], activation=("relu",)
    )


def test_all_that_makes_no_sense_is_said_at_once() -> None:
    text = complaint(
        hidden_sizes=(), dropout_rate=[0, 0.5], activation=["relu", "tanh"], momentum=[0.5, 0.9]
    )
    assert re.findall("The '([a-z_]+)'", text) == ["activation", "dropout_rate", "momentum"]


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_optimizers_with_momentum_are_those_that_it_changes(name: str) -> None:
    moves = []
    for momentum in (0.0, 0.9):
        step = OPTIMIZERS[name].direction(jnp.asarray(momentum))
        weights = jnp.ones(2)
        state = step.init(weights)
        for _ in range(2):
            move, state = step.update(weights, state, weights)
        moves.append(move)
    assert bool((moves[0] != moves[1]).any()) == (name in ("momentum", "nesterov"))


# Simplicity.


def test_simplicity_ranks_the_most_regularised_first() -> None:
    full = grid(dropout_rate=[0, 0.5], l2=[0, 1e-3])
    assert column(full, "l2") == [0, 1e-3, 0, 1e-3]
    assert full.simplicity == (3, 2, 1, 0)


@pytest.mark.parametrize(
    ("name", "from_simple_to_rich"),
    [
        ("dropout_rate", [0.5, 0.25, 0]),
        ("input_dropout_rate", [0.2, 0]),
        ("l2", [1, 1e-3, 0]),
        # adamw's customary decay is 0.01.
        ("weight_decay", [0.1, None, 0.001, 0]),
        ("hidden_sizes", [(), (8,), (16,), (8, 8), (8, 8, 8), (16, 8)]),
        # Its customary rate is 0.001.
        ("learning_rate", [1e-4, None, 3e-3]),
    ],
)
def test_simplicity_goes_by_each_parameter(name: str, from_simple_to_rich: list[Any]) -> None:
    places = tuple(range(len(from_simple_to_rich)))
    chosen: dict[str, Any] = {name: from_simple_to_rich}
    assert grid(**chosen).simplicity == places
    chosen = {name: from_simple_to_rich[::-1]}
    assert grid(**chosen).simplicity == places[::-1]


def test_simplicity_goes_by_the_parameters_in_their_order() -> None:
    full = grid(
        dropout_rate=[0, 0.5],
        l2=[0, 1],
        weight_decay=[0, 1],
        hidden_sizes=[(16,), (8,)],
        learning_rate=[2e-3, 1e-3],
    )
    ranked = [full.members[full.simplicity.index(place)] for place in range(32)]
    keys = [
        (-v["dropout_rate"], -v["l2"], -v["weight_decay"], v["hidden_sizes"], v["learning_rate"])
        for v in ranked
    ]
    assert keys == sorted(keys)


def test_network_without_hidden_layers_is_simpler_than_any_dropout() -> None:
    full = grid(hidden_sizes=[(8,), ()], dropout_rate=[0.5, 0])
    assert [full.members[place]["hidden_sizes"] for place in range(3)] == [(8,), (8,), ()]
    assert full.simplicity == (1, 2, 0)


def test_learning_rates_of_optimizers_are_compared_with_the_customary_ones() -> None:
    full = grid(optimizer=["lion", "sgd"], weight_decay=0, learning_rate=[1e-3, 1e-1])
    # 10 and 1,000 times lion's customary rate; a hundredth of sgd's, and just that.
    assert full.simplicity == (2, 3, 0, 1)


def test_simplicity_is_the_grids_order_if_nothing_regularises() -> None:
    assert grid(schedule=["cosine", "constant", "step"]).simplicity == (0, 1, 2)


# One member.


def test_with_values_puts_one_combination_in_place_of_the_lists() -> None:
    chosen = RegressorParameters(dropout_rate=[0, 0.5], l2=[0.1], loss="huber", members=None)
    (_, second) = combinations(chosen).members
    member = with_values(chosen, second)
    assert type(member) is RegressorParameters
    assert (member.dropout_rate, member.l2, member.loss) == (0.5, 0.1, "huber")
    assert (chosen.dropout_rate, chosen.l2) == ([0, 0.5], [0.1])


def test_with_values_leaves_what_was_fitted_behind() -> None:
    chosen = ClassifierParameters(l2=[0, 0.5])
    chosen.history_ = [1]  # type: ignore[attr-defined]
    member = with_values(chosen, {"l2": 0.5})
    assert not hasattr(member, "history_")
    assert vars(member).keys() == {field.name for field in dataclasses.fields(chosen)}


def test_customary_rates_name_every_optimizer() -> None:
    assert list(CUSTOMARY_LEARNING_RATES) == list(OPTIMIZERS)


def test_grid_imports_nothing_heavy_but_numpy() -> None:
    program = (
        "import sys, rightfit.estimators.grid; "
        "print([n for n in ('jax', 'optax', 'sklearn', 'polars', 'rightfit.model') "
        "if n in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
