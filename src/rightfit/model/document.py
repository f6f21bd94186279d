"""A model as plain data, and back: one JSON document and named arrays."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Shaped

from rightfit.data.encode import Encoder
from rightfit.data.schema import Schema
from rightfit.json_values import without_infinities
from rightfit.model.model import KeptMember, Model, Training
from rightfit.model.provenance import versions
from rightfit.model.target import Target
from rightfit.nn import Network, NetworkShape, build_network
from rightfit.objectives import Objective
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
        KeyError, TypeError, ValueError: the parts do not belong to one model.
    """
    members = tuple(
        _member(place, parts, arrays) for place, parts in enumerate(document["members"])
    )
    n_arrays = sum(len(jax.tree.leaves(member.network)) for member in members)
    if n_arrays != len(arrays) or not members:
        raise ValueError(f"{len(arrays)} arrays where {n_arrays} belong")
    return Model(
        estimator=document["estimator"],
        parameters=_untag_tuples(document["parameters"]),
        objective=Objective(**document["objective"]),
        members=members,
        schema=Schema.from_json(document["schema"]),
        encoder=Encoder.from_json(document["encoder"]),
        target=_target_from_json(document["target"]),
        has_names=document["has_names"],
        training=Training(**_untag_tuples(document["training"])),
    )


def _full_name(place: int, name: str) -> str:
    return f"members.{place}.{name}"


def _member(place: int, parts: Mapping[str, Any], arrays: Arrays) -> KeptMember:
    shape = NetworkShape(**{name: _tupled(value) for name, value in parts["shape"].items()})
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
    return Target(
        document["name"],
        None if classes is None else _classes_from_json(classes["values"], classes["dtype"]),
        np.array(document["center"], np.float64),
        np.array(document["scale"], np.float64),
        document["is_matrix"],
        tuple(document.get("constant", ())),
        None if shares is None else np.array(shares, np.float64),
    )


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


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
