"""The syntax of Bicep: expressions, and the statements that parameter files and what they import are made of."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class Text(Struct, frozen=True, eq=False):
    """A string: what is written, with the expressions that are filled in between."""

    parts: tuple[str | Node, ...]
    at: int
    """Offset in the file, as of every node."""
    height: int = 1
    """Levels of nodes below it, itself included."""

    @property
    def plain(self) -> str | None:
        """Its text; None when an expression is part of it."""
        texts = [part for part in self.parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(self.parts) else None


class Constant(Struct, frozen=True, eq=False):
    """A number, `true`, `false` or `null`."""

    value: int | bool | None
    at: int
    height: int = 1


class Name(Struct, frozen=True, eq=False):
    """A name that is declared somewhere."""

    name: str
    at: int
    height: int = 1


class Access(Struct, frozen=True, eq=False):
    """`target.name`, or `target.?name`."""

    target: Node
    name: str
    safe: bool
    at: int
    height: int


class Item(Struct, frozen=True, eq=False):
    """`target[key]`, or `target[?key]`."""

    target: Node
    key: Node
    safe: bool
    at: int
    height: int


class Apply(Struct, frozen=True, eq=False):
    """A call: `name(arguments)`, or `target.name(arguments)` of a namespace or an import."""

    name: str
    arguments: tuple[Node, ...]
    target: Node | None
    at: int
    height: int


class Lambda(Struct, frozen=True, eq=False):
    """`(names) => body`."""

    names: tuple[str, ...]
    body: Node
    at: int
    height: int


class Loop(Struct, frozen=True, eq=False):
    """`[for name in source: body]`; with two names the second one is the index."""

    names: tuple[str, ...]
    source: Node
    body: Node
    at: int
    height: int


class Operation(Struct, frozen=True, eq=False):
    """An operator with one, two or three operands."""

    operator: str
    operands: tuple[Node, ...]
    at: int
    height: int


class Entry(Struct, frozen=True, eq=False):
    """A property of an object; without a key, what is spread into it. An element of an array has no key either."""

    key: Text | None
    value: Node
    spread: bool = False


class Braces(Struct, frozen=True, eq=False):
    """An object."""

    entries: tuple[Entry, ...]
    at: int
    height: int


class Brackets(Struct, frozen=True, eq=False):
    """An array."""

    entries: tuple[Entry, ...]
    at: int
    height: int


Node: TypeAlias = (
    Text | Constant | Name | Access | Item | Apply | Lambda | Loop | Operation | Braces | Brackets
)  # fmt: skip


class Assignment(Struct, frozen=True, eq=False):
    """`param name = value`, `var name = value` or `extensionConfig name with value`; a broken one has no value."""

    kind: str
    name: str
    value: Node | None
    at: int
    end: int
    exported: bool = False


class Function(Struct, frozen=True, eq=False):
    """`func name(parameters) type => body`."""

    name: str
    parameters: tuple[str, ...]
    body: Node
    at: int
    exported: bool


class Import(Struct, frozen=True, eq=False):
    """`import { a, b as c } from 'file'`, or `import * as alias from 'file'`."""

    path: str
    names: tuple[tuple[str, str], ...]
    """Names there, and the names that they have here."""
    alias: str | None
    at: int


class Using(Struct, frozen=True, eq=False):
    """`using 'file'`, or `using none`, with how to deploy it."""

    path: str | None
    config: Node | None
    at: int


class Extends(Struct, frozen=True, eq=False):
    """`extends 'file'`: parameters that are taken over from another file."""

    path: str
    at: int


class Other(Struct, frozen=True, eq=False):
    """A declaration that gives no value here: a type, a resource, the parameter of a template."""

    kind: str
    name: str
    at: int


Statement: TypeAlias = Assignment | Function | Import | Using | Extends | Other
