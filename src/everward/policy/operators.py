"""The operators of conditions on known values.

A missing value is `MISSING`; null behaves like it, except as an element that `in` compares with. The rules are
those of the Azure Policy language: text compares without case except in `match`, numbers and booleans compare with
their text, null equals the empty string, negated operators are exact negations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from everward.values import MISSING

Test: TypeAlias = Callable[[Any, Any], bool]
"""An operator: left value, right value."""


def is_absent(value: Any) -> bool:
    """Whether a value is missing or null."""
    return value is None or value is MISSING


def as_number(text: str) -> int | float | None:
    """The number that a text spells, or None."""
    text = text.strip()
    # No infinities, no digit groups: only what JSON would call a number, with a sign.
    if _NUMBER.fullmatch(text) is None:
        return None
    try:
        return int(text)
    except ValueError:
        return float(text)


_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


def as_text(value: Any) -> str | None:
    """The text that a string, number or boolean compares as; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return None


def equals(left: Any, right: Any) -> bool:
    """Equality as policies see it."""
    if isinstance(left, str):
        return _text_equals(left, right)
    if isinstance(right, str):
        return _text_equals(right, left)
    if right is MISSING:
        return False
    if is_absent(left) or is_absent(right):
        return is_absent(left) and is_absent(right)
    return same(left, right)


def _text_equals(text: str, other: Any) -> bool:
    if isinstance(other, str):
        return text.casefold() == other.casefold()
    if is_absent(other):
        return text == ""
    if isinstance(other, bool):
        return text.strip().casefold() == ("true" if other else "false")
    if isinstance(other, int | float):
        number = as_number(text)
        return number is not None and number == other
    return False


def same(left: Any, right: Any) -> bool:
    """Equality of structure: deep, with case, and no number equals a boolean."""
    stack = [(left, right)]
    while stack:
        one, two = stack.pop()
        if isinstance(one, bool) or isinstance(two, bool):
            if one is not two:
                return False
        elif isinstance(one, dict):
            if not isinstance(two, dict) or one.keys() != two.keys():
                return False
            stack.extend((value, two[key]) for key, value in one.items())
        elif isinstance(one, list):
            if not isinstance(two, list) or len(one) != len(two):
                return False
            stack.extend(zip(one, two, strict=True))
        elif one != two:
            return False
    return True


def is_in(left: Any, right: Any) -> bool:
    """Whether some element of `right` equals `left`; a value that is no array counts as its only element."""
    if left is None or right is MISSING:
        return False
    if left is MISSING:
        # What is missing is in a list only when null is named in it.
        return isinstance(right, list) and None in right
    elements = right if isinstance(right, list) else [right]
    return any(element is not None and equals(left, element) for element in elements)


def contains(left: Any, right: Any) -> bool:
    """Substring of a text, element of an array, key of an object."""
    if is_absent(left):
        return False
    if isinstance(left, list):
        return any(equals(element, right) for element in left)
    wanted = as_text(right)
    if wanted is None:
        return False
    if isinstance(left, dict):
        return contains_key(left, right)
    # A number holds text, but no number: 42 does not contain 4.
    text = as_text(left) if isinstance(left, str) or isinstance(right, str) else None
    return text is not None and wanted.casefold() in text.casefold()


def contains_key(left: Any, right: Any) -> bool:
    """Whether an object has a key, compared without case."""
    wanted = as_text(right)
    if not isinstance(left, dict) or wanted is None:
        return False
    folded = wanted.casefold()
    return any(key.casefold() == folded for key in left)


def like(left: Any, right: Any) -> bool:
    """Text against a pattern in which `*` is any run of characters and `?` any one character."""
    text, pattern = as_text(left), as_text(right)
    return text is not None and pattern is not None and like_pattern(pattern)(text.casefold())


@lru_cache(maxsize=4096)
def like_pattern(pattern: str) -> Callable[[str], bool]:
    """A `like` pattern as a test of folded text, whose cost does not explode however many stars it has."""
    head, *rest = re.split(r"\*+", pattern.casefold())
    if "?" in pattern:
        return _wild_pattern(head, rest)
    if not rest:
        return lambda text: text == head
    *middle, tail = rest
    if not middle:
        size = len(head) + len(tail)
        return lambda text: len(text) >= size and text.startswith(head) and text.endswith(tail)

    def test(text: str) -> bool:
        if not text.startswith(head):
            return False
        at = len(head)
        for part in middle:
            found = text.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(text) - at >= len(tail) and text.endswith(tail)

    return test


def _wild_pattern(head: str, rest: list[str]) -> Callable[[str], bool]:
    """The same for patterns in which `?` stands for one character."""
    parts = [re.compile(re.escape(part).replace(r"\?", "."), re.DOTALL) for part in (head, *rest)]
    first, last = parts[0], parts[-1]
    size = len(rest[-1]) if rest else 0

    def test(text: str) -> bool:
        if not rest:
            return first.fullmatch(text) is not None
        found = first.match(text)
        for part in parts[1:-1]:
            if found is None:
                return False
            found = part.search(text, found.end())
        return (
            found is not None and len(text) - size >= found.end() and last.fullmatch(text, len(text) - size) is not None
        )

    return test


def match(left: Any, right: Any) -> bool:
    """Text against a pattern in which `#` is a digit, `?` a letter and `.` any character; with case."""
    text, pattern = as_text(left), as_text(right)
    if text is None or pattern is None or len(text) != len(pattern):
        return False
    return all(_matches(character, mark) for character, mark in zip(text, pattern, strict=True))


def _matches(character: str, mark: str) -> bool:
    if mark == "#":
        return "0" <= character <= "9"
    if mark == "?":
        return character.isascii() and character.isalpha()
    return mark in (".", character)


def match_insensitively(left: Any, right: Any) -> bool:
    """`match` without case."""
    text, pattern = as_text(left), as_text(right)
    return text is not None and pattern is not None and match(text.casefold(), pattern.casefold())


def exists(left: Any, right: Any) -> bool:
    """Whether presence is as wanted; what is no boolean counts as false."""
    return is_absent(left) is not wants_presence(right)


def wants_presence(right: Any) -> bool:
    """What the right side of `exists` asks for."""
    return right is True or (isinstance(right, str) and right.strip().casefold() == "true")


def compare(left: Any, right: Any) -> int | None:
    """Negative, zero or positive as `left` stands before, with or after `right`; None when they have no order."""
    if isinstance(left, str) and isinstance(right, str):
        one: Any = left.casefold()
        two: Any = right.casefold()
    elif isinstance(left, bool) or isinstance(right, bool):
        if not (isinstance(left, bool) and isinstance(right, bool)):
            return None
        one, two = left, right
    else:
        one = as_number(left) if isinstance(left, str) else left
        two = as_number(right) if isinstance(right, str) else right
        if not (isinstance(one, int | float) and isinstance(two, int | float)):
            return None
    return int(one > two) - int(one < two)


def _ordering(accept: Callable[[int], bool]) -> Test:
    def test(left: Any, right: Any) -> bool:
        order = compare(left, right)
        return order is not None and accept(order)

    return test


def _negation(test: Test) -> Test:
    return lambda left, right: not test(left, right)


def _negation_of_containment(test: Test) -> Test:
    # A right side that is missing altogether satisfies neither form.
    return lambda left, right: right is not MISSING and not test(left, right)


less: Final = _ordering(lambda order: order < 0)
less_or_equals: Final = _ordering(lambda order: order <= 0)
greater: Final = _ordering(lambda order: order > 0)
greater_or_equals: Final = _ordering(lambda order: order >= 0)

OPERATORS: Final[dict[str, Test]] = {
    "equals": equals,
    "notEquals": _negation(equals),
    "in": is_in,
    "notIn": _negation(is_in),
    "contains": contains,
    "notContains": _negation_of_containment(contains),
    "containsKey": contains_key,
    "notContainsKey": _negation_of_containment(contains_key),
    "like": like,
    "notLike": _negation(like),
    "match": match,
    "notMatch": _negation(match),
    "matchInsensitively": match_insensitively,
    "notMatchInsensitively": _negation(match_insensitively),
    "less": less,
    "lessOrEquals": less_or_equals,
    "greater": greater,
    "greaterOrEquals": greater_or_equals,
    "exists": exists,
}
"""Every operator by its documented spelling."""

NAMES: Final[dict[str, str]] = {name.lower(): name for name in OPERATORS}
"""Lower-case names to documented ones: names compare without case."""

NEGATED: Final[dict[str, str]] = {
    "notEquals": "equals",
    "notIn": "in",
    "notContains": "contains",
    "notContainsKey": "containsKey",
    "notLike": "like",
    "notMatch": "match",
    "notMatchInsensitively": "matchInsensitively",
}
"""Operators that are the negation of another."""


def incomparable(left: Any, right: Any) -> bool:
    """Whether both values are there, but have no order: in Azure such a comparison fails the evaluation."""
    return not is_absent(left) and not is_absent(right) and compare(left, right) is None


ORDERINGS: Final = frozenset({"less", "lessOrEquals", "greater", "greaterOrEquals"})
