"""What a classifier and a regressor share: fit, and what lies before and after it."""

import dataclasses
import time as clock
from abc import ABC, abstractmethod
from collections.abc import Iterator
from numbers import Integral
from pathlib import Path
from typing import Any, Self

from sklearn.base import BaseEstimator
from sklearn.utils import Tags, check_random_state

from rightfit.data.memory import available_bytes
from rightfit.data.target_columns import has_target
from rightfit.data.targets import are_amounts, numbers_of
from rightfit.errors import TrainingWarning, warn_user
from rightfit.estimators.effort import Circumstances
from rightfit.estimators.exporting import Exporting
from rightfit.estimators.fitted import Fitted
from rightfit.estimators.fitting import Fitting
from rightfit.estimators.handed_over import labelled, validation_rows, with_separation
from rightfit.estimators.hyperparameters import Hyperparameters, follows_recipe
from rightfit.estimators.recipe import FEWEST_ROWS, Recipe, follow_recipe
from rightfit.estimators.reporting import Reporting
from rightfit.estimators.start import Start
from rightfit.estimators.trials import check_single, is_pack
from rightfit.estimators.verbose import print_line
from rightfit.model.description import describe_model
from rightfit.model.folder import save_model
from rightfit.model.given import Labelled, Preparation
from rightfit.objectives import Objective
from rightfit.parameters import check_parameters
from rightfit.train.events import Event, TrainingEnded
from rightfit.train.interruption import deferred_interrupt


class AbstractEstimator(Fitted, Hyperparameters, Reporting, Exporting, BaseEstimator, ABC):
    """A network with scikit-learn's face.

    Attributes:
        history_: one dict for each epoch of each network: member, epoch, train_loss,
            validation_loss, metric, learning_rate, seconds, and gradient_norms: by layer, the norm
            of the gradient of its weights while the epoch ran; None where a network has weight 0.
            Epochs of a refit are not among them.
        best_epoch_: the epoch whose weights were kept, from 1, and which a refit goes on from; of
            a pack, of its heaviest member.
        stop_reason_: which rule ended training, and whether more would probably help.
        n_parameters_: weights and biases.
        schema_: one dict for each column: name, kind, dtype, missing share and more. Columns of
            the kinds number, category, boolean and datetime are used; those of the kinds id (text
            that is all distinct), constant and ignored are left out.
        n_iter_: epochs that were trained.
        n_features_in_: columns of the table.
        feature_names_in_: their names, if they had any.
        target_name_: the name of the target, "" if it had none or there are several.
        members_: of a pack, one dict for each network: trial, its values, seed, fold, best epoch,
            losses, the seconds after which it stopped, why, and its weight in the choice.
        choice_: of a pack, how members were chosen, and an estimate from rows that did not choose.
        path_: of a pack, for each parameter that varied the validation loss (or watched metric)
            along it, with the others at their best.
        cv_results_: of a pack, its trials in the shape of scikit-learn's searches.
        best_index_: of a pack, the trial that was chosen, or of an ensemble the one that does best
            alone, in the order of cv_results_.
        best_params_: of a pack, that trial's values of what varied.
        oof_predictions_: with folds, `[row]` or `[row, class]`, what the networks that a row was
            held out from predict for it, NaN where there is none. It is not saved with a model.
    """

    @abstractmethod
    def _objective(self, n_targets: int) -> Objective:
        """What the network is trained for, with so many classes or target columns."""

    @abstractmethod
    def _has_classes(self) -> bool:
        """Say whether the target is classes."""

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation: tuple[Any, ...] | None = None,
        groups: Any = None,
        time: Any = None,
    ) -> Self:
        """Train a network on a table until it stops improving.

        Args:
            X: `[row, column]`: a pandas, Polars or PyArrow table, a NumPy array, a sparse
                matrix, or lists. Text, categories, dates and missing values are welcome.
            y: `[row]`: the targets; rows without one are dropped.
            sample_weight: `[row]`, at least 0: how much each row counts in the loss, the
                validation loss and the split. None counts every row once.
            validation: `(X, y)` or `(X, y, sample_weight)`: rows that choose when to stop,
                instead of some that are split off.
            groups: `[row]`, labels of any kind: rows of one group are never both trained on
                and held out, but in a refit, which trains on all.
            time: `[row]`, numbers, dates, or text that holds them: what is held out is
                later than what is trained on.

        Returns:
            The estimator itself, fitted.

        Raises:
            ParameterError: a parameter is outside its range.
            DataError: the table or the targets cannot be used.
            TrainingError: the loss became not finite, again and again.
            KeyboardInterrupt: Ctrl-C; the estimator is fitted with the best weights so far.
        """
        events = self.iter_fit(X, y, sample_weight, validation=validation, groups=groups, time=time)
        for event in events:
            if self.verbose:
                print_line(event, one_of_many=follows_recipe(self) or is_pack(self))
            if isinstance(event, TrainingEnded) and event.reason == "interrupted":
                raise KeyboardInterrupt
        return self

    def iter_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation: tuple[Any, ...] | None = None,
        groups: Any = None,
        time: Any = None,
    ) -> Iterator[Event]:
        """Do what `fit` does, and yield each event of the training on the way.

        The estimator is fitted when the iterator is exhausted. Its last event is
        `TrainingEnded`; Ctrl-C ends it early, with the best weights so far.
        """
        given = (X, y, sample_weight, validation, groups, time)
        fitting = self._begin(*given)
        obstacle = fitting.start.obstacle(fitting.trials.members[0].shape)
        if obstacle:
            warn_user(
                "warm_start begins anew: it goes on with one network of the same layers, but what "
                f"was fitted is {obstacle}.",
                TrainingWarning,
            )
            fitting = self._begin(*given, anew=True)
        fitting.start.warn_of_kept(fitting.parameters)
        if validation is None:
            fitting.start.warn_of_seen(fitting.prepared.n_held_out)
        self._warn_of_quality(fitting.recipe)
        is_new = not hasattr(self, "_model")
        # Whoever follows the events may want to show the columns first.
        if is_new:
            self.schema_ = fitting.prepared.codec.schema.to_json()
        try:
            for event in fitting.events():
                if isinstance(event, TrainingEnded):
                    # Choosing takes a while, too, and must not lose what was trained.
                    with deferred_interrupt() as interrupted:
                        self._keep(fitting.model())
                        self._keep_out_of_fold(fitting.out_of_fold())
                    event = TrainingEnded("interrupted") if interrupted() else event
                yield event
        finally:
            if is_new and not hasattr(self, "_model"):
                del self.schema_

    def predict(self, X: Any) -> Any:
        """Predict the class, or the number, of each row.

        Args:
            X: a table with the columns of the one that was fitted on; others are ignored. A list
                of dicts, as JSON gives it, is a table too.

        Returns:
            `[row]`, or `[row, output]` if several numbers were fitted.
        """
        return self._fitted().predictions(self._table(X))

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the model to a folder: safetensors and JSON, nothing that runs as code.

        Args:
            path: the folder.
            overwrite: replace a model that is there already.

        Raises:
            ModelFileError: something is in the way, or the folder cannot be written.
        """
        save_model(self._fitted(), Path(path), overwrite=overwrite)

    def describe(self) -> dict[str, Any]:
        """Say what the fitted model is, as plain values: layers, columns, training, scores."""
        return describe_model(self._fitted())

    def __sklearn_tags__(self) -> Tags:
        """Tell scikit-learn what is welcome: missing values, sparse matrices, text."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def _fit_one_epoch(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> Self:
        check_parameters(self)
        check_single(self, "partial_fit")
        known = self._used_names() if hasattr(self, "_model") else None
        rows = labelled(X, y, sample_weight, self, known)
        name, rows = _name_of(rows.y), self._with_numbers(rows)
        parameters, recipe = self._follow_recipe(rows, None, is_single=True)
        start = Start()
        if hasattr(self, "_model"):
            moments = getattr(self, "_moments", None)
            start = Start(self._model, moments, len(self.history_))
            rows = dataclasses.replace(rows, table=self._matched(rows.table))
        fitting = Fitting(
            parameters,
            rows,
            None,
            self._preparation(parameters, name, 0.0, start),
            self._objective,
            start,
            classes,
            given=self,
            recipe=recipe,
        )
        if parameters.average_decay:
            warn_user(
                "average_decay has no effect in partial_fit, which keeps the latest weights.",
                TrainingWarning,
            )
        for event in fitting.events(one_epoch=True):
            if isinstance(event, TrainingEnded):
                self._keep(fitting.model(latest=True))
                self._moments = fitting.moments()
                if event.reason == "interrupted":
                    raise KeyboardInterrupt
        return self

    def _begin(
        self,
        X: Any,
        y: Any,
        weight: Any = None,
        validation: Any = None,
        groups: Any = None,
        time: Any = None,
        *,
        anew: bool = False,
    ) -> Fitting:
        began = clock.monotonic()
        check_parameters(self)
        goes_on = self.warm_start and hasattr(self, "_model") and not anew
        known = self._used_names() if goes_on else None
        rows = with_separation(labelled(X, y, weight, self, known), groups, time)
        name, rows = _name_of(rows.y), self._with_numbers(rows)
        held = validation_rows(validation, rows, self, known)
        held = None if held is None else self._with_numbers(held)
        parameters, recipe = self._follow_recipe(rows, held, is_single=self.warm_start)
        start = Start()
        if goes_on:
            check_single(self, "warm_start")
            start = Start(self._model)
            rows = dataclasses.replace(rows, table=self._matched(rows.table))
        return Fitting(
            parameters,
            rows,
            held,
            self._preparation(parameters, name, self.validation_fraction, start),
            self._objective,
            start,
            free_bytes=available_bytes(),
            began=began,
            given=self,
            recipe=recipe,
        )

    def _with_numbers(self, rows: Labelled) -> Labelled:
        """Read the targets, if they are numbers: once, so that what is odd is said once."""
        return rows if self._has_classes() else dataclasses.replace(rows, y=numbers_of(rows.y))

    def _follow_recipe(
        self, rows: Labelled, held: Labelled | None, *, is_single: bool
    ) -> tuple[Self, Recipe]:
        about = Circumstances(
            n_rows=int((has_target(rows.y) & (rows.weights > 0)).sum()),
            n_columns=len(rows.table.names),
            # Of folds in time the early ones know only the old past.
            may_fold=held is None and self.validation_fraction is None and rows.time is None,
            may_refit=held is None,
            is_single=is_single,
            has_amounts=not self._has_classes()
            and are_amounts(rows.counted)
            and (held is None or not (held.counted < 0).any()),
        )
        return follow_recipe(self, about)

    def _warn_of_quality(self, recipe: Recipe) -> None:
        if self.quality == "default" or recipe.kinds:
            return
        why = "hidden_sizes and lists say which networks are trained"
        if follows_recipe(self):
            if self.quality == "fast":
                # It is.
                return
            why = (
                "one plain network is trained with warm_start, with validation_fraction=0, and of "
                f"fewer than {FEWEST_ROWS} rows"
            )
        warn_user(f"quality={self.quality!r} has no effect: {why}.", TrainingWarning)

    def _preparation(
        self,
        parameters: Hyperparameters,
        target_name: str,
        validation_fraction: float | None,
        start: Start,
    ) -> Preparation:
        seed = int(check_random_state(self.random_state).randint(2**31))
        if start.model is not None and not isinstance(self.random_state, Integral):
            # Another split would validate on rows that the weights were trained on.
            seed = start.model.training.seed
        return Preparation(
            target_name=target_name,
            has_classes=self._has_classes(),
            scaling=parameters.scaling,
            max_one_hot=int(parameters.max_one_hot),
            column_kinds=self.column_kinds or {},
            validation_fraction=validation_fraction,
            precision=parameters.precision,
            seed=seed,
            n_folds=parameters.n_folds,
            asks_for_folds=self.n_folds is not None,
            needs_held_out=is_pack(parameters),
            refits=bool(parameters.refit),
        )


def _name_of(y: Any) -> str:
    # Of a dataframe, `name` may be a column.
    name = getattr(y, "name", None)
    if not isinstance(name, str | int) and hasattr(y, "columns"):
        names = list(getattr(y, "column_names", y.columns))
        name = names[0] if len(names) == 1 else None
    return str(name) if isinstance(name, str | int) else ""
