"""Which encoded features come from which column of the table."""

import dataclasses

import numpy as np
from jaxtyping import Float

from rightfit.arrays import Features
from rightfit.data.encode import Encoder


@dataclasses.dataclass(frozen=True)
class ColumnGroup:
    """The encoded features of one column.

    Attributes:
        name: of the column.
        numbers: places among the encoded numbers: values, and whether they are missing.
        codes: places among the codes.
    """

    name: str
    numbers: tuple[int, ...]
    codes: tuple[int, ...]

    def values(self, features: Features) -> Float[np.ndarray, "row feature"]:
        """Give the features of this column as numbers, codes included."""
        parts = [features.numbers[:, list(self.numbers)], features.codes[:, list(self.codes)]]
        return np.concatenate(parts, axis=1)


def column_groups(encoder: Encoder) -> tuple[ColumnGroup, ...]:
    """List the used columns with their encoded features, in the order of the table."""
    numbers: dict[str, list[int]] = {}
    codes: dict[str, list[int]] = {}
    n_values = len(encoder.numeric.value_names)
    starts = [*(place for _, place in encoder.numeric.sources), n_values]
    for number, (name, start) in enumerate(encoder.numeric.sources):
        numbers[name] = list(range(start, starts[number + 1]))
    place = n_values
    for boolean in encoder.booleans:
        numbers[boolean.name] = [place]
        place += 1
    for name, start in encoder.numeric.sources:
        if encoder.scaling.has_missing[start]:
            numbers[name].append(place)
            place += 1
    for boolean in encoder.booleans:
        if boolean.has_missing:
            numbers[boolean.name].append(place)
            place += 1
    for place_of_code, column in enumerate(encoder.categories):
        codes[column.name] = [place_of_code]
    return tuple(
        ColumnGroup(name, tuple(numbers.get(name, ())), tuple(codes.get(name, ())))
        for name in encoder.schema.names
        if name in numbers or name in codes
    )
