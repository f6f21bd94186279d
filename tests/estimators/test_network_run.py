from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rightfit import Classifier, Regressor, load
from rightfit.estimators.network_run import batch_size, in_common
from rightfit.nn import NetworkShape
from tests.estimators.examples import NUMBERS, THREE, X, mixed, small
from tests.train.runs import plan_of


@pytest.mark.parametrize(
    ("n_rows", "size"),
    [
        (1, 1),
        (2, 2),
        (3, 4),
        (33, 64),
        (4_499, 64),
        (4_500, 128),
        (6_399, 128),
        (6_400, 256),
        (31_999, 256),
        (32_000, 512),
        (107_999, 512),
        (108_000, 1024),
        (10**8, 1024),
    ],
)
def test_batch_size_goes_by_the_rows(n_rows: int, size: int) -> None:
    assert batch_size(Classifier(), n_rows) == size


@pytest.mark.parametrize(("wanted", "size"), [(1, 1), (50, 50), (64, 64), (10**12, 64)])
def test_batch_size_is_never_much_more_than_there_are_rows(wanted: int, size: int) -> None:
    assert batch_size(Classifier(batch_size=wanted), 40) == size


def test_networks_of_one_shape_are_compiled_for_what_one_of_them_needs_and_others_are_not() -> None:
    deep, linear = NetworkShape(3, (), (), (4,), ("relu",), 1), NetworkShape(3, (), (), (), (), 1)
    plans = [
        plan_of(l2=False, dropout=True),
        plan_of(l2=True),
        plan_of(l2=False, averaging=True, weight_decay=False),
    ]
    first, line, last = in_common(plans, [deep, linear, deep])
    assert line == plans[1]
    assert first == last == plan_of(l2=False, dropout=True, averaging=True)


def test_batch_size_that_is_described_is_the_one_in_force() -> None:
    from rightfit.parameters import declared_parameters

    (described,) = (
        p.description for p in declared_parameters(Classifier) if p.name == "batch_size"
    )
    for n_rows in (4_500, 6_400, 32_000, 108_000):
        below = batch_size(Classifier(), n_rows - 1)
        assert f"{below} below {n_rows:,}" in described
    assert "else 1,024" in described


def member_of(estimator: Any, y: Any, **chosen: Any) -> Any:
    (member,) = small(estimator, **chosen)._begin(X, y, None, None).trials.members
    return member


@pytest.mark.parametrize(
    ("chosen", "on"),
    [
        ({"dropout_rate": 0.1}, {"dropout"}),
        ({"dropout_rate": 0.1, "hidden_sizes": ()}, set()),
        ({"input_dropout_rate": 0.1, "hidden_sizes": ()}, {"input_dropout"}),
        ({"l2": 0.1}, {"l2"}),
        ({"weight_decay": 0.1}, {"weight_decay"}),
    ],
    ids=str,
)
def test_program_has_only_the_parts_that_are_asked_for(
    chosen: dict[str, Any], on: set[str]
) -> None:
    plan = member_of(Classifier, THREE, optimizer="adam", **chosen).plan
    parts = ("dropout", "input_dropout", "l2", "weight_decay")
    assert {part for part in parts if getattr(plan, part)} == on


@pytest.mark.parametrize(
    ("optimizer", "rate", "decay"),
    [("adamw", 1e-3, 0.01), ("adam", 1e-3, 0), ("sgd", 0.1, 0), ("lion", 1e-4, 0.1)],
)
def test_customary_values_stand_in_for_none(optimizer: str, rate: float, decay: float) -> None:
    knobs = member_of(Classifier, THREE, optimizer=optimizer).knobs
    assert knobs.learning_rate == pytest.approx(rate)
    assert knobs.weight_decay == pytest.approx(decay)


def test_schedule_runs_over_its_epochs() -> None:
    chosen = {"batch_size": 16, "max_epochs": 50}
    assert member_of(Classifier, THREE, **chosen).knobs.horizon_steps == 50 * 3
    chosen |= {"schedule_epochs": 10, "warmup_epochs": 2}
    knobs = member_of(Classifier, THREE, **chosen).knobs
    assert knobs.horizon_steps == 10 * 3
    assert knobs.warmup == pytest.approx(0.2)


def test_learning_rate_of_the_history_follows_schedule_and_warmup() -> None:
    chosen = {"max_epochs": 12, "batch_size": 64, "warmup_epochs": 4, "schedule_epochs": 8}
    model = small(Regressor, schedule="cosine", learning_rate=0.1, patience_epochs=None, **chosen)
    rates = [record["learning_rate"] for record in model.fit(X, NUMBERS).history_]
    rising = [0.1 * step / 4 for step in range(4)]
    falling = [0.1 * (1 + np.cos(np.pi * step / 4)) / 2 for step in range(4)]
    assert rates == pytest.approx([*rising, *falling, 0, 0, 0, 0], abs=1e-9)


def test_scale_of_the_target_reaches_the_metric() -> None:
    y = np.stack([NUMBERS, 100 * X[:, 0]], axis=1)
    knobs = member_of(Regressor, y).knobs
    assert knobs.target_scale * knobs.target_unit == pytest.approx(y.std(axis=0))
    assert knobs.target_scale.max() == 1


@pytest.mark.parametrize(
    ("chosen", "widths"),
    [
        ({"max_one_hot": 10}, (0, 0)),
        ({"max_one_hot": 3, "embedding_size": 2}, (0, 2)),
        # No wider than the levels that there are, with the missing one.
        ({"max_one_hot": 3, "embedding_size": 80}, (0, 6)),
        ({"max_one_hot": 0, "embedding_size": 2}, (2, 2)),
    ],
    ids=str,
)
def test_categories_become_one_hot_or_embedded(
    chosen: dict[str, Any], widths: tuple[int, ...]
) -> None:
    fitting = small(Regressor, **chosen)._begin(mixed(), NUMBERS, None, None)
    assert fitting.trials.members[0].shape.embedding_widths == widths


def test_model_with_numbers_of_numpy_as_parameters_is_saved(tmp_path: Path) -> None:
    table = [[f"{row % 5}"] for row in range(40)]
    numbers: dict[str, Any] = {"hidden_sizes": (np.int64(4),), "embedding_size": np.int64(3)}
    model = Classifier(**numbers, max_one_hot=2, max_epochs=1)
    model.fit(table, np.arange(40) % 2).save(tmp_path / "m.model")
    assert load(tmp_path / "m.model").predict(table).tolist() == model.predict(table).tolist()
