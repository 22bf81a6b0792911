"""What a Terraform file says, as a small tree: expressions, attributes and blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from everward.values import Origin, UnreadableError


class SyntaxProblem(UnreadableError):
    """A file that is not well-formed Terraform."""


@dataclass(slots=True, eq=False)
class Expression:
    """The base of all expressions; `line` is where it starts, counted from 1."""

    line: int


@dataclass(slots=True, eq=False)
class Literal(Expression):
    """A value that is written out: text without interpolation, a number, a truth value, null."""

    value: bool | int | Decimal | str | None


@dataclass(slots=True, eq=False)
class TemplateIf:
    """`%{if condition}…%{else}…%{endif}`."""

    condition: Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


@dataclass(slots=True, eq=False)
class TemplateFor:
    """`%{for key, value in collection}…%{endfor}`."""

    key: str | None
    value: str
    collection: Expression
    body: tuple[Part, ...]


Part: TypeAlias = "str | Expression | TemplateIf | TemplateFor"
"""A piece of a template: literal text, an interpolation, or a directive."""


@dataclass(slots=True, eq=False)
class Template(Expression):
    """Text with interpolations; `sole` when it is one interpolation and nothing else, which keeps its type."""

    parts: tuple[Part, ...]
    sole: bool = False


@dataclass(slots=True, eq=False)
class Variable(Expression):
    """A bare name at the head of a reference."""

    name: str


@dataclass(slots=True, eq=False)
class Attr:
    """`.name`."""

    name: str


@dataclass(slots=True, eq=False)
class Index:
    """`[key]`, or `.0`."""

    key: Expression


@dataclass(slots=True, eq=False)
class Splat:
    """`[*]` or `.*` with the steps that apply to every element."""

    steps: tuple[Step, ...]


Step: TypeAlias = "Attr | Index | Splat"


@dataclass(slots=True, eq=False)
class Traversal(Expression):
    """Steps from a value into it."""

    source: Expression
    steps: tuple[Step, ...]


@dataclass(slots=True, eq=False)
class TupleCons(Expression):
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class ObjectCons(Expression):
    """`{ key = value }`; a bare key is a literal."""

    items: tuple[tuple[Expression, Expression], ...]


@dataclass(slots=True, eq=False)
class ForTuple(Expression):
    """`[for key, value in collection : result if condition]`."""

    key: str | None
    value: str
    collection: Expression
    result: Expression
    condition: Expression | None
    work: int = 0
    """Steps that one element costs; zero until it was worked out."""


@dataclass(slots=True, eq=False)
class ForObject(Expression):
    """`{for key, value in collection : name => result... if condition}`."""

    key: str | None
    value: str
    collection: Expression
    name: Expression
    result: Expression
    grouped: bool
    condition: Expression | None
    work: int = 0
    """Steps that one element costs; zero until it was worked out."""


@dataclass(slots=True, eq=False)
class Call(Expression):
    """`name(arguments...)`; `spread` when the last argument is expanded."""

    name: str
    arguments: tuple[Expression, ...]
    spread: bool


@dataclass(slots=True, eq=False)
class Unary(Expression):
    """`-a` or `!a`."""

    operator: str
    operand: Expression


@dataclass(slots=True, eq=False)
class Binary(Expression):
    """`a + b` and the like."""

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Conditional(Expression):
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(slots=True, eq=False)
class Parenthesis(Expression):
    """`(inner)`: matters only as the key of an object, and to hold a conditional together."""

    inner: Expression


@dataclass(slots=True, eq=False)
class Attribute:
    """`name = value` in a body."""

    name: str
    value: Expression
    origin: Origin
    text: str | None = None
    """The expression as it is written; kept for `count` and `for_each`."""
    nested: Callable[[], list[Body]] | None = None
    """Reads it as nested blocks instead, where the text does not say which of both it is: JSON only."""
    whole: bool = False
    """Whether its own lines say nothing: errors in it are told of the argument as a whole."""


@dataclass(slots=True, eq=False)
class Block:
    """`type "label" { … }` in a body."""

    type: str
    labels: tuple[str, ...]
    body: Body
    origin: Origin


@dataclass(slots=True, eq=False)
class Body:
    """What stands between the braces of a block, or in a file."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def blocks_of(self, kind: str) -> list[Block]:
        """The blocks of one type, in order."""
        return [block for block in self.blocks if block.type == kind]


@dataclass(slots=True, eq=False)
class SourceFile:
    """One file as read, with what is wrong in it. What stands beside an error is kept."""

    name: str
    body: Body
    problems: list[SyntaxProblem] = field(default_factory=list)
