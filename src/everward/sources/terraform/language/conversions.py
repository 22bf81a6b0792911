"""Values brought to a type, and sets, whose elements have an order and stand once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec.structs import replace

from everward.sources.terraform.language import numbers
from everward.sources.terraform.language.data import (
    BlockObject,
    Data,
    ListValue,
    MapValue,
    Null,
    Sensitive,
    SetValue,
    ValueProblem,
    bared,
    has_sensitive,
    hushed,
    is_null,
    is_number,
    kind_name,
    shorten,
    type_of,
    unmark,
)
from everward.sources.terraform.language.types import ANY, Type, is_open, settled
from everward.sources.terraform.language.unify import convertible, parts_of, unify
from everward.sources.terraform.syntax import Expression
from everward.values import Unknown

DefaultOf: TypeAlias = Callable[[Expression], Data]
"""Works out the default of an optional attribute."""


def no_defaults(_expression: Expression) -> Data:
    """For types that come from values, which have no optional attributes."""
    return None


# Primitives


def number_text(value: int | Decimal) -> str:
    """A number as Terraform writes it: no exponent, no trailing zeros."""
    return numbers.text_of(value)


def to_number(text: str) -> int | Decimal:
    """The number that text stands for.

    Raises:
        ValueProblem: when it stands for none.

    """
    try:
        return numbers.parse(text)
    except numbers.NumberProblem as problem:
        raise ValueProblem(f"`{shorten(text)}` is {problem}") from None


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
        return numbers.text_of(value)
    raise ValueProblem(f"text is needed, not a {kind_name(value)}")


TRUTHS = {"true": True, "1": True, "false": False, "0": False}
"""Texts that stand for a truth value."""


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
    elif isinstance(value, str) and value in TRUTHS:
        return TRUTHS[value]
    shown = f"`{shorten(value)}`" if isinstance(value, str) else f"a {kind_name(value)}"
    raise ValueProblem(f"{shown} is not a {'truth value' if kind == 'bool' else kind}")


# Conversion


def convert(value: Data, to: Type, default_of: DefaultOf = no_defaults) -> Data:
    """A value as the type wants it.

    Raises:
        ValueProblem: when it cannot be had so; the message names the path.

    """
    kind = to.kind
    if isinstance(value, Unknown) or kind in ("any", "hole"):
        return value
    if isinstance(value, Sensitive):
        with hushed():
            return Sensitive(bared(convert(value.value, to, default_of)))
    if is_null(value):
        return _null(value, to)
    if kind in ("string", "number", "bool"):
        return _to_primitive(value, kind)
    if kind in ("list", "set"):
        return _to_sequence(value, to, default_of)
    if kind == "map":
        return _to_map(value, to, default_of)
    if kind == "object":
        return _to_object(value, to, default_of)
    return _to_tuple(value, to, default_of)


def _null(value: Data, to: Type) -> Data:
    if isinstance(value, Null) and not convertible(value.of, to):
        raise ValueProblem(f"a null {value.of.kind} is no {to.kind}")
    found = settled(to)
    return Null(_filled(value.of, found) if isinstance(value, Null) and is_open(found) else found)


def _filled(source: Type, target: Type) -> Type:
    """A type with its open parts taken from what was converted to it."""
    if source.kind == "any":
        return target
    if target.kind == "any":
        return source
    if target.element is not None:
        inner = source.element
        if inner is None:
            inner = unify(parts_of(source)) if parts_of(source) else ANY
        return Type(target.kind, _filled(inner or ANY, target.element))
    if target.kind == "object":
        given = dict(source.attributes)
        return Type(
            "object",
            attributes=tuple(
                (name, _filled(given.get(name, source.element or ANY), part)) for name, part in target.attributes
            ),
        )
    if target.kind == "tuple":
        parts = zip(source.elements, target.elements, strict=True)
        return Type("tuple", elements=tuple(_filled(one, two) for one, two in parts))
    return target


def _to_sequence(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, list):
        raise ValueProblem(f"a {to.kind} is needed, not a {kind_name(value)}")
    element = to.element or ANY
    if element.kind == "any":
        element = _element_of(value, to.kind)
    elif isinstance(value, SetValue if to.kind == "set" else ListValue) and value.of == element:
        return value
    items = []
    for position, item in enumerate(laid_out(value) if isinstance(value, SetValue) and to.kind == "list" else value):
        try:
            items.append(convert(item, element, default_of))
        except ValueProblem as problem:
            raise ValueProblem(f"element {position}: {problem}") from None
    items, of = _as_one(items, element)
    return _as_collection(items, to.kind, of)


def laid_out(items: SetValue) -> list[Data]:
    """The elements of a set in the order of a list. A hole among them may stand anywhere, or be one of the others."""
    holes = [item for item in items if isinstance(item, Unknown)]
    if not holes:
        return items
    return [*(replace(item, many=True) for item in holes), *(item for item in items if not isinstance(item, Unknown))]


def _as_collection(value: list[Data], kind: str, element: Type) -> Data:
    if kind == "list":
        return ListValue(value, element)
    # A set cannot keep marks apart: it is marked as a whole.
    marked = has_sensitive(value)
    made = make_set([unmark(item) for item in value] if marked else value, element)
    return Sensitive(made) if marked else made


def _element_of(value: list[Data], kind: str) -> Type:
    """The type that the elements of a collection have in common."""
    if isinstance(value, ListValue | SetValue):
        return value.of
    found = {type_of(item): None for item in value}
    common = unify(found)
    if common is None or (common.kind == "any" and any(part.kind not in ("any", "hole") for part in found)):
        raise ValueProblem(f"all elements of a {kind} must have one type")
    return ANY if common.kind == "hole" else common


def _as_one(items: list[Data], element: Type) -> tuple[list[Data], Type]:
    """Converted elements in one type: where the wanted one was open, they may differ still."""
    if not is_open(element):
        return items, settled(element)
    return unify_items(items) if items else (items, settled(element))


def _to_map(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, dict):
        raise ValueProblem(f"a map is needed, not a {kind_name(value)}")
    element = to.element or ANY
    if element.kind == "any" and isinstance(value, MapValue):
        return value
    if element.kind == "any" and value:
        element = unify({type_of(item): None for item in value.values()}) or _no_common()
    items = {}
    for name in sorted(value):
        try:
            items[name] = convert(value[name], element, default_of)
        except ValueProblem as problem:
            raise ValueProblem(f"element `{shorten(name)}`: {problem}") from None
    values, of = _as_one(list(items.values()), element)
    return MapValue(zip(items, values, strict=True), of)


def _no_common() -> Type:
    raise ValueProblem("all elements must have one type")


def _to_object(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, dict):
        raise ValueProblem(f"an object is needed, not a {kind_name(value)}")
    if isinstance(value, BlockObject):
        return value
    optional = dict(to.optional)
    result: dict[str, Data] = {}
    for name, kind in to.attributes:
        if name not in value and name not in optional:
            raise ValueProblem(f"the attribute `{name}` is required")
        item = value.get(name)
        default = optional.get(name)
        if is_null(item) and default is not None:
            item = default_of(default)
        try:
            result[name] = convert(item, kind, default_of)
        except ValueProblem as problem:
            raise ValueProblem(f"attribute `{name}`: {problem}") from None
    return result


def _to_tuple(value: Data, to: Type, default_of: DefaultOf) -> Data:
    if not isinstance(value, list) or isinstance(value, ListValue | SetValue) or len(value) != len(to.elements):
        raise ValueProblem(f"a tuple of {len(to.elements)} elements is needed")
    return [convert(item, kind, default_of) for item, kind in zip(value, to.elements, strict=True)]


def unify_items(items: list[Data]) -> tuple[list[Data], Type]:
    """Values converted to the one type that fits them all.

    Raises:
        ValueProblem: when no type does.

    """
    kinds = [type_of(item) for item in items]
    known = {kind: None for kind in kinds if kind.kind not in ("any", "hole")}
    common = unify(known) if known else ANY
    if common is None or (common.kind == "any" and known):
        raise ValueProblem("all elements must have one type")
    if all(kind == common for kind in kinds):
        return items, common
    return [convert(item, common) for item in items], common


# Sets


def make_set(items: Iterable[Data], of: Type) -> SetValue:
    """A set of values that have one type already."""
    kept: list[Data] = []
    seen: set[Any] = set()
    for item in items:
        mark = freeze(item)
        if mark is None or mark not in seen:
            seen.add(mark)
            kept.append(item)
    kept.sort(key=_rank)
    return SetValue(kept, of)


def _rank(value: Data) -> tuple[int, Any]:
    """Where an element stands in a set: nulls after all others, holes last."""
    if isinstance(value, Sensitive):
        return _rank(value.value)
    if isinstance(value, Unknown):
        return 2, ""
    if is_null(value):
        return 1, ""
    return 0, value if isinstance(value, str) or is_number(value) or isinstance(value, bool) else _spelled(value)


def _spelled(value: Data) -> str:
    """The text by which a set orders what is neither text, number nor truth value."""
    if isinstance(value, Sensitive):
        return _spelled(value.value)
    if isinstance(value, Unknown):
        return "?"
    if is_null(value):
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, MapValue):
        return "{" + "".join(f"{_spelled(name)}:{_spelled(value[name])};" for name in sorted(value)) + "}"
    if isinstance(value, dict):
        return "<" + "".join(f"{_spelled(value[name])};" for name in sorted(value)) + ">"
    if isinstance(value, ListValue | SetValue):
        return "[" + "".join(f"{_spelled(item)};" for item in value) + "]"
    if isinstance(value, list):
        return "<" + "".join(f"{_spelled(item)};" for item in value) + ">"
    return numbers.general(value, 10)


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
    if is_null(value):
        return ("null",)
    if isinstance(value, Decimal) and value:
        return ("number", numbers.text_of(value))
    return (type(value) is bool, isinstance(value, str), value)
