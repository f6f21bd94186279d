import jax
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from rightfit.nn import Linear
from rightfit.objectives import Task
from tests.train.runs import (
    ended,
    events_of,
    knobs_of,
    network_of,
    objective_of,
    plan_of,
    random_rows,
    run_of,
)


def trained(task: Task, l2: float, n_epochs: int) -> Linear:
    """The one layer after many steps of steepest descent with momentum over all rows."""
    rows = random_rows(task, 40, weighted=True, dtype=np.float64)
    run = run_of(
        plan_of(objective_of(task), optimizer="nesterov", batch_size=64),
        network_of(task, (), dtype=np.float64),
        knobs=knobs_of(learning_rate=0.3, l2=l2, dtype=np.float64),
        training=rows,
        validation=None,
        max_epochs=n_epochs,
    )
    last = ended(events_of(run))
    return jax.tree.map(np.asarray, last.state.network.layers[0])


@pytest.mark.parametrize("l2", [0.0, 0.2])
def test_network_without_hidden_layers_reaches_ridge_regression(l2: float) -> None:
    layer = trained("regression", l2, 400)
    rows = random_rows("regression", 40, weighted=True, dtype=np.float64)
    # Mean squared error + λ/2·Σw²: scikit-learn sums the squares and has no half.
    ridge = Ridge(alpha=40 * l2 / 2, tol=1e-12)
    ridge.fit(rows.features.numbers[:40], rows.targets[:40, 0], rows.weights[:40])
    np.testing.assert_allclose(layer.weight[:, 0], ridge.coef_, atol=1e-8)
    np.testing.assert_allclose(layer.bias[0], ridge.intercept_, atol=1e-8)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_network_without_hidden_layers_reaches_logistic_regression(task: Task) -> None:
    l2 = 0.05
    layer = trained(task, l2, 1500)
    rows = random_rows(task, 40, weighted=True, dtype=np.float64)
    # Mean loss + λ/2·Σw²: scikit-learn weighs the summed loss with C.
    logistic = LogisticRegression(C=1 / (40 * l2), tol=1e-12, max_iter=2000)
    logistic.fit(rows.features.numbers[:40], rows.targets[:40], rows.weights[:40])
    np.testing.assert_allclose(layer.weight.T, logistic.coef_, atol=1e-5)
    # Adding one number to all logits changes nothing, so that part of the biases is free.
    free = 0 if task == "binary" else np.mean(layer.bias) - np.mean(logistic.intercept_)
    np.testing.assert_allclose(layer.bias - free, logistic.intercept_, atol=1e-5)
