"""What the evaluator knows of a function."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from everward.values import Value


class Holes(Enum):
    """What a function does with arguments that are not known."""

    DEEP = "deep"
    """It needs everything inside its arguments: a hole at any depth leaves the result open."""
    SHALLOW = "shallow"
    """It needs the arguments themselves, but not what is inside arrays and objects."""
    OWN = "own"
    """It decides by itself, and may give a hole."""


class Function(Struct, frozen=True, eq=False):
    """A function of the language. Its body raises `Failure`; names, positions and holes are the evaluator's work."""

    name: str
    """As people write it."""
    low: int
    """Fewest arguments."""
    high: int | None
    """Most arguments; None for any number."""
    body: Callable[..., Value]
    holes: Holes = Holes.DEEP
    present: bool = True
    """Whether its result is never null."""
    framed: bool = False
    """Whether the body takes the evaluation's frame as its first argument."""


class Family(dict[str, Function]):
    """Functions by their lower-case name."""

    def add(
        self,
        name: str,
        low: int,
        high: int | None,
        *,
        holes: Holes = Holes.DEEP,
        present: bool = True,
        framed: bool = False,
    ) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
        """Register the decorated body under `name`."""

        def register(body: Callable[..., Value]) -> Callable[..., Value]:
            self[name.lower()] = Function(name, low, high, body, holes, present, framed)
            return body

        return register
