"""What can be wrong with a fit, before it begins and once it is over."""

import math
from collections.abc import Sequence

import numpy as np

from rightfit.data.memory import GIB
from rightfit.errors import (
    DataError,
    DataWarning,
    ParameterError,
    TrainingError,
    TrainingWarning,
    counted,
    shown,
    warn_user,
)
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.estimators.trials import is_pack
from rightfit.model.given import Labelled
from rightfit.model.prepare import Prepared
from rightfit.train.customary import CUSTOMARY_LEARNING_RATES
from rightfit.train.events import LearningRateLowered, MemberStopped
from rightfit.train.pack.run import Member

_LARGE_INPUT = 100.0
# No more than one in a million rows can be so many spreads away from the mean of all.
_LARGE_TARGET = 1e3
_NEED_A_DIFFERENCE = ("r2", "roc_auc")


def check_held_out(parameters: Hyperparameters, held: Labelled | None) -> None:
    """Refuse parameters that leave nothing to choose by, or too much."""
    if parameters.n_folds and held is not None:
        raise ParameterError(
            "Validation rows were handed over, and n_folds asks for folds too.",
            expected="Networks are stopped and chosen by one or the other.",
            hint="leave n_folds at None, or hand over no validation rows",
        )
    if parameters.n_folds and parameters.validation_fraction:
        raise ParameterError(
            f"n_folds={parameters.n_folds} and "
            f"validation_fraction={parameters.validation_fraction} are both given.",
            expected="Rows are held out fold by fold or once.",
            hint="leave one of them at None",
        )
    if (
        is_pack(parameters)
        and not parameters.n_folds
        and held is None
        and parameters.validation_fraction == 0
    ):
        raise ParameterError(
            "Several networks are to be trained, and validation_fraction=0 leaves no rows to "
            "choose among them.",
            hint="leave validation_fraction at None, or set n_folds",
        )


def warn_of_unused(parameters: Hyperparameters, rows: Labelled, held: Labelled | None) -> None:
    """Name what says which rows to hold out, where rows were handed over for that."""
    if held is None:
        return
    unused = {
        "groups": rows.groups is not None,
        "time": rows.time is not None,
        f"validation_fraction={parameters.validation_fraction}": parameters.validation_fraction,
    }
    for what, is_given in unused.items():
        if is_given:
            warn_user(
                f"{what} has no effect: the validation rows were handed over.", TrainingWarning
            )


def warn_of_unused_refit(
    parameters: Hyperparameters, held: Labelled | None, prepared: Prepared
) -> None:
    """Say so where nothing was split off that could be trained on afterwards.

    Raises:
        ParameterError: the next fit would stop by rows that this one has trained on.
    """
    if not parameters.refit:
        return
    if prepared.all_rows is None:
        why = "no rows are held out"
        if held is not None:
            why = "validation rows that were handed over are never trained on"
        warn_user(f"refit={parameters.refit:g} has no effect: {why}.", TrainingWarning)
    elif parameters.warm_start:
        raise ParameterError(
            f"refit={parameters.refit:g} and warm_start=True are both given.",
            expected="After a refit no rows are left that the network has not been trained on, "
            "so that nothing could stop the next fit.",
            hint="leave one of them at its default, or hand validation rows over",
        )


def warn_of_trees_in_folds(parameters: Hyperparameters) -> None:
    """Say so where columns are encoded by the targets of rows that a fold holds out."""
    if parameters.n_folds and parameters.scaling == "tree":
        warn_user(
            "scaling='tree' goes by the targets of all rows, also of those that a fold holds out: "
            "what the folds say of the model may be too good. With 'quantile' it is not.",
            TrainingWarning,
        )


def warn_of_restart(event: LearningRateLowered, *, is_pack: bool) -> None:
    """Say that training has gone back to the best weights, after a loss that was not finite."""
    whose = f" of member {event.member}" if is_pack else ""
    warn_user(
        f"The loss{whose} was not finite in epoch {event.epoch}, step {event.step}: training "
        f"goes on from the best weights with learning rate {event.learning_rate:.3g}.",
        TrainingWarning,
    )


def check_watched(metric: str, prepared: Prepared) -> None:
    """Refuse a metric that the validation rows, or those of a fold, leave undefined."""
    sides = {}
    if prepared.validation is not None:
        rows = prepared.validation
        sides["The validation rows"] = np.asarray(rows.targets)[: int(rows.n_rows)]
    targets = np.asarray(prepared.training.targets)
    for number, fold in enumerate(prepared.folds, start=1):
        sides[f"The rows held out in fold {number}"] = targets[fold.held_out]
    for what, held in sides.items():
        if metric not in _NEED_A_DIFFERENCE or not (held == held[0]).all():
            continue
        raise DataError(
            f"{what} all have the same target, so that their {metric} is undefined.",
            expected=f"To watch {metric}, two different targets are needed among them.",
            hint="watch the loss, or hand over other validation rows",
        )


def check_culled(parameters: Hyperparameters, losses: Sequence[str]) -> None:
    """Refuse to compare networks while they are trained, if each has a loss of its own."""
    if parameters.cull and len(set(losses)) > 1:
        raise ParameterError(
            f"The networks have several losses: {shown(sorted(set(losses)))}.",
            expected="cull=True compares networks by the loss that they are trained for.",
            hint="name one loss, or leave cull at False",
        )


def check_amounts(rows: Labelled, held: Labelled | None) -> None:
    """Refuse targets below 0 that count, for a loss that is made for counts and amounts."""
    for what, side in (("The target", rows), ("The target of the validation rows", held)):
        n_below = 0 if side is None else int((side.counted < 0).sum())
        if n_below:
            raise DataError(
                f"{what} has {counted(n_below, 'number')} below 0.",
                expected="The loss poisson is for counts and amounts, of 0 or more.",
                hint="take loss='squared_error'",
            )


def check_first_rows(prepared: Prepared) -> None:
    """Look at the rows of the first call of `partial_fit`, which fix units and scales for good.

    Raises:
        DataError: all have the same number as target.
    """
    target, rows = prepared.codec.target, prepared.training
    n_rows = int(rows.n_rows)
    its_rows = counted(n_rows, "row")
    if target.constant:
        raise DataError(
            f"The first call of partial_fit fixes the unit of the target, and in its {its_rows} "
            "the target is the same.",
            expected="Its rows should be a fair sample, a few hundred of them.",
            hint="begin with more rows",
        )
    names = prepared.codec.encoder.numeric.value_names
    spreads = np.ptp(np.asarray(rows.features.numbers)[:n_rows, : len(names)], axis=0)
    alike = [name for name, spread in zip(names, spreads, strict=True) if not spread]
    alike += prepared.codec.schema.of_kind("constant")
    if alike:
        warn_user(
            f"The first call of partial_fit fixes how columns are scaled, and in its {its_rows} "
            f"these have one value: {shown(alike)}. They are ignored from now on; begin with a "
            "fair sample of the rows if they will differ.",
            DataWarning,
        )


def check_known_unit(prepared: Prepared) -> None:
    """Refuse to go on where a target was constant, so that nobody knows its unit, and is no more.

    Raises:
        DataError: it is so.
    """
    target, rows = prepared.codec.target, prepared.training
    if np.asarray(rows.targets)[: int(rows.n_rows)][..., list(target.constant)].any():
        raise DataError(
            "The target was the same in all rows that were fitted before, and no longer is.",
            expected="Going on keeps the unit of the target, which was not known then.",
            hint="fit a new estimator",
        )


def check_memory(needed: int, free: int | None) -> None:
    """Refuse a pack that cannot be trained in the memory that is free, even network by network.

    Raises:
        TrainingError: it needs more.
    """
    if free is None or needed <= free:
        return
    raise TrainingError(
        f"The networks of this pack need {needed / GIB:.1f} GiB of memory, and "
        f"{free / GIB:.1f} GiB are free.",
        expected="They are trained in turns; but the best weights of all of them are kept to the "
        "end, with what each predicts for the rows that choose among them.",
        hint="train fewer networks (members, max_members, n_seeds), or smaller ones",
    )


def too_little_time(limit: float, seconds: float) -> TrainingError:
    """Say that the time was over before there was a model."""
    return TrainingError(
        f"max_seconds={limit:g} ran out before the first epoch ended.",
        expected=f"After {seconds:.1f} seconds there was nothing to keep yet: compiling and one "
        "epoch, of every fold if there are folds, take longer.",
        hint=f"allow {math.ceil(3 * seconds)} seconds or more; what has been compiled is kept for "
        "the next time",
    )


def no_trial_complete(n_folds: int) -> TrainingError:
    """Say that the loss was not finite in a fold of every combination."""
    return TrainingError(
        f"No combination of values could be trained on all {n_folds} folds: in at least one, the "
        "loss was not finite.",
        expected="What is chosen must have predicted every fold.",
        hint="lower learning_rate, or use fewer folds",
    )


def not_finite(stopped: MemberStopped, prepared: Prepared, member: Member) -> TrainingError:
    """Name epoch, step and the likely cause: a column that is not scaled, or the learning rate.

    Args:
        stopped: the member that came to nothing.
        prepared: what it was trained on.
        member: as it began.
    """
    learning_rate = float(member.knobs.learning_rate)
    usual = CUSTOMARY_LEARNING_RATES[member.plan.optimizer]
    what = (
        f"The loss was not finite in epoch {stopped.epoch}, step {stopped.step}, even after "
        "the learning rate was lowered three times."
    )
    n_rows = int(prepared.training.n_rows)
    largest = np.abs(np.asarray(prepared.training.targets)[:n_rows]).max()
    if prepared.codec.target.classes is None and largest > _LARGE_TARGET:
        return TrainingError(
            what,
            expected=f"The likely cause is the target: it reaches {largest:.3g} times the "
            "spread that it had when its unit was fixed.",
            hint="fit a new estimator on rows like these, or leave out values that are not real",
        )
    numbers = np.asarray(prepared.training.features.numbers)[:n_rows]
    sizes = np.abs(numbers).max(axis=0, initial=0.0)
    if sizes.size and not sizes.max() <= _LARGE_INPUT:
        name = prepared.codec.encoder.number_names[int(np.nanargmax(sizes))]
        return TrainingError(
            what,
            expected=f"The likely cause is the unscaled column {name!r}: its values reach "
            f"{sizes.max():.3g}, and inputs should be about 1.",
            hint="leave scaling at 'robust', or lower learning_rate",
        )
    return TrainingError(
        what,
        expected=f"The likely cause is the learning rate, {learning_rate:.3g}.",
        hint=f"lower learning_rate to {min(learning_rate / 1000, usual):.1g} or less"
        + (", the default" if usual < learning_rate / 1000 else ""),
    )
