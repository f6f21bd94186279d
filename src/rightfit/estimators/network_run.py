"""From one network's parameters to what the training program takes."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from rightfit.data.bins import BinScaling
from rightfit.data.encode import Encoder
from rightfit.errors import ParameterError, counted
from rightfit.estimators.hyperparameters import Hyperparameters
from rightfit.model.prepare import Codec
from rightfit.model.target import Target
from rightfit.nn import Network, NetworkShape, build_network
from rightfit.objectives import LOSSES, Objective
from rightfit.train.compilation import compiled
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.plan import NEVER, Knobs, Plan, State
from rightfit.train.program import start

# Those of TabM's author in AutoGluon, but for 32 rows: so small a batch wastes the processor.
_BATCH_SIZES = ((4_500, 64), (6_400, 128), (32_000, 256), (108_000, 512))
_LARGEST_BATCH = 1024
_EMBEDDING_SIZES = {"piecewise": 32, "cosine": 16, "periodic": 8}
_MOST_EMBEDDED = 1024
# The nearest below 1 that float32 and 32 random bits can tell from it.
_MOST_DROPPED = 1 - 2.0**-20


def network_shape(parameters: Hyperparameters, codec: Codec, objective: Objective) -> NetworkShape:
    """Lay out the network for the encoded columns and the target.

    Raises:
        ParameterError: the tuple of activations does not fit the hidden layers.
    """
    hidden_sizes = parameters.hidden_sizes
    activations = parameters.activation
    if isinstance(activations, str):
        activations = (activations,) * len(hidden_sizes)
    if len(activations) != len(hidden_sizes):
        raise ParameterError(
            f"The 'activation' parameter of {type(parameters).__name__} has "
            f"{counted(len(activations), 'name')} for "
            f"{counted(len(hidden_sizes), 'hidden layer')}.",
            expected="A tuple needs one name for each hidden layer.",
            hint="pass one name to use it for all layers",
        )
    encoder = codec.encoder
    widths = tuple(
        0 if one_hot else min(int(parameters.embedding_size), levels - 1)
        for levels, one_hot in zip(encoder.n_levels, encoder.is_one_hot, strict=True)
    )
    return NetworkShape(
        n_numbers=len(encoder.number_names),
        n_levels=encoder.n_levels,
        embedding_widths=widths,
        hidden_sizes=tuple(int(size) for size in hidden_sizes),
        activations=activations,
        n_outputs=objective.n_outputs(codec.target.n_targets),
        number_embedding=parameters.number_embedding,
        number_widths=_number_widths(parameters, encoder),
        input_scaling=bool(parameters.input_scaling),
        parametrisation=parameters.parametrisation,
        n_copies=int(parameters.n_copies) if hidden_sizes else 1,
        link=LOSSES[loss_name(parameters, objective)].links[bool(hidden_sizes)],
    )


def _number_widths(parameters: Hyperparameters, encoder: Encoder) -> tuple[int, ...]:
    """The features of each scaled number: never more bins than its values tell apart."""
    name, n_bins = parameters.number_embedding, encoder.n_bins
    if name == "robust":
        return n_bins if isinstance(encoder.scaling, BinScaling) else ()
    if name == "none" or not n_bins:
        return ()
    most = max(_MOST_EMBEDDED // len(n_bins), 1)
    width = parameters.number_embedding_size or min(_EMBEDDING_SIZES[name], most)
    if name != "piecewise":
        return (int(width),) * len(n_bins)
    return tuple(min(int(width), n) for n in n_bins)


def batch_size(parameters: Hyperparameters, n_rows: int) -> int:
    """The rows of a mini-batch, never much more than there are."""
    wanted = parameters.batch_size
    if isinstance(wanted, str):
        wanted = next((size for rows, size in _BATCH_SIZES if n_rows < rows), _LARGEST_BATCH)
    return min(int(wanted), 1 << max(n_rows - 1, 0).bit_length())


def loss_name(parameters: Hyperparameters, objective: Objective) -> str:
    """The loss that a network minimises: its own, or the only one that there is for classes."""
    return str(getattr(parameters, "loss", objective.loss))


def plan_of(parameters: Hyperparameters, objective: Objective, n_rows: int) -> Plan:
    """What the program of a network is compiled for."""
    return Plan(
        objective=objective,
        loss=loss_name(parameters, objective),
        optimizer=parameters.optimizer,
        schedule=parameters.schedule,
        batch_size=batch_size(parameters, n_rows),
        dropout=bool(parameters.dropout_rate > 0 and parameters.hidden_sizes),
        input_dropout=bool(parameters.input_dropout_rate > 0),
        l2=bool(parameters.l2 > 0),
        weight_decay=bool(_weight_decay(parameters) > 0),
        averaging=bool(parameters.average_decay > 0),
        smoothing=_label_smoothing(parameters) > 0,
        dropout_schedule=parameters.dropout_schedule,
    )


def in_common(plans: Sequence[Plan], shapes: Sequence[NetworkShape]) -> list[Plan]:
    """Let networks of one shape share programs: what one of them needs, all are compiled for.

    A rate of 0 then computes what leaving it out would. Networks of other shapes have programs of
    their own, which are spared what they do not need.
    """
    names = ("dropout", "input_dropout", "l2", "weight_decay", "averaging", "smoothing")
    needed: dict[NetworkShape, dict[str, Any]] = {}
    for plan, shape in zip(plans, shapes, strict=True):
        alike = needed.setdefault(shape, dict.fromkeys(names, False))
        alike.update({name: alike[name] or getattr(plan, name) for name in names})
    return [
        dataclasses.replace(plan, **needed[shape])
        for plan, shape in zip(plans, shapes, strict=True)
    ]


def knobs_of(
    parameters: Hyperparameters,
    target: Target,
    plan: Plan,
    n_rows: int,
    *,
    dtype: DTypeLike,
    seed: int,
) -> Knobs:
    """The numbers of a network's training.

    Args:
        parameters: of the network.
        target: for the unit of the metric.
        plan: for the batch size.
        n_rows: rows that it is trained on.
        dtype: of the numbers.
        seed: of the dropout bits.
    """
    number: Any = np.dtype(dtype).type
    optimizer = OPTIMIZERS[parameters.optimizer]
    rate = optimizer.learning_rate if parameters.learning_rate is None else parameters.learning_rate
    horizon = min(parameters.schedule_epochs or parameters.max_epochs, NEVER)
    patience = min(parameters.patience_epochs or NEVER, NEVER)
    return Knobs(
        learning_rate=number(rate),
        momentum=number(parameters.momentum),
        weight_decay=number(_weight_decay(parameters)),
        l2=number(parameters.l2),
        dropout_rate=number(min(parameters.dropout_rate, _MOST_DROPPED)),
        input_dropout_rate=number(min(parameters.input_dropout_rate, _MOST_DROPPED)),
        horizon_steps=number(horizon * -(-n_rows // plan.batch_size)),
        warmup=number(min(parameters.warmup_epochs / horizon, 1.0)),
        patience_epochs=np.int32(patience),
        patience_growth=number(parameters.patience_growth),
        tolerance=number(parameters.tolerance),
        average_decay=number(parameters.average_decay),
        label_smoothing=number(_label_smoothing(parameters)),
        target_scale=np.asarray(target.scale / target.unit, dtype),
        target_unit=number(target.unit if target.unit < float(np.finfo(dtype).max) else np.inf),
        target_means=np.asarray(target.means, dtype),
        key=np.random.Philox(seed).random_raw(1).view(np.uint32)[:2],
    )


def begin(plan: Plan, network: Network, knobs: Knobs) -> State:
    """The state before the first step of a network."""
    state: State = compiled(start, plan, network, knobs.momentum)
    return state


def fresh_network(
    shape: NetworkShape,
    seed: int,
    dtype: DTypeLike,
    frequency_scale: float,
    means: Any,
    edges: Any,
) -> Network:
    """A network with starting weights."""
    generator = np.random.Generator(np.random.Philox(seed))
    return build_network(
        shape, generator, dtype, frequency_scale=frequency_scale, means=means, edges=edges
    )


def _label_smoothing(parameters: Hyperparameters) -> float:
    return float(getattr(parameters, "label_smoothing", 0.0))  # numbers have no labels


def _weight_decay(parameters: Hyperparameters) -> float:
    customary = OPTIMIZERS[parameters.optimizer].weight_decay
    return customary if parameters.weight_decay is None else parameters.weight_decay
