"""What every test shares: JAX on the CPU, a compilation cache that stays, and fixtures."""

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import hypothesis
import pytest

if TYPE_CHECKING:
    import jax

REPOSITORY = Path(__file__).parents[1]
CACHE = REPOSITORY / ".cache"

# Before anything imports JAX. What the caller has set stays.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Compiling takes most of the tests' time, running next to none: so the compiler need not try hard.
_FLAGS = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
# Each part that a program is split into begins the compiler anew, and these programs are small.
_FLAGS += " --xla_cpu_parallel_codegen_split_count=1"
if version("jaxlib").startswith("0.10."):
    # Twice as fast to compile. Later releases have no other emitters, and refuse the flag.
    _FLAGS += " --xla_cpu_use_fusion_emitters=false"
os.environ.setdefault("XLA_FLAGS", _FLAGS)
os.environ.setdefault("RIGHTFIT_CACHE", str(CACHE / "compiled"))
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # In the background of a shell Ctrl-C is ignored, also by what a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.configuration.set_hypothesis_home_dir(CACHE / "hypothesis")
# No deadline: the first example of a shape compiles. A continuous build repeats itself.
hypothesis.settings.register_profile(
    "rightfit", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis.settings.load_profile("rightfit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs an accelerator where JAX is kept to the CPU."""
    if os.environ["JAX_PLATFORMS"] != "cpu":
        return
    for item in items:
        if item.get_closest_marker("device"):
            item.add_marker(pytest.mark.skip(reason="needs an accelerator: set JAX_PLATFORMS=cuda"))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays to the end: modules, and thousands of tests.

    Tracing makes so many small objects that it would walk through all of them all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def getkey() -> Callable[[], "jax.Array"]:
    """A fresh random key from each call, the same ones in every run."""
    import jax

    seeds = count()
    return lambda: jax.random.key(next(seeds))


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real tables: `RIGHTFIT_DATA`, or `../shared/data` where it exists."""
    root = Path(os.environ.get("RIGHTFIT_DATA", REPOSITORY.parent / "shared" / "data"))
    if not root.is_dir():
        pytest.skip(f"needs the real tables: no folder {root}; set RIGHTFIT_DATA")
    return root


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, the system's or Playwright's own; skips where neither can be had.

    One for all tests: Playwright cannot be started twice in a process.
    """
    api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with api.sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        except api.Error as problem:
            pytest.skip(
                "needs a browser: install Debian's package chromium, or run `playwright install "
                f"chromium` ({problem.message.splitlines()[0]})"
            )
        yield opened
        opened.close()


Axe: TypeAlias = "Callable[..., list[tuple[str, str, list[str]]]]"


@pytest.fixture(scope="session")
def axe() -> Axe:
    """What hinders people with a screen reader in an open page: rule, impact, elements.

    It takes the page, and the rules that count (all if none are named).
    """
    package = pytest.importorskip("axe_core_python", reason="needs the package axe-core-python")
    script = (Path(package.__file__).parent / "axe.min.js").read_text()

    def violations(page: Any, *rules: str) -> list[tuple[str, str, list[str]]]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(script)
        # What is in order is neither described nor handed over: that takes most of the time.
        options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
        found = page.evaluate("async o => (await axe.run(document, o)).violations", options)
        return [
            (one["id"], one["impact"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in found
        ]

    return violations
