import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss

from rightfit import (
    Classifier,
    DataWarning,
    ParameterError,
    Regressor,
    TrainingStarted,
    TrainingWarning,
    check_gradients,
)
from rightfit.estimators.choice_names import QUALITY_NAMES
from rightfit.estimators.effort import EFFORTS, Circumstances
from rightfit.estimators.gradients import subject_of
from rightfit.estimators.grid import combinations, combinations_of_kinds
from rightfit.estimators.hyperparameters import (
    PLAIN_SIZES,
    ClassifierParameters,
    Hyperparameters,
    RegressorParameters,
)
from rightfit.estimators.network_kinds import FEWEST_ROWS_OF_AMOUNTS
from rightfit.estimators.recipe import FEWEST_ROWS, NO_RECIPE, follow_recipe
from rightfit.parameters import check_parameters, declared_parameters

pytestmark = pytest.mark.slow

LARGE = Circumstances(n_rows=20_000, n_columns=8)


def members_of(about: Circumstances = LARGE, **given: Any) -> list[dict[str, Any]]:
    chosen, recipe = follow_recipe(ClassifierParameters(**given), about)
    return list(combinations_of_kinds(chosen, recipe.kinds, 0).members)


def linear(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sparse = [values for values in members if values.get("input_scaling")]
    return [each for each in members if each.get("hidden_sizes") == () and each not in sparse]


def deep(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are neither linear nor sparse."""
    lines = linear(members)
    return [each for each in members if not each.get("input_scaling") and each not in lines]


def losses_of(about: Circumstances, **given: Any) -> dict[str, Any]:
    """The loss of each kind of networks, by its embedding."""
    chosen, recipe = follow_recipe(RegressorParameters(**given), about)
    members = combinations_of_kinds(chosen, recipe.kinds, 0).members
    return {values["number_embedding"]: values.get("loss", chosen.loss) for values in members}


@pytest.mark.parametrize("quality", QUALITY_NAMES)
@pytest.mark.parametrize("n_rows", [FEWEST_ROWS_OF_AMOUNTS, 20_000])
def test_networks_with_bins_and_waves_of_amounts_minimise_a_deviance(
    quality: str, n_rows: int
) -> None:
    about = Circumstances(n_rows, 30, has_amounts=True)
    losses = losses_of(about, quality=quality)
    for plain in ("none", "robust"):
        assert losses.pop(plain, "squared_error") == "squared_error"
    assert set(losses.values()) == {"poisson"}
    for given in ({"loss": "huber"}, {"loss": ["squared_error"]}, {"cull": True}):
        assert "poisson" not in losses_of(about, quality=quality, **given).values()
    for other in ({"has_amounts": False}, {"n_rows": FEWEST_ROWS_OF_AMOUNTS - 1}):
        others = losses_of(dataclasses.replace(about, **other), quality=quality)
        assert set(others.values()) == {"squared_error"}


def test_networks_of_amounts_drop_few_units() -> None:
    about = Circumstances(9_000, 8, has_amounts=True)
    for quality in QUALITY_NAMES:
        _, recipe = follow_recipe(RegressorParameters(quality=quality), about)
        assert max(rate for kind in recipe.kinds for rate in kind.get("dropout_rate", [])) == 0.1


def test_described_network_is_left_alone() -> None:
    for sizes in ((), (8,), [(8,), (4, 4)]):
        chosen = Hyperparameters(hidden_sizes=sizes)
        assert follow_recipe(chosen, LARGE) == (chosen, NO_RECIPE)


def test_lists_are_tried_on_plain_networks_and_nothing_is_left_out() -> None:
    given: dict[str, Any] = {
        "dropout_rate": [0, 0.25, 0.5],
        "l2": [0, 1e-4, 1e-2],
        "learning_rate": [1e-3, 3e-3],
    }
    chosen, recipe = follow_recipe(ClassifierParameters(**given), LARGE)
    assert recipe.kinds == ()
    assert chosen.hidden_sizes == PLAIN_SIZES
    assert len(combinations(chosen).members) == 18
    drawn, recipe = follow_recipe(ClassifierParameters(**given, members="auto"), LARGE)
    assert recipe == NO_RECIPE
    assert len(combinations(drawn).members) == 16


def test_at_most_so_many_members_as_somebody_allows() -> None:
    assert len(members_of(max_members=3)) == 3
    assert len(deep(members_of(members="auto"))) == 13


@pytest.mark.parametrize("quality", QUALITY_NAMES)
@pytest.mark.parametrize("n_rows", [50, 500, 5_000, 1_000_000])
@pytest.mark.parametrize("n_columns", [1, 30, 400])
def test_recipe_gives_parameters_that_pass_the_check(
    quality: str, n_rows: int, n_columns: int
) -> None:
    about = Circumstances(n_rows, n_columns)
    chosen, recipe = follow_recipe(ClassifierParameters(quality=quality), about)
    check_parameters(chosen)
    names = {each.name for each in declared_parameters(ClassifierParameters)}
    for kind in recipe.kinds:
        assert set(kind) <= names
    members = members_of(about, quality=quality)
    assert len({repr(sorted(values.items())) for values in members}) == len(members)
    sizes = [values.get("number_embedding_size") or 0 for values in members]
    assert max(sizes) * n_columns <= 1024 or max(sizes) <= 3


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "quality", "sizes"),
    [
        (20_000, 8, "default", {24, 96}),
        (20_000, 8, "best", {24, 48, 96}),
        (40_000, 8, "best", {24, 96}),
        (20_000, 8, "fast", {48}),
        (20_000, 40, "default", {24}),
        (9_000, 8, "default", {16, 64}),
        (9_000, 8, "best", {16, 32, 64, 128}),
        (9_000, 8, "fast", {24}),
        (600, 8, "default", {16, 32}),
        (200, 8, "default", {8}),
    ],
)
def test_networks_of_bins_take_few_and_many(
    n_rows: int, n_columns: int, quality: str, sizes: set[int]
) -> None:
    members = members_of(Circumstances(n_rows, n_columns), quality=quality)
    of_bins = [values for values in members if values["number_embedding"] == "piecewise"]
    assert {values["number_embedding_size"] for values in of_bins} == sizes


def test_many_networks_try_more_values() -> None:
    def values_of(name: str, quality: str, n_rows: int) -> set[Any]:
        members = members_of(Circumstances(n_rows, 8), quality=quality)
        waves = [values for values in members if values["number_embedding"] == "cosine"]
        return {values[name] for values in waves}

    assert values_of("learning_rate", "best", 9_000) == {1e-3, 2e-3, 4e-3, 8e-3}
    assert values_of("frequency_scale", "best", 9_000) == {0.5, 1.0, 2.0}
    assert values_of("learning_rate", "best", 40_000) == {2e-3, 8e-3}
    assert values_of("learning_rate", "default", 9_000) == {2e-3, 8e-3}
    assert values_of("learning_rate", "best", 900) == {2e-3, 6e-3}


@pytest.mark.parametrize("quality", QUALITY_NAMES)
def test_networks_of_many_rows_drop_few_units(quality: str) -> None:
    def rates(n_rows: int) -> set[float]:
        _, recipe = follow_recipe(ClassifierParameters(quality=quality), Circumstances(n_rows, 8))
        return {rate for kind in recipe.kinds for rate in kind.get("dropout_rate", [])}

    few = {0.05} if quality == "fast" else {0.0, 0.05}
    assert rates(10_000) == few
    # One of each kind.
    assert rates(150_000) == few
    assert max(rates(9_999)) == (0.1 if quality == "fast" else 0.2)


@pytest.mark.parametrize("n_rows", [900, 9_000, 200_000])
def test_a_network_alone_is_not_drawn(n_rows: int) -> None:
    about = Circumstances(n_rows, 8)
    alone = [deep(members_of(about, quality="fast", random_state=seed)) for seed in range(3)]
    assert len(alone[0]) == 1
    assert alone[0] == alone[1] == alone[2]


@pytest.mark.parametrize(
    ("n_rows", "given", "growth"),
    [
        (900, {}, 0.5),
        (900, {"quality": "fast"}, 0.5),
        (900, {"quality": "best"}, 1.0),
        (900, {"patience_growth": 2.0}, 2.0),
        # Whoever says how long to wait is not made to wait longer.
        (900, {"patience_epochs": 5}, 0.0),
        (20_000, {}, 0.0),
        (20, {}, 0.0),
    ],
)
def test_patience_grows_where_an_epoch_has_few_steps(
    n_rows: int, given: dict[str, Any], growth: float
) -> None:
    chosen, _ = follow_recipe(ClassifierParameters(**given), Circumstances(n_rows, 8))
    assert chosen.patience_growth == growth


@pytest.mark.parametrize(
    ("quality", "n_rows", "may_refit", "given", "refit"),
    [
        ("default", 5_000, True, {}, 0.5),
        ("best", 5_000, True, {}, 0.5),
        ("fast", 5_000, True, {}, 0.25),
        # Few rows are learnt by heart.
        ("default", 900, True, {}, 0.25),
        ("default", 2_000, True, {}, 0.5),
        ("fast", 900, True, {}, 0.25),
        ("default", 2_000, True, {"validation_fraction": 0.2}, 0.5),
        # They were handed over.
        ("default", 5_000, False, {}, None),
        ("default", 5_000, True, {"refit": 0}, 0),
        ("default", 5_000, True, {"refit": 2.0}, 2.0),
    ],
)
def test_networks_go_on_with_all_rows(
    quality: str, n_rows: int, *, may_refit: bool, given: Any, refit: float | None
) -> None:
    may_fold = "validation_fraction" not in given
    about = Circumstances(n_rows, 8, may_fold=may_fold, may_refit=may_refit)
    chosen, recipe = follow_recipe(ClassifierParameters(quality=quality, **given), about)
    assert chosen.refit == refit
    assert recipe.filled.get("refit") == (None if "refit" in given else refit)


@pytest.mark.parametrize(
    ("n_rows", "may_fold", "n_folds", "units"),
    [
        (2_000, True, 8, 256),
        (5_000, True, 5, 512),
        (20_000, True, 5, 1024),
        (20_000, False, None, 1024),
        (300_000, True, None, 1024),
    ],
)
def test_best_has_wider_noisy_networks_in_folds_beyond_256_columns(
    n_rows: int, *, may_fold: bool, n_folds: int | None, units: int
) -> None:
    about = Circumstances(n_rows, 400, may_fold=may_fold)
    chosen, recipe = follow_recipe(ClassifierParameters(quality="best"), about)
    _, noisy = recipe.kinds[:2]
    assert (chosen.n_folds, noisy["hidden_sizes"]) == (n_folds, [(units, units)])


def test_better_quality_trains_more_networks() -> None:
    many = Circumstances(40_000, 8)
    n_members = [len(deep(members_of(many, quality=quality))) for quality in QUALITY_NAMES]
    assert n_members == sorted(set(n_members))
    assert n_members == [1, 4, 8]


@pytest.mark.parametrize(
    ("quality", "n_rows", "n_columns", "l2"),
    [
        ("fast", 1_000, 8, {0.001, 0.02}),
        ("fast", 1_001, 8, set()),
        ("default", 3_000, 49, {0.001, 0.02}),
        ("default", 3_001, 60, {0.001}),
        ("default", 200_000, 8, {0.001}),
        ("best", 20_000, 8, {0.001, 0.02}),
        # Other linear networks, which can turn inputs off, and scaling that bends nothing.
        ("default", 100, 60, set()),
        ("default", 20_000, 300, set()),
    ],
)
def test_packs_have_linear_networks(
    quality: str, n_rows: int, n_columns: int, l2: set[float]
) -> None:
    lines = linear(members_of(Circumstances(n_rows, n_columns), quality=quality))
    assert {values["l2"] for values in lines} == l2
    assert len(lines) == len(l2)
    assert {values["number_embedding"] for values in lines} <= {"robust"}


# Without linear networks, which bins have not bent, it is 0.123 and 0.192.
@pytest.mark.parametrize(("n_columns", "most"), [(3, 0.115), (60, 0.125)])
def test_a_line_is_found(n_columns: int, most: float) -> None:
    random = np.random.default_rng(0)
    X = random.standard_normal((1_500, n_columns))
    y = X @ random.standard_normal(n_columns) / n_columns**0.5 + 0.1 * random.standard_normal(1_500)
    model = Regressor(quality="fast", random_state=0).fit(X[:500], y[:500])
    assert np.sqrt(np.mean((model.predict(X[500:]) - y[500:]) ** 2)) < most


def test_what_somebody_says_stays() -> None:
    chosen, _ = follow_recipe(ClassifierParameters(scaling="standard", patience_epochs=3), LARGE)
    assert (chosen.scaling, chosen.patience_epochs) == ("standard", 3)
    said = members_of(dropout_rate=[0.0], number_embedding="cosine", weight_decay=0.7)
    assert all("dropout_rate" in values for values in said)
    assert {values["dropout_rate"] for values in said} == {0.0}
    chosen, recipe = follow_recipe(ClassifierParameters(number_embedding="cosine"), LARGE)
    assert chosen.number_embedding == "cosine"
    assert all("number_embedding" not in kind for kind in recipe.kinds)


@pytest.mark.parametrize("members", [1, 2, 7, 12])
def test_as_many_members_as_somebody_wants(members: int) -> None:
    assert len(members_of(members=members)) == members


def test_seeds_take_the_place_of_other_values() -> None:
    assert len(members_of(n_seeds=2)) == 5 // 2


def test_few_rows_are_folded_unless_somebody_holds_rows_out() -> None:
    few = Circumstances(500, 8)
    assert follow_recipe(Hyperparameters(), few)[0].n_folds == 5
    assert follow_recipe(Hyperparameters(), LARGE)[0].n_folds is None
    held = Circumstances(500, 8, may_fold=False)
    assert follow_recipe(Hyperparameters(), held)[0].n_folds is None


def test_one_network_alone_is_plain() -> None:
    alone = Circumstances(500, 8, is_single=True)
    assert follow_recipe(Hyperparameters(), alone)[0].hidden_sizes == PLAIN_SIZES
    nothing_held = Hyperparameters(validation_fraction=0.0)
    assert follow_recipe(nothing_held, LARGE)[0].hidden_sizes == PLAIN_SIZES


def test_few_rows_are_not_learnt_by_heart() -> None:
    few = Circumstances(FEWEST_ROWS - 1, 6)
    assert follow_recipe(Hyperparameters(), few)[0].l2 > 0.1
    assert follow_recipe(Hyperparameters(l2=0.01), few)[0].l2 == 0.01
    random = np.random.default_rng(0)
    X, y = random.normal(size=(1_030, 6)), random.integers(2, size=1_030)
    model = Classifier(random_state=0).fit(X[:30], y[:30])
    # There is nothing to learn: a constant has 0.69, and without L2 it is beyond 3.
    assert log_loss(y[30:], model.predict_proba(X[30:])) < 1.2


def test_few_rows_have_one_hot_levels() -> None:
    default = Hyperparameters().max_one_hot
    for about, most in (
        (Circumstances(600, 5), 1_000),
        (Circumstances(3_000, 5), 1_000),
        (Circumstances(3_001, 5), default),
        (Circumstances(3_000, 64), 128),
        (Circumstances(60, 10_000), default),
    ):
        assert follow_recipe(Hyperparameters(), about)[0].max_one_hot == most
    few = Circumstances(600, 5)
    assert follow_recipe(Hyperparameters(max_one_hot=3), few)[0].max_one_hot == 3
    described = Hyperparameters(hidden_sizes=(8,))
    assert follow_recipe(described, few)[0].max_one_hot == default


def test_levels_of_few_rows_reach_the_encoder_one_hot() -> None:
    X, y = rows(120)
    words = np.array([f"level {number % 40}" for number in range(120)])
    table = pl.DataFrame({"x": X[:, 0], "words": words})
    kept = Regressor(quality="fast", max_epochs=1, random_state=0).fit(table, y)
    assert kept._fitted().shape.embedding_widths == (0,)
    told = Regressor(quality="fast", max_epochs=1, max_one_hot=11, random_state=0).fit(table, y)
    assert told._fitted().shape.embedding_widths == (8,)


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "embeddings"),
    [
        (1_500, 300, {"none", "robust"}),
        (1_500, 50, {"none", "robust", "piecewise"}),
        (30_000, 50, {"none", "robust", "piecewise"}),
        (1_500, 49, set()),
        (30_001, 300, set()),
    ],
)
def test_some_networks_can_turn_inputs_off_where_there_are_many_columns(
    n_rows: int, n_columns: int, embeddings: set[str]
) -> None:
    for quality in QUALITY_NAMES:
        members = members_of(Circumstances(n_rows, n_columns), quality=quality)
        sparse = [values for values in members if values.get("input_scaling")]
        assert {values["number_embedding"] for values in sparse} == embeddings
        assert len(sparse) == 2 * len(embeddings)


@pytest.mark.parametrize(("n_rows", "n_columns"), [(100, 500), (100, 60)])
def test_wide_tables_have_networks_that_can_turn_inputs_off(n_rows: int, n_columns: int) -> None:
    wide = Circumstances(n_rows, n_columns)
    for quality in QUALITY_NAMES:
        members = members_of(wide, quality=quality)
        sparse = [values for values in members if values["input_scaling"]]
        assert {len(values["hidden_sizes"]) for values in sparse} == {0, 1}
        assert all(values["l2"] > 0 and not values["weight_decay"] for values in sparse)
        assert len(members) - len(sparse) == sum(EFFORTS[quality].stage(wide).n_of_kinds(wide))
    chosen, _ = follow_recipe(ClassifierParameters(quality="fast"), wide)
    assert chosen.n_folds == 5
    assert len(members_of(wide, max_members=3)) == 3
    said = members_of(wide, l2=[0.7], input_scaling=True)
    assert {values["l2"] for values in said} == {0.7}


@pytest.mark.parametrize(("n_rows", "n_columns"), [(100, 49), (40_000, 400)])
def test_other_tables_have_no_networks_that_turn_inputs_off(n_rows: int, n_columns: int) -> None:
    members = members_of(Circumstances(n_rows, n_columns))
    assert not any("input_scaling" in values for values in members)


def test_few_columns_of_many_are_found() -> None:
    random = np.random.default_rng(0)
    X = random.standard_normal((580, 200))
    y = X[:, 3] - X[:, 5] + 0.3 * random.standard_normal(580)
    model = Regressor(quality="fast", random_state=0).fit(X[:80], y[:80])
    # Without such networks it is 0.2.
    assert model.score(X[80:], y[80:]) > 0.7


@pytest.mark.parametrize(
    ("quality", "up_to", "before", "after"),
    [("default", 100_000, 4, 2), ("best", 30_000, 16, 8), ("best", 200_000, 8, 4)],
)
def test_many_rows_have_half_as_many_networks(
    quality: str, up_to: int, before: int, after: int
) -> None:
    n_members = [
        len(deep(members_of(Circumstances(n_rows, 8), quality=quality)))
        for n_rows in (up_to, up_to + 1)
    ]
    assert n_members == [before, after]


@pytest.mark.parametrize(
    ("quality", "n_rows", "n_copies"),
    [
        ("fast", 900, 4),
        ("fast", 20_000, 4),
        ("default", 900, 4),
        ("default", 20_000, 16),
        ("best", 900, 8),
        ("best", 20_000, 16),
    ],
)
def test_copies_go_by_quality_and_folds(quality: str, n_rows: int, n_copies: int) -> None:
    members = deep(members_of(Circumstances(n_rows, 8), quality=quality))
    assert {values["n_copies"] for values in members} == {n_copies}


@pytest.mark.parametrize(
    ("quality", "n_rows", "n_columns", "scaling", "sizes"),
    [
        ("default", 2_000, 8, "quantile", {(128, 128)}),
        ("default", 2_000, 10, "quantile", {(128, 128), (256, 256)}),
        ("default", 20_000, 8, "tree", {(128, 128)}),
        ("default", 20_000, 10, "tree", {(128, 128), (512, 512)}),
        ("default", 2_000, 300, "robust", {(256, 256)}),
        ("default", 20_000, 300, "robust", {(256, 256), (512, 512)}),
        ("fast", 900, 8, "quantile", {(128, 128)}),
        ("fast", 20_000, 8, "tree", {(256, 256)}),
        ("fast", 900, 300, "robust", {(256, 256)}),
        ("fast", 20_000, 300, "robust", {(256, 256), (512, 512)}),
    ],
)
def test_scaling_and_layers_go_by_quality_rows_and_columns(
    quality: str, n_rows: int, n_columns: int, scaling: str, sizes: set[tuple[int, ...]]
) -> None:
    about = Circumstances(n_rows, n_columns)
    chosen, _ = follow_recipe(ClassifierParameters(quality=quality), about)
    assert chosen.scaling == scaling
    members = deep(members_of(about, quality=quality))
    alike = chosen.hidden_sizes[0]
    assert {values.get("hidden_sizes", alike) for values in members} == sizes


@pytest.mark.parametrize(
    ("quality", "n_rows", "n_columns", "n_quiet", "n_noisy"),
    [
        ("default", 20_000, 300, 2, 2),
        ("default", 20_000, 10, 4, 2),
        ("default", 20_000, 9, 4, 0),
        ("default", 3_000, 10, 4, 1),
        ("fast", 1_000, 10, 1, 0),
        ("fast", 20_000, 9, 1, 0),
        ("fast", 20_000, 10, 1, 1),
        ("fast", 20_000, 300, 1, 1),
        ("fast", 200_000, 10, 1, 0),
    ],
)
def test_packs_have_networks_with_noisy_inputs_and_without(
    quality: str, n_rows: int, n_columns: int, n_quiet: int, n_noisy: int
) -> None:
    members = deep(members_of(Circumstances(n_rows, n_columns), quality=quality))
    inputs = [values.get("input_dropout_rate", 0) for values in members]
    assert (inputs.count(0), len(members)) == (n_quiet, n_quiet + n_noisy)
    noisy = [values for values, rate in zip(members, inputs, strict=True) if rate]
    assert {values["number_embedding"] for values in noisy} <= {"none"}


def test_recipe_trains_in_float32_with_few_rows_too() -> None:
    X, y = rows(120)
    model = Regressor(quality="fast", max_epochs=1, random_state=0).fit(X, y)
    assert model._fitted().network.dtype == np.float32
    told = Regressor(quality="fast", max_epochs=1, precision="float64", random_state=0).fit(X, y)
    assert told._fitted().network.dtype == np.float64


def test_model_tells_what_the_recipe_did() -> None:
    X, y = rows(120)
    model = Regressor(quality="fast", max_epochs=1, random_state=0).fit(X, y)
    recipe = model.describe()["recipe"]
    assert recipe["filled"]["scaling"] == "quantile"
    assert [kind["members"] for kind in recipe["kinds"]] == [1, 2]
    described = Regressor(hidden_sizes=(4,), max_epochs=1, random_state=0).fit(X, y)
    assert described.describe()["recipe"] == {"filled": {}, "kinds": [], "drawn": {}}


def test_patience_in_force_is_told_when_training_starts() -> None:
    X, y = rows(120)
    for model, patience in (
        (Regressor(quality="fast", max_epochs=1), 10),
        (Regressor(hidden_sizes=(4,), max_epochs=1, patience_epochs=7), 7),
    ):
        started = next(e for e in model.iter_fit(X, y) if isinstance(e, TrainingStarted))
        assert started.patience_epochs == patience


def test_each_combination_has_its_own_seed() -> None:
    X, y = rows(120)
    model = Regressor(max_epochs=2, members=3, random_state=0).fit(X, y)
    seeds = {member["trial"]: member["seed"] for member in model.members_}
    assert len(set(seeds.values())) == len(seeds) == 3


def rows(n_rows: int) -> tuple[Any, Any]:
    X = np.random.default_rng(0).random((n_rows, 3))
    return X, np.sin(6 * X[:, 0]) + X[:, 1]


@pytest.mark.parametrize("quality", ["fast", "default"])
def test_recipe_trains_saves_and_checks_its_gradients(quality: str, tmp_path: Any) -> None:
    X, y = rows(300)
    model = Classifier(quality=quality, max_epochs=3, random_state=0).fit(X, y > 0.5)
    assert model.get_params()["hidden_sizes"] == "auto"
    n_members = EFFORTS[quality].stages[0].n_of_kinds(Circumstances(300, 3))
    assert len({member["trial"] for member in model.members_}) == sum(n_members)
    model.save(tmp_path / "model")
    import rightfit

    again = rightfit.load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again.get_params()["quality"] == quality
    assert check_gradients(again, X, y > 0.5, max_parameters_per_array=20).largest_error < 1e-5


@pytest.mark.parametrize("described", [{"hidden_sizes": (4,)}, {"dropout_rate": [0.0, 0.5]}])
def test_quality_beside_described_networks_is_said_to_have_no_effect(described: Any) -> None:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((60, 2))
    model = Classifier(quality="fast", max_epochs=1, random_state=0, **described)
    with pytest.warns(TrainingWarning, match="quality='fast' has no effect: hidden_sizes and lis"):
        model.fit(X, X[:, 0] > 0)


@pytest.mark.parametrize(
    ("given", "n_rows"),
    [({"warm_start": True}, 60), ({"validation_fraction": 0.0}, 60), ({}, FEWEST_ROWS - 1)],
)
def test_quality_where_there_is_nothing_to_choose_is_said_to_have_no_effect(
    given: Any, n_rows: int
) -> None:
    X, y = rows(n_rows)
    with pytest.warns(TrainingWarning, match="quality='best' has no effect: one plain network"):
        Regressor(quality="best", max_epochs=2, **given).fit(X, y)


def test_folds_that_somebody_asks_for_are_folds_to_the_recipe() -> None:
    chosen, recipe = follow_recipe(ClassifierParameters(n_folds=5), LARGE)
    assert chosen.scaling == "quantile"
    assert recipe.kinds[0]["learning_rate"] == [4e-3]


def test_more_members_than_the_recipe_has_is_said() -> None:
    chosen, recipe = follow_recipe(ClassifierParameters(members=5000), LARGE)
    grid = combinations_of_kinds(chosen, recipe.kinds, 0)
    assert len(grid.members) < 5000
    assert grid.note.startswith(f"There are only {len(grid.members):,} combinations")


@pytest.mark.parametrize(("quality", "n_rows"), [("default", FEWEST_ROWS - 1), ("fast", 1_100)])
def test_gradients_and_graph_are_of_the_single_network_that_was_fitted(
    quality: str, n_rows: int
) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(n_rows, 3))
    model = Regressor(quality=quality, max_epochs=2, random_state=0).fit(X, X[:, 0])
    check = check_gradients(model, X, X[:, 0], max_parameters_per_array=10)
    assert check.n_parameters == model.n_parameters_
    assert check.largest_error < 1e-6
    plan = subject_of(model, X, X[:, 0], 64).plan
    assert plan.l2 == (n_rows < FEWEST_ROWS)
    assert plan.averaging == (n_rows >= FEWEST_ROWS)
    drawn = model.describe()["recipe"]["drawn"]
    assert drawn.get("hidden_sizes") == (None if n_rows < FEWEST_ROWS else (128, 128))


def test_gradients_of_other_layers_than_the_fitted_ones_are_refused() -> None:
    X, y = rows(60)
    model = Regressor(hidden_sizes=(4,), max_epochs=1).fit(X, y).set_params(hidden_sizes=(8,))
    with pytest.raises(ParameterError, match="other layers than the fitted one"):
        check_gradients(model, X, y)


def test_what_follows_in_time_is_held_out_once() -> None:
    X, y = rows(300)
    model = Regressor(max_epochs=1, random_state=0)
    started = next(iter(model.iter_fit(X, y, time=np.arange(300))))
    assert isinstance(started, TrainingStarted)
    assert (started.n_folds, started.n_validation_rows) == (0, 45)


def test_partial_fit_and_warm_start_train_one_network() -> None:
    X, y = rows(200)
    model = Regressor(random_state=0).partial_fit(X, y)
    assert not hasattr(model, "members_")
    model = Regressor(warm_start=True, max_epochs=1, random_state=0).fit(X, y).fit(X, y)
    assert len(model.history_) == 1


@pytest.mark.parametrize("separation", ["groups", "time"])
def test_few_groups_or_moments_make_fewer_folds_of_the_recipe(separation: str) -> None:
    X, y = rows(60)
    blocks: Any = np.arange(60) * (2 if separation == "groups" else 3) // 60
    by: dict[str, Any] = {separation: blocks}
    model = Regressor(quality="fast", max_epochs=2, random_state=0).fit(X, y, **by)
    assert max(member["fold"] for member in model.members_) == 1


def test_rows_without_a_target_do_not_count_for_the_recipe() -> None:
    X, y = rows(100)
    y[4:] = np.nan
    with pytest.warns(DataWarning, match="96 rows without a target"):
        model = Regressor(max_epochs=2, random_state=0).fit(X, y)
    assert not hasattr(model, "members_")
    weights = (np.arange(100) < 4).astype(float)
    model = Regressor(max_epochs=2, random_state=0).fit(X, rows(100)[1], weights)
    assert not hasattr(model, "members_")


@pytest.mark.parametrize("chosen", [{}, {"watch": "balanced_accuracy"}, {"n_seeds": 2}])
def test_class_of_few_rows_is_no_mistake_but_said_where_folds_were_asked_for(
    chosen: dict[str, Any],
) -> None:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((60, 2))
    y = np.where(X[:, 0] > 0, "a", "b")
    y[:2] = "c"
    model = Classifier(quality="fast", max_epochs=2, random_state=0).fit(X, y)
    assert model.classes_.tolist() == ["a", "b", "c"]
    assert np.isfinite(model.oof_predictions_).all()
    asked = Classifier(hidden_sizes=(4,), n_folds=3, max_epochs=2, **chosen)
    with pytest.warns(DataWarning, match=r"than the 3 folds: 'c' \(2 rows\). Some folds hold"):
        asked.fit(X, y)
    assert np.isfinite(asked.oof_predictions_).all()
