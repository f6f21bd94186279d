from pathlib import Path

import pytest

from tests.cli.conftest import Type

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("target", ["use", "price"])
def test_derived_gradient_agrees_with_central_differences(
    rightfit: Type, model: Path, regressor: Path, target: str
) -> None:
    answer = rightfit("check-gradients", f"{target}.model", "houses.csv", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert 0 < answer.json["largest_error"] < 1e-6
    assert len(answer.json["arrays"]) == 4


def test_every_array_is_shown(rightfit: Type, model: Path) -> None:
    lines = rightfit("check-gradients", "use.model", "houses.csv").out.splitlines()
    assert lines[0].split("  ")[0] == "array"
    assert [line.split("  ")[0] for line in lines[1:5]] == [
        "hidden 1, weights",
        "hidden 1, biases",
        "output, weights",
        "output, biases",
    ]
    assert lines[-1].startswith("Largest relative error ")
    assert lines[-1].endswith(
        ", of 65 of 65 parameters over 60 rows; a right gradient stays below 1e-06."
    )
