"""The shape of a network: everything about it but its numbers."""

import dataclasses
import itertools

from rightfit.nn.activations import ACTIVATIONS
from rightfit.nn.copies import n_multiplications_of_copies
from rightfit.nn.number_embedding import embedded_widths, embedding_parameters


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
        number_embedding: what becomes of scaled numbers, by name; none leaves them as they are.
        number_widths: for each scaled number that is embedded, and these come first, its bins,
            waves or features; none where there is nothing to embed.
        input_scaling: whether each feature has a factor of its own that is learned.
        parametrisation: standard, or ntk, where weights are scaled when they are used.
        n_copies: networks in one, which share all weights but factors of the inputs and the
            output layer.
        link: what becomes of the last layer's numbers, by name: identity leaves them, log takes
            them for logarithms of what is predicted, elu does so below its mean.
    """

    n_numbers: int
    n_levels: tuple[int, ...]
    embedding_widths: tuple[int, ...]
    hidden_sizes: tuple[int, ...]
    activations: tuple[str, ...]
    n_outputs: int
    number_embedding: str = "none"
    number_widths: tuple[int, ...] = ()
    input_scaling: bool = False
    parametrisation: str = "standard"
    n_copies: int = 1
    link: str = "identity"

    @property
    def has_factors(self) -> bool:
        """Whether inputs have learned factors: copies differ by them."""
        return self.input_scaling or self.n_copies > 1

    @property
    def is_unbent(self) -> bool:
        """Whether numbers are taken out of their bins again."""
        return self.number_embedding == "robust" and bool(self.number_widths)

    @property
    def n_features(self) -> int:
        """Inputs of the first layer."""
        return sum(self.feature_widths)

    @property
    def feature_widths(self) -> list[int]:
        """How many features stand side by side for one column, from the first to the last."""
        pairs = zip(self.n_levels, self.embedding_widths, strict=True)
        return [
            *embedded_widths(self.number_embedding, self.number_widths),
            *[1] * (self.n_numbers - len(self.number_widths)),
            *[width or levels - 1 for levels, width in pairs],
        ]

    @property
    def n_factors(self) -> int:
        """Learned factors of the inputs: of copies one for each column, else for each feature."""
        if self.n_copies > 1:
            return self.n_copies * len(self.feature_widths)
        return self.n_features if self.input_scaling else 0

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The layers as they are named to people: hidden 1, hidden 2 … output."""
        return (*(f"hidden {n}" for n in range(1, len(self.hidden_sizes) + 1)), "output")

    @property
    def n_parameters(self) -> int:
        """Weights and biases: (N+1)·K for a layer from N inputs to K outputs."""
        sizes = [self.n_features, *self.hidden_sizes, self.n_outputs * self.n_copies]
        embedded = zip(self.n_levels, self.embedding_widths, strict=True)
        parametric = zip(self.hidden_sizes, self.activations, strict=True)
        return (
            self.n_factors
            + sum(size for size, name in parametric if ACTIVATIONS[name].is_parametric)
            + embedding_parameters(self.number_embedding, self.number_widths)
            + sum(levels * width for levels, width in embedded)
            + sum((n + 1) * k for n, k in itertools.pairwise(sizes))
        )

    @property
    def n_multiplications(self) -> int:
        """Multiplications of weights that one row takes; looking up a category takes none."""
        first = n_multiplications_of_copies(self.feature_widths, self.n_copies)
        sizes = [*self.hidden_sizes, self.n_outputs]
        return first * sizes[0] + self.n_copies * sum(n * k for n, k in itertools.pairwise(sizes))
