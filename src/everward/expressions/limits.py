"""What an expression may cost. Documented limits of Azure where there are any, and ours against hostile input.

Those that honest input might meet are settings: whoever evaluates sets them for a while with `bounded_by`, and an error
names the one that was met.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from everward.expressions.problem import Failure

MAX_TREE_DEPTH: Final = 400
"""Levels of objects and arrays whose expressions are expanded."""
MAX_RESIDUAL: Final = 8_192
"""Characters of a partially evaluated form; a longer one falls back to what was written."""
MAX_JSON_DEPTH: Final = 128
"""Levels of text that `json` reads."""
MAX_ALIGNMENT: Final = 999_999
"""Width of a placeholder of `format`, as in .NET."""
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1

_WALKED: Final = 6
"""Powers of two: parts of a value that are looked at for one step."""
_WRITTEN: Final = 8
"""Powers of two: characters that are written for one step."""


@dataclass(slots=True, eq=False)
class Bounds:
    """Limits of evaluation, and what of them was used. The names are those that errors give."""

    expression: int = 131_072
    """Characters of an expression that is read at all."""
    nesting: int = 256
    """Levels of calls, brackets and accesses within each other that are read at all."""
    elements: int = 1_000_000
    """Values inside one result, itself included."""
    text: int = 4_194_304
    """Characters of a string that an expression makes: the size that a template may have in all."""
    expansion: int = 10_000
    """Elements that `range` makes, as in Azure."""
    steps: int = 1_000_000
    """Work: evaluations, elements that lambdas visit and make, and parts of large values that are looked at."""
    shared: bool = False
    """Whether `steps` is for many evaluations together; else each has as many."""
    used: int = 0
    """Steps that were taken."""

    def spend(self, steps: int) -> None:
        """Count work.

        Raises:
            Failure: when there was too much of it.

        """
        self.used += steps
        if self.used > self.steps:
            raise Failure(f"its evaluation takes more than {self.steps} steps", limit="steps")

    def walk(self, parts: int, whole: int) -> None:
        """Count parts of a value that are looked at, `whole` with those before them.

        Raises:
            Failure: when it has more than a value may have, or there was too much work.

        """
        if whole > self.elements:
            raise Failure(f"a value has more than {self.elements} parts", limit="elements")
        self.spend(parts >> _WALKED)

    def write(self, length: int) -> None:
        """Count a string that is about to be made, or was.

        Raises:
            Failure: when it is longer than a string may be, or there was too much work.

        """
        if length > self.text:
            raise Failure(f"the result would be longer than {self.text} characters", limit="text")
        self.spend(length >> _WRITTEN)


_BOUNDS: ContextVar[Bounds] = ContextVar("bounds", default=Bounds())  # noqa: B039 - its counter starts anew each time


def bounds() -> Bounds:
    """The limits that hold here."""
    return _BOUNDS.get()


@contextmanager
def bounded_by(limits: Bounds) -> Iterator[None]:
    """Let other limits hold in a block."""
    token = _BOUNDS.set(limits)
    try:
        yield
    finally:
        _BOUNDS.reset(token)
