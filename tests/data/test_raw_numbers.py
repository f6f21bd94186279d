import numpy as np
import pytest

from rightfit.data import raw_numbers
from rightfit.data.cells import Rows
from rightfit.data.raw_numbers import RawNumbers


@pytest.mark.parametrize("rows", [slice(None), np.array([4, 2, 0, 1])])
@pytest.mark.parametrize("fewest", [1, 3])
def test_blocks_cover_the_rows_in_order(
    rows: Rows, fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_numbers, "CELLS_AT_ONCE", 4)
    X = np.arange(10.0).reshape(5, 2)
    expected = X[rows]
    out = np.full_like(expected, -1)
    sizes = []
    for place, values in RawNumbers(lambda block: X[block], 2, fewest).blocks(rows, len(expected)):
        out[place] = values
        sizes.append(len(values))
    assert out.tolist() == expected.tolist()
    assert max(sizes) == max(2, fewest)
