"""A snippet in a Python process of its own, so that nothing is imported or compiled before it."""

import os
import subprocess
import sys
from pathlib import Path


def run_python(code: str, cache: Path) -> list[float]:
    """Run a snippet with a folder for what is compiled, and give the numbers that it prints."""
    environment = {**os.environ, "RIGHTFIT_CACHE": str(cache)}
    command = [sys.executable, "-W", "ignore", "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [float(word) for word in output.stdout.split()]
