import inspect
import json
import pkgutil
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest

import rightfit

HEAVY = ["jax", "sklearn", "polars", "narwhals", "numpy", "typer", "rich", "optax", "equinox"]


def in_new_process(program: str) -> Any:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_public_names_are_these() -> None:
    assert sorted(rightfit.__all__) == [
        "Classifier",
        "DataError",
        "DataWarning",
        "EpochRecord",
        "EpochsEnded",
        "Event",
        "Export",
        "GradientCheck",
        "LearningRateLowered",
        "MemberStopped",
        "ModelFileError",
        "NetworkGraph",
        "PackJudged",
        "ParameterError",
        "RefitStarted",
        "Regressor",
        "Report",
        "RightFitError",
        "TrainingEnded",
        "TrainingError",
        "TrainingStarted",
        "TrainingWarning",
        "check_gradients",
        "draw_graph",
        "load",
        "make_report",
    ]


@pytest.mark.parametrize("name", rightfit.__all__)
def test_public_name_can_be_had_and_is_found_by_dir(name: str) -> None:
    assert getattr(rightfit, name) is not None
    assert name in dir(rightfit)


@pytest.mark.parametrize("name", [name for name in rightfit.__all__ if name != "Event"])
def test_public_name_has_a_docstring_of_its_own(name: str) -> None:
    thing = getattr(rightfit, name)
    text = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    assert text
    # What dataclasses write by themselves says nothing.
    assert not text.startswith(f"{name}(")
    assert text.splitlines()[0].endswith(".")


def members() -> list[tuple[str, Any]]:
    found = []
    for name in rightfit.__all__:
        thing = getattr(rightfit, name)
        if inspect.isclass(thing):
            for member, value in inspect.getmembers(thing):
                # What comes from scikit-learn or Python is documented there.
                home = getattr(
                    inspect.unwrap(getattr(value, "fget", None) or value), "__module__", ""
                )
                if not member.startswith("_") and str(home).startswith("rightfit"):
                    found.append((f"{name}.{member}", value))
    return found


@pytest.mark.parametrize(("name", "member"), members(), ids=[name for name, _ in members()])
def test_public_member_has_a_docstring(name: str, member: Any) -> None:
    assert inspect.getdoc(member), name


def test_version_is_that_of_the_package() -> None:
    assert rightfit.__version__ == version("rightfit")
    assert "__version__" in dir(rightfit)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'rightfit' has no attribute 'Classifer'$"):
        rightfit.Classifer  # noqa: B018


def test_importing_starts_nothing_heavy() -> None:
    program = f"""
import json, sys
import rightfit
rightfit.__all__, dir(rightfit), rightfit.__version__, rightfit.DataError
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""
    assert in_new_process(program) == []


@pytest.mark.slow
def test_numerics_import_no_tables_and_no_faces() -> None:
    program = """
import importlib, json, pkgutil, sys
for name in ("nn", "objectives", "train"):
    package = importlib.import_module(f"rightfit.{name}")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
unwanted = ["narwhals", "pandas", "polars", "rich", "sklearn", "typer"]
unwanted += ["rightfit.data", "rightfit.model", "rightfit.estimators", "rightfit.cli"]
print(json.dumps([name for name in unwanted if name in sys.modules]))
"""
    assert in_new_process(program) == []


@pytest.mark.slow
def test_every_module_imports_and_starts_no_computation() -> None:
    # In any order: circles are kept away by the linter.
    names = [
        module.name
        for module in pkgutil.walk_packages(rightfit.__path__, "rightfit.")
        if not module.name.endswith("__main__")
    ]
    assert len(names) > 40
    program = f"""
import importlib, json, sys, traceback, warnings
warnings.simplefilter("error")
failed = []
for name in {names}:
    try:
        importlib.import_module(name)
    except BaseException:
        failed.append([name, traceback.format_exc()])
from jax._src import xla_bridge
print(json.dumps([failed, len(xla_bridge._backends)]))
"""
    assert in_new_process(program) == [[], 0]
