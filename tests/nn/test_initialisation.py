import numpy as np
import pytest

from rightfit.nn import ACTIVATIONS, NetworkShape, build_network
from rightfit.nn.initialisation import Scheme, initial_weights
from tests.oracle.formulas import ACTIVATION_FORMULAS


@pytest.mark.parametrize(("n_inputs", "n_outputs"), [(400, 100), (100, 400)])
@pytest.mark.parametrize("scheme", ["he", "lecun", "glorot"])
def test_initial_weights_have_the_variance_of_the_scheme(
    scheme: Scheme, n_inputs: int, n_outputs: int
) -> None:
    variance = {"he": 2 / n_inputs, "lecun": 1 / n_inputs, "glorot": 2 / (n_inputs + n_outputs)}
    weights = initial_weights(scheme, n_inputs, n_outputs, np.random.default_rng(0))
    assert weights.shape == (n_inputs, n_outputs)
    assert weights.dtype == np.float32
    # Five standard deviations of what 40,000 normal draws give.
    assert weights.var() == pytest.approx(variance[scheme], rel=5 * np.sqrt(2 / weights.size))
    assert abs(weights.mean()) < 5 * np.sqrt(variance[scheme] / weights.size)


def test_initial_weights_are_normal() -> None:
    weights = initial_weights("lecun", 100, 400, np.random.default_rng(1)) * np.sqrt(100)
    assert np.mean(weights**3) == pytest.approx(0, abs=5 * np.sqrt(15 / weights.size))
    assert np.mean(weights**4) == pytest.approx(3, abs=5 * np.sqrt(96 / weights.size))


@pytest.mark.parametrize("scheme", ["he", "lecun", "glorot"])
def test_initial_weights_are_empty_when_there_are_no_inputs(scheme: Scheme) -> None:
    assert initial_weights(scheme, 0, 3, np.random.default_rng(0)).shape == (0, 3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_build_network_draws_each_layer_by_its_activation(name: str) -> None:
    shape = NetworkShape(150, (), (), (250, 200), (name, name), 120)
    network = build_network(shape, np.random.default_rng(0))
    scheme = ACTIVATIONS[name].scheme
    sizes = [150, 250, 200, 120]
    # The output layer has no activation.
    for layer, kind, n_inputs, n_outputs in zip(
        network.layers, [scheme, scheme, "lecun"], sizes[:-1], sizes[1:], strict=True
    ):
        fan = (n_inputs + n_outputs) / 2 if kind == "glorot" else n_inputs
        variance = (2 if kind == "he" else 1) / fan
        assert layer.weight.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / layer.weight.size))


@pytest.mark.parametrize("name", ["relu", "selu", "identity"])
def test_deep_network_keeps_the_size_of_its_inputs(name: str) -> None:
    generator = np.random.default_rng(2)
    x = generator.standard_normal((100, 128))
    for _ in range(12):
        scheme = ACTIVATIONS[name].scheme
        x = ACTIVATION_FORMULAS[name][0](x @ initial_weights(scheme, 128, 128, generator))
    # He: the second moment before the activation stays; it is halved after.
    kept = np.mean(x**2) * (2 if name == "relu" else 1)
    assert 0.3 < kept < 3
