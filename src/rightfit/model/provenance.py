"""When, on what machine and with which versions something is made."""

import os
import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

import jax

_PACKAGES = ("rightfit", "jax", "equinox", "optax", "numpy", "scikit-learn", "polars")


def provenance() -> dict[str, Any]:
    """Note time, machine and versions in plain values; who works here, and where, is not noted.

    Returns:
        "at", the time, ISO 8601 in UTC, which is all that differs between two equal calls;
        "system", "processor" (its architecture), "n_cores", "backend" (of JAX) and "versions".
    """
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.system(),
        "processor": platform.machine(),
        "n_cores": os.cpu_count(),
        "backend": jax.default_backend(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """The releases of Python and of the packages that make a model."""
    return {"python": platform.python_version()} | {name: _release(name) for name in _PACKAGES}


@cache
def _release(package: str) -> str:
    return version(package)
