import dataclasses
from typing import Any, Literal

import pytest

from rightfit.json_values import read_fields


@dataclasses.dataclass
class Plain:
    number: int = 0
    share: float = 0.0
    is_on: bool = False
    name: str = ""
    side: Literal["left", "right"] = "left"
    sizes: tuple[int, ...] = ()
    rows: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@pytest.mark.parametrize(
    "fields",
    [
        {"number": 3, "share": 1, "is_on": True, "name": "a"},
        {"side": "right", "rows": [{"a": [None]}]},
        {"sizes": (1, 2)},
        {},
    ],
)
def test_fields_of_the_right_types_are_kept(fields: dict[str, Any]) -> None:
    assert read_fields(Plain, fields) == Plain(**fields)


def test_lists_become_tuples_where_these_belong() -> None:
    assert read_fields(Plain, {"sizes": [1, 2]}).sizes == (1, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", True),
        ("number", 1.0),
        ("number", None),
        ("share", "nan"),
        ("is_on", 1),
        ("name", ["a"]),
        ("side", "top"),
        ("side", []),
        ("sizes", [1, "2"]),
        ("sizes", "12"),
        ("rows", [3]),
        ("rows", {}),
    ],
)
def test_value_of_another_type_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{name!r} is .* belongs"):
        read_fields(Plain, {name: value})


def test_field_that_is_unknown_is_refused() -> None:
    with pytest.raises(TypeError, match="code"):
        read_fields(Plain, {"code": "print('boo')"})
