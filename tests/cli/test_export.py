import importlib.util
from pathlib import Path

import numpy as np
import onnxruntime
import polars as pl
import pytest

from rightfit import load
from tests.cli.conftest import Type


def test_a_model_is_exported_and_its_inputs_are_listed(rightfit: Type, model: Path) -> None:
    answer = rightfit("export", "use.model", "--out", "use.onnx")
    assert answer.code == 0
    size = Path("use.onnx").stat().st_size
    assert answer.err == f"{size:,} bytes written to use.onnx\n"
    *sheet, last = [line.rstrip() for line in answer.out.splitlines()]
    assert sheet == [
        "input  type     shape      note",
        "size   float64  [rows, 1]  a number; missing: NaN",
        "age    float64  [rows, 1]  a number; missing: NaN",
        "town   string   [rows, 1]  a category as text, one of 'c', 'a', 'b'; others: unseen; "
        "missing: empty text",
        "price  float64  [rows, 1]  a number; missing: NaN",
        "",
        "output         type     shape      note",
        "label          string   [rows]     the most probable class",
        "probabilities  float64  [rows, 2]  the probability of each class, in this order: home, "
        "shop",
        "",
    ]
    assert last.startswith("Largest difference from the model ")
    assert last.endswith(" over 300 made-up rows; rounding stays below 1e-04.")


def test_the_file_predicts_what_the_command_predicts(
    rightfit: Type, regressor: Path, table: pl.DataFrame
) -> None:
    rightfit("export", "price.model")
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    feeds = {
        one.name: table[one.name]
        .to_numpy()
        .astype(object if one.type == "tensor(string)" else float)[:, None]
        for one in session.get_inputs()
    }
    (found,) = session.run(None, feeds)
    np.testing.assert_allclose(found, load(regressor).predict(table), rtol=1e-6)


def test_json_is_the_export(rightfit: Type, model: Path) -> None:
    answer = rightfit("export", "use.model", "--out", "use.onnx", "--json").json
    assert answer["path"] == "use.onnx"
    assert [one["name"] for one in answer["inputs"]] == ["size", "age", "town", "price"]
    assert [one["name"] for one in answer["outputs"]] == ["label", "probabilities"]
    assert answer["largest_difference"] < answer["tolerance"]


def test_a_file_is_replaced_only_by_force(rightfit: Type, model: Path) -> None:
    Path("model.onnx").write_text("mine")
    refused = rightfit("export", "use.model")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        "error: There is a file at 'model.onnx' already.\n"
        "\n"
        "hint: choose another place, or pass --force to replace it\n"
    )
    assert Path("model.onnx").read_text() == "mine"
    assert rightfit("export", "use.model", "--force").code == 0
    assert Path("model.onnx").read_bytes() != b"mine"


def test_an_unknown_suffix_is_refused(rightfit: Type, model: Path) -> None:
    answer = rightfit("export", "use.model", "--out", "use.pkl")
    assert answer.code == 1
    assert answer.err == (
        "error: A model cannot be exported to 'use.pkl': its suffix is not known.\n"
        "The name ends in .onnx.\n"
        "\n"
        "hint: name it 'use.onnx'\n"
    )


def test_the_extra_is_named_where_it_is_missing(
    rightfit: Type, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnx" else find(name)
    )
    answer = rightfit("export", "use.model")
    assert answer.code == 1
    assert "hint: pip install 'rightfit[onnx]'" in answer.err
    assert not Path("model.onnx").exists()
