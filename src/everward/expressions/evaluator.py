"""Evaluates expressions for a dialect and a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from everward.expressions.compiler import Program, compile_expression
from everward.expressions.dialect import Dialect
from everward.expressions.frame import Frame
from everward.expressions.holes import check_size, holes_of
from everward.expressions.host import READS, Functions, Host, reader
from everward.expressions.limits import MAX_TREE_DEPTH, bounds
from everward.expressions.nodes import Expression
from everward.expressions.parser import is_expression, parse_expression, unescape
from everward.expressions.problem import ExpressionError, Failure
from everward.values import Unknown, Value, combine

if TYPE_CHECKING:
    from datetime import datetime


class Evaluator:
    """Evaluates expressions. What is not known stays a hole that says why and what is left to evaluate.

    Values may share parts with each other and with what the host gave: nobody changes them. The limits are those that
    hold where it is made.
    """

    def __init__(self, dialect: Dialect, host: Host | None = None, *, now: datetime | None = None) -> None:
        self.dialect = dialect
        self.host: Host = host if host is not None else Functions()
        """Who answers the functions that depend on context; without one there are only run-time functions."""
        self.reads = {name: reader(self.host, name) for name in READS}
        """Read a parameter, a variable, or the turn of a loop by its name, where the host has such ways."""
        self.now = now
        """What `utcNow()` gives; without it that is a hole."""
        self._running = 0
        self._limits = bounds()
        self._frame = Frame(self)

    def evaluate(self, expression: Expression) -> Value:
        """The value of an expression.

        Raises:
            ExpressionError: when it fails as it would in Azure, or exceeds a limit.

        """
        return self.run(compile_expression(expression, self.dialect))

    def evaluate_text(self, text: str) -> Value:
        """The value of a string of a template or a policy: an expression's result, else the string it stands for.

        Raises:
            ExpressionError: when it is an expression that cannot be read, fails, or exceeds a limit.

        """
        if not is_expression(text):
            return unescape(text)
        return self.evaluate(parse_expression(text))

    def evaluate_tree(self, value: Value) -> Value:
        """`value` with every string in it evaluated, those in the names of properties too.

        An object with a name that is not known is a hole as a whole. Null and holes stay.

        Raises:
            ExpressionError: for the first string that fails, and for a tree deeper than `MAX_TREE_DEPTH`.

        """
        try:
            result = self._expand(value, 0)
            check_size(result)
        except RecursionError:
            raise _too_deep(None) from None
        except Failure as failure:
            raise ExpressionError(failure.message, help=failure.help, limit=failure.limit) from None
        return result

    def run(self, program: Program) -> Value:
        """The value of an expression that is compiled for this evaluator's dialect.

        Raises:
            ExpressionError: when it fails as it would in Azure, or exceeds a limit.

        """
        text = program.expression.text
        outermost = not self._running
        self._running += 1
        try:
            if outermost:
                limits = self._limits
                if not limits.shared:
                    limits.used = 0
                limits.spend(1)
            result = program.run(self._frame)
            if program.makes and isinstance(result, (list, dict)):
                check_size(result)
        except ExpressionError as error:
            raise error.within(text) from None
        except Failure as failure:
            at = program.expression.root.at
            raise ExpressionError(failure.message, position=at, text=text, limit=failure.limit) from None
        except RecursionError:
            raise _too_deep(text) from None
        finally:
            self._running -= 1
        return result

    def _expand(self, value: Value, depth: int) -> Value:
        if isinstance(value, str):
            return self.evaluate_text(value)
        if isinstance(value, list):
            _check_depth(depth)
            items: list[Value] = []
            for item in value:
                items.append(self._expand(item, depth + 1))  # noqa: PERF401 - a comprehension is one more frame
            return items
        if isinstance(value, dict):
            _check_depth(depth)
            return self._expand_object(value, depth)
        return value

    def _expand_object(self, value: dict[str, Value], depth: int) -> Value:
        members: dict[str, Value] = {}
        unnamed: list[Unknown] = []
        for key, item in value.items():
            name = self.evaluate_text(key) if key[:1] == "[" else key
            expanded = self._expand(item, depth + 1)
            if isinstance(name, Unknown):
                unnamed.append(name)
            elif isinstance(name, str):
                members[name] = expanded
            else:
                raise ExpressionError("the name of a property must be a string", text=key, position=0)
        if unnamed:
            return combine([*unnamed, *holes_of(members.values())], present=True)
        return members


def _check_depth(depth: int) -> None:
    if depth >= MAX_TREE_DEPTH:
        raise ExpressionError(f"a value is nested deeper than {MAX_TREE_DEPTH} levels")


def _too_deep(text: str | None) -> ExpressionError:
    return ExpressionError(
        "expressions refer to each other through too many levels",
        text=text,
        position=None if text is None else 0,
        help="does a value refer to itself?",
    )
