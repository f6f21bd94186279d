"""The named array types and the one table of axis names.

| axis | one entry for each |
|---|---|
| `row` | row of a table |
| `batch` | row of a mini-batch |
| `number` | encoded number: a scaled column, an indicator, a part of a date |
| `category` | column of category codes |
| `feature` | input of the first layer |
| `hidden` | unit of a hidden layer |
| `output` | output of the network: a target column, a class, or one logit |
"""

from typing import Any, NamedTuple


class Features(NamedTuple):
    """The encoded columns of a table: what a network reads.

    Either side holds NumPy or JAX arrays; a network reads them alike.

    Attributes:
        numbers: float32 `[row, number]`, scaled, without missing values.
        codes: int32 `[row, category]`; 0 stands for a value that is unseen or rare.
    """

    numbers: Any
    codes: Any
