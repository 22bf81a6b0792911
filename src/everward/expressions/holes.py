"""Holes inside values: where they are, and objects of which only some members are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from everward.expressions.limits import bounds
from everward.values import Unknown, Value

ATOMS: Final = frozenset({str, int, float, bool, type(None)})
"""Types of values that have nothing inside."""


_MANY: Final = 1_024
"""Parts of a value from which on looking at them counts as work."""
_LOOKED_AT: Final = 100_000
"""Parts of values among which holes are looked for: what would decide is said of the first ones only."""
_FOUND: Final = 64
"""Holes that are looked for."""


class OpenObject(dict[str, Value]):
    """An object of which some members are known and the others are a hole, such as what `reference` gives.

    A member that is not there is a hole, never an error. As a whole it counts as unknown: what leaves expressions for
    a resource goes through `close`.
    """

    __slots__ = ("hole",)

    def __init__(self, members: dict[str, Value], hole: Unknown) -> None:
        super().__init__(members)
        self.hole = hole
        """What stands for everything that is not known of it; its text is that of the whole object."""


def has_hole(value: Value) -> bool:
    """Whether `value` is or holds a hole, at any depth.

    Raises:
        Failure: when the value has more parts than it may (values that share parts may be huge when unfolded).

    """
    if type(value) in ATOMS:
        return False
    stack: list[Any] = [value]
    parts = whole = 0
    while stack:
        item = stack.pop()
        if type(item) in ATOMS:
            continue
        if isinstance(item, (Unknown, OpenObject)):
            return True
        below = item.values() if isinstance(item, dict) else item
        parts += len(below)
        if parts > _MANY:
            whole += parts
            bounds().walk(parts, whole)
            parts = 0
        stack.extend(below)
    return False


def holes_of(values: Iterable[Value]) -> list[Unknown]:
    """The holes in values, first ones first; enough of them to say what would decide."""
    stack: list[Any] = list(values)
    if not any(isinstance(item, (list, dict)) for item in stack):
        return [item for item in stack[:_LOOKED_AT] if isinstance(item, Unknown)][:_FOUND]
    found: list[Unknown] = []
    stack.reverse()
    left = _LOOKED_AT
    while stack and left > 0 and len(found) < _FOUND:
        item = stack.pop()
        left -= 1
        if isinstance(item, Unknown):
            found.append(item)
        elif isinstance(item, dict):
            if isinstance(item, OpenObject):
                found.append(item.hole)
            stack.extend(reversed(item.values()))
        elif isinstance(item, list):
            stack.extend(reversed(item))
    return found


def check_size(value: Value) -> None:
    """Hold that a value has no more parts than it may have.

    Raises:
        Failure: when it has more.

    """
    stack: list[Any] = [value]
    parts = whole = 0
    while stack:
        item = stack.pop()
        if isinstance(item, (dict, list)):
            parts += len(item)
            if parts > _MANY:
                whole += parts
                bounds().walk(parts, whole)
                parts = 0
            stack.extend(item.values() if isinstance(item, dict) else item)


def count_parts(value: Value, most: int) -> int:
    """How many parts a value has, which is not looked into any further once there are more than `most`."""
    stack: list[Any] = [value]
    parts = 0
    while stack and parts <= most:
        item = stack.pop()
        if isinstance(item, (dict, list)):
            parts += len(item)
            stack.extend(item.values() if isinstance(item, dict) else item)
    return parts


def has_many(items: list[Value]) -> bool:
    """Whether an array has an element that stands for any number of elements."""
    # Arrays rarely hold holes, and looking at types runs without the interpreter.
    return Unknown in map(type, items) and any(isinstance(item, Unknown) and item.many for item in items)


def close(value: Value, *, counted: bool = False) -> Value:
    """`value` with a hole in the place of every object that is only known in part.

    Raises:
        Failure: with `counted`, when it has more parts than a value may have.

    """
    stack: list[Any] = [value]
    parts = whole = 0
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if isinstance(item, OpenObject):
                if counted:
                    check_size(value)
                return _closed(value)
            parts += len(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            parts += len(item)
            stack.extend(item)
        if parts > _MANY:
            whole += parts
            if counted:
                bounds().walk(parts, whole)
            parts = 0
    return value


def _closed(value: Value) -> Value:
    # INVARIANT: objects known in part are made by evaluation, which bounds how deep they stand.
    if isinstance(value, OpenObject):
        return value.hole
    if isinstance(value, list):
        return [_closed(item) for item in value]
    if isinstance(value, dict):
        return {key: _closed(item) for key, item in value.items()}
    return value
