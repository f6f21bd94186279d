import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rightfit import DataWarning, ModelFileError, RightFitError
from rightfit.estimators.loading import restore
from rightfit.export import check
from rightfit.export.write import Export, export_model
from rightfit.model.model import KeptMember
from tests.export.cases import (
    fed,
    mixed,
    numbers,
    random_network,
    run_file,
    target,
    untrained,
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "houses.onnx"


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As if a package were not installed."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == package else find(name, *rest),
    )


@pytest.mark.parametrize("scaling", ["robust", "tree"])
@pytest.mark.parametrize("task", ["regression", "several", "binary", "multiclass"])
def test_the_file_predicts_a_table_as_the_model_does(out: Path, task: str, scaling: str) -> None:
    model = untrained(mixed(), target(task), scaling=scaling)
    export = export_model(model._model, out)
    table = mixed(seed=3)
    found = run_file(out, fed(table, [one["name"] for one in export.inputs]))
    for name, right in found.items():
        predicted = model.predict_proba(table) if name == "probabilities" else model.predict(table)
        if predicted.dtype.kind == "f":
            np.testing.assert_allclose(right, predicted, rtol=1e-6, atol=1e-6)
        else:
            assert right.tolist() == predicted.tolist()


def test_what_was_written_is_told(out: Path) -> None:
    export = export_model(untrained(numbers(), target("regression"))._model, out)
    assert export == Export(
        path=out,
        n_bytes=out.stat().st_size,
        n_networks=1,
        inputs=(
            {
                "name": "X",
                "type": "float64",
                "shape": ["rows", 3],
                "kind": "matrix",
                "description": "3 columns of numbers, in the order of the training; missing: NaN",
            },
        ),
        outputs=(
            {
                "name": "prediction",
                "type": "float64",
                "shape": ["rows"],
                "description": "the predicted number",
            },
        ),
        n_rows=300,
        largest_difference=export.largest_difference,
        tolerance=1e-4,
    )
    assert export.as_plain()["path"] == str(out)


def test_networks_without_weight_are_left_out(out: Path) -> None:
    model = untrained(
        mixed(), target("binary"), weights=(0.75, 0.0, 0.25), hidden_sizes=[(5,), (6,), (7,)]
    )
    export = export_model(model._model, out)
    assert export.n_networks == 2
    table = mixed(seed=3)
    found = run_file(out, fed(table, [one["name"] for one in export.inputs]))
    np.testing.assert_allclose(
        found["probabilities"], model.predict_proba(table), rtol=1e-6, atol=1e-6
    )


def test_packs_are_one_weighted_mean(out: Path) -> None:
    chosen: dict[str, Any] = {
        "hidden_sizes": [(5,), (4, 3)],
        "n_copies": [1, 2],
        "dtype": np.float32,
    }
    model = untrained(mixed(), target("multiclass"), weights=(0.4, 0.3, 0.2, 0.1), **chosen)
    export = export_model(model._model, out)
    assert export.n_networks == 4
    table = mixed(seed=3)
    found = run_file(out, fed(table, [one["name"] for one in export.inputs]))
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(table), atol=1e-6)


def test_each_network_keeps_its_weight_where_shapes_alternate(out: Path) -> None:
    model = untrained(mixed(), target("binary"), weights=(0.6, 0.3), hidden_sizes=[(5,), (6,)])
    first, second = model._model.members
    third = KeptMember(2, first.shape, random_network(first.shape, 2, np.float64), 0.1)
    members = dataclasses.replace(model._model, members=(first, second, third))
    restore(model, members)
    export = export_model(members, out)
    table = mixed(seed=3)
    found = run_file(out, fed(table, [one["name"] for one in export.inputs]))
    np.testing.assert_allclose(
        found["probabilities"], model.predict_proba(table), rtol=1e-6, atol=1e-6
    )


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        export_model(untrained(numbers(), target("binary"))._model, tmp_path / "houses.pb")
    assert str(caught.value) == (
        "A model cannot be exported to 'houses.pb': its suffix is not known.\n"
        "The name ends in .onnx.\n"
        "hint: name it 'houses.onnx'"
    )


def test_a_file_is_replaced_only_if_somebody_says_so(out: Path) -> None:
    model = untrained(numbers(), target("binary"))._model
    out.write_text("mine")
    with pytest.raises(ModelFileError) as caught:
        export_model(model, out)
    assert str(caught.value) == (
        f"There is a file at '{out}' already.\n"
        "hint: choose another place, or pass --force (in Python: overwrite=True) to replace it"
    )
    assert out.read_text() == "mine"
    export_model(model, out, overwrite=True)
    assert out.stat().st_size > 1000


def test_a_folder_is_never_replaced(out: Path) -> None:
    out.mkdir()
    with pytest.raises(ModelFileError) as caught:
        export_model(untrained(numbers(), target("binary"))._model, out, overwrite=True)
    assert str(caught.value) == f"'{out}' is a folder.\nhint: name a file in it"


def test_a_missing_package_is_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "onnx")
    with pytest.raises(RightFitError) as caught:
        export_model(untrained(numbers(), target("binary"))._model, out)
    assert str(caught.value) == (
        "An export needs a package that is not installed: onnx.\nhint: pip install 'rightfit[onnx]'"
    )
    assert not out.exists()


def test_without_the_runtime_the_file_is_not_compared(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = untrained(numbers(), target("binary"))._model
    without(monkeypatch, "onnxruntime")
    with pytest.warns(DataWarning) as caught:
        export = export_model(model, out)
    assert [str(warning.message) for warning in caught] == [
        "The exported file was not compared with the model, as onnxruntime is not installed: "
        "pip install 'rightfit[onnx]'"
    ]
    assert (export.n_rows, export.largest_difference) == (0, None)
    assert out.exists()


@pytest.mark.slow
def test_onnx_is_imported_by_nobody_but_an_export() -> None:
    program = (
        "import sys, rightfit.estimators.loading, rightfit.export.write, rightfit.cli.export; "
        "print([name for name in ('onnx', 'onnxruntime') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.decode().strip() == "[]"


def test_nothing_is_written_if_the_file_predicts_something_else(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "TOLERANCE", -1.0)
    out.write_text("mine")
    with pytest.raises(RightFitError, match="nothing was written"):
        export_model(untrained(numbers(), target("binary"))._model, out, overwrite=True)
    assert out.read_text() == "mine"
