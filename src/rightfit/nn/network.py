"""The network: encoded features in, one number for each output out."""

import dataclasses
import itertools
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import DTypeLike

from rightfit.arrays import Features
from rightfit.nn.activations import ACTIVATIONS
from rightfit.nn.dropout import Dropout, drop
from rightfit.nn.embedding import CategoryInput
from rightfit.nn.initialisation import Scheme, initial_weights
from rightfit.nn.linear import Linear
from rightfit.nn.random_bits import fold_in

_INPUT = 0


@dataclasses.dataclass(frozen=True)
class NetworkShape:
    """Everything about a network but its numbers.

    Attributes:
        n_numbers: encoded number columns.
        n_levels: codes of each category column, with code 0.
        embedding_widths: features of each category column; 0 for one-hot.
        hidden_sizes: units of each hidden layer; `()` is the linear model.
        activations: the activation of each hidden layer, by name.
        n_outputs: outputs of the last layer.
    """

    n_numbers: int
    n_levels: tuple[int, ...]
    embedding_widths: tuple[int, ...]
    hidden_sizes: tuple[int, ...]
    activations: tuple[str, ...]
    n_outputs: int

    @property
    def n_features(self) -> int:
        """Inputs of the first layer."""
        pairs = zip(self.n_levels, self.embedding_widths, strict=True)
        return self.n_numbers + sum(width or levels - 1 for levels, width in pairs)

    @property
    def n_parameters(self) -> int:
        """Weights and biases: (N+1)·K for a layer from N inputs to K outputs."""
        sizes = [self.n_features, *self.hidden_sizes, self.n_outputs]
        embedded = zip(self.n_levels, self.embedding_widths, strict=True)
        return sum((n + 1) * k for n, k in itertools.pairwise(sizes)) + sum(
            levels * width for levels, width in embedded
        )

    @property
    def n_multiplications(self) -> int:
        """Multiplications of weights that one row takes; looking up a category takes none."""
        sizes = [self.n_features, *self.hidden_sizes, self.n_outputs]
        return sum(n * k for n, k in itertools.pairwise(sizes))


class Network(eqx.Module):
    """Fully connected layers: linear → activation → dropout → … → linear.

    Attributes:
        categories: how each category column becomes features.
        layers: the hidden layers and the output layer.
        activations: the activation of each hidden layer, by name.
    """

    categories: tuple[CategoryInput, ...]
    layers: tuple[Linear, ...]
    activations: tuple[str, ...] = eqx.field(static=True)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every number in the network: float32 or float64."""
        return np.dtype(self.layers[-1].bias.dtype)

    def __call__(
        self, features: Features, dropout: Dropout | None = None
    ) -> Float[Array, "batch output"]:
        """Compute the outputs of a batch of rows.

        Args:
            features: encoded rows.
            dropout: what to drop, in training; None at prediction.
        """
        return self.values(features, dropout)[-1]

    def values(
        self, features: Features, dropout: Dropout | None = None
    ) -> tuple[Float[Array, "batch _"], ...]:
        """Compute what flows through the network: inputs, hidden activations and outputs.

        Args:
            features: encoded rows.
            dropout: what to drop, in training; None at prediction.

        Returns:
            The inputs of the first layer, the activations of each hidden layer, the outputs.
        """
        x = self._inputs(features)
        if dropout is not None and dropout.input_rate is not None:
            x = drop(x, dropout.input_rate, fold_in(dropout.key, _INPUT))
        values = [x]
        for number, (layer, name) in enumerate(
            zip(self.layers[:-1], self.activations, strict=True), start=1
        ):
            x = ACTIVATIONS[name].function(layer(x))
            if dropout is not None and dropout.hidden_rate is not None:
                x = drop(x, dropout.hidden_rate, fold_in(dropout.key, number))
            values.append(x)
        return *values, self.layers[-1](x)

    def _inputs(self, features: Features) -> Float[Array, "batch feature"]:
        parts = [column(features.codes[:, i]) for i, column in enumerate(self.categories)]
        return jnp.concatenate([features.numbers, *parts], axis=1) if parts else features.numbers


def build_network(
    shape: NetworkShape, generator: np.random.Generator, dtype: DTypeLike = np.float32
) -> Network:
    """Make a network with starting weights that fit its activations; biases are 0.

    The numbers are NumPy arrays from NumPy's generator, so that a seed keeps its
    meaning when JAX changes its own; the first call of a compiled function moves them.
    """
    columns = zip(shape.n_levels, shape.embedding_widths, strict=True)
    categories = tuple(
        _category_input(levels, width, generator, dtype) for levels, width in columns
    )
    schemes: list[Scheme] = [ACTIVATIONS[name].scheme for name in shape.activations]
    sizes = [shape.n_features, *shape.hidden_sizes, shape.n_outputs]
    layers = tuple(
        Linear(
            initial_weights(scheme, n_inputs, n_outputs, generator).astype(dtype),
            np.zeros(n_outputs, dtype),
        )
        for scheme, n_inputs, n_outputs in zip(
            [*schemes, "lecun"], sizes[:-1], sizes[1:], strict=True
        )
    )
    return Network(categories, layers, shape.activations)


def _category_input(
    levels: int, width: int, generator: np.random.Generator, dtype: DTypeLike
) -> CategoryInput:
    if not width:
        return CategoryInput(None, levels)
    # Scaled so that the whole vector weighs as much as one scaled number.
    table = generator.standard_normal((levels, width), dtype=np.float32) / np.sqrt(width)
    return CategoryInput(table.astype(dtype), levels)
