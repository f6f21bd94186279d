"""The whole graph of a model: inputs, encoder, networks, outputs."""

import dataclasses
from importlib.metadata import version
from typing import final

import numpy as np
import onnx

from rightfit.export.features import add_features
from rightfit.export.inputs import Input, inputs_of
from rightfit.export.metadata import metadata_of
from rightfit.export.network import add_networks
from rightfit.export.nodes import Nodes
from rightfit.export.outputs import Output, add_outputs, outputs_of
from rightfit.model.model import Model
from rightfit.model.predict import place_networks


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Built:
    """A model as ONNX has it.

    Attributes:
        proto: the file's content.
        inputs: what goes in.
        outputs: what comes out.
    """

    proto: onnx.ModelProto
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]


def build_graph(model: Model) -> Built:
    """Build the graph of a model.

    Raises:
        RightFitError: a network has an operation that cannot be exported.
        DataError: ONNX has no type for the classes.
    """
    inputs = inputs_of(model)
    outputs = outputs_of(model.target, [one.name for one in inputs])
    nodes = Nodes([*(one.name for one in inputs), *(one.name for one in outputs)])
    for one in inputs:
        nodes.input(one.name, one.dtype, one.shape, one.description)
    encoder = model.encoder
    features = add_features(nodes, inputs, encoder)
    networks = place_networks([member.network for member in model.members])
    widths = len(encoder.number_names), len(encoder.categories)
    add_outputs(
        nodes,
        add_networks(nodes, networks, features, widths),
        networks,
        np.array([member.weight for member in model.members]),
        model.objective.task,
        model.target,
        outputs,
    )
    name = f"{model.estimator} of {model.target.name or 'an unnamed target'}"
    proto = nodes.to_model(name, metadata_of(model, inputs, outputs), version("rightfit"))
    onnx.checker.check_model(proto)
    return Built(proto, inputs, outputs)
