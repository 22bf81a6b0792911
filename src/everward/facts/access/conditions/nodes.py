"""The syntax tree of a condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct

SOURCES: Final = ("Resource", "Request", "Principal", "Environment", "Context")

_TEXT: Final = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    *("StringLike", "StringNotLike", "StringLikeIgnoreCase", "StringNotLikeIgnoreCase"),
    *("StringStartsWith", "StringNotStartsWith", "StringStartsWithIgnoreCase", "StringNotStartsWithIgnoreCase"),
    *("StringEndsWith", "StringNotEndsWith", "StringEndsWithIgnoreCase", "StringNotEndsWithIgnoreCase"),
    *("StringContains", "StringNotContains", "StringContainsIgnoreCase", "StringNotContainsIgnoreCase"),
    *("StringMatches", "StringNotMatches"),
)
_ORDERED: Final = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals", "InRange")

OPERATORS: Final = (
    *_TEXT,
    *(f"{kind}{name}" for kind in ("Numeric", "DateTime", "TimeOfDay") for name in _ORDERED),
    *("BoolEquals", "BoolNotEquals", "GuidEquals", "GuidNotEquals"),
    *("IpMatch", "IpNotMatch", "IpInRange", "ListContains", "ListNotContains"),
    *("ActionMatches", "SubOperationMatches"),
)
"""Every operator: those of MicrosoftDocs/azure-docs role-based-access-control/conditions-format, read 2026-11, and
those which a second evaluator of the language has."""

QUANTIFIERS: Final = ("ForAnyOfAnyValues", "ForAllOfAnyValues", "ForAnyOfAllValues", "ForAllOfAllValues")
FUNCTIONS: Final = ("ToLower", "ToUpper", "Trim", "AddDays", "ToTime", "NormalizeList", "NormalizeSet")


class Attribute(Struct, frozen=True):
    """`@Source[namespace:name]`."""

    source: str
    name: str
    namespace: str | None = None

    @property
    def full_name(self) -> str:
        """The name with its namespace, as requests carry it."""
        return f"{self.namespace}:{self.name}" if self.namespace is not None else self.name


class Text(Struct, frozen=True):
    """A text, or a GUID written bare."""

    value: str


class Number(Struct, frozen=True):
    """A number, as written."""

    raw: str

    @property
    def value(self) -> int | float:
        """Its value."""
        return float(self.raw) if any(character in self.raw for character in ".eE") else int(self.raw)


class Bool(Struct, frozen=True):
    """`true` or `false`."""

    value: bool


class Null(Struct, frozen=True):
    """`null`."""


class Listed(Struct, frozen=True):
    """`{a, b}` or `[a, b]`."""

    items: tuple[Operand, ...]
    braces: bool = True


class Name(Struct, frozen=True):
    """A bare name on the left of an operator."""

    name: str


class Function(Struct, frozen=True):
    """`ToLower(…)`."""

    name: str
    arguments: tuple[Operand, ...]


class Matches(Struct, frozen=True):
    """`ActionMatches{'…'}` or `SubOperationMatches{'…'}`."""

    kind: str
    patterns: tuple[str, ...]


class Comparison(Struct, frozen=True):
    """`left operator right`, perhaps over several values of both."""

    operator: str
    left: Operand
    right: Operand
    quantifier: str | None = None


class Exists(Struct, frozen=True):
    """`Exists x` and `NotExists x`."""

    operand: Operand
    negated: bool = False


class Not(Struct, frozen=True):
    """`!x`."""

    part: Node


class Both(Struct, frozen=True):
    """`a AND b`, `a OR b`."""

    operator: str
    """`And` or `Or`."""
    left: Node
    right: Node


Operand: TypeAlias = Attribute | Text | Number | Bool | Null | Listed | Name | Function
Node: TypeAlias = Matches | Comparison | Exists | Not | Both | Operand


class Condition(Struct, frozen=True):
    """A parsed condition."""

    root: Node
    text: str
    mixes: bool = False
    """Whether AND and OR stand beside each other without brackets, which Azure's page asks to bracket."""


def nodes_in(root: Node) -> Iterator[Node]:
    """A node and all below it, without recursion."""
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Both):
            stack += (node.right, node.left)
        elif isinstance(node, Not):
            stack.append(node.part)
        elif isinstance(node, Comparison):
            stack += (node.right, node.left)
        elif isinstance(node, Exists):
            stack.append(node.operand)
        elif isinstance(node, Listed):
            stack.extend(reversed(node.items))
        elif isinstance(node, Function):
            stack.extend(reversed(node.arguments))
