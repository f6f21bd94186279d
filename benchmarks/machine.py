"""What every benchmark says of the machine, and where it writes its figures."""

import argparse
import json
import os
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "rightfit",
    "jax",
    "jaxlib",
    "optax",
    "numpy",
    "scikit-learn",
    "torch",
    "catboost",
    "lightgbm",
    "xgboost",
)


def describe_machine() -> dict[str, Any]:
    """Name the processor, the cores and the versions."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def print_machine(machine: dict[str, Any]) -> None:
    """Print one line for the machine and one for the versions."""
    print(f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}")
    print(", ".join(f"{name} {number}" for name, number in machine["versions"].items() if number))


def matrix_product_peak(seconds: float = 1.5) -> float:
    """Measure the float32 operations a second of this machine's largest matrix products."""
    import jax
    import jax.numpy as jnp

    product = jax.jit(jnp.matmul)
    best = 0.0
    for size in (2048, 4096):
        matrix = jnp.ones((size, size))
        product(matrix, matrix).block_until_ready()
        end = time.perf_counter() + seconds / 2
        while time.perf_counter() < end:
            start = time.perf_counter()
            product(matrix, matrix).block_until_ready()
            best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best


def output_argument(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the flag that says where the figures go."""
    default = Path(__file__).parent / "results" / f"{name}.json"
    parser.add_argument(
        "--out", type=Path, default=default, help=f"JSON file (default {default.name})"
    )


def write_results(path: Path, machine: dict[str, Any], results: Any) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n")
    print(f"written to {path}")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
