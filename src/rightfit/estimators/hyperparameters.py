"""Every parameter of an estimator, declared once.

Checks, error sentences, flags of the command line and the reference derive from
these fields. The module imports nothing heavy, so that `--help` is quick.
"""

import dataclasses
from typing import Any

from rightfit.parameters import (
    Choice,
    Constraint,
    Flag,
    InstanceOf,
    Interval,
    MappingOf,
    Nothing,
    TupleOf,
    at_least,
    between,
    either,
    parameter,
)

ACTIVATION_NAMES = (
    "relu",
    "leaky_relu",
    "gelu",
    "silu",
    "mish",
    "selu",
    "tanh",
    "logistic",
    "identity",
)
OPTIMIZER_NAMES = (
    "adamw",
    "adam",
    "sgd",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "lion",
)
SCHEDULE_NAMES = ("constant", "exponential", "step", "cosine")
SCALING_NAMES = ("robust", "standard", "none")
PRECISION_NAMES = ("auto", "float32", "float64")
KIND_NAMES = ("number", "category", "boolean", "datetime", "ignored")
CLASS_METRICS = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc")
NUMBER_METRICS = (
    "root_mean_squared_error",
    "mean_squared_error",
    "mean_absolute_error",
    "r2",
)
NUMBER_LOSSES = ("squared_error", "absolute_error", "huber")

_ACTIVATION = Choice(ACTIVATION_NAMES)


def _optional(constraint: Constraint) -> Constraint:
    return either(constraint, Nothing())


@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class Hyperparameters:
    """The parameters that a classifier and a regressor share."""

    hidden_sizes: tuple[int, ...] = parameter(
        (256, 256),
        TupleOf(at_least(1)),
        "Units of each hidden layer, such as (256, 128). () is the model without hidden layers: "
        "linear, logistic or multinomial logistic regression. Rather too many than too few: early "
        "stopping, dropout and decay keep a large network from overfitting.",
    )
    activation: str | tuple[str, ...] = parameter(
        "relu",
        either(_ACTIVATION, TupleOf(_ACTIVATION)),
        "Activation of the hidden layers: one name for all, or a tuple with one a layer.",
    )
    dropout_rate: float = parameter(
        0.0,
        between(0, 1),
        "Share of each hidden layer's activations set to zero in a training step (0.5 drops one "
        "half). Raise it when the validation loss is much above the training loss.",
    )
    input_dropout_rate: float = parameter(
        0.0, between(0, 1), "The same share for the inputs of the first layer."
    )
    l2: float = parameter(
        0.0,
        between(0, None),
        "λ of the term λ/2·Σw² added to the mean loss per row; it means the same at every batch "
        "size, and biases are free. Raise it to regularise more.",
    )
    weight_decay: float | None = parameter(
        None,
        _optional(between(0, None)),
        "Decoupled decay: each step shrinks the weights by learning_rate · weight_decay, with any "
        "optimizer. None takes the optimizer's customary value: 0.01 for adamw, 0.1 for lion, "
        "else 0.",
    )
    optimizer: str = parameter(
        "adamw", Choice(OPTIMIZER_NAMES), "Rule that turns gradients into steps."
    )
    learning_rate: float | None = parameter(
        None,
        _optional(between(0, None, "neither")),
        "Size of a step. None takes the optimizer's customary value: 0.001 for adam, adamw and "
        "rmsprop, 0.1 for sgd, 0.01 for momentum, nesterov and adagrad, 0.0001 for lion. Too high "
        "diverges, too low never arrives.",
    )
    momentum: float = parameter(
        0.9,
        between(0, 1),
        "Share of the previous step that is kept, for the optimizers momentum and nesterov.",
    )
    schedule: str = parameter(
        "constant",
        Choice(SCHEDULE_NAMES),
        "How the learning rate falls over schedule_epochs: exponential to one hundredth, step to a "
        "tenth after one half and a hundredth after three quarters, cosine to 0.",
    )
    schedule_epochs: int | None = parameter(
        None, _optional(at_least(1)), "Epochs over which the schedule runs; None means max_epochs."
    )
    warmup_epochs: int = parameter(
        0, at_least(0), "Epochs in which the learning rate first rises from 0, in a line."
    )
    batch_size: int | str = parameter(
        "auto",
        either(at_least(1), Choice(("auto",))),
        "Rows of a mini-batch. 'auto' goes by the training rows: 64 below 4,500, 128 below 6,400, "
        "256 below 32,000, 512 below 108,000, else 1,024.",
    )
    max_epochs: int = parameter(
        1000, at_least(1), "Epochs after which training ends at the latest."
    )
    max_seconds: float | None = parameter(
        None,
        _optional(between(0, None, "neither")),
        "Seconds of training after which it ends, with the best weights so far; None for no limit.",
    )
    patience_epochs: int | None = parameter(
        16,
        _optional(at_least(1)),
        "Epochs without a better validation loss (or watched metric) before training stops; None "
        "goes on to max_epochs. The best weights are restored in any case.",
    )
    tolerance: float = parameter(
        1e-4,
        between(0, 1),
        "Relative improvement that counts as better for the patience.",
    )
    validation_fraction: float | None = parameter(
        None,
        _optional(between(0, 1)),
        "Share of the rows (of their weight, if there are weights) that are held out to choose "
        "when to stop, stratified for classes. With 0 the training loss is watched. None means "
        "0.15, or 0 where that would be fewer than ten rows.",
    )
    scaling: str = parameter(
        "robust",
        Choice(SCALING_NAMES),
        "How number columns are scaled: robust (median and quartiles, then a smooth clip to ±3, so "
        "that outliers survive without harm), standard (mean and standard deviation; keeps a model "
        "without hidden layers linear in the columns), or none.",
    )
    max_one_hot: int = parameter(
        10,
        at_least(0),
        "Most levels of a category column that becomes one-hot; above it, an embedding.",
    )
    embedding_size: int = parameter(
        8, at_least(1), "Width of the learned vector of each level of an embedded column."
    )
    column_kinds: dict[str, str] | None = parameter(
        None,
        _optional(MappingOf(Choice(KIND_NAMES))),
        "Kinds of columns that override the recognised ones, such as {'zip': 'category'}.",
    )
    precision: str = parameter(
        "auto",
        Choice(PRECISION_NAMES),
        "Type of the numbers in the network. 'auto' means float32, but float64 on a CPU below 500 "
        "training rows, where it costs nothing.",
    )
    warm_start: bool = parameter(
        False, Flag(), "Whether fit goes on from the weights of the fit before."
    )
    random_state: Any = parameter(
        None,
        either(
            Interval(int, 0, 2**32 - 1, "both"),
            InstanceOf("numpy.random", "RandomState"),
            Nothing(),
        ),
        "Seed of everything random: split, starting weights, row orders, dropout. The same seed on "
        "the same machine gives the same bits.",
    )
    verbose: bool = parameter(
        False, Flag(), "Whether fit prints a line for each stretch of epochs."
    )


@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class ClassifierParameters(Hyperparameters):
    """The parameters of a classifier."""

    watch: str = parameter(
        "loss",
        Choice(("loss", *CLASS_METRICS)),
        "What early stopping watches on the validation rows: the loss, or a metric by name.",
    )


@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class RegressorParameters(Hyperparameters):
    """The parameters of a regressor."""

    loss: str = parameter(
        "squared_error",
        Choice(NUMBER_LOSSES),
        "What is minimised: squared_error aims at the mean, absolute_error at the median, huber "
        "is squared near 0 and absolute beyond one standard deviation of the target.",
    )
    watch: str = parameter(
        "loss",
        Choice(("loss", *NUMBER_METRICS)),
        "What early stopping watches on the validation rows: the loss, or a metric by name.",
    )
