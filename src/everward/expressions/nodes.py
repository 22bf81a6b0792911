"""The syntax tree of an expression. Nodes compare by what they say, not by where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a number, or a bare `true`, `false`, `null`."""

    value: str | int | float | bool | None
    at: int = field(compare=False, default=0)
    """Offset in the text."""

    def __eq__(self, other: object) -> bool:
        # Python takes 1, 1.0 and true for the same.
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`, or `namespace.name(arguments)` for a function of the template's author."""

    name: str
    """As written, with its namespace."""
    arguments: tuple[Node, ...]
    at: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Member:
    """`target.name`, or `target.?name`, which gives null where there is nothing."""

    target: Node
    name: str
    safe: bool = False
    at: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Index:
    """`target[index]`, or `target[?index]`, which gives null where there is nothing."""

    target: Node
    index: Node
    safe: bool = False
    at: int = field(compare=False, default=0)


Node: TypeAlias = Literal | Call | Member | Index


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A parsed expression and the text it was parsed from."""

    root: Node
    text: str
    """As written, with the brackets around it when it has them."""


def nodes_in(root: Node) -> Iterator[Node]:
    """Yield `root` and every node below it, outermost and leftmost first, without recursion."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Call):
            stack.extend(reversed(node.arguments))
        elif isinstance(node, Index):
            stack.extend((node.index, node.target))
        elif isinstance(node, Member):
            stack.append(node.target)


def calls_in(expression: Expression) -> Iterator[Call]:
    """Yield every function call of an expression: what it depends on can be read off without evaluation."""
    return (node for node in nodes_in(expression.root) if isinstance(node, Call))
