"""Calls of functions: arguments first, then the function's body or the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from msgspec.structs import replace

from everward.expressions.frame import Constant, Frame, Run
from everward.expressions.functions.registry import Function, Holes
from everward.expressions.holes import ATOMS, has_hole
from everward.expressions.host import READS, is_run_time
from everward.expressions.limits import bounds
from everward.expressions.nodes import Call, Literal, Node
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

    def settle(frame: Frame, values: list[Value], is_open: bool, is_large: bool) -> Value:
        """The result for arguments, some of which may be open or large."""
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
        if isinstance(result, Unknown):
            return _formed(with_text(result, call, values, frame, scope), present)
        return result

    return _bind_one(runs[0], settle, deep) if len(runs) == 1 else _bind_many(runs, settle, deep)


_Settle: TypeAlias = Callable[[Frame, list[Value], bool, bool], Value]


def _bind_one(argument: Run, settle: _Settle, deep: bool) -> Run:
    def run(frame: Frame) -> Value:
        value = argument(frame)
        if value.__class__ in ATOMS:
            return settle(frame, [value], False, isinstance(value, str) and len(value) > _LONG)
        if isinstance(value, (list, dict)):
            return settle(frame, [value], deep, len(value) > _MANY)
        return settle(frame, [value], True, False)

    return run


def _bind_many(runs: list[Run], settle: _Settle, deep: bool) -> Run:
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
                if isinstance(value, (list, dict)):
                    is_open = is_open or deep
                    is_large = is_large or len(value) > _MANY
                else:
                    is_open = True
        return settle(frame, values, is_open, is_large)

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
    """A call that reads something of the host by its name, which most expressions are made of; None for another call.

    These are `parameters('name')`, `variables('name')` and `copyIndex()` with or without a name.
    """
    function = call.name.lower()
    if function not in READS or not _is_name(call.arguments, optional=function == "copyindex"):
        return None
    name = str(call.arguments[0].value) if call.arguments and isinstance(call.arguments[0], Literal) else None
    given: list[Value] = [] if name is None else [name]

    def run(frame: Frame) -> Value:
        read = frame.evaluator.reads[function]
        try:
            result = frame.evaluator.host.call(call.name, [*given], call.at) if read is None else read(name)
        except ExpressionError as error:
            raise error.at(call.at) from None
        if isinstance(result, Unknown) and result.text is None:
            return with_text(result, call, given, frame, scope)
        return result

    return run


def _is_name(arguments: tuple[Node, ...], *, optional: bool) -> bool:
    if not arguments:
        return optional
    return len(arguments) == 1 and isinstance(arguments[0], Literal) and isinstance(arguments[0].value, str)
