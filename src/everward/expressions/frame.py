"""What a compiled expression runs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from everward.values import Value

if TYPE_CHECKING:
    from everward.expressions.evaluator import Evaluator


class Frame:
    """The evaluator, and the values of the lambda variables around the place that is evaluated, outermost first."""

    __slots__ = ("evaluator", "variables")

    def __init__(self, evaluator: Evaluator, variables: tuple[Value, ...] = ()) -> None:
        self.evaluator = evaluator
        self.variables = variables

    def inner(self, values: tuple[Value, ...]) -> Frame:
        """A frame in which a lambda's own variables are added."""
        return Frame(self.evaluator, self.variables + values)


class Constant:
    """A compiled literal: whoever runs it may take its value at once."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __call__(self, frame: Frame) -> Value:  # noqa: ARG002 - called like everything else that is compiled
        """The value."""
        return self.value


Run: TypeAlias = Callable[[Frame], Value]
"""A compiled part of an expression."""
