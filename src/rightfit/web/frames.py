"""A frame: everything that a page draws at one moment, as one binary message."""

import json
import struct
from typing import Any

_ALIGNMENT = 4


def encode_frame(header: dict[str, Any], *parts: bytes) -> bytes:
    """Put a header and arrays into one message.

    Four bytes say how long the header is, a JSON object whose `parts` has the length of each
    array; then come the header, padded with spaces, and the arrays.

    Example:
        >>> message = encode_frame({"epoch": 3}, b"abc")
        >>> message[4:-3].decode().rstrip(), message[-3:]
        ('{"epoch":3,"parts":[3]}', b'abc')
    """
    text = json.dumps(
        {**header, "parts": [len(part) for part in parts]}, separators=(",", ":"), allow_nan=False
    ).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return struct.pack("<I", len(text)) + text + b"".join(parts)
