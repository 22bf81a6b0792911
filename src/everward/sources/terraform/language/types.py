"""Terraform's types, as far as they show: in conversions, in equality and in what a condition yields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from everward.sources.terraform.syntax import Call, Expression, Literal, ObjectCons, TupleCons, Variable


@dataclass(frozen=True, slots=True)
class Type:
    """A type or a type constraint. `any` stands for whatever fits, and for the type of a hole."""

    kind: str
    """`any`, `string`, `number`, `bool`, `list`, `set`, `map`, `object` or `tuple`."""
    element: Type | None = None
    """Of a list, set or map."""
    attributes: tuple[tuple[str, Type], ...] = ()
    """Of an object, in order."""
    elements: tuple[Type, ...] = ()
    """Of a tuple."""
    optional: tuple[tuple[str, Expression | None], ...] = ()
    """The attributes of an object that may be left out, with their defaults."""

    def __str__(self) -> str:
        if self.element is not None:
            return f"{self.kind}({self.element})"
        if self.kind == "object":
            return "object({" + ", ".join(f"{name}={kind}" for name, kind in self.attributes) + "})"
        if self.kind == "tuple":
            return f"tuple([{', '.join(map(str, self.elements))}])"
        return self.kind


ANY = Type("any")
STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
PRIMITIVES = {"string": STRING, "number": NUMBER, "bool": BOOL}


def parse_type(expression: Expression) -> Type:
    """A type constraint from its expression: `list(string)`, `object({ a = optional(number, 1) })`.

    Raises:
        ValueError: when it is no type; the message says why.

    """
    if isinstance(expression, Variable):
        if expression.name in PRIMITIVES:
            return PRIMITIVES[expression.name]
        if expression.name in ("any", "list", "set", "map"):
            return ANY if expression.name == "any" else Type(expression.name, ANY)
        raise ValueError(f"`{expression.name}` is not a type")
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        # The spelling of Terraform 0.11: "string", "list", "map".
        return parse_type(Variable(expression.line, expression.value))
    if isinstance(expression, Call) and len(expression.arguments) == 1:
        argument = expression.arguments[0]
        if expression.name in ("list", "set", "map"):
            return Type(expression.name, parse_type(argument))
        if expression.name == "object" and isinstance(argument, ObjectCons):
            return _object_type(argument)
        if expression.name == "tuple" and isinstance(argument, TupleCons):
            return Type("tuple", elements=tuple(parse_type(item) for item in argument.items))
    raise ValueError("this is not a type constraint")


def _object_type(expression: ObjectCons) -> Type:
    attributes: list[tuple[str, Type]] = []
    optional: list[tuple[str, Expression | None]] = []
    for key, value in expression.items:
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            raise ValueError("the name of an attribute of an object type must be written out")
        if isinstance(value, Call) and value.name == "optional" and 1 <= len(value.arguments) <= 2:
            attributes.append((key.value, parse_type(value.arguments[0])))
            optional.append((key.value, value.arguments[1] if len(value.arguments) == 2 else None))
        else:
            attributes.append((key.value, parse_type(value)))
    return Type("object", attributes=tuple(attributes), optional=tuple(optional))


def unify(types: Iterable[Type]) -> Type | None:
    """The one type that values of all `types` can be converted to, or None (cty's rules)."""
    distinct = list(dict.fromkeys(kind for kind in types if kind.kind != "any"))
    if not distinct:
        return ANY
    if len(distinct) == 1:
        return distinct[0]
    kinds = {kind.kind for kind in distinct}
    if kinds <= PRIMITIVES.keys():
        # Numbers and truth values meet only as text, and only where text is among them.
        return STRING if "string" in kinds else None
    if kinds == {"object"}:
        return _unify_objects(distinct)
    if kinds == {"tuple"}:
        return _unify_tuples(distinct)
    if kinds <= {"object", "map"}:
        return _collection("map", [part for kind in distinct for part in _parts(kind)])
    if kinds <= {"tuple", "list"}:
        return _collection("list", [part for kind in distinct for part in _parts(kind)])
    if kinds <= {"tuple", "list", "set"}:
        return _collection("set", [part for kind in distinct for part in _parts(kind)])
    return None


def _parts(kind: Type) -> tuple[Type, ...]:
    if kind.element is not None:
        return (kind.element,)
    return kind.elements or tuple(part for _, part in kind.attributes)


def _collection(kind: str, parts: list[Type]) -> Type | None:
    element = unify(parts)
    return None if element is None else Type(kind, element)


def _unify_objects(types: list[Type]) -> Type | None:
    names = [name for name, _ in types[0].attributes]
    if all({name for name, _ in kind.attributes} == set(names) for kind in types[1:]):
        merged: list[tuple[str, Type]] = []
        lookups: list[Mapping[str, Type]] = [dict(kind.attributes) for kind in types]
        for name in names:
            part = unify(lookup[name] for lookup in lookups)
            if part is None:
                return None
            merged.append((name, part))
        return Type("object", attributes=tuple(merged))
    return _collection("map", [part for kind in types for part in _parts(kind)])


def _unify_tuples(types: list[Type]) -> Type | None:
    if len({len(kind.elements) for kind in types}) == 1:
        parts = [unify(column) for column in zip(*(kind.elements for kind in types), strict=True)]
        known = [part for part in parts if part is not None]
        return Type("tuple", elements=tuple(known)) if len(known) == len(parts) else None
    return _collection("list", [part for kind in types for part in _parts(kind)])


def same_type(left: Type, right: Type) -> bool:
    """Whether values of the two types may be equal at all; a hole's type may be any."""
    if "any" in (left.kind, right.kind):
        return True
    if left.kind != right.kind or len(left.attributes) != len(right.attributes):
        return False
    if left.element is not None and right.element is not None:
        return same_type(left.element, right.element)
    if left.kind == "object":
        other = dict(right.attributes)
        return all(name in other and same_type(kind, other[name]) for name, kind in left.attributes)
    if left.kind == "tuple":
        return len(left.elements) == len(right.elements) and all(
            same_type(one, two) for one, two in zip(left.elements, right.elements, strict=True)
        )
    return True
