"""Make the pictures of the documents from real output: python docs/make_pictures.py."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text
from sklearn.datasets import load_digits, load_wine
from sklearn.model_selection import train_test_split

import rightfit

PICTURES = Path(__file__).parent / "pictures"
COLUMNS = 120
PROGRAM = str(Path(sys.executable).with_name("rightfit"))
ARGUMENTS = ("train", "wines.csv", "--target", "cultivar")
# Of the playground's page: a spiral, and a network that can follow it.
STATE = "data=spirals&hidden_sizes=8,8,8&learning_rate=0.003"


def main() -> None:
    """Train on tables that scikit-learn ships, and draw what one sees."""
    with TemporaryDirectory() as folder:
        write_table(Path(folder) / "wines.csv")
        draw_terminal(Path(folder))
        with browser() as chromium:
            draw_report(chromium, Path(folder) / "report.html")
            draw_playground(chromium)


def write_table(path: Path) -> None:
    """Thirteen measurements of wines, and from which of three cultivars they come."""
    wines = load_wine(as_frame=True)
    cultivar = np.array(["first", "second", "third"])[wines.target]
    wines.data.assign(cultivar=cultivar).to_csv(path, index=False)


def draw_terminal(folder: Path) -> None:
    """What `rightfit train` prints."""
    output = subprocess.run(
        [PROGRAM, *ARGUMENTS],
        cwd=folder,
        env={
            **os.environ,
            "FORCE_COLOR": "1",
            "COLUMNS": str(COLUMNS),
            # So that what it says to type next is what people type.
            "PATH": os.pathsep.join([str(Path(PROGRAM).parent), os.environ.get("PATH", "")]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))
    console.print(f"[bold]$[/] rightfit {' '.join(ARGUMENTS)}", highlight=False)
    console.print(Text.from_ansi(output.stdout))
    svg = console.export_svg(title="rightfit", unique_id="rightfit")
    (PICTURES / "train.svg").write_text(without_web_fonts(svg))


def without_web_fonts(svg: str) -> str:
    """Leave out the fonts that Rich would have loaded from elsewhere; any monospaced one does."""
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, the system's or Playwright's own."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


def draw_report(chromium: Any, report: Path) -> None:
    """The beginning of the report on a network that reads digits."""
    X, y = load_digits(return_X_y=True, as_frame=True)
    y = y.rename("digit")
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    model = rightfit.Classifier(random_state=0).fit(X_train, y_train)
    model.report(report, X_test, y_test, training=(X_train, y_train))
    page = chromium.new_page(viewport={"width": 1080, "height": 1250})
    page.goto(report.as_uri())
    page.screenshot(path=PICTURES / "report.png")
    page.close()


def draw_playground(chromium: Any) -> None:
    """The playground after 600 epochs."""
    process = subprocess.Popen([PROGRAM, "play", "--no-open"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = process.stderr.readline().rpartition(" ")[2].strip()
    try:
        # The page allows no script but its own, and waiting is one.
        page = chromium.new_page(viewport={"width": 1440, "height": 1000}, bypass_csp=True)
        page.goto(f"{address}#{STATE}")
        page.wait_for_function("window.playground?.frames.count > 0")
        page.click("#play")
        page.wait_for_function("Number(document.querySelector('#epoch-count').textContent) > 600")
        page.click("#play")
        page.screenshot(path=PICTURES / "playground.png")
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
