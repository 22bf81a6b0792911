"""Values while an expression is worked out: plain Python, with collections that know they are collections.

A tuple is a `list`, an object a `dict`; `ListValue`, `SetValue` and `MapValue` are their collection counterparts, whose
elements have one type. Numbers are those of `numbers`. A null is `None`, or a `Null` when its type is known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.types import ANY, BOOL, HOLE, NUMBER, STRING, Type, object_of
from everward.values import Unknown, is_secret_name
from everward.values.secrecy import is_harmless

Data: TypeAlias = Any
"""A value: None, Null, bool, int, Decimal, str, list, dict, their subclasses here, Unknown or Sensitive."""


class ListValue(list[Data]):
    """A list: elements of one type."""

    __slots__ = ("of",)

    def __init__(self, items: Iterable[Data] = (), of: Type = ANY) -> None:
        super().__init__(items)
        self.of = of


class SetValue(list[Data]):
    """A set: elements of one type, none twice, in Terraform's order."""

    __slots__ = ("of",)

    def __init__(self, items: Iterable[Data] = (), of: Type = ANY) -> None:
        super().__init__(items)
        self.of = of


class MapValue(dict[str, Data]):
    """A map: elements of one type."""

    __slots__ = ("of",)

    def __init__(self, items: Any = (), of: Type = ANY) -> None:
        super().__init__(items)
        self.of = of


class BlockObject(dict[str, Data]):
    """The attributes of an instance, or of a block in it: what is not configured, the provider may know."""

    __slots__ = ("instance", "path")

    def __init__(self, instance: Instance, path: str) -> None:
        super().__init__()
        self.instance = instance
        self.path = path


@dataclass(frozen=True, slots=True)
class Null:
    """A null that has a type: what stands beside it may be converted because of it."""

    of: Type


@dataclass(slots=True, eq=False)
class Sensitive:
    """A value that must not be shown."""

    value: Data


class ValueProblem(Exception):
    """What an operation or function says is wrong with its operands; the caller adds the place."""


class LimitProblem(ValueProblem):
    """A value that would cost more than reading may: Terraform may well have one. `limit` is a field of `Limits`."""

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class RefusedReference(ValueProblem):
    """A reference to what is not declared, or to itself: Terraform refuses the configuration as a whole."""


class UndeclaredOutput(RefusedReference):
    """An output that a module does not have: refused as well, but `try` and `can` pass over it."""


@contextmanager
def hushed() -> Iterator[None]:
    """While what is sensitive is worked with: what is wrong with it is said without quoting it."""
    try:
        yield
    except (RefusedReference, LimitProblem):
        raise
    except ValueProblem:
        raise ValueProblem("a sensitive value does not fit") from None


def is_null(value: Data) -> bool:
    """Whether `value` is a null, of whatever type."""
    return value is None or isinstance(value, Null)


def null_of(kind: Type) -> Data:
    """A null of a type; a bare one where the type is not known."""
    return None if kind.kind in ("any", "hole") else Null(kind)


def is_number(value: Data) -> bool:
    """Whether `value` is a number (a truth value is not one)."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def nfc(text: str) -> str:
    """Text as Terraform keeps all text: letters with their accents as one character (Unicode's form C)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def shorten(text: str, limit: int = 60) -> str:
    """Text that fits into a message."""
    text = text.replace("\n", " ")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def type_of(value: Data) -> Type:
    """The type of a value; that of a bare null is `any`, that of a hole is `hole`."""
    if isinstance(value, str):
        return STRING
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int | Decimal):
        return NUMBER
    if isinstance(value, dict):
        if isinstance(value, MapValue):
            return Type("map", value.of)
        if isinstance(value, BlockObject):
            # Its type has more than what is configured of it.
            return HOLE
        return object_of((name, type_of(item)) for name, item in value.items())
    if isinstance(value, list):
        return _type_of_list(value)
    if isinstance(value, Sensitive):
        return type_of(value.value)
    if isinstance(value, Null):
        return value.of
    return ANY if value is None else HOLE


def _type_of_list(value: list[Data]) -> Type:
    if isinstance(value, ListValue):
        return Type("list", value.of)
    if isinstance(value, SetValue):
        return Type("set", value.of)
    if any(isinstance(item, Unknown) and item.many for item in value):
        return HOLE
    return Type("tuple", elements=tuple(map(type_of, value)))


def kind_name(value: Data) -> str:
    """The kind of a value in a message."""
    if is_null(value):
        return "null"
    if isinstance(value, Unknown):
        return "value that is not known yet"
    kind = "object" if isinstance(value, BlockObject) else type_of(value).kind
    return {"bool": "truth value", "string": "text"}.get(kind, kind)


def rebuild(value: Data, change: Any) -> Data:
    """A collection of the same kind with every direct element changed."""
    if isinstance(value, MapValue):
        return MapValue(((name, change(item)) for name, item in value.items()), value.of)
    if isinstance(value, dict):
        return {name: change(item) for name, item in value.items()}
    if isinstance(value, ListValue):
        return ListValue((change(item) for item in value), value.of)
    if isinstance(value, SetValue):
        return SetValue((change(item) for item in value), value.of)
    return [change(item) for item in value]


def has_sensitive(value: Data) -> bool:
    """Whether a part of `value` is marked sensitive."""
    if isinstance(value, str | int) or value is None:
        return False
    if isinstance(value, Sensitive):
        return True
    known = _PLAIN.get(id(value))
    if known is not None and known[0] is value and known[1] == len(value):
        return False
    stack: list[Data] = [value]
    looked_at = 0
    while stack:
        item = stack.pop()
        looked_at += 1
        if isinstance(item, Sensitive):
            return True
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    if looked_at > _LARGE:
        _keep_plain(value, looked_at)
    return False


def _keep_plain(value: Data, size: int) -> None:
    kept = _KEPT[0] + size
    if kept > _MOST_PLAIN:
        _PLAIN.clear()
        kept = size
    if size <= _MOST_PLAIN:
        _KEPT[0] = kept
        _PLAIN[id(value)] = (value, len(value))


_LARGE = 24
_MOST_PLAIN = 100_000
"""Elements of all that is kept."""
_KEPT = [0]
_PLAIN: dict[int, tuple[Data, int]] = {}
"""Large collections without a mark in them: the same few are given to functions again and again.

INVARIANT: an entry keeps its collection alive, so that no other can come to have the same identity.
"""


def bared(value: Data) -> Data:
    """A value without a mark on it as a whole."""
    while isinstance(value, Sensitive):
        value = value.value
    return value


def named(value: Data, name: str) -> Data:
    """The value of something that is called so: a text under a name for secrets counts as sensitive."""
    if isinstance(value, str) and is_secret_name(name) and not is_harmless(value):
        return Sensitive(value)
    return value


def unmark(value: Data) -> Data:
    """`value` without any mark of sensitivity."""
    if isinstance(value, Sensitive):
        return unmark(value.value)
    if not isinstance(value, list | dict) or not has_sensitive(value):
        return value
    return rebuild(value, unmark)
