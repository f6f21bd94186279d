"""The models that people would use instead, each with its library's defaults, on the same rows."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from real_tables import Table

import rightfit
from rightfit.data.targets import are_amounts, numbers_of
from rightfit.estimators.effort import Circumstances
from rightfit.estimators.hyperparameters import ClassifierParameters, RegressorParameters
from rightfit.estimators.recipe import follow_recipe
from rightfit.objectives.losses import LOSSES


def recipe_for(quality: str, table: Table, train: pl.DataFrame) -> dict[str, Any]:
    """What a record says of the recipe: for which table, and a few letters that change with it."""
    about: dict[str, Any] = {
        "quality": quality,
        "n_rows": train.height,
        "n_columns": train.width - 1,
        "has_amounts": table.is_regression and are_amounts(numbers_of(train[table.target])),
    }
    return about | {"fingerprint": _fingerprint(**about)}


def is_current(record: Mapping[str, Any]) -> bool:
    """Whether what was measured is of no recipe, or of the one that there is now."""
    if "recipe" not in record:
        return True
    about = dict(record["recipe"])
    return bool(about.pop("fingerprint") == _fingerprint(**about))


@cache
def _fingerprint(quality: str, n_rows: int, n_columns: int, has_amounts: bool = False) -> str:
    parameters = RegressorParameters if has_amounts else ClassifierParameters
    about = Circumstances(n_rows, n_columns, has_amounts=has_amounts)
    _, added = follow_recipe(parameters(quality=quality), about)
    links = [LOSSES[loss].links for kind in added.kinds for loss in kind.get("loss", ())]
    return hashlib.sha256(repr((added.filled, added.kinds, *links)).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Rival:
    """A model to measure.

    Attributes:
        name: of the model.
        fit: from the table, its training rows and a seed to what predicts for test rows: numbers,
            or probabilities of all classes in the order of the second result.
        quality: of the recipe that it follows; None for other libraries.
        is_slow: whether it is only measured when it is asked for.
    """

    name: str
    fit: Callable[[Table, pl.DataFrame, int], tuple[Callable[[pl.DataFrame], Any], Any]]
    quality: str | None = None
    is_slow: bool = False


def _rightfit(name: str, quality: str, *, is_slow: bool = False) -> Rival:
    """The recipe of a quality, and nothing else given."""

    def fit(table: Table, train: pl.DataFrame, seed: int) -> Any:
        kind: Any = rightfit.Regressor if table.is_regression else rightfit.Classifier
        model = kind(random_state=seed, quality=quality)
        model.fit(train.drop(table.target), train[table.target])
        if table.is_regression:
            return model.predict, None
        return model.predict_proba, model.classes_

    return Rival(name, fit, quality, is_slow)


def _columns(train: pl.DataFrame, target: str) -> tuple[list[str], list[str]]:
    """Columns of numbers (dates among them) and of categories."""
    texts = (pl.String, pl.Categorical, pl.Boolean)
    categories = [n for n, kind in train.schema.items() if n != target and kind in texts]
    return [n for n in train.columns if n != target and n not in categories], categories


def _pandas(frame: pl.DataFrame, numbers: list[str], categories: list[str]) -> pd.DataFrame:
    numeric = frame.select(pl.col(numbers).to_physical().cast(pl.Float64, strict=False))
    texts = frame.select(pl.col(categories).cast(pl.String).fill_null("missing"))
    return pd.DataFrame(
        {name: numeric[name].to_numpy() for name in numbers}
        | {name: texts[name].to_numpy().astype(object) for name in categories}
    )


def _boosted(make: Callable[..., Any], *, wants_levels: bool) -> Callable[..., Any]:
    """A library that takes a frame, with categories as texts or as pandas levels."""

    def fit(table: Table, train: pl.DataFrame, seed: int) -> Any:
        # XGBoost refuses brackets in names.
        plain = {name: f"x{n}" for n, name in enumerate(train.columns) if name != table.target}
        train = train.rename(plain)
        numbers, categories = _columns(train, table.target)
        frame = _pandas(train, numbers, categories)
        levels = {name: pd.CategoricalDtype(sorted(set(frame[name]))) for name in categories}

        def encoded(frame: pd.DataFrame) -> pd.DataFrame:
            return frame.astype(levels) if wants_levels else frame

        y, classes = train[table.target].to_numpy(), None
        if not table.is_regression:
            classes, y = np.unique(y.astype(str), return_inverse=True)
        model = make(table.is_regression, seed, categories)
        model.fit(encoded(frame), y)
        predict = model.predict if table.is_regression else model.predict_proba
        return lambda test: predict(
            encoded(_pandas(test.rename(plain), numbers, categories))
        ), classes

    return fit


def _catboost(is_regression: bool, seed: int, categories: list[str]) -> Any:
    import catboost

    kind = catboost.CatBoostRegressor if is_regression else catboost.CatBoostClassifier
    return kind(
        verbose=0,
        random_seed=seed,
        cat_features=categories,
        allow_writing_files=False,
        thread_count=-1,
    )


def _lightgbm(is_regression: bool, seed: int, categories: list[str]) -> Any:
    import lightgbm

    kind = lightgbm.LGBMRegressor if is_regression else lightgbm.LGBMClassifier
    return kind(random_state=seed, verbosity=-1)


def _xgboost(is_regression: bool, seed: int, categories: list[str]) -> Any:
    import xgboost

    kind = xgboost.XGBRegressor if is_regression else xgboost.XGBClassifier
    return kind(random_state=seed, enable_categorical=True)


def _histogram(is_regression: bool, seed: int, categories: list[str]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    # It takes no column of more than 255 levels as categories.
    return kind(random_state=seed, categorical_features="from_dtype")


def _perceptron(table: Table, train: pl.DataFrame, seed: int) -> Any:
    from sklearn.compose import TransformedTargetRegressor, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers, categories = _columns(train, table.target)
    encoder = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore", max_categories=100), categories),
        sparse_threshold=0,
    )
    y, classes = train[table.target].to_numpy(), None
    if table.is_regression:
        network = make_pipeline(encoder, MLPRegressor(early_stopping=True, random_state=seed))
        model = TransformedTargetRegressor(network, transformer=StandardScaler())
    else:
        classes, y = np.unique(y.astype(str), return_inverse=True)
        stops = bool(np.bincount(y).min() >= 10)  # its split is stratified
        model = make_pipeline(encoder, MLPClassifier(early_stopping=stops, random_state=seed))
    model.fit(_pandas(train, numbers, categories), y)
    predict = model.predict if table.is_regression else model.predict_proba
    return lambda test: predict(_pandas(test, numbers, categories)), classes


def _histogram_limited(table: Table, train: pl.DataFrame, seed: int) -> Any:
    many = [name for name in _columns(train, table.target)[1] if train[name].n_unique() > 250]
    fit = _boosted(_histogram, wants_levels=True)
    predict, classes = fit(table, train.drop(many), seed)
    return predict, classes


def _pytabkit(name: str) -> Callable[..., Any]:
    """A research network, from `pip install 'pytabkit[models]'`, which no group here installs."""

    def make(is_regression: bool, seed: int, categories: list[str]) -> Any:
        import pytabkit

        kind = getattr(pytabkit, f"{name}_{'Regressor' if is_regression else 'Classifier'}")
        return kind(random_state=seed, device="cpu")

    return _boosted(make, wants_levels=True)


RIVALS = (
    _rightfit("RightFit fast", "fast"),
    _rightfit("RightFit", "default"),
    _rightfit("RightFit best", "best", is_slow=True),
    Rival("CatBoost", _boosted(_catboost, wants_levels=False)),
    Rival("LightGBM", _boosted(_lightgbm, wants_levels=True)),
    Rival("XGBoost", _boosted(_xgboost, wants_levels=True)),
    Rival("HistGradientBoosting", _histogram_limited),
    Rival("scikit-learn MLP", _perceptron),
    Rival("RealMLP", _pytabkit("RealMLP_TD"), is_slow=True),
    Rival("TabM", _pytabkit("TabM_D"), is_slow=True),
)
