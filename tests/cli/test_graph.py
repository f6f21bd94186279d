import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Type


def test_graph_is_written_and_the_gradient_is_checked(rightfit: Type, model: Path) -> None:
    answer = rightfit("graph", "use.model", "houses.csv", "--out", "use.svg")
    assert answer.code == 0
    assert Path("use.svg").read_text().startswith("<svg ")
    assert answer.err.endswith(" nodes written to use.svg\n")
    lines = answer.out.splitlines()
    assert [line.split("  ")[0] for line in lines[:5]] == [
        "array",
        "hidden 1, weights",
        "hidden 1, biases",
        "output, weights",
        "output, biases",
    ]
    assert lines[-1].endswith("over 60 rows; a right gradient stays below 1e-06.")


def test_dot_text_needs_neither_rows_nor_the_package(
    rightfit: Type, regressor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    answer = rightfit("graph", "price.model", "--out", "price.dot")
    assert (answer.code, answer.out) == (0, "")
    assert Path("price.dot").read_text().startswith("digraph {")
    missing = rightfit("graph", "price.model")
    assert missing.code == 1
    assert "hint: pip install 'rightfit[graph]'" in missing.err
    assert not Path("graph.svg").exists()


def test_nodes_are_folded_where_there_are_more_than_wanted(rightfit: Type, model: Path) -> None:
    rightfit("graph", "use.model", "--out", "many.dot")
    rightfit("graph", "use.model", "--out", "few.dot", "--nodes", "5")
    assert "<b>linear 1</b>" in Path("many.dot").read_text()
    assert "<b>layer 1</b>" in Path("few.dot").read_text()


def test_a_file_is_replaced_only_by_force(rightfit: Type, model: Path) -> None:
    Path("graph.dot").write_text("mine")
    refused = rightfit("graph", "use.model", "--out", "graph.dot")
    assert refused.code == 1
    assert "pass --force to replace it" in refused.err
    assert Path("graph.dot").read_text() == "mine"
    assert rightfit("graph", "use.model", "--out", "graph.dot", "--force").code == 0
    assert Path("graph.dot").read_text() != "mine"


def test_an_unknown_suffix_is_refused(rightfit: Type, model: Path) -> None:
    answer = rightfit("graph", "use.model", "--out", "graph.png")
    assert answer.code == 1
    assert "'graph.png': its suffix is not known" in answer.err
    assert "The name ends in .svg or .dot." in answer.err
