"""Terraform's types, and how constraints are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from everward.sources.terraform.syntax import Call, Expression, Literal, ObjectCons, TupleCons, Variable


@dataclass(frozen=True, slots=True)
class Type:
    """A type or a type constraint. `any` stands for whatever fits, and is the type of a bare null."""

    kind: str
    """`any`, `string`, `number`, `bool`, `list`, `set`, `map`, `object`, `tuple`, or `hole` for what is not known."""
    element: Type | None = None
    """Of a list, set or map."""
    attributes: tuple[tuple[str, Type], ...] = ()
    """Of an object, by name."""
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
HOLE = Type("hole")
"""The type of a value that is not known: it may turn out to be any."""
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
    return Type("object", attributes=tuple(sorted(attributes, key=itemgetter(0))), optional=tuple(optional))


def object_of(attributes: Iterable[tuple[str, Type]]) -> Type:
    """The type of an object with these attributes."""
    return Type("object", attributes=tuple(sorted(attributes, key=itemgetter(0))))


def is_open(kind: Type) -> bool:
    """Whether a part of a type stays to be found: `any`, or the type of a hole."""
    if kind.kind in ("any", "hole"):
        return True
    if kind.element is not None:
        return is_open(kind.element)
    return any(is_open(part) for part in kind.elements) or any(is_open(part) for _, part in kind.attributes)


def settled(kind: Type) -> Type:
    """A constraint as the type of a value: without what may be left out."""
    if kind.element is not None:
        return Type(kind.kind, settled(kind.element))
    if kind.kind == "object":
        return Type("object", attributes=tuple((name, settled(part)) for name, part in kind.attributes))
    if kind.kind == "tuple":
        return Type("tuple", elements=tuple(map(settled, kind.elements)))
    return kind
