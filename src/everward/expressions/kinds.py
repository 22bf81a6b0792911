"""Values by kind: names for people, and what functions take."""

from __future__ import annotations

from typing import Any

from everward.expressions.problem import Failure
from everward.values import Unknown, Value


def kind_of(value: Value) -> str:
    """What a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, Unknown):
        return "a value that is not known"
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "something else")


_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a number"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
)


def as_string(value: Value, place: str = "its argument") -> str:
    """`value`, which must be a string.

    Raises:
        Failure: when it is not.

    """
    if isinstance(value, str):
        return value
    raise Failure(f"{place} must be a string, not {kind_of(value)}")


def as_integer(value: Value, place: str = "its argument") -> int:
    """`value`, which must be an integer, be it written as `2.0`.

    Raises:
        Failure: when it is not.

    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise Failure(f"{place} must be an integer, not {kind_of(value)}")


def as_array(value: Value, place: str = "its argument") -> list[Value]:
    """`value`, which must be an array.

    Raises:
        Failure: when it is not.

    """
    if isinstance(value, list):
        return value
    raise Failure(f"{place} must be an array, not {kind_of(value)}")


def as_object(value: Value, place: str = "its argument") -> dict[str, Value]:
    """`value`, which must be an object.

    Raises:
        Failure: when it is not.

    """
    if isinstance(value, dict):
        return value
    raise Failure(f"{place} must be an object, not {kind_of(value)}")


def as_boolean(value: Value, place: str = "its argument") -> bool:
    """`value`, which must be a boolean.

    Raises:
        Failure: when it is not.

    """
    if isinstance(value, bool):
        return value
    raise Failure(f"{place} must be a boolean, not {kind_of(value)}")


def is_number(value: Any) -> bool:
    """Whether a value is an integer or a number; booleans are neither."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
