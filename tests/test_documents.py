"""What the documents show, run."""

import dataclasses
import os
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import rightfit
from rightfit.estimators.fitting import Fitting
from rightfit.train.pack.run import Run

REPOSITORY = Path(__file__).parents[1]
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.py"))
GUIDES = [REPOSITORY / "docs" / "index.md", *sorted((REPOSITORY / "docs" / "guides").glob("*.md"))]
CONCEPTS = REPOSITORY / "docs" / "concepts"
MAX_LINES = 90


def _least(losses: Mapping[float, list[float]], place: int) -> float:
    return min(losses, key=lambda value: losses[value][place])


# What each page says comes out of its code.
CLAIMS: Mapping[str, Callable[[dict[str, Any]], bool]] = MappingProxyType(
    {
        "linear-and-logistic-models": lambda names: (
            names["linear"].n_parameters_ == 3
            and 0.8 < names["linear"].score(names["X_test"], names["y_test"]) < 0.92
        ),
        "hidden-layers-and-relu": lambda names: (
            names["models"][16,].score(names["X_test"], names["y_test"])
            > names["models"][()].score(names["X_test"], names["y_test"]) + 0.03
        ),
        "backpropagation": lambda names: (
            abs(names["gradient_W1"][0, 0] - names["measured"]) < 1e-6
            and names["check"].largest_error < 1e-6
        ),
        "mini-batch-sgd": lambda names: (
            names["losses"][450][-1] > names["losses"][64][-1] > names["losses"][16][-1]
        ),
        "deeper-networks": lambda names: (
            names["models"][8,].score(names["X"][600:], names["y"][600:]) + 0.1
            < names["models"][8, 8, 8].score(names["X"][600:], names["y"][600:])
        ),
        "early-stopping": lambda names: (
            len(names["patient"].history_) < len(names["endless"].history_)
            and names["endless"].history_[-1]["validation_loss"]
            > 1.2 * min(row["validation_loss"] for row in names["endless"].history_)
        ),
        "l2": lambda names: (
            _least(names["losses"], 0) == 0.0 and 0.0 < _least(names["losses"], 1) < 1.0
        ),
        "dropout": lambda names: (
            names["losses"][0.0][-1] > names["losses"][0.25][-1]
            and names["losses"][0.0][-1] > names["losses"][0.5][-1]
        ),
        "packs": lambda names: (
            len(names["pack"].members_) == 18 and names["pack"].best_params_["hidden_sizes"] != ()
        ),
    }
)


@pytest.fixture
def few_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything runs as it does for everybody, but for five epochs at most.

    It is for what is only run: how good the networks become is not looked at.
    """
    whole = Fitting.run

    def short(fitting: Fitting, **chosen: bool) -> Run:
        run = whole(fitting, **chosen)
        return dataclasses.replace(run, max_epochs=min(5, run.max_epochs))

    monkeypatch.setattr(Fitting, "run", short)


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
def test_readme_blocks_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 2
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert (tmp_path / "cancer.model" / "model.json").is_file()


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out


def test_index_of_the_examples_names_every_one() -> None:
    text = (REPOSITORY / "examples" / "README.md").read_text()
    linked = re.findall(r"^\| \[(\w+\.py)]\((\w+\.py)\) \|", text, re.MULTILINE)
    assert sorted(linked) == [(path.name, path.name) for path in EXAMPLES]
    assert len(re.findall(r"^## ", text, re.MULTILINE)) == 3
    for page in [REPOSITORY / "README.md", *GUIDES]:
        assert "examples/README.md" in page.read_text(), page.name


@pytest.mark.slow
def test_commands_of_the_examples_run(tmp_path: Path) -> None:
    (block,) = re.findall(
        r"```sh\n(.*?)```", (REPOSITORY / "examples" / "README.md").read_text(), re.DOTALL
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-ec", block],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert {"predictions.csv", "tumours.model"} <= {one.name for one in tmp_path.iterdir()}


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_guide_blocks_run_one_after_another(page: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page.name, "exec"), names)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLAIMS)
def test_concept_runs_keeps_its_claims_and_draws_its_picture(name: str) -> None:
    pytest.importorskip("matplotlib")
    script = runpy.run_path(str(REPOSITORY / "docs" / "make_concepts.py"))
    names = script["run_page"](name)
    assert CLAIMS[name](names)
    drawn = script["draw_page"](name, names)
    assert (REPOSITORY / "docs" / "pictures" / f"{name}.svg").is_file()
    assert drawn.startswith("<svg")
    assert "prefers-color-scheme: dark" in drawn
    data = script["data_of"](name, names)
    text = (CONCEPTS / f"{name}.md").read_text()
    assert _numbers_of(text)[0] == _numbers_of(script["with_data"](name, data))[0]
    assert len(_numbers_of(text)) == len(data[1]) + 2 <= 14


def _numbers_of(text: str) -> list[str]:
    """The lines of the table under the picture: names, rule and rows."""
    (block,) = re.findall(
        r'\.svg\)\n\n<details markdown="1">\n<summary>[^\n]*</summary>\n\n(.*?)\n\n</details>\n',
        text,
        re.DOTALL,
    )
    return str(block).splitlines()


def test_picture_of_the_tables_is_put_into_words() -> None:
    script = runpy.run_path(str(REPOSITORY / "benchmarks" / "tables_report.py"))
    fitted = {"fast": (1.0, 0.1), "good": (0.5, 20.0), "slow": (2.0, 30.0)}
    records = [
        {"table": "t", "seed": 0, "model": model, "loss": loss, "fit_seconds": seconds}
        for model, (loss, seconds) in fitted.items()
    ]
    for one in records:
        one["predict_seconds"] = 0.01
    text = script["text_of"]({"results": {"records": records, "most_rows": None}})
    (said,) = re.findall(r"!\[([^]]*)]", text)
    assert "fast with rank 2.0 after 0.1 s, good with rank 1.0 after 20 s." in said
    assert said.endswith("Beside or below it lie slow.")


def test_concepts_are_short_complete_and_lead_on() -> None:
    pages = sorted(CONCEPTS.glob("*.md"))
    assert {page.stem for page in pages} == set(CLAIMS)
    for page in pages:
        text = page.read_text()
        assert len(text.splitlines()) <= MAX_LINES, page.name
        assert "```text\n" in text, f"{page.name} has no formula"
        assert "## What to look at" in text, page.name
        assert len(re.findall(r"!\[[^]]{40,}]", text)) == 1, (
            f"{page.name} needs words for its picture"
        )
    order = list(CLAIMS)
    for page_name, following in pairwise(order):
        assert f"({following}.md)" in (CONCEPTS / f"{page_name}.md").read_text()


def test_reference_says_what_the_code_says() -> None:
    script = runpy.run_path(str(REPOSITORY / "docs" / "make_reference.py"))
    written = {
        page.name: page.read_text() for page in (REPOSITORY / "docs" / "reference").glob("*.md")
    }
    assert written == dict(script["reference"]()), "run python docs/make_reference.py"


def test_every_document_has_its_place_in_the_site() -> None:
    site = tomllib.loads((REPOSITORY / "zensical.toml").read_text())["project"]
    docs = REPOSITORY / "docs"
    assert sorted(_places(site["nav"])) == sorted(
        page.relative_to(docs).as_posix() for page in docs.glob("**/*.md")
    )


def _places(entries: list[dict[str, Any]]) -> list[str]:
    places: list[str] = []
    for entry in entries:
        for place in entry.values():
            places += _places(place) if isinstance(place, list) else [place]
    return places


def test_changelog_begins_with_this_version() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## \[([^]]+)]", text, re.MULTILINE)
    assert versions[0] == rightfit.__version__


def test_links_of_the_documents_lead_somewhere() -> None:
    folders = ("*.md", "docs/**/*.md", "examples/*.md")
    for document in [page for folder in folders for page in REPOSITORY.glob(folder)]:
        for link in re.findall(r"]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
