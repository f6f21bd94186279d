"""The documents' site: it is built strictly, and axe finds nothing on a page of each kind."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Axe

pytestmark = pytest.mark.slow

# One page of each kind: start, guide, concept with code and picture, generated reference, tables.
PAGES = (
    "index",
    "guides/engineer",
    "concepts/dropout",
    "reference/parameters",
    "reference/estimators",
    "reference/commands",
    "checks",
    "benchmarks",
    "decisions/0008-packs",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("zensical", reason="needs the package zensical")
    folder = tmp_path_factory.mktemp("documents")
    settings = (REPOSITORY / "zensical.toml").read_text()
    (folder / "zensical.toml").write_text(settings.replace("build/site", "site"))
    shutil.copytree(REPOSITORY / "docs", folder / "docs")
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


# The themes differ in their colours alone.
@pytest.mark.parametrize(
    ("theme", "scheme", "rules"), [("light", "default", []), ("dark", "slate", ["color-contrast"])]
)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    browser: Any, axe: Axe, site: Path, name: str, theme: str, scheme: str, rules: list[str]
) -> None:
    page = browser.new_page(color_scheme=theme)
    page.goto((site / f"{name}.html").as_uri())
    shown = page.evaluate("document.body.dataset.mdColorScheme")
    found = axe(page, *rules)
    page.close()
    assert (shown, found) == (scheme, [])
