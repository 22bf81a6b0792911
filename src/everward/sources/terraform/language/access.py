"""What is inside of a value: attributes, elements, all of them in turn; and how a value that was put off is had."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from everward.sources.terraform.language import numbers
from everward.sources.terraform.language.conversions import laid_out
from everward.sources.terraform.language.operations import as_number
from everward.sources.terraform.language.scope import Lazy, Scope
from everward.sources.terraform.language.values import (
    BlockObject,
    Data,
    ListValue,
    MapValue,
    Sensitive,
    SetValue,
    ValueProblem,
    bared,
    describe,
    hushed,
    is_null,
    kind_name,
    nfc,
    shorten,
    to_string,
)
from everward.values import Unknown, combine, placeholder

_READY: Final = frozenset(
    {str, int, bool, type(None), dict, list, Unknown, Decimal, ListValue, MapValue, SetValue, BlockObject, Sensitive}
)
"""Types of values as they are: asking for one of these is faster than asking whether a value is lazy."""


def settled(value: Data) -> Data:
    """A value that was put off, worked out."""
    return value if type(value) in _READY or not isinstance(value, Lazy) else value.settle()


def under_mark(value: Data, sensitive: bool = True) -> Data:
    """The value, with a mark on it when it is sensitive."""
    return Sensitive(value) if sensitive and not isinstance(value, Sensitive) else value


def attribute(value: Data, name: str, scope: Scope) -> Data:
    """An attribute by its name.

    Raises:
        ValueProblem: when there is none.

    """
    if isinstance(value, BlockObject):
        found = value.get(name)
        if not is_null(found):
            return found
        return scope.resolver.computed(value.instance, f"{value.path}.{name}" if value.path else name)
    if isinstance(value, dict):
        if name in value:
            return value[name]
        raise ValueProblem(f"there is no attribute `{name}`")
    if isinstance(value, Unknown):
        return combine([value], text=placeholder(f"{describe(value)}.{name}"))
    if isinstance(value, Lazy):
        return value.attribute(name)
    if isinstance(value, Sensitive):
        return under_mark(attribute(value.value, name, scope))
    raise ValueProblem(f"a {kind_name(value)} has no attribute `{name}`")


def index(value: Data, key: Data, scope: Scope) -> Data:
    """An element by its position or key.

    Raises:
        ValueProblem: when there is none.

    """
    if isinstance(value, Sensitive) or isinstance(key, Sensitive):
        bare = bared(value)
        # The name of an attribute hides nothing: its mark is lost.
        by_name = isinstance(bare, dict) and not isinstance(bare, MapValue)
        with hushed():
            found = settled(index(bare, bared(key), scope))
            return under_mark(found, isinstance(value, Sensitive) or not by_name)
    if isinstance(value, Lazy):
        return value.index(key)
    holes = [item for item in (value, key) if isinstance(item, Unknown)]
    if holes:
        return combine(holes, text=placeholder(f"{describe(value)}[{describe(key)}]"))
    if isinstance(value, dict):
        if is_null(key):
            raise ValueProblem("null is no key")
        return attribute(value, to_string(key), scope) if isinstance(value, BlockObject) else _key(value, key)
    if isinstance(value, list) and not isinstance(value, SetValue):
        return _element(value, key)
    raise ValueProblem(f"a {kind_name(value)} has no elements by position or key")


def _key(value: dict[str, Data], key: Data) -> Data:
    name = nfc(to_string(key))
    if name not in value:
        raise ValueProblem(f"there is no element `{shorten(name)}`")
    return value[name]


def _element(value: list[Data], key: Data) -> Data:
    position = as_number(key)
    if not isinstance(position, int):
        raise ValueProblem("a position must be a whole number")
    before = [item for item in value[: position + 1] if isinstance(item, Unknown) and item.many]
    if before and position >= 0:
        return combine(before, text=placeholder(f"{describe(value)}[{position}]"))
    if not 0 <= position < len(value):
        raise ValueProblem(f"there is no element {position} in a list of {len(value)}")
    return value[position]


def iterate(value: Data) -> Iterator[tuple[Data, Data, Unknown | None]]:
    """Key and value of every element; with a hole when the element stands for any number of them.

    Raises:
        ValueProblem: when it has no elements.

    """
    if isinstance(value, Lazy):
        yield from value.items()
    elif isinstance(value, Unknown):
        key = combine([value], present=True, text=placeholder(f"key of {describe(value)}"))
        yield key, combine([value], text=placeholder(f"{describe(value)}[*]")), value
    elif isinstance(value, dict):
        for name in sorted(value):
            yield name, value[name], None
    elif isinstance(value, list):
        is_set = isinstance(value, SetValue)
        doubt: Unknown | None = None
        for position, item in enumerate(laid_out(value) if isinstance(value, SetValue) else value):
            many = item if isinstance(item, Unknown) and item.many else None
            doubt = many if doubt is None else doubt
            place: Data = numbers.sized(position) if doubt is None else combine([doubt], present=True)
            yield item if is_set else place, item, many
    else:
        raise ValueProblem(f"a {kind_name(value)} has no elements")
