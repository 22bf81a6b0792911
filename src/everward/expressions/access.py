"""Access to properties and elements, with the engine's words for what goes wrong."""

from __future__ import annotations

from everward.expressions.holes import OpenObject, has_many, holes_of
from everward.expressions.kinds import kind_of
from everward.expressions.printer import inner_text, print_member
from everward.expressions.problem import Failure
from everward.values import MISSING, Unknown, Value, combine, member

_MAX_NAMES = 40


def access(current: Value, key: Value, *, safe: bool = False) -> Value:
    """What stands under `key` in a value that is not a hole itself. A name is compared without case.

    `safe` gives null where there is nothing.

    Raises:
        Failure: when there is nothing, or the value has no properties or elements at all.

    """
    if isinstance(key, Unknown):
        return combine(holes_of([key]))
    if isinstance(current, dict):
        return _property(current, key, safe)
    if isinstance(current, list):
        return _element(current, key, safe)
    if safe:
        return None
    raise Failure(
        f"the language expression property `{_short(key)}` can't be evaluated: {kind_of(current)} has no properties",
        help="`.?` and `[?…]` give null where there is nothing" if current is None else None,
    )


def _property(current: dict[str, Value], key: Value, safe: bool) -> Value:
    if not isinstance(key, str):
        raise Failure(f"the name of a property must be a string, not {kind_of(key)}")
    if key in current:
        return current[key]
    found = member(current, key)
    if found is not MISSING:
        return found  # type: ignore[no-any-return]
    if isinstance(current, OpenObject):
        text = inner_text(current.hole)
        return combine([current.hole], text=None if text is None else f"[{text}{print_member(key, safe=safe)}]")
    if safe:
        return None
    names = list(current)
    listed = ", ".join(names[:_MAX_NAMES]) + (", …" if len(names) > _MAX_NAMES else "")
    raise Failure(
        f"the language expression property `{_short(key)}` doesn't exist, "
        + (f"available properties are `{listed}`" if names else "there are no properties")
    )


def _element(current: list[Value], key: Value, safe: bool) -> Value:
    if isinstance(key, bool) or not isinstance(key, int):
        if safe and isinstance(key, str):
            return None
        raise Failure(f"the language expression array index must be an integer, not {kind_of(key)}")
    if has_many(current[: key + 1] if key >= 0 else []) or (key >= len(current) and has_many(current)):
        return combine(holes_of(current))
    if 0 <= key < len(current):
        return current[key]
    if safe:
        return None
    raise Failure(f"the language expression array index `{key}` is out of bounds: there are {len(current)} elements")


def _short(key: Value) -> str:
    text = str(key)
    return text if len(text) <= 80 else text[:79] + "…"
