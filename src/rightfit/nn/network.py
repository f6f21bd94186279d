"""The network: encoded features in, one number for each output out."""

import dataclasses
import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import DTypeLike

from rightfit.arrays import Features
from rightfit.nn.activations import ACTIVATIONS
from rightfit.nn.dropout import Dropout, drop
from rightfit.nn.embedding import CategoryInput, category_features
from rightfit.nn.initialisation import Scheme, initial_weights
from rightfit.nn.linear import Linear
from rightfit.nn.links import LINKS
from rightfit.nn.number_embedding import NumberEmbedding, Unbent, build_number_embedding
from rightfit.nn.random_bits import fold_in
from rightfit.nn.shape import NetworkShape
from rightfit.nn.weights import Weights

EMBEDDING_START = 0.1
_INPUT = 0


class Network(eqx.Module):
    """Fully connected layers: linear → activation → dropout → … → linear.

    Attributes:
        numbers: how scaled numbers become features; None where they are features.
        categories: how each category column becomes features.
        factors: learned factors of the inputs; None without. Those of copies are a vector,
            `[copy · column]`, and free; those of a network alone are a matrix, `[1, feature]`,
            which L2 and decay shrink as they do weights.
        layers: the hidden layers and the output layer, which has the outputs of all copies.
        shares: `[hidden]` for each hidden layer whose activation is parametric, else None.
        activations: the activation of each hidden layer, by name.
        n_copies: networks in one, which share all weights but factors and output layer.
        means: `[output]`, of a network with a link: the means of the targets in their standard
            deviations, which stay as they are; None without.
        link: what becomes of the last layer's numbers, by name; identity leaves them.
        edges: `[edge]`, of a network that takes its numbers out of bins: the edges of these, scaled
            by quartiles, which stay as they are; None without.
        widths: of a network of copies, the features of each column, side by side; else empty.

    Source:
        Gorishniy, Kotelnikov and Babenko (2025), "TabM", for the copies: its TabM-mini, but that
        all features of a column have one factor, which takes a quarter of the time. Holzmüller
        et al. (2024), "Better by Default", for factors of the inputs of one network; Hoff (2017),
        "Lasso, fractional norm and structured sparse estimation using a Hadamard product
        parametrization", for what L2 makes of them.
    """

    numbers: NumberEmbedding | None
    categories: tuple[CategoryInput, ...]
    factors: Float[Weights, "..."] | None
    layers: tuple[Linear, ...]
    shares: tuple[Float[Weights, " _"] | None, ...]
    activations: tuple[str, ...] = eqx.field(static=True)
    n_copies: int = eqx.field(static=True, default=1)
    means: Float[Weights, " output"] | None = None
    link: str = eqx.field(static=True, default="identity")
    edges: Float[Weights, " edge"] | None = None
    widths: tuple[int, ...] = eqx.field(static=True, default=())

    @property
    def n_outputs(self) -> int:
        """Numbers that come out for each row."""
        return int(self.layers[-1].bias.shape[-1]) // self.n_copies

    @property
    def trained(self) -> "Network":
        """What training changes: all but the means and the edges."""
        return dataclasses.replace(self, means=None, edges=None)

    def with_fixed(self, other: "Network") -> "Network":
        """Put back what training does not change, from a network that has it."""
        return dataclasses.replace(self, means=other.means, edges=other.edges)

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
    ) -> tuple[Float[Array, "_ _"], ...]:
        """Compute what flows through the network: inputs, hidden activations and outputs.

        Args:
            features: encoded rows.
            dropout: what to drop, in training; None at prediction.

        Returns:
            The inputs of the first layer, the activations of each hidden layer (the rows of each
            copy below those of the copy before it), the outputs, which are the mean of the copies.
        """
        *inner, outputs = self._flow(features, dropout)
        if self.n_copies == 1:
            return *inner, outputs
        with jax.named_scope("mean_over_copies"):
            return *inner, jnp.mean(outputs, axis=1)

    def outputs_apart(
        self, features: Features, dropout: Dropout | None = None
    ) -> Float[Array, "batch *copy output"]:
        """Compute the outputs of each copy, as each is trained for itself; one has no axis."""
        return self._flow(features, dropout)[-1]

    def _flow(self, features: Features, dropout: Dropout | None) -> list[Array]:
        # Scopes name the operations in the program that JAX traces, and cost nothing in it.
        with jax.named_scope("inputs"):
            x = self._inputs(features)
            if dropout is not None and dropout.input_rate is not None:
                x = drop(x, dropout.input_rate, fold_in(dropout.key, _INPUT))
        values = [x]
        hidden = zip(self.layers[:-1], self.activations, self.shares, strict=True)
        for number, (layer, name, share) in enumerate(hidden, start=1):
            with jax.named_scope(f"layer_{number}"):
                linear = self._first(layer, x) if number == 1 else layer(x)
                with jax.named_scope(name):
                    x = ACTIVATIONS[name].function(linear)
                    if share is not None:
                        x = linear + share * (x - linear)
                if dropout is not None and dropout.hidden_rate is not None:
                    x = drop(x, dropout.hidden_rate, fold_in(dropout.key, number))
            values.append(x)
        with jax.named_scope("output_layer"):
            last = self.layers[-1]
            outputs = last(x) if self.n_copies == 1 else last.apart(x, self.n_copies)
        return [*values, self._linked(outputs)]

    def _linked(self, outputs: Float[Array, "... output"]) -> Float[Array, "... output"]:
        """Make outputs what is expected beyond the mean, by the link, which counts in the mean.

        A target that is standardised is the mean and an output times the standard deviation. With
        a log link and a mean of m standard deviations, that output is m·(exp(z/m) - 1).
        """
        if self.means is None:
            return outputs
        with jax.named_scope(f"{self.link}_link"):
            means = jax.lax.stop_gradient(jnp.asarray(self.means))
            return means * LINKS[self.link](outputs / means)

    def _first(self, layer: Linear, x: Array) -> Array:
        """Apply the first layer, to the inputs of each copy."""
        if self.n_copies == 1:
            return layer(x)
        assert self.factors is not None
        factors = jnp.asarray(self.factors).reshape(self.n_copies, -1)
        return layer.with_factors(x, factors, self.widths)

    def _inputs(self, features: Features) -> Float[Array, "batch feature"]:
        parts = [features.numbers]
        if self.numbers is not None:
            n_embedded = self.numbers.n_columns
            embedded = features.numbers[:, :n_embedded]
            parts = [self._embedded(embedded), features.numbers[:, n_embedded:]]
        parts += category_features(self.categories, features.codes)
        x = jnp.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        return x if self.factors is None or self.n_copies > 1 else x * self.factors

    def _embedded(self, numbers: Float[Array, "batch number"]) -> Float[Array, "batch feature"]:
        if isinstance(self.numbers, Unbent):
            assert self.edges is not None
            return self.numbers(numbers, self.edges)
        assert self.numbers is not None
        return self.numbers(numbers)


def build_network(
    shape: NetworkShape,
    generator: np.random.Generator,
    dtype: DTypeLike = np.float32,
    *,
    frequency_scale: float = 0.1,
    means: Float[Weights, " output"] | None = None,
    edges: Float[Weights, " edge"] | None = None,
) -> Network:
    """Make a network with starting weights that fit its activations; biases are 0.

    The numbers are NumPy arrays from NumPy's generator, so that a seed keeps its
    meaning when JAX changes its own; the first call of a compiled function moves them.

    Args:
        shape: of the network.
        generator: of the starting weights.
        dtype: of the weights.
        frequency_scale: spread of the starting frequencies of cosine and periodic embeddings.
        means: for a link, the means of the targets in their standard deviations; None for 1.
        edges: for numbers that are taken out of bins, the edges of these; None for 0.
    """
    numbers = build_number_embedding(
        shape.number_embedding, shape.number_widths, generator, frequency_scale, dtype
    )
    columns = zip(shape.n_levels, shape.embedding_widths, strict=True)
    categories = tuple(
        _category_input(levels, width, generator, dtype) for levels, width in columns
    )
    schemes: list[Scheme] = [ACTIVATIONS[name].scheme for name in shape.activations]
    sizes = [shape.n_features, *shape.hidden_sizes, shape.n_outputs * shape.n_copies]
    # Without hidden layers no weight has to differ from others, and where the rows say nothing of
    # one, as there are fewer of them than columns, it would stay what chance made it.
    output_scheme: Scheme = "lecun" if shape.hidden_sizes else "zero"
    layers = tuple(
        _linear(shape.parametrisation, scheme, n_inputs, n_outputs, generator, dtype)
        for scheme, n_inputs, n_outputs in zip(
            [*schemes, output_scheme], sizes[:-1], sizes[1:], strict=True
        )
    )
    shares = tuple(
        np.ones(size, dtype) if ACTIVATIONS[name].is_parametric else None
        for size, name in zip(shape.hidden_sizes, shape.activations, strict=True)
    )
    return Network(
        numbers,
        categories,
        _factors(shape, generator, dtype),
        layers,
        shares,
        shape.activations,
        shape.n_copies,
        _means(shape, means, dtype),
        shape.link,
        _edges(numbers, edges, dtype),
        tuple(shape.feature_widths) if shape.n_copies > 1 else (),
    )


def _means(
    shape: NetworkShape, means: Float[Weights, " output"] | None, dtype: DTypeLike
) -> np.ndarray | None:
    if shape.link == "identity":
        return None
    return np.ones(shape.n_outputs, dtype) if means is None else np.asarray(means, dtype)


def _edges(
    numbers: NumberEmbedding | None, edges: Float[Weights, " edge"] | None, dtype: DTypeLike
) -> np.ndarray | None:
    if not isinstance(numbers, Unbent):
        return None
    return np.zeros(numbers.n_edges, dtype) if edges is None else np.asarray(edges, dtype)


def _factors(
    shape: NetworkShape, generator: np.random.Generator, dtype: DTypeLike
) -> np.ndarray | None:
    """Factors of 1; where copies must differ, 1 or -1 at random for each column of each copy."""
    if not shape.has_factors:
        return None
    if shape.n_copies == 1:
        return np.ones((1, shape.n_features), dtype)
    return np.sign(generator.standard_normal(shape.n_factors, dtype=np.float32)).astype(dtype)


def _linear(
    parametrisation: str,
    scheme: Scheme,
    n_inputs: int,
    n_outputs: int,
    generator: np.random.Generator,
    dtype: DTypeLike,
) -> Linear:
    weight = initial_weights(scheme, n_inputs, n_outputs, generator)
    bias = np.zeros(n_outputs, dtype)
    if parametrisation == "standard":
        return Linear(weight.astype(dtype), bias)
    scale = 1 / math.sqrt(max(n_inputs, 1))
    return Linear((weight / np.float32(scale)).astype(dtype), bias, scale)


def _category_input(
    levels: int, width: int, generator: np.random.Generator, dtype: DTypeLike
) -> CategoryInput:
    if not width:
        return CategoryInput(None, levels)
    # A level of few rows should stay near nothing, so vectors start at a tenth of the length of one
    # scaled number.
    drawn = generator.standard_normal((levels, width), dtype=np.float32)
    table = drawn * np.float32(EMBEDDING_START / math.sqrt(width))
    return CategoryInput(table.astype(dtype), levels)
