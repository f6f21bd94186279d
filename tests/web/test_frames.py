import struct

import pytest

from rightfit.web.frames import encode_frame
from tests.web.conftest import header_of


@pytest.mark.parametrize("epoch", [1, 12, 123, 1234])
def test_arrays_begin_where_a_page_can_read_them_as_numbers(epoch: int) -> None:
    frame = encode_frame({"epoch": epoch}, struct.pack("<2f", 1, 2), b"abc")
    (size,) = struct.unpack("<I", frame[:4])
    assert size % 4 == 0
    assert header_of(frame) == {"epoch": epoch, "parts": [8, 3]}
    assert struct.unpack("<2f", frame[4 + size : 12 + size]) == (1, 2)
