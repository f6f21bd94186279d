"""A model as plain data, and back: one JSON document and named arrays."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Shaped

from rightfit.data.encode import Encoder
from rightfit.data.plain_lists import read_numbers
from rightfit.data.schema import Schema
from rightfit.errors import counted, shown
from rightfit.json_values import read_fields, without_infinities
from rightfit.model.model import KeptMember, Model, Training
from rightfit.model.provenance import versions
from rightfit.model.target import Target
from rightfit.nn import Network, NetworkShape, build_network
from rightfit.nn.links import LINKS
from rightfit.objectives import LOSSES, Objective, metric_names
from rightfit.train.gradients import array_names

Arrays = Mapping[str, Shaped[np.ndarray, "..."]]
# Truth values, numbers and words, as NumPy calls them.
_KINDS_OF_LABELS = "biufOU"
# Of all words among the classes, if each were as long as the longest: 256 MiB.
_MOST_SIGNS = 1 << 26


def to_document(model: Model) -> tuple[dict[str, Any], dict[str, Shaped[np.ndarray, "..."]]]:
    """Take a model apart into JSON-ready values and named arrays."""
    document = {
        "estimator": model.estimator,
        "parameters": _tag_tuples(model.parameters),
        "objective": dataclasses.asdict(model.objective),
        "members": [
            {"number": m.number, "shape": dataclasses.asdict(m.shape), "weight": m.weight}
            for m in model.members
        ],
        "schema": model.schema.to_json(),
        "encoder": model.encoder.to_json(),
        "target": _target_to_json(model.target),
        "has_names": model.has_names,
        "training": _tag_tuples(without_infinities(dataclasses.asdict(model.training))),
        "versions": versions(),
    }
    arrays = {}
    for place, member in enumerate(model.members):
        names = array_names(member.network)
        for name, leaf in zip(names, jax.tree.leaves(member.network), strict=True):
            arrays[_full_name(place, name)] = np.asarray(leaf)
    return document, arrays


def from_document(document: Mapping[str, Any], arrays: Arrays) -> Model:
    """Put a model together again.

    Raises:
        LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError: the
            parts do not belong to one model.
    """
    members = tuple(
        _member(place, parts, arrays) for place, parts in enumerate(document["members"])
    )
    n_arrays = sum(len(jax.tree.leaves(member.network)) for member in members)
    if n_arrays != len(arrays) or not members:
        raise ValueError(f"{len(arrays)} arrays where {n_arrays} belong")
    model = Model(
        estimator=document["estimator"],
        parameters=_untag_tuples(document["parameters"]),
        objective=_objective(document["objective"]),
        members=members,
        schema=Schema.from_json(document["schema"]),
        encoder=Encoder.from_json(document["encoder"]),
        target=_target_from_json(document["target"]),
        has_names=document["has_names"],
        training=read_fields(Training, _untag_tuples(document["training"])),
    )
    _check_together(model)
    return model


def _check_together(model: Model) -> None:
    """Check what the parts of a model ask of each other."""
    target, encoder, objective = model.target, model.encoder, model.objective
    task = "regression" if target.classes is None else "multiclass"
    task = "binary" if task == "multiclass" and target.n_targets == 2 else task
    if objective.task != task:
        raise ValueError(f"the task is {objective.task!r} where {task!r} belongs")
    if model.schema != encoder.schema:
        raise ValueError("the encoder is one of other columns")
    sizes = len(encoder.number_names), encoder.n_levels, objective.n_outputs(target.n_targets)
    for place, member in enumerate(model.members):
        shape = member.shape
        if (shape.n_numbers, shape.n_levels, shape.n_outputs) != sizes:
            raise ValueError(f"member {place} has other inputs or outputs than the model")
        if len(shape.number_widths) > len(encoder.numeric.value_names):
            raise ValueError(f"member {place} embeds more numbers than there are")
    weights = [member.weight for member in model.members]
    if min(weights) < 0 or not math.isclose(sum(weights), 1, abs_tol=1e-6):
        raise ValueError(f"the members have the weights {shown(weights)}")


def _objective(fields: Mapping[str, Any]) -> Objective:
    objective = read_fields(Objective, fields)
    task = objective.task
    losses = [name for name, loss in LOSSES.items() if task in loss.tasks]
    if objective.loss not in losses or objective.metric not in metric_names(task):
        raise ValueError(f"no {task} has {objective.loss!r} and {objective.metric!r}")
    return objective


def _full_name(place: int, name: str) -> str:
    return f"members.{place}.{name}"


def _member(place: int, parts: Mapping[str, Any], arrays: Arrays) -> KeptMember:
    shape = read_fields(NetworkShape, parts["shape"])
    if shape.link not in ("identity", *LINKS) or shape.n_copies < 1:
        raise ValueError(f"no network has the link {shape.link!r} and {shape.n_copies} copies")
    network = _network(shape, place, arrays)
    return KeptMember(int(parts["number"]), shape, network, float(parts["weight"]))


def _network(shape: NetworkShape, place: int, arrays: Arrays) -> Network:
    _check_size(shape, place, arrays)
    empty = build_network(shape, np.random.default_rng(0))
    names = [_full_name(place, name) for name in array_names(empty)]
    missing = [name for name in names if name not in arrays]
    if missing:
        raise ValueError(f"there are no arrays {missing}")
    for name, leaf in zip(names, jax.tree.leaves(empty), strict=True):
        if arrays[name].shape != leaf.shape or arrays[name].dtype not in (np.float32, np.float64):
            found = f"{arrays[name].dtype} {arrays[name].shape}"
            raise ValueError(f"array {name!r} is {found} where {leaf.shape} belongs")
    structure = jax.tree.structure(empty)
    network: Network = jax.tree.unflatten(structure, [np.array(arrays[name]) for name in names])
    return network


def _check_size(shape: NetworkShape, place: int, arrays: Arrays) -> None:
    """Check that a network is no larger than its arrays, before memory is taken for it."""
    there = sum(
        array.size for name, array in arrays.items() if name.startswith(_full_name(place, ""))
    )
    sizes = [
        *(shape.n_numbers, shape.n_outputs, shape.n_copies),
        *(*shape.hidden_sizes, *shape.n_levels, *shape.embedding_widths, *shape.number_widths),
    ]
    # Of the levels of a category, one may have no weight.
    fits = all(0 <= size <= there + 1 for size in sizes)
    if not fits or shape.n_parameters > there:
        raise ValueError(f"the arrays of member {place} hold {there:,} numbers, and its shape more")


def _target_to_json(target: Target) -> dict[str, Any]:
    classes = None
    if target.classes is not None:
        classes = {"dtype": target.classes.dtype.str, "values": target.classes.tolist()}
    return {
        "name": target.name,
        "classes": classes,
        "center": target.center.tolist(),
        "scale": target.scale.tolist(),
        "is_matrix": target.is_matrix,
        "constant": list(target.constant),
        "shares": None if target.shares is None else target.shares.tolist(),
    }


def _target_from_json(document: Mapping[str, Any]) -> Target:
    classes, shares = document["classes"], document.get("shares")
    target = Target(
        document["name"],
        None if classes is None else _classes_from_json(classes["values"], classes["dtype"]),
        read_numbers(document["center"]),
        read_numbers(document["scale"]),
        document["is_matrix"],
        tuple(document.get("constant", ())),
        None if shares is None else read_numbers(shares),
    )
    _check_target(target)
    return target


def _check_target(target: Target) -> None:
    n_numbers = len(target.scale)
    if len(target.center) != n_numbers or not (target.scale > 0).all():
        raise ValueError("center and scale of the target do not fit")
    if not set(target.constant) <= set(range(n_numbers)):
        raise ValueError(f"constant targets are {shown(target.constant)} of {n_numbers}")
    if target.classes is None and not (n_numbers == 1 or (target.is_matrix and n_numbers)):
        raise ValueError(f"a target of {counted(n_numbers, 'number')}")
    if target.shares is not None and len(target.shares) != target.n_targets:
        raise ValueError(f"{len(target.shares)} shares of {target.n_targets} classes")


def _classes_from_json(values: list[Any], name: str) -> Shaped[np.ndarray, " class"]:
    dtype = np.dtype(name)
    if dtype.kind not in _KINDS_OF_LABELS:
        raise ValueError(f"classes are of type {name!r}")
    if dtype.kind in "OU":
        _check_words(values, name)
    # Words take the memory of the longest one, whatever length their type claims.
    classes = np.array(values, np.str_ if dtype.kind == "U" else dtype)
    if classes.ndim != 1 or classes.tolist() != values:
        raise ValueError(f"classes are not of their type {name!r}")
    if not 2 <= len(values) == len(set(values)):
        raise ValueError(f"classes are {shown(values)}")
    return classes


def _check_words(values: list[Any], name: str) -> None:
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"classes are not of their type {name!r}")
    longest = max(map(len, values), default=0)
    if longest * len(values) > _MOST_SIGNS:
        raise ValueError(f"one of {len(values):,} classes has {longest:,} signs")


def _tag_tuples(value: Any) -> Any:
    """JSON has no tuples, and to a parameter a tuple is not a list."""
    if isinstance(value, tuple):
        return {"tuple": [_tag_tuples(item) for item in value]}
    if isinstance(value, list):
        return [_tag_tuples(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _tag_tuples(item) for name, item in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def _untag_tuples(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"tuple"} and isinstance(value["tuple"], list):
            return tuple(_untag_tuples(item) for item in value["tuple"])
        return {name: _untag_tuples(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_untag_tuples(item) for item in value]
    return value
