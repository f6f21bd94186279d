"""rightfit graph: the forward and the backward graph of a model's network."""

from pathlib import Path
from typing import Annotated

import typer


def graph(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    table: Annotated[
        Path | None,
        typer.Argument(metavar="TABLE", help="Rows with the target column, to be measured."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to: .svg or .dot. Default: graph.svg.")
    ] = Path("graph.svg"),
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Default: as in training.")
    ] = None,
    nodes: Annotated[
        int, typer.Option(metavar="20", min=1, help="With more, layers are folded.")
    ] = 20,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Draw what a training step computes, and the backward pass derived from it.

    Example: rightfit graph houses.model houses.csv --out graph.svg
    """
    from rightfit.cli.console import messages, results, warnings_as_notes, working
    from rightfit.cli.interruption import tidy_up_at_ctrl_c
    from rightfit.cli.places import check_free, check_order
    from rightfit.cli.sheets import gradients_sheet
    from rightfit.data.write import replace_file
    from rightfit.estimators.graph import draw_graph
    from rightfit.estimators.loading import load
    from rightfit.estimators.reading import read_for
    from rightfit.estimators.table_split import split_off_target

    console = messages()
    suffix = _known_suffix(out)
    check_free(out, table, force=force)
    with warnings_as_notes(console), working(console, "drawing, and checking the gradient"):
        check_order(model, table)
        fitted = load(model)
        rows = (
            ()
            if table is None
            else split_off_target(fitted, read_for(fitted, table, target), target)
        )
        drawn = draw_graph(fitted, *rows, max_nodes=nodes)
        tidy_up_at_ctrl_c()
        replace_file(out, (drawn.svg if suffix == ".svg" else drawn.dot).encode())
    console.print(f"{drawn.title}.\n{drawn.n_nodes} nodes written to {out}")
    if drawn.check is not None:
        report = results()
        report.print(gradients_sheet(drawn.check.arrays))
        report.print(
            f"\nLargest relative error {drawn.check.largest_error:.1e} over {drawn.n_rows} rows; "
            "a right gradient stays below 1e-06."
        )


def _known_suffix(path: Path) -> str:
    from rightfit.errors import TableFileError

    suffix = path.suffix.lower()
    if suffix not in (".svg", ".dot"):
        raise TableFileError(
            f"A graph cannot be written to {path.name!r}: its suffix is not known.",
            expected="The name ends in .svg or .dot.",
            hint="choose one of these",
        )
    return suffix
