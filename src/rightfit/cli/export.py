"""rightfit export: a model as one ONNX file."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to: .onnx. Default: model.onnx.")
    ] = Path("model.onnx"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Inputs and outputs as JSON.")] = False,
) -> None:
    """Write a model as one ONNX file, raw columns in and predictions out.

    Example: rightfit export houses.model --out houses.onnx
    """
    from rightfit.cli.console import messages, print_json, results, warnings_as_notes, working
    from rightfit.cli.interruption import tidy_up_at_ctrl_c
    from rightfit.cli.sheets import tensors_sheet
    from rightfit.estimators.loading import load

    console = messages()
    tidy_up_at_ctrl_c()
    with warnings_as_notes(console), working(console, "exporting"):
        made = load(model).export(out, overwrite=force)
    console.print(f"{made.n_bytes:,} bytes written to {out}")
    if as_json:
        print_json(made.as_plain())
        return
    report = results()
    report.print(tensors_sheet("input", made.inputs))
    report.print()
    report.print(tensors_sheet("output", made.outputs))
    if made.largest_difference is not None:
        report.print(
            f"\nLargest difference from the model {made.largest_difference:.1e} over "
            f"{made.n_rows} made-up rows; rounding stays below {made.tolerance:.0e}."
        )
