import jax.numpy as jnp
import numpy as np
import pytest

from rightfit.nn import Linear


@pytest.mark.parametrize(("n_inputs", "n_outputs"), [(3, 2), (1, 1), (0, 2)])
def test_linear_is_a_weighted_sum_and_a_bias(n_inputs: int, n_outputs: int) -> None:
    generator = np.random.default_rng(0)
    weight = generator.standard_normal((n_inputs, n_outputs)).astype(np.float32)
    bias = generator.standard_normal(n_outputs).astype(np.float32)
    x = generator.standard_normal((5, n_inputs)).astype(np.float32)
    outputs = Linear(weight, bias)(jnp.asarray(x))
    np.testing.assert_allclose(outputs, x.astype(float) @ weight + bias, rtol=1e-5, atol=1e-6)
