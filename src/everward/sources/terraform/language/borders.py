"""Values on their way in and out: how they are shown, which holes they have, what the product gets of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal

from everward.sources.terraform.language import numbers
from everward.sources.terraform.language.conversions import to_number, to_string
from everward.sources.terraform.language.data import Data, Null, Sensitive, is_null
from everward.values import Unknown, Value, is_empty, placeholder, without_text

MANY_LIMIT = 160


def describe(value: Data) -> str:
    """A value for the text of a hole: short, and different for different values."""
    if isinstance(value, Sensitive):
        return "(sensitive)"
    if isinstance(value, Unknown):
        if value.text is not None:
            text = value.text
            inner = text[1:-1]
            text = inner if text.startswith("{") and text.endswith("}") and "{" not in inner else f'"{text}"'
        else:
            text = value.decided_by[0] if value.decided_by else value.reason
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, dict | list):
        return _describe_items(value)
    else:
        text = "null" if is_null(value) else to_string(value)
    return _short(text)


_LONG: dict[int, tuple[Data, int, str]] = {}
"""Collections whose text is long, with how many elements they had and the text: holes repeat the same few of them."""
_LONG_LIMIT = 4096


def _describe_items(value: dict[str, Data] | list[Data]) -> str:
    known = _LONG.get(id(value))
    # INVARIANT: an entry keeps its collection alive, so that no other can come to have the same identity.
    if known is not None and known[0] is value and known[1] == len(value):
        return known[2]
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{name} = {describe(item)}" for name, item in value.items()) + "}"
    else:
        text = "[" + ", ".join(describe(item) for item in value) + "]"
    if len(text) <= MANY_LIMIT:
        return text
    if len(_LONG) >= _LONG_LIMIT:
        _LONG.clear()
    short = _short(text)
    _LONG[id(value)] = (value, len(value), short)
    return short


def _short(text: str) -> str:
    """Different long values must stay different: they become parts of symbolic ids."""
    if len(text) <= MANY_LIMIT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: MANY_LIMIT - 10]}…{digest}"


def hole_text(value: Unknown) -> str:
    """What stands for a hole inside a text."""
    if value.text is not None:
        return value.text
    return value.reference if value.reference is not None else placeholder(describe(value))


def holes_of(values: Iterable[Data]) -> list[Unknown]:
    """Every hole in `values`, also below marks of sensitivity."""
    found: list[Unknown] = []
    stack: list[Data] = list(values)[::-1]
    while stack:
        item = stack.pop()
        if isinstance(item, Unknown):
            found.append(item)
        elif isinstance(item, Sensitive):
            stack.append(item.value)
        elif isinstance(item, dict):
            stack.extend(reversed(item.values()))
        elif isinstance(item, list):
            stack.extend(reversed(item))
    return found


def has_hole(value: Data) -> bool:
    """Whether a hole stands anywhere in `value`."""
    if isinstance(value, str | int | Decimal) or is_null(value):
        return False
    return isinstance(value, Unknown) or bool(holes_of((value,)))


def outward(value: Data) -> Value:
    """A value of the language as the rest of the product has it; what is sensitive becomes a hole."""
    if value is None or isinstance(value, str | Unknown):
        return value
    if isinstance(value, int):
        return int(value) if type(value) is numbers.SizedInt else value
    if isinstance(value, Decimal):
        # A plan cannot hold it, and what becomes of it nobody knows.
        return float(value) if value.is_finite() else Unknown(reason="an infinite number", present=True)
    if isinstance(value, dict):
        return {name: outward(item) for name, item in value.items()}
    if isinstance(value, list):
        return [outward(item) for item in value]
    if isinstance(value, Null):
        return None
    inner = value.value
    while isinstance(inner, Sensitive):
        inner = inner.value
    if isinstance(inner, Unknown):
        # What is known of it may be the sensitive part.
        return without_text(inner)
    if is_null(inner):
        return None
    return Unknown(reason="sensitive value", present=True, filled=not is_empty(inner), secret=True)


def inward(value: Value) -> Data:
    """A value of the product as the language has it."""
    if isinstance(value, float):
        return to_number(repr(value))
    if isinstance(value, dict):
        return {name: inward(item) for name, item in value.items()}
    if isinstance(value, list):
        return [inward(item) for item in value]
    return value
