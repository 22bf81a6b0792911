"""Values while an expression is worked out: plain Python, with collections that know they are collections.

A tuple is a `list`, an object a `dict`; `ListValue`, `SetValue` and `MapValue` are their collection counterparts, whose
elements have one type. Numbers are `int` or, when they have a fraction, `Decimal`: exact, as Terraform's are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Any, TypeAlias

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.types import ANY, BOOL, NUMBER, STRING, Type, unify
from everward.sources.terraform.syntax import Expression
from everward.values import Unknown, Value, is_empty, is_secret_name, placeholder, without_text
from everward.values.secrecy import is_harmless

Data: TypeAlias = Any
"""A value of the language: None, bool, int, Decimal, str, list, dict, their subclasses here, Unknown or Sensitive."""

ARITHMETIC = Context(prec=170, Emin=-100_000, Emax=100_000)
SHOWN = Context(prec=154, Emin=-100_000, Emax=100_000)
"""Terraform counts with 512 bits, 154 decimal digits. What lies beyond is rounding, and rounds back."""


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


@contextmanager
def hushed() -> Iterator[None]:
    """While what is sensitive is worked with: what is wrong with it is said without quoting it."""
    try:
        yield
    except (RefusedReference, LimitProblem):
        raise
    except ValueProblem:
        raise ValueProblem("a sensitive value does not fit") from None


def is_number(value: Data) -> bool:
    """Whether `value` is a number (a truth value is not one)."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def tidy(value: Decimal) -> int | Decimal:
    """A result of arithmetic in its simplest exact form.

    Raises:
        ValueProblem: when it is not finite or beyond reach.

    """
    if not value.is_finite():
        raise ValueProblem("the result is not a number")
    if value.adjusted() > 1000:
        raise ValueProblem("the result is too large")
    rounded = SHOWN.plus(value)
    return int(rounded) if rounded == rounded.to_integral_value() else value


def number_text(value: int | Decimal) -> str:
    """A number as Terraform writes it: no exponent, no trailing zeros."""
    if isinstance(value, int):
        return str(value)
    text = format(SHOWN.plus(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_number(text: str) -> int | Decimal:
    """The number that text stands for.

    Raises:
        ValueProblem: when it stands for none.

    """
    try:
        if "_" in text or text.strip() != text or "n" in text.lower():
            raise InvalidOperation
        return tidy(Decimal(text))
    except InvalidOperation:
        raise ValueProblem(f"`{shorten(text)}` is not a number") from None


def shorten(text: str, limit: int = 60) -> str:
    """Text that fits into a message."""
    text = text.replace("\n", " ")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def type_of(value: Data) -> Type:
    """The type of a value; that of a hole is any."""
    if isinstance(value, Sensitive):
        return type_of(value.value)
    if isinstance(value, str):
        return STRING
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int | Decimal):
        return NUMBER
    if isinstance(value, ListValue):
        return Type("list", value.of)
    if isinstance(value, SetValue):
        return Type("set", value.of)
    if isinstance(value, MapValue):
        return Type("map", value.of)
    if isinstance(value, dict):
        return Type("object", attributes=tuple((name, type_of(item)) for name, item in value.items()))
    if isinstance(value, list):
        if any(isinstance(item, Unknown) and item.many for item in value):
            return ANY
        return Type("tuple", elements=tuple(type_of(item) for item in value))
    return ANY


def kind_name(value: Data) -> str:
    """The kind of a value in a message."""
    if value is None:
        return "null"
    if isinstance(value, Unknown):
        return "value that is not known yet"
    kind = type_of(value).kind
    return {"bool": "truth value", "string": "text"}.get(kind, kind)


# Conversion

DefaultOf: TypeAlias = Callable[[Expression], Data]
"""Works out the default of an optional attribute."""


def no_defaults(_expression: Expression) -> Data:
    """For types that come from values, which have no optional attributes."""
    return None


def convert(value: Data, to: Type, default_of: DefaultOf = no_defaults) -> Data:
    """A value as the type wants it.

    Raises:
        ValueProblem: when it cannot be had so; the message names the path.

    """
    if value is None or to.kind == "any" or isinstance(value, Unknown):
        return value
    if isinstance(value, Sensitive):
        with hushed():
            return Sensitive(convert(value.value, to, default_of))
    if to.kind in ("string", "number", "bool"):
        return _to_primitive(value, to.kind)
    if to.kind in ("list", "set"):
        return _to_sequence(value, to, default_of)
    if to.kind == "map":
        return _to_map(value, to, default_of)
    if to.kind == "object":
        return _to_object(value, to, default_of)
    return _to_tuple(value, to, default_of)


def _to_primitive(value: Data, kind: str) -> Data:
    if kind == "string":
        return to_string(value)
    if kind == "number":
        if is_number(value):
            return value
        if isinstance(value, str):
            return to_number(value)
    elif isinstance(value, bool):
        return value
    elif value in ("true", "false"):
        return value == "true"
    shown = f"`{shorten(value)}`" if isinstance(value, str) else f"a {kind_name(value)}"
    raise ValueProblem(f"{shown} is not a {'truth value' if kind == 'bool' else kind}")


def to_string(value: Data) -> str:
    """A primitive as text.

    Raises:
        ValueProblem: when it is no primitive.

    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return number_text(value)
    raise ValueProblem(f"text is needed, not a {kind_name(value)}")


def _to_sequence(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, list):
        raise ValueProblem(f"a {to.kind} is needed, not a {kind_name(value)}")
    element = to.element or ANY
    items = []
    for position, item in enumerate(value):
        try:
            items.append(convert(item, element, default_of))
        except ValueProblem as problem:
            raise ValueProblem(f"element {position}: {problem}") from None
    if element.kind == "any":
        items, element = unify_items(items)
    return make_set(items, element) if to.kind == "set" else ListValue(items, element)


def _to_map(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, dict):
        raise ValueProblem(f"a map is needed, not a {kind_name(value)}")
    element = to.element or ANY
    items = {}
    for name, item in value.items():
        try:
            items[name] = convert(item, element, default_of)
        except ValueProblem as problem:
            raise ValueProblem(f"element `{shorten(name)}`: {problem}") from None
    if element.kind == "any":
        values, element = unify_items(list(items.values()))
        items = dict(zip(items, values, strict=True))
    return MapValue(items, element)


def _to_object(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, dict):
        raise ValueProblem(f"an object is needed, not a {kind_name(value)}")
    optional = dict(to.optional)
    result: dict[str, Data] = {}
    for name, kind in to.attributes:
        item = value.get(name)
        if name not in value and name not in optional:
            raise ValueProblem(f"the attribute `{name}` is required")
        default = optional.get(name)
        if item is None and default is not None:
            item = default_of(default)
        try:
            result[name] = convert(item, kind, default_of)
        except ValueProblem as problem:
            raise ValueProblem(f"attribute `{name}`: {problem}") from None
    return result


def _to_tuple(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, list) or len(value) != len(to.elements):
        raise ValueProblem(f"a tuple of {len(to.elements)} elements is needed")
    return [convert(item, kind, default_of) for item, kind in zip(value, to.elements, strict=True)]


def unify_items(items: list[Data]) -> tuple[list[Data], Type]:
    """Values converted to the one type that fits them all.

    Raises:
        ValueProblem: when no type does.

    """
    kinds = [type_of(item) for item in items]
    common = unify(kinds)
    if common is None:
        raise ValueProblem("all elements must have one type")
    if all(kind == common or kind.kind == "any" for kind in kinds):
        return items, common
    return [convert(item, common) for item in items], common


def make_set(items: Iterable[Data], of: Type) -> SetValue:
    """A set of values that have one type already."""
    kept: list[Data] = []
    seen: set[Any] = set()
    for item in items:
        mark = freeze(item)
        if mark is None or mark not in seen:
            seen.add(mark)
            kept.append(item)
    if of.kind == "string":
        kept.sort(key=lambda item: (0, item) if isinstance(item, str) else (1, ""))
    elif of.kind == "number":
        kept.sort(key=lambda item: (0, item) if is_number(item) else (1, 0))
    return SetValue(kept, of)


def freeze(value: Data) -> Any:
    """Something hashable that equals exactly for equal known values; None when `value` holds a hole."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Sensitive):
        return freeze(value.value)
    if isinstance(value, dict):
        parts = [(name, freeze(item)) for name, item in sorted(value.items())]
        return None if any(part is None for _, part in parts) else ("{", tuple(parts))
    if isinstance(value, list):
        inner = [freeze(item) for item in value]
        if isinstance(value, SetValue):
            inner.sort(key=repr)
        return None if any(part is None for part in inner) else ("[", tuple(inner))
    return (type(value) is bool, isinstance(value, str), value is None, value)


# Borders

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
        text = "null" if value is None else to_string(value)
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
    if isinstance(value, str | int | Decimal) or value is None:
        return False
    return isinstance(value, Unknown) or bool(holes_of((value,)))


def has_sensitive(value: Data) -> bool:
    """Whether a part of `value` is marked sensitive."""
    stack: list[Data] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Sensitive):
            return True
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return False


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


def rebuild(value: Data, change: Callable[[Data], Data]) -> Data:
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


def outward(value: Data) -> Value:
    """A value of the language as the rest of the product has it; what is sensitive becomes a hole."""
    if value is None or isinstance(value, str | int | Unknown):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: outward(item) for name, item in value.items()}
    if isinstance(value, list):
        return [outward(item) for item in value]
    inner = value.value
    while isinstance(inner, Sensitive):
        inner = inner.value
    if isinstance(inner, Unknown):
        # What is known of it may be the sensitive part.
        return without_text(inner)
    if inner is None:
        return None
    return Unknown(reason="sensitive value", present=True, filled=not is_empty(inner), secret=True)


def inward(value: Value) -> Data:
    """A value of the product as the language has it."""
    if isinstance(value, float):
        return tidy(Decimal(repr(value)))
    if isinstance(value, dict):
        return {name: inward(item) for name, item in value.items()}
    if isinstance(value, list):
        return [inward(item) for item in value]
    return value
