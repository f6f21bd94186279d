from pathlib import Path

import pytest

from rightfit.web.tables import OwnTable, Tables


def add(tables: Tables, folder: Path, number: int) -> OwnTable:
    path = folder / f"{number}.csv"
    path.write_text("a,b\n1,2\n")
    return tables.add(path, name=path.name, folder=folder)


@pytest.mark.parametrize("has_first", [True, False])
def test_oldest_tables_go_but_the_one_of_the_command_line(tmp_path: Path, has_first: bool) -> None:
    tables = Tables()
    added = [add(tables, tmp_path, 0)]
    tables.first = added[0] if has_first else None
    added += [add(tables, tmp_path, number) for number in range(1, 10)]
    kept = [table.name for table in added if tables.get(table.key) is table]
    assert kept == [f"{n}.csv" for n in ([0, *range(3, 10)] if has_first else range(2, 10))]
