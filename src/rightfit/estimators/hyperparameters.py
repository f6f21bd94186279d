"""Every parameter of an estimator, declared once.

Checks, error sentences, flags of the command line and the reference derive from
these fields. The module imports nothing heavy, so that `--help` is quick.
"""

import dataclasses
from typing import Any, TypeAlias

from rightfit.constraints import (
    Constraint,
    Flag,
    InstanceOf,
    Interval,
    MappingOf,
    Nothing,
    OneOf,
    TupleOf,
    Unsure,
    at_least,
    between,
    either,
    unsure,
)
from rightfit.estimators.choice_names import (
    ACTIVATION_NAMES,
    CLASS_METRICS,
    COMBINE_NAMES,
    KIND_NAMES,
    NUMBER_EMBEDDING_NAMES,
    NUMBER_LOSSES,
    NUMBER_METRICS,
    OPTIMIZER_NAMES,
    PARAMETRISATION_NAMES,
    PRECISION_NAMES,
    QUALITY_NAMES,
    SCALING_NAMES,
    SCHEDULE_NAMES,
)
from rightfit.parameters import declared_parameters, parameter

# The one network where no recipe is followed and none is described.
PLAIN_SIZES = (256, 256)

# A list of values, each of which is tried. Whatever trains one network has put one value in its
# place, so for the type checker it may be anything.
Several: TypeAlias = Any

_ACTIVATION = OneOf(ACTIVATION_NAMES)


def _optional(constraint: Constraint) -> Constraint:
    return either(constraint, Nothing())


@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class Hyperparameters:
    """The parameters that a classifier and a regressor share.

    A list as the value of a member's own parameter (`member_parameters`) means "I am unsure: try
    each". A tuple is structure.
    """

    hidden_sizes: tuple[int, ...] | str | Several = parameter(
        "auto",
        unsure(TupleOf(at_least(1), "hidden layer"), OneOf(("auto",))),
        "Units of each hidden layer, such as (256, 128): then the parameters describe what is "
        "trained, and nothing is added. () is the model without hidden layers: linear, logistic or "
        "multinomial logistic regression. Rather too many than too few: early stopping, dropout "
        "and decay keep a large network from overfitting. 'auto' leaves it to the recipe of "
        "quality, which sets every parameter that is at its default, unless lists say what to try.",
    )
    quality: str = parameter(
        "default",
        OneOf(QUALITY_NAMES),
        "Time that goes into the score, where hidden_sizes is 'auto': fast trains one network of "
        "copies that share their weights, and beside it one with noise or two without hidden "
        "layers at most, default a pack of up to seven networks, best of up to 26; each on folds "
        "where there are few rows. From 50 columns on, or more than half as many as rows, more "
        "small ones join them. partial_fit and warm_start go on with one plain network instead. "
        "What was set stands in describe().",
    )
    activation: str | tuple[str, ...] | Several = parameter(
        "relu",
        unsure(either(_ACTIVATION, TupleOf(_ACTIVATION, "hidden layer"))),
        "Activation of the hidden layers: one name for all, or a tuple with one a layer.",
    )
    dropout_rate: float | Several = parameter(
        0.0,
        unsure(between(0, 1)),
        "Share of hidden activations set to zero in each step (0.5 drops one half), in every "
        "hidden layer and in training only. Raise it when the validation loss is much above the "
        "training loss.",
    )
    input_dropout_rate: float | Several = parameter(
        0.0, unsure(between(0, 1)), "The same share for the inputs of the first layer."
    )
    dropout_schedule: str | Several = parameter(
        "constant",
        unsure(OneOf(SCHEDULE_NAMES)),
        "How both dropout rates fall over schedule_epochs, as schedule says of the learning rate.",
    )
    l2: float | Several = parameter(
        0.0,
        unsure(between(0, None)),
        "λ of the term λ/2·Σw² added to the mean loss per row; it means the same at every batch "
        "size, and biases are free. Raise it to regularise more.",
    )
    weight_decay: float | Several | None = parameter(
        None,
        unsure(_optional(between(0, None))),
        "Decoupled decay: each step shrinks the weights by learning_rate · weight_decay, with any "
        "optimizer. None takes the optimizer's customary value: 0.01 for adamw and muon, 0.1 "
        "for lion, else 0.",
    )
    optimizer: str | Several = parameter(
        "adamw",
        unsure(OneOf(OPTIMIZER_NAMES)),
        "Rule that turns gradients into steps: sgd goes along the gradient, momentum and nesterov "
        "along a sum of the last ones; adagrad, rmsprop, adam and adamw give each weight a step "
        "length of its own, lion only its sign; muon makes the step of a hidden layer equally "
        "strong in all directions, in fewer epochs of several times the time.",
    )
    learning_rate: float | Several | None = parameter(
        None,
        unsure(_optional(between(0, None, "neither"))),
        "Size of a step. None takes the optimizer's customary value: 0.001 for adam, adamw, muon "
        "and rmsprop, 0.1 for sgd, 0.01 for momentum, nesterov and adagrad, 0.0001 for lion. Too "
        "high diverges, too low never arrives.",
    )
    average_decay: float | Several = parameter(
        0.0,
        unsure(between(0, 1)),
        "Share of a running average of the weights that stays in each step; the average is what is "
        "scored on the validation rows and kept. 0 keeps the weights as they are; 0.99 or 0.999 "
        "steady noisy steps. partial_fit keeps the latest weights all the same.",
    )
    n_copies: int | Several = parameter(
        1,
        unsure(at_least(1)),
        "Networks in one: copies that share all weights but a factor of each column and the output "
        "layer, each trained for itself; their mean predicts. They overfit less than one, and take "
        "the time of as many but for the first layer. Without hidden layers there is one.",
    )
    parametrisation: str | Several = parameter(
        "standard",
        unsure(OneOf(PARAMETRISATION_NAMES)),
        "Where the scale of the weights lies: standard in the weights as they start, ntk in a "
        "fixed factor by which they are used, so that a learning rate suits more widths.",
    )
    momentum: float | Several = parameter(
        0.9,
        unsure(between(0, 1)),
        "Share of the previous step that is kept, for the optimizers momentum and nesterov.",
    )
    schedule: str | Several = parameter(
        "constant",
        unsure(OneOf(SCHEDULE_NAMES)),
        "How the learning rate falls over schedule_epochs: exponential to one hundredth, step to a "
        "tenth after one half and a hundredth after three quarters, cosine to 0.",
    )
    schedule_epochs: int | None = parameter(
        None,
        _optional(at_least(1)),
        "Epochs over which the schedules run. None means max_epochs, of which patience often "
        "leaves few: then give about as many as training takes.",
    )
    warmup_epochs: int = parameter(
        0, at_least(0), "Epochs in which the learning rate first rises from 0, in a line."
    )
    batch_size: int | str | Several = parameter(
        "auto",
        unsure(either(at_least(1), OneOf(("auto",)))),
        "Rows of a mini-batch. 'auto' goes by the training rows: 64 below 4,500, 128 below 6,400, "
        "256 below 32,000, 512 below 108,000, else 1,024.",
    )
    max_epochs: int = parameter(
        1000, at_least(1), "Epochs after which training ends at the latest, but for a refit."
    )
    max_seconds: float | None = parameter(
        None,
        _optional(between(0, None, "neither")),
        "Seconds of `fit`, compilation included, after which it ends with the best weights so far; "
        "where no epoch has ended yet, with an error. None for no limit.",
    )
    patience_epochs: int | None = parameter(
        16,
        _optional(at_least(1)),
        "Epochs without a better validation loss (or watched metric) before training stops; None "
        "goes on to max_epochs. The best weights are kept in any case.",
    )
    patience_growth: float = parameter(
        0.0,
        between(0, None),
        "Epochs of patience for each epoch until the last one that was better by the tolerance, "
        "where that is more than patience_epochs: with 1, training that found its best weights in "
        "epoch 100 goes on to epoch 200 before it stops. 0 leaves the patience as it is.",
    )
    tolerance: float = parameter(
        1e-4,
        between(0, 1),
        "Improvement that counts as better for the patience: a share of the loss, or of 0.01 where "
        "the loss is smaller.",
    )
    validation_fraction: float | None = parameter(
        None,
        _optional(between(0, 1)),
        "Share of the rows (of their weight, if there are weights and neither groups nor time) "
        "that are held out to choose when to stop, stratified for classes. With 0 the training "
        "loss is watched. None means 0.15, or 0 where that would be fewer than ten rows.",
    )
    refit: float | None = parameter(
        None,
        _optional(between(0, None)),
        "Epochs, for each one until its best, that every network that was chosen goes on for on "
        "all rows, those that were held out among them: with 0.5, one that was best after 40 "
        "epochs gets 20 more. Nothing watches these. None means 0, none, but what the recipe says "
        "where hidden_sizes is 'auto'. Rows that were handed over for validation are never trained "
        "on.",
    )
    n_folds: int | None = parameter(
        None,
        _optional(at_least(2)),
        "Folds that every combination of values is trained on: each row is held out once, and the "
        "choice goes by all of them. None holds out validation_fraction once. Of folds that follow "
        "in time only the networks of the last one predict: it has the newest rows.",
    )
    n_seeds: int = parameter(
        1,
        at_least(1),
        "Networks of each combination of values, which differ in nothing but their seed. More of "
        "them steady the prediction, and show how much is chance.",
    )
    members: int | str | None = parameter(
        None,
        either(at_least(1), OneOf(("auto",)), Nothing()),
        "Combinations to draw at random, seeded, in place of the whole grid; 'auto' draws 16. "
        "Lists are drawn from, and so are sensible ranges for hidden_sizes, dropout_rate, "
        "weight_decay and learning_rate where they are at their default; a list of one value, such "
        "as [0.0], keeps it. Where the recipe of quality is followed, its kinds of networks are "
        "drawn from instead. None takes every combination of the lists.",
    )
    max_members: int = parameter(
        64,
        at_least(1),
        "Combinations of lists that are tried at most: of a larger grid so many are drawn at "
        "random. It does not limit n_seeds, n_folds, or a number given as members.",
    )
    combine: str = parameter(
        "ensemble",
        OneOf(COMBINE_NAMES),
        "What becomes of several networks: ensemble takes a weighted mean of those that go "
        "together best on held-out rows, best the one with the lowest validation loss, simplest "
        "the most regularised one within one standard error of the best.",
    )
    cull: bool = parameter(
        False,
        Flag(),
        "Whether combinations that fall far behind are stopped early, by successive halving. It "
        "saves time, and may lose a network that starts slowly.",
    )
    scaling: str = parameter(
        "robust",
        OneOf(SCALING_NAMES),
        "How number columns are scaled: robust (median and quartiles, then a smooth clip to ±3, so "
        "that outliers survive without harm), standard (mean and standard deviation; keeps a model "
        "without hidden layers linear in the columns), quantile (equally many rows everywhere), "
        "tree (bins where a small decision tree on the column splits become equally wide) or none.",
    )
    number_embedding: str | Several = parameter(
        "none",
        unsure(OneOf(NUMBER_EMBEDDING_NAMES)),
        "What becomes of a scaled number before the first layer: none leaves it, robust takes it "
        "out of the bins of scaling tree or quantile again and scales it by median and quartiles "
        "(with another scaling it leaves it too), piecewise says of each of its bins how much lies "
        "below it (with scaling tree or quantile, their bins), cosine adds waves of learned "
        "frequency, periodic turns sines and cosines into a few features by a small layer. The "
        "last three let a network fit irregular columns.",
    )
    number_embedding_size: int | Several | None = parameter(
        None,
        unsure(_optional(at_least(1))),
        "Features of each embedded number: bins of piecewise, waves of cosine, outputs of "
        "periodic. None takes 32, 16 and 8, and fewer where all columns together would have more "
        "than 1,024.",
    )
    frequency_scale: float | Several = parameter(
        0.1,
        unsure(between(0, None, "neither")),
        "Standard deviation of the starting frequencies of cosine and periodic, in turns for one "
        "standard deviation of the column. Raise it for columns that matter in fine detail.",
    )
    input_scaling: bool | Several = parameter(
        False,
        unsure(Flag()),
        "Whether each feature has a factor of its own that is learned, so that useless ones can be "
        "turned down. With l2, which holds for factors too, they are turned off: without hidden "
        "layers and with one output that is the lasso, with hidden layers the group lasso. Copies "
        "(n_copies) have factors of their own, so that it has no effect on them.",
    )
    max_one_hot: int = parameter(
        10,
        at_least(0),
        "Most levels of a category column that becomes one-hot; above it, an embedding, in which "
        "levels of a single row share one vector with those never seen. The recipe of quality "
        "takes 1,000 up to 3,000 rows (8,192 for all columns together), where an embedding learns "
        "too little of a level's few rows.",
    )
    embedding_size: int = parameter(
        8, at_least(1), "Width of the learned vector of each level of an embedded column."
    )
    column_kinds: dict[str, str] | None = parameter(
        None,
        _optional(MappingOf(OneOf(KIND_NAMES))),
        "Kinds of columns that override the recognised ones, such as {'zip': 'category'}.",
    )
    precision: str = parameter(
        "auto",
        OneOf(PRECISION_NAMES),
        "Type of the numbers in the network. 'auto' means float32, but float64 on a CPU below 500 "
        "training rows, where it costs nothing.",
    )
    warm_start: bool = parameter(
        False,
        Flag(),
        "Whether fit goes on from the weights of the fit before, with its columns and how they are "
        "encoded, and the same rows held out; a network with other layers begins anew, and so "
        "does one after a pack.",
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

    label_smoothing: float | Several = parameter(
        0.0,
        unsure(between(0, 1)),
        "Share of each label that is spread evenly over all classes in training, so that the "
        "network does not grow too sure of itself.",
    )

    watch: str = parameter(
        "loss",
        OneOf(("loss", *CLASS_METRICS)),
        "What early stopping watches on the validation rows: the loss, or a metric by name.",
    )


@dataclasses.dataclass(eq=False, repr=False, kw_only=True)
class RegressorParameters(Hyperparameters):
    """The parameters of a regressor."""

    loss: str | Several = parameter(
        "squared_error",
        unsure(OneOf(NUMBER_LOSSES)),
        "What is minimised: squared_error aims at the mean, absolute_error at the median, huber "
        "is squared near 0 and absolute beyond one standard deviation of the target. poisson aims "
        "at the mean of counts and amounts, of 0 or more, whose noise grows with them: what is "
        "expected is never below 0, by an elu or, without hidden layers, an exponential, and large "
        "numbers count less. Networks of several losses stop by their own, and are judged by the "
        "first one.",
    )
    watch: str = parameter(
        "loss",
        OneOf(("loss", *NUMBER_METRICS)),
        "What early stopping watches on the validation rows: the loss, or a metric by name.",
    )


def member_parameters(owner: Hyperparameters | type[Hyperparameters]) -> tuple[str, ...]:
    """Those that belong to one network, so that networks of a pack may differ in them."""
    return tuple(
        declared.name
        for declared in declared_parameters(owner)
        if isinstance(declared.constraint, Unsure)
    )


def follows_recipe(parameters: Hyperparameters) -> bool:
    """Whether nobody said what networks are wanted, so that the recipe decides.

    A list of several values says it: exactly these are tried. A list of one is a value.
    """
    values = [getattr(parameters, name) for name in member_parameters(parameters)]
    has_lists = any(isinstance(value, list) and len(value) > 1 for value in values)
    return isinstance(parameters.hidden_sizes, str) and not has_lists
