"""rightfit predict: predictions for the rows of a table."""

from pathlib import Path
from typing import Annotated

import typer


def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model.")],
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="The rows to predict; - is stdin.")
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where to, by its suffix. Default: CSV on stdout."),
    ] = Path("-"),
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a column for each class.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Copy columns of the table: A,B or one a flag."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="csv", help="Of TABLE, where its name does not say it."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Predict each row of a table.

    Example: rightfit predict houses.model new.csv --out prices.csv
    """
    from rightfit.cli.console import messages, print_csv, warnings_as_notes
    from rightfit.cli.interruption import tidy_up_at_ctrl_c
    from rightfit.cli.places import check_free
    from rightfit.cli.predictions import predict_table
    from rightfit.data.write import check_suffix, write_table

    console = messages()
    to_stdout = str(out) == "-"
    with warnings_as_notes(console):
        if not to_stdout:
            check_free(out, table, force=force)
            check_suffix(out)
        as_written = to_stdout or out.suffix.lower() in (".csv", ".tsv")
        predictions = predict_table(
            model, table, probabilities, keep or [], console, form, as_written=as_written
        )
        tidy_up_at_ctrl_c()
        if to_stdout:
            print_csv(predictions.write_csv())
        else:
            write_table(predictions, out)
            console.print(f"{predictions.height:,} predictions written to {out}")
