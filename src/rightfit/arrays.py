"""The named array types, and the axis names that several modules share.

| axis | one entry for each |
|---|---|
| `row` | row of a table |
| `column` | column of a table |
| `slot` | place for a row in an array that is padded to a bucket of sizes |
| `batch` | row of a mini-batch |
| `number` | encoded number: a scaled column, an indicator, a part of a date |
| `category` | column of category codes |
| `feature` | input of the first layer |
| `hidden` | unit of a hidden layer |
| `layer` | hidden layer, or output layer |
| `copy` | network of those that share their weights (`n_copies`) |
| `output` | output of the network: a target column, a class, or one logit |
| `class` | class of the target |
| `prediction` | probability of a class, or predicted number |
| `component` | the same, where rows are the last axis |
| `epoch` | epoch of a call of the program |
| `member` | network of a pack |
| `trial`, `candidate` | trial of a pack, to be chosen among |
| `part` | part of the rows that choose, for cross-fitting |
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
