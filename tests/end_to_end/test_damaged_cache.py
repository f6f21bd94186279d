"""What was compiled before and is damaged on the disk stops nothing that compiles."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
import jax
import rightfit
from rightfit.train.compilation_cache import cache_folder
from sklearn.datasets import load_iris

X, y = load_iris(return_X_y=True)

def use() -> None:
    model = rightfit.Classifier(hidden_sizes=(8,), n_copies=2, dropout_rate=0.2, max_epochs=2)
    model.fit(X, y).predict(X)
    rightfit.draw_graph(model, X, y)
    model.export(Path(sys.argv[1], "model.onnx"), overwrite=True)

use()
jax.clear_caches()
for entry in cache_folder().glob("*-cache"):
    entry.write_bytes(b"damaged")
use()
"""


@pytest.mark.slow
def test_damaged_programs_stop_neither_training_nor_graph_nor_export(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "RIGHTFIT_CACHE": str(tmp_path / "cache"), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
