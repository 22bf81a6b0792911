"""What templates are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Dot:
    """`.`, the value that is looked at."""


@dataclass(frozen=True, slots=True)
class Nil:
    """`nil`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name`, or `$` for the value that the template began with."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """The name of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Fields:
    """`.a.b` behind another operand."""

    base: Operand
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sub:
    """A pipeline in parentheses."""

    pipe: Pipe


Operand: TypeAlias = "Literal | Dot | Nil | Variable | Function | Fields | Sub"


@dataclass(frozen=True, slots=True)
class Command:
    """A function or a value, and its arguments."""

    words: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands, each given the result of the one before as its last argument."""

    commands: tuple[Command, ...]
    names: tuple[str, ...] = ()
    """Variables that take the result."""
    assigns: bool = False
    """Whether they are changed (`=`) rather than declared (`:=`)."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """Text between actions."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Action:
    """A pipeline whose result is printed, unless it sets variables."""

    pipe: Pipe
    line: int


@dataclass(frozen=True, slots=True)
class If:
    """`if`, `else if` and `else`; the last branch may have no condition."""

    branches: tuple[tuple[Pipe | None, tuple[Node, ...]], ...]
    line: int


@dataclass(frozen=True, slots=True)
class With:
    """`with`, whose value is looked at inside."""

    branches: tuple[tuple[Pipe | None, tuple[Node, ...]], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Range:
    """A loop."""

    pipe: Pipe
    body: tuple[Node, ...]
    other: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """`template "name" pipeline`."""

    name: str
    pipe: Pipe | None
    line: int


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    word: str
    line: int


Node: TypeAlias = "Text | Action | If | With | Range | Call | Jump"


@dataclass(slots=True)
class Parsed:
    """One file of templates."""

    file: str
    body: tuple[Node, ...] = ()
    defined: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    """Bodies of `define` and `block` by name."""
