"""The playground in a real browser: frames a second, gaps, first picture, and training beside it.

Chromium is driven by Playwright. For a 4×8 and a 6×8 network: frames a second while training goes
as fast as it can, the share of gaps between frames of at most 50 ms, and epochs a second while
shown against the same lesson alone. Then seconds from the command to the first picture, and from
loading the page to it.

    python benchmarks/playground.py [--seconds 10] [--output results/playground.json]
"""

import argparse
import contextlib
import itertools
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from machine import describe_machine, print_machine, write_results
from playwright.sync_api import Browser, Page, sync_playwright

NETWORKS = {"4x8": "8,8,8,8", "6x8": "8,8,8,8,8,8"}
FLOORS = {"4x8": 30.0, "6x8": 25.0}
LONGEST_GAP_MS = 50
COMMAND = "from rightfit.cli import main; main()"


@contextlib.contextmanager
def playground() -> Iterator[tuple[str, float]]:
    """Start `rightfit play`; give its address and when it was started."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "play", "--no-open"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            found = re.search(r"http://\S+", line)
            if found:
                yield found[0], started
                break
    finally:
        process.terminate()
        process.wait(10)


def open_page(browser: Browser, address: str, state: str) -> Page:
    page = browser.new_context(bypass_csp=True, viewport={"width": 1440, "height": 1000}).new_page()
    page.goto(f"{address}#{state}")
    page.wait_for_function("window.playground?.frames.count > 0", polling=5)
    return page


def measure_frames(browser: Browser, address: str, sizes: str, seconds: float) -> dict[str, Any]:
    page = open_page(browser, address, f"hidden_sizes={sizes}&data=spirals&speed=fastest")
    page.click("#play")
    page.wait_for_function("playground.page.frame.epoch > 20")
    page.wait_for_timeout(1000)
    page.evaluate("playground.frames.times.length = 0")
    first, began = page.evaluate("playground.page.frame.epoch"), time.perf_counter()
    page.wait_for_timeout(1000 * seconds)
    last, ended = page.evaluate("playground.page.frame.epoch"), time.perf_counter()
    times = page.evaluate("playground.frames.times")
    page.context.close()
    gaps = [after - before for before, after in itertools.pairwise(times)]
    return {
        "frames a second": 1000 * len(gaps) / (times[-1] - times[0]),
        "share of gaps up to 50 ms": sum(gap <= LONGEST_GAP_MS for gap in gaps) / len(gaps),
        "longest gap, ms": max(gaps),
        "epochs a second, shown": (last - first) / (ended - began),
    }


def measure_alone(sizes: str, seconds: float) -> float:
    """Epochs a second of the same lesson in the compiled program, with nobody looking."""
    from rightfit.estimators.lesson.lesson import Lesson
    from rightfit.estimators.lesson.settings import Settings

    hidden = [int(size) for size in sizes.split(",")]
    lesson = Lesson(Settings.read({"hidden_sizes": hidden, "data": "spirals"}))
    lesson.epochs(10)
    first, began = lesson.epoch, time.perf_counter()
    while time.perf_counter() < began + seconds:
        lesson.epochs(100)
    return (lesson.epoch - first) / (time.perf_counter() - began)


def measure_first_picture(browser: Browser, runs: int) -> dict[str, float]:
    from_command, from_page = [], []
    for _ in range(runs):
        with playground() as (address, started):
            open_page(browser, address, "").context.close()
            from_command.append(time.perf_counter() - started)
            page = open_page(browser, address, "")
            # By the page's own clock, which starts when it is asked for.
            from_page.append(page.evaluate("playground.frames.times[0]") / 1000)
            page.context.close()
    return {
        "first picture after the command, s": statistics.median(from_command),
        "first picture after loading the page, s": statistics.median(from_page),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--output", type=Path, help="JSON file; without it nothing is written")
    arguments = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("error: no program chromium was found")
    machine = describe_machine()
    print_machine(machine)
    results: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        with playground() as (address, _):
            for name, sizes in NETWORKS.items():
                results[name] = measure_frames(browser, address, sizes, arguments.seconds)
        results["start"] = measure_first_picture(browser, arguments.runs)
        browser.close()
    for name, sizes in NETWORKS.items():
        alone = measure_alone(sizes, arguments.seconds / 2)
        results[name]["epochs a second, alone"] = alone
        results[name]["shown against alone"] = results[name]["epochs a second, shown"] / alone
        results[name]["floor, frames a second"] = FLOORS[name]
    for name, figures in results.items():
        print(name)
        for figure, value in figures.items():
            print(f"  {figure}: {value:.3g}")
    if arguments.output is not None:
        write_results(arguments.output, machine, results)


if __name__ == "__main__":
    main()
