"""The words that parameters take, written out: tests hold them to what there is to name.

What they name is heavy to import, and `--help` should be quick.
"""

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
    "parametric_relu",
    "parametric_mish",
)
PARAMETRISATION_NAMES = ("standard", "ntk")
OPTIMIZER_NAMES = (
    "adamw",
    "adam",
    "sgd",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "lion",
    "muon",
)
SCHEDULE_NAMES = ("constant", "exponential", "step", "cosine")
SCALING_NAMES = ("robust", "standard", "quantile", "tree", "none")
NUMBER_EMBEDDING_NAMES = ("none", "robust", "piecewise", "cosine", "periodic")
PRECISION_NAMES = ("auto", "float32", "float64")
QUALITY_NAMES = ("fast", "default", "best")
COMBINE_NAMES = ("ensemble", "best", "simplest")
KIND_NAMES = ("number", "category", "boolean", "datetime", "ignored")
CLASS_METRICS = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc")
NUMBER_METRICS = (
    "root_mean_squared_error",
    "mean_squared_error",
    "mean_absolute_error",
    "r2",
)
NUMBER_LOSSES = ("squared_error", "absolute_error", "huber", "poisson")
