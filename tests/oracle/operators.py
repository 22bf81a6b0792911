"""The operators of conditions on known values, one at a time as the language describes them, as slowly as it reads.

Null and a missing value are the same, except that only a missing value is in a list that names null.
"""

from __future__ import annotations

import re
from typing import Any, Final

ABSENT: Final[Any] = object()
"""No value at all."""


class FailedError(Exception):
    """The evaluation fails: a function did, or an ordering was asked of values without one."""


def text_of(value: Any) -> str | None:
    """A string as it is; a number or a boolean as JSON writes it."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None


def number_of(text: str) -> float | int | None:
    """The number that a text is, spaces around it aside."""
    if not re.fullmatch(r"\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\s*", text):
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


def is_number(value: Any) -> bool:
    """Whether a value is a number, which no boolean is."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Texts without case; null and the empty text; numbers and booleans with their texts; structures deeply."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if left is None or right is None:
        return (left is None or left == "") and (right is None or right == "")
    if isinstance(right, str):
        left, right = right, left
    if isinstance(left, str):
        if isinstance(right, bool):
            return left.strip().lower() == text_of(right)
        return is_number(right) and number_of(left) == right
    return identical(left, right)


def identical(left: Any, right: Any) -> bool:
    """Deep equality with case: no number is a boolean."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(identical(one, two) for one, two in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return set(left) == set(right) and all(identical(left[key], right[key]) for key in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def contains(left: Any, right: Any) -> bool:
    """An element of an array, a key of an object, a part of a text."""
    if isinstance(left, list):
        return any(equal(item, right) for item in left)
    if isinstance(left, dict):
        return contains_key(left, right)
    if left is None or text_of(right) is None or not (isinstance(left, str) or isinstance(right, str)):
        return False
    return str(text_of(right)).casefold() in str(text_of(left)).casefold()


def contains_key(left: Any, right: Any) -> bool:
    """A key of an object."""
    wanted = text_of(right)
    return isinstance(left, dict) and wanted is not None and wanted.lower() in [key.lower() for key in left]


def like(left: Any, right: Any) -> bool:
    """A text against a pattern with `*` for any run of characters and `?` for one."""
    text, pattern = text_of(left), text_of(right)
    return text is not None and pattern is not None and _like(text.casefold(), pattern.casefold())


def _like(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_like(text[cut:], pattern[1:]) for cut in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _like(text[1:], pattern[1:])


def match(left: Any, right: Any, *, fold: bool = False) -> bool:
    """A text against a pattern of the same length: `#` a digit, `?` a letter, `.` anything."""
    text, pattern = text_of(left), text_of(right)
    if text is None or pattern is None:
        return False
    if fold:
        text, pattern = text.casefold(), pattern.casefold()
    kinds = {"#": r"[0-9]", "?": r"[A-Za-z]", ".": r"[\s\S]"}
    return re.fullmatch("".join(kinds.get(mark, re.escape(mark)) for mark in pattern), text) is not None


def order(left: Any, right: Any) -> int | None:
    """Minus one, zero or one; None where one side is null.

    Raises:
        FailedError: when the values have no order.

    """
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        one: Any = left.casefold()
        two: Any = right.casefold()
    elif isinstance(left, bool) and isinstance(right, bool):
        one, two = left, right
    else:
        one = number_of(left) if isinstance(left, str) else left
        two = number_of(right) if isinstance(right, str) else right
        if not (is_number(one) and is_number(two)):
            raise FailedError(f"{left!r} and {right!r} have no order")
    return -1 if one < two else 1 if one > two else 0


def holds(operator: str, left: Any, right: Any) -> bool:
    """What an operator says of two known values.

    Raises:
        FailedError: when the comparison cannot be made.

    """
    name = operator.lower()
    if left is ABSENT:
        if name in ("in", "notin"):
            return (isinstance(right, list) and None in right) == (name == "in")
        left = None
    if name.startswith("not"):
        return not holds(name[3:], left, right)
    if name == "exists":
        return (left is not None) == (right is True or (isinstance(right, str) and right.strip().lower() == "true"))
    if name == "equals":
        return equal(left, right)
    if name == "in":
        items = right if isinstance(right, list) else [right]
        return left is not None and any(item is not None and equal(left, item) for item in items)
    if name in ("contains", "containskey", "like"):
        return {"contains": contains, "containskey": contains_key, "like": like}[name](left, right)
    if name in ("match", "matchinsensitively"):
        return match(left, right, fold=name != "match")
    where = order(left, right)
    wanted = {"less": (-1,), "lessorequals": (-1, 0), "greater": (1,), "greaterorequals": (0, 1)}[name]
    return where in wanted
