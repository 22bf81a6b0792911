"""The syntax tree of an expression. Nodes compare by what they say, not by where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct


class Literal(Struct, frozen=True, eq=False, gc=False):
    """A string, a number, or a bare `true`, `false`, `null`."""

    value: str | int | float | bool | None
    at: int = 0
    """Offset in the text."""

    def __eq__(self, other: object) -> bool:
        # Python takes 1, 1.0 and true for the same.
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


class Call(Struct, frozen=True, eq=False, gc=False):
    """`name(arguments)`, or `namespace.name(arguments)` for a function of the template's author."""

    name: str
    """As written, with its namespace."""
    arguments: tuple[Node, ...]
    at: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.name == other.name and self.arguments == other.arguments

    def __hash__(self) -> int:
        return hash((self.name, self.arguments))


class Member(Struct, frozen=True, eq=False, gc=False):
    """`target.name`, or `target.?name`, which gives null where there is nothing."""

    target: Node
    name: str
    safe: bool = False
    at: int = 0

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Member)
            and (self.name, self.safe) == (other.name, other.safe)
            and self.target == other.target
        )

    def __hash__(self) -> int:
        return hash((self.target, self.name, self.safe))


class Index(Struct, frozen=True, eq=False, gc=False):
    """`target[index]`, or `target[?index]`, which gives null where there is nothing."""

    target: Node
    index: Node
    safe: bool = False
    at: int = 0

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Index)
            and self.safe == other.safe
            and self.index == other.index
            and self.target == other.target
        )

    def __hash__(self) -> int:
        return hash((self.target, self.index, self.safe))


Node: TypeAlias = Literal | Call | Member | Index


class Expression(Struct, frozen=True, eq=False, gc=False):
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
