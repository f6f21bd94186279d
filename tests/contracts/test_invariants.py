"""What ARCHITECTURE.md promises of the numerics, read off the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rightfit

SOURCE = Path(rightfit.__file__).parent
NUMERICS = ("nn", "objectives", "train")

# Input and output, clocks, threads and the world outside.
OUTSIDE = {
    *("asyncio", "builtins", "ctypes", "datetime", "glob", "importlib", "io", "logging", "os"),
    *("pathlib", "platform", "random", "secrets", "shutil", "signal", "socket", "subprocess"),
    *("sys", "tempfile", "threading", "time", "urllib", "uuid", "warnings"),
}
CALLS = {"print", "open", "input", "breakpoint", "exec", "eval", "globals", "__import__"}
# Randomness comes from a key, or from a generator that is handed in.
RANDOM = {"Generator", "Philox"}
CALLBACKS = {"debug", "pure_callback", "io_callback"}


def modules_of(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (SOURCE / package).rglob("*.py"))


def compiled_part() -> list[Path]:
    """The modules that the compiled program is made of: what `train.program` imports."""
    found = {SOURCE / "train" / "program.py"}
    todo = list(found)
    while todo:
        for path in imported_from(todo.pop()):
            if path not in found and path.relative_to(SOURCE).parts[0] in NUMERICS:
                found.add(path)
                todo.append(path)
    return sorted({*found, *modules_of("nn", "objectives")})


def imported_from(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rightfit."):
            parts = str(node.module).split(".")[1:]
            candidates = [parts, *([*parts, alias.name] for alias in node.names)]
            for candidate in candidates:
                base = SOURCE.joinpath(*candidate)
                for file in (base.with_suffix(".py"), base / "__init__.py"):
                    if file.exists():
                        yield file


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def violations(source: str) -> list[str]:
    """Everything in a module that reaches outside, or keeps something between calls."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.partition(".")[0] in OUTSIDE]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found += [module] if module.partition(".")[0] in OUTSIDE else []
        elif isinstance(node, ast.Name) and node.id in CALLS:
            found.append(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.append("global")
        elif isinstance(node, ast.Attribute):
            name = dotted(node)
            if name.startswith("np.random.") and name.split(".")[2] not in RANDOM:
                found.append(name)
            if name.startswith("jax.random."):
                found.append(name)
            if name.startswith("jax.") and node.attr in CALLBACKS:
                found.append(name)
    return found


def mutable_globals(source: str) -> list[str]:
    """Names of lists, dicts and sets at the top of a module, which anybody could change."""
    found = []
    for node in ast.parse(source).body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp):
            found.append(ast.unparse(node).partition("\n")[0])
    return found


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_compiled_part_holds_the_fit_ladder() -> None:
    names = {name_of(path) for path in compiled_part()}
    rungs = {"program", "epoch", "step", "optimizers", "schedules", "rows", "plan"}
    assert {f"train/{rung}.py" for rung in rungs} <= names
    assert {"nn/network.py", "nn/dropout.py", "objectives/metrics.py"} <= names
    # What talks to the world is not in it.
    assert not {"train/loop.py", "train/interruption.py", "train/compilation_cache.py"} & names


@pytest.mark.parametrize("path", compiled_part(), ids=name_of)
def test_compiled_part_reads_and_writes_nothing_and_knows_no_time(path: Path) -> None:
    assert violations(path.read_text()) == []


@pytest.mark.parametrize("path", modules_of(*NUMERICS), ids=name_of)
def test_numerics_print_nothing_and_keep_nothing(path: Path) -> None:
    source = path.read_text()
    assert mutable_globals(source) == []
    assert not [name for name in violations(source) if name in CALLS | {"global"}]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print('x')", ["print"]),
        ("import time", ["time"]),
        ("import os.path", ["os.path"]),
        ("from pathlib import Path", ["pathlib"]),
        ("x = open('file')", ["open"]),
        ("def f():\n    global x", ["global"]),
        ("np.random.default_rng()", ["np.random.default_rng"]),
        ("np.random.rand(3)", ["np.random.rand"]),
        ("jax.random.key(0)", ["jax.random.key"]),
        ("jax.debug.print('x')", ["jax.debug"]),
        ("jax.pure_callback(f, x)", ["jax.pure_callback"]),
        ("def f(generator: np.random.Generator): ...", []),
        ("np.random.Generator(np.random.Philox(key=[1, 2]))", []),
        ("jax.lax.scan(f, x)", []),
    ],
)
def test_violations_are_found(source: str, found: list[str]) -> None:
    assert violations(source) == found


def test_mutable_globals_are_found() -> None:
    source = "A = []\nB: dict[str, int] = {}\nC = (1, 2)\nD = MappingProxyType({})\n"
    assert mutable_globals(source) == ["A = []", "B: dict[str, int] = {}"]
