"""Equality as the engine has it: deep, with case, numbers by value; with holes it may be undecided."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from everward.expressions.holes import OpenObject, has_many
from everward.expressions.text import fold
from everward.values import Truth, Unknown, Value, combine, is_empty


def same(left: Value, right: Value, *, folded: bool = False) -> Truth:
    """Whether two values are equal. A difference between known parts decides, whatever the holes hold.

    `folded` compares strings without case.
    """
    stack: list[tuple[Any, Any]] = [(left, right)]
    holes: list[Unknown] = []
    while stack:
        one, other = stack.pop()
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            if not _may_be_equal(one, other):
                return False
            holes.extend(item for item in (one, other) if isinstance(item, Unknown))
        elif isinstance(one, list) and isinstance(other, list):
            if not _pair_elements(one, other, stack, holes):
                return False
        elif isinstance(one, dict) and isinstance(other, dict):
            if not _pair_members(one, other, stack, holes):
                return False
        elif not equal_atoms(one, other, folded):
            return False
    return combine(holes) if holes else True


def equal_atoms(left: Any, right: Any, folded: bool = False) -> bool:
    """Whether two values that are not both arrays or both objects are equal."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right or (folded and fold(left) == fold(right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    return left is None and right is None


def _may_be_equal(left: Any, right: Any) -> bool:
    """Whether a hole can turn out to be what it is compared with: one that is filled is neither null nor empty."""
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return True
    hole, value = (left, right) if isinstance(left, Unknown) else (right, left)
    if hole.filled and is_empty(value) and not isinstance(value, OpenObject):
        return False
    return value is not None or not hole.present


def _pair_elements(one: list[Any], other: list[Any], stack: list[tuple[Any, Any]], holes: list[Unknown]) -> bool:
    """Put elements that must be equal on the stack. False when the lengths rule equality out."""
    open_one, open_other = has_many(one), has_many(other)
    if not open_one and not open_other:
        if len(one) != len(other):
            return False
        stack.extend(zip(reversed(one), reversed(other), strict=True))
        return True
    firm = [sum(not (isinstance(item, Unknown) and item.many) for item in items) for items in (one, other)]
    if (not open_other and firm[0] > len(other)) or (not open_one and firm[1] > len(one)):
        return False
    # Which element meets which depends on how many there are: only the count could have ruled it out.
    holes.extend(item for items in (one, other) for item in items if isinstance(item, Unknown) and item.many)
    return True


def _pair_members(
    one: dict[str, Any], other: dict[str, Any], stack: list[tuple[Any, Any]], holes: list[Unknown]
) -> bool:
    """Put members that must be equal on the stack. False when the names rule equality out."""
    for mine, theirs in ((one, other), (other, one)):
        if isinstance(theirs, OpenObject):
            holes.append(theirs.hole)
        elif any(name not in theirs for name in mine):
            return False
    stack.extend((value, other[name]) for name, value in one.items() if name in other)
    return True


def canonical(value: Value) -> Hashable:
    """A key that two known values share exactly when they are equal."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, (int, float)):
        return ("number", value)
    if isinstance(value, list):
        return ("array", tuple([canonical(item) for item in value]))
    if isinstance(value, dict):
        return ("object", frozenset([(name, canonical(item)) for name, item in value.items()]))
    return ("hole", id(value))
