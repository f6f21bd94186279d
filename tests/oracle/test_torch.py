"""PyTorch as a second opinion; what it checks, the NumPy oracles check without it."""

from typing import Any

import jax
import numpy as np
import pytest

from rightfit.nn import ACTIVATIONS, Network
from rightfit.objectives import LOSSES, Task
from rightfit.train.optimizers import OPTIMIZERS
from rightfit.train.plan import Rows
from tests.oracle.formulas import TARGET_MEAN, arrays_of
from tests.oracle.test_backward import CASES, value_and_gradient
from tests.oracle.test_forward import predicted
from tests.oracle.test_optimizers import N_STEPS, steps_of
from tests.train.runs import knobs_of, network_of, objective_of, plan_of, random_rows

torch = pytest.importorskip("torch")

N_LEVELS = (4, 6)
WIDTHS = (0, 3)
functional = torch.nn.functional

TORCH_ACTIVATIONS = {
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "gelu": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "mish": functional.mish,
    "selu": functional.selu,
    "tanh": torch.tanh,
    "logistic": torch.sigmoid,
    "identity": lambda x: x,
    "parametric_relu": functional.relu,
    "parametric_mish": functional.mish,
}
TORCH_OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, 0.05),
    "momentum": lambda parameters: torch.optim.SGD(parameters, 0.05, momentum=0.9),
    "nesterov": lambda parameters: torch.optim.SGD(parameters, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda parameters: torch.optim.Adam(parameters, 0.05, betas=(0.9, 0.999), eps=1e-8),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, 0.05, eps=1e-8, weight_decay=0),
    "adagrad": lambda parameters: torch.optim.Adagrad(
        parameters, 0.05, initial_accumulator_value=0.1, eps=0
    ),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, 0.05, alpha=0.9, eps=1e-8),
}


def tensors_of(network: Network) -> list[Any]:
    return [torch.tensor(array, requires_grad=True) for array in arrays_of(network).listed()]


def torch_outputs(network: Network, tensors: list[Any], rows: Rows) -> Any:
    """The network in PyTorch, on the tensors of `tensors_of`."""
    n = int(rows.n_rows)
    left = list(tensors)
    parts = [torch.tensor(rows.features.numbers[:n])]
    for i, category in enumerate(network.categories):
        codes = torch.tensor(rows.features.codes[:n, i], dtype=torch.int64)
        if category.table is None:
            parts.append(functional.one_hot(codes, category.n_levels)[:, 1:].double())
        else:
            parts.append(functional.embedding(codes, left.pop(0)))
    x = torch.cat(parts, dim=1)
    for name, share in zip(network.activations, network.shares, strict=True):
        sums = x @ left.pop(0) + left.pop(0)
        x = TORCH_ACTIVATIONS[name](sums)
        if share is not None:
            x = sums + torch.tensor(share) * (x - sums)
    return x @ left.pop(0) + left.pop(0)


def torch_poisson(outputs: Any, targets: Any, reduction: str) -> Any:
    expected, true = (TARGET_MEAN + outputs, TARGET_MEAN + targets)
    nothing = functional.poisson_nll_loss(true, true, log_input=False, eps=0, reduction=reduction)
    given = functional.poisson_nll_loss(expected, true, log_input=False, eps=0, reduction=reduction)
    return 2 * TARGET_MEAN * (given - nothing)


def torch_loss(outputs: Any, rows: Rows, name: str) -> Any:
    n = int(rows.n_rows)
    targets, weights = torch.tensor(rows.targets[:n]), torch.tensor(rows.weights[:n])
    if name == "log_loss" and outputs.shape[1] == 1:
        losses = functional.binary_cross_entropy_with_logits(
            outputs[:, 0], targets.double(), reduction="none"
        )
    elif name == "log_loss":
        losses = functional.cross_entropy(outputs, targets.long(), reduction="none")
    else:
        each = {
            "squared_error": functional.mse_loss,
            "absolute_error": functional.l1_loss,
            "huber": functional.huber_loss,
            "poisson": torch_poisson,
        }[name]
        losses = each(outputs, targets, reduction="none").mean(dim=1)
    return (losses * weights).sum() / n


def test_everything_has_its_counterpart_in_torch() -> None:
    assert set(TORCH_ACTIVATIONS) == set(ACTIVATIONS)
    # PyTorch has no Lion, and its Muon takes matrices alone.
    assert set(TORCH_OPTIMIZERS) == set(OPTIMIZERS) - {"lion", "muon"}
    assert {name for _, name in CASES} == set(LOSSES)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_pass_equals_torch(activation: str) -> None:
    rows = random_rows(n_levels=N_LEVELS, dtype=np.float64)
    network = network_of(
        hidden_sizes=(5, 4),
        activation=activation,
        n_levels=N_LEVELS,
        embedding_widths=WIDTHS,
        dtype=np.float64,
    )
    with torch.no_grad():
        expected = torch_outputs(network, tensors_of(network), rows).numpy()
    np.testing.assert_allclose(predicted(network, rows), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_every_gradient_equals_torch(task: Task, name: str) -> None:
    rows = random_rows(task, n_levels=N_LEVELS, weighted=True, dtype=np.float64)
    network = network_of(task, (6, 5), n_levels=N_LEVELS, embedding_widths=WIDTHS, dtype=np.float64)
    plan = plan_of(objective_of(task, loss=name))
    value, gradient = value_and_gradient(plan, network, rows, knobs_of(l2=0.1, dtype=np.float64))
    tensors = tensors_of(network)
    total = torch_loss(torch_outputs(network, tensors, rows), rows, name)
    total = total + 0.05 * sum((tensor**2).sum() for tensor in tensors if tensor.ndim == 2)
    total.backward()
    assert value == pytest.approx(total.item(), rel=1e-12)
    for slope, tensor in zip(arrays_of(gradient).listed(), tensors, strict=True):
        np.testing.assert_allclose(slope, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("name", TORCH_OPTIMIZERS)
def test_first_steps_equal_torch(name: str, decay: float) -> None:
    knobs = knobs_of(learning_rate=0.05, weight_decay=decay, dtype=np.float64)
    network = network_of(dtype=np.float64)
    tensors = tensors_of(network)
    optimizer = TORCH_OPTIMIZERS[name](tensors)
    states = steps_of(name, knobs)
    assert len(states) == N_STEPS
    for number, state in enumerate(states):
        rows = random_rows(weighted=True, seed=number, dtype=np.float64)
        optimizer.zero_grad()
        torch_loss(torch_outputs(network, tensors, rows), rows, "squared_error").backward()
        with torch.no_grad():
            for tensor in tensors:
                if tensor.ndim == 2:
                    tensor *= 1 - 0.05 * decay
        optimizer.step()
        for leaf, tensor in zip(jax.tree.leaves(state.network), tensors, strict=True):
            # PyTorch adds rmsprop's small number outside the root, where it is smaller.
            near = 1e-3 if name == "rmsprop" else 1e-6
            np.testing.assert_allclose(leaf, tensor.detach().numpy(), rtol=near, atol=near)
