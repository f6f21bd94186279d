"""Make the pictures of the documents from real output: python docs/make_pictures.py."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text
from sklearn.datasets import load_breast_cancer

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 96


def main() -> None:
    """Train on the table of tumours that scikit-learn ships, and draw what the terminal shows."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    cancer = load_breast_cancer(as_frame=True)
    # Ten of its thirty columns, and the diagnosis in words, so that the picture stays small.
    table = cancer.data.iloc[:, :10].assign(diagnosis=cancer.target_names[cancer.target])
    with TemporaryDirectory() as folder:
        table.to_csv(Path(folder) / "tumours.csv", index=False)
        arguments = ["train", "tumours.csv", "--target", "diagnosis", "--dropout-rate", "0.25"]
        output = subprocess.run(
            ["rightfit", *arguments],
            cwd=folder,
            env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"))
    console.print(f"[bold]$[/] rightfit {' '.join(arguments)}", highlight=False)
    console.print(Text.from_ansi(output.stdout))
    console.save_svg(str(PICTURES / "train.svg"), title="rightfit", unique_id="rightfit")


if __name__ == "__main__":
    main()
