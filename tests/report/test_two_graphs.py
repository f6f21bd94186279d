"""The gradient check beside the two graphs."""

import re

import numpy as np
import pytest
import scipy.sparse

from rightfit import NetworkGraph, Regressor, make_report
from rightfit.estimators.gradients import GradientCheck
from rightfit.report import two_graphs
from rightfit.train.gradients import ArrayCheck
from tests.report.conftest import Reported

pytestmark = pytest.mark.slow


def place(html: str) -> str:
    """What stands in the page from the two graphs on."""
    return html[html.index('id="two-graphs"') :]


def test_gradient_check_stands_under_the_two_graphs(classifier: Reported) -> None:
    text = place(classifier.report.html)
    said = re.search(r"the largest relative error is (\S+), between", text)
    assert said is not None
    assert float(said[1]) < 1e-6
    text = text[text.index('aria-label="The gradient check"') :]
    rows = re.findall(r'<th scope="row">((?:layers|categories)[\w.]+)</th>(.*?)</tr>', text)
    assert [name for name, _ in rows][-2:] == ["layers.1.weight", "layers.1.bias"]
    cells = re.findall("<td>(.*?)</td>", rows[-1][1])
    assert cells[0] == "b₂"
    assert cells[1] == cells[2]
    assert max(float(re.findall("<td>(.*?)</td>", rest)[3]) for _, rest in rows) == float(said[1])


def test_gradient_check_of_a_pack_is_of_its_heaviest_network(regressor: Reported) -> None:
    assert "the largest relative error is" in place(regressor.report.html)


def test_page_says_why_there_is_no_gradient_check(
    regressor: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "was not checked for this page: it needs test rows" in regressor.model.report().html
    monkeypatch.setattr(two_graphs, "MOST_PARAMETERS", 3)
    html = make_report(regressor.model, *regressor.test).html
    assert "was not checked for this page: the network is too large" in html


def test_fewer_numbers_are_compared_in_a_larger_network(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, 3))
    model = Regressor(hidden_sizes=(8,), max_epochs=1, random_state=0).fit(X, X[:, 0])
    monkeypatch.setattr(two_graphs, "_COMPARED_OF_ONE", 1)
    graph = two_graphs.draw_two_graphs(model, X, X[:, 0])
    assert graph is not None
    assert graph.check is not None
    assert [one.n_checked for one in graph.check.arrays] == [1, 1, 1, 1]


@pytest.mark.parametrize("kind", ["coo_matrix", "dia_array", "bsr_array", "csr_array"])
def test_graphs_are_measured_on_any_sparse_matrix(kind: str) -> None:
    X = np.eye(60, 3)
    model = Regressor(hidden_sizes=(8,), max_epochs=1, random_state=0).fit(X, X[:, 0])
    graph = two_graphs.draw_two_graphs(model, getattr(scipy.sparse, kind)(X), X[:, 0])
    assert graph is not None
    assert graph.check is not None


def test_operations_of_the_two_graphs_stand_in_a_table(classifier: Reported) -> None:
    text = place(classifier.report.html)
    table = text[text.index('aria-label="The operations of the two graphs"') :]
    table = table[: table.index("</table>")]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")[1:]]
    assert rows[0] == list(two_graphs.OPERATION_HEADER)
    assert [row[0] for row in rows if "layer" in row[0]] == ["output layer: linear"]
    assert {len(row) for row in rows} == {7}
    assert all(cell for row in rows for cell in row)


def test_there_are_no_operations_without_a_graph() -> None:
    assert two_graphs.operation_rows(None) == []


@pytest.mark.parametrize(
    ("analytic", "numeric", "error", "said"),
    [
        (0.5, 0.5, 1e-10, "stays below 1e-06."),
        (0.5, 0.6, 2e-1, "stays below 1e-06."),
        (3e-8, 3e-8 + 2e-13, 7e-6, "are 2e-13 apart, which is rounding."),
    ],
)
def test_tiny_slopes_are_not_taken_for_wrong_ones(
    analytic: float, numeric: float, error: float, said: str
) -> None:
    right = ArrayCheck("layers.0.bias", 4, 4, 1e-12, 0.1, 0.1)
    worst = ArrayCheck("layers.0.weight", 8, 8, error, analytic, numeric)
    graph = NetworkGraph("", (), 0, "", 5, GradientCheck((right, worst), 5))
    assert two_graphs.gradients_said(graph).endswith(said)
