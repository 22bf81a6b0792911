"""Calls of functions: arguments first, then the function's body or the host."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from everward.expressions.frame import Constant, Frame, Run
from everward.expressions.functions.registry import Function, Holes
from everward.expressions.holes import ATOMS, has_hole
from everward.expressions.host import is_run_time
from everward.expressions.limits import bounds
from everward.expressions.nodes import Call, Literal
from everward.expressions.printer import inner_text
from everward.expressions.problem import ExpressionError, Failure
from everward.expressions.residual import residual, with_text
from everward.values import Unknown, Value

_FOLDED: Final = frozenset({"true", "false", "null", "createArray", "createObject"})
_LONG: Final = 4_096
"""Characters of an argument that are read for one step."""
_MANY: Final = 16
"""Elements of an argument that are looked at for one step."""


def _count(values: list[Value]) -> None:
    """Count the reading of arguments as work."""
    for value in values:
        if isinstance(value, str):
            if len(value) > _LONG:
                bounds().spend(len(value) // _LONG)
        elif isinstance(value, (list, dict)) and len(value) > _MANY:
            bounds().spend(len(value) // _MANY)


def fail(call: Call, failure: Failure) -> ExpressionError:
    """What a function's failure is as an error of the expression."""
    message = f"`{call.name}`: {failure.message}"
    return ExpressionError(message, position=call.at, help=failure.help, limit=failure.limit)


def split_constants(runs: list[Run]) -> tuple[list[Value], list[tuple[int, Run]]]:
    """The arguments that are literals in their places, and the others with theirs."""
    fixed = [run.value if isinstance(run, Constant) else None for run in runs]
    return fixed, [(index, run) for index, run in enumerate(runs) if not isinstance(run, Constant)]


def fold(function: Function, runs: list[Run]) -> Constant | None:
    """A call that always gives the same: a constant of the language, or what holds nothing but constants."""
    if function.name not in _FOLDED or not all(isinstance(run, Constant) for run in runs):
        return None
    try:
        return Constant(function.body(*(run.value for run in runs if isinstance(run, Constant))))
    except Failure:
        # Whoever evaluates it is told.
        return None


def bind_function(function: Function, call: Call, runs: list[Run], scope: tuple[str, ...]) -> Run:
    """A call of a function that needs nothing but its arguments."""
    body: Any = function.body
    deep = function.holes is Holes.DEEP
    shallow = function.holes is Holes.SHALLOW
    framed = function.framed
    present = function.present
    fixed, varying = split_constants(runs)

    def run(frame: Frame) -> Value:
        values = fixed.copy()
        is_open = is_large = False
        for index, argument in varying:
            # No comprehension: it would be one more frame a level.
            value = values[index] = argument(frame)
            if isinstance(value, str):
                if len(value) > _LONG:
                    is_large = True
            elif value.__class__ not in ATOMS:
                if isinstance(value, Unknown):
                    is_open = True
                elif isinstance(value, (list, dict)):
                    is_open = is_open or deep
                    is_large = is_large or len(value) > _MANY
        try:
            if is_large:
                _count(values)
            if is_open and (shallow or (deep and has_hole(values))):
                return residual(call, values, frame, scope, present=present)
            result: Value = body(frame, *values) if framed else body(*values)
        except Failure as failure:
            raise fail(call, failure) from None
        except ExpressionError as error:
            raise error.at(call.at) from None
        return (
            _formed(with_text(result, call, values, frame, scope), present) if isinstance(result, Unknown) else result
        )

    return run


def _formed(hole: Unknown, present: bool) -> Unknown:
    """A hole that a function gives, which is present where its results always are."""
    return replace(hole, present=True) if present and not hole.present else hole


def bind_host(call: Call, runs: list[Run], scope: tuple[str, ...], *, known_only: bool) -> Run:
    """A call that the host answers; with `known_only` it is not asked when an argument is not known."""
    name, at = call.name, call.at
    read = bind_read(call, scope)
    if read is not None:
        return read
    run_time = is_run_time(name)
    fixed, varying = split_constants(runs)

    def run(frame: Frame) -> Value:
        values = fixed.copy()
        for index, argument in varying:
            values[index] = argument(frame)
        try:
            if known_only and varying and has_hole(values):
                return residual(call, values, frame, scope)
            result = frame.evaluator.host.call(name, values, at)
        except Failure as failure:
            raise fail(call, failure) from None
        except ExpressionError as error:
            raise error.at(at) from None
        if isinstance(result, Unknown) and result.text is None:
            result = with_text(result, call, values, frame, scope)
            if run_time and not result.decided_by and result.text is not None:
                result = replace(result, decided_by=(inner_text(result) or name,))
        return result

    return run


def bind_read(call: Call, scope: tuple[str, ...]) -> Run | None:
    """`parameters('name')` or `variables('name')`, which most expressions are made of; None for any other call."""
    function = call.name.lower()
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if function not in ("parameters", "variables") or not isinstance(argument, Literal):
        return None
    key = argument.value
    if not isinstance(key, str):
        return None
    is_parameter = function == "parameters"

    def run(frame: Frame) -> Value:
        evaluator = frame.evaluator
        try:
            read = evaluator.parameter if is_parameter else evaluator.variable
            result = evaluator.host.call(call.name, [key], call.at) if read is None else read(key)
        except ExpressionError as error:
            raise error.at(call.at) from None
        if isinstance(result, Unknown) and result.text is None:
            return with_text(result, call, [key], frame, scope)
        return result

    return run
