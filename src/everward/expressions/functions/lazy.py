"""Logic that evaluates no more than it needs, and stays as precise as what is known allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from everward.expressions.calls import fail
from everward.expressions.equality import same
from everward.expressions.frame import Frame, Run
from everward.expressions.kinds import kind_of
from everward.expressions.nodes import Call
from everward.expressions.problem import ExpressionError, Failure
from everward.expressions.residual import UNEVALUATED, residual
from everward.values import Unknown, Value

if TYPE_CHECKING:
    from everward.expressions.forms import Built


def _attempt(run: Run, frame: Frame) -> Any:
    """A value, or `UNEVALUATED` where evaluation fails: what may not be chosen may fail."""
    try:
        return run(frame)
    except ExpressionError:
        return UNEVALUATED


def _is_present(value: Any) -> bool:
    """Whether a value is certainly not null."""
    if value is UNEVALUATED:
        return False
    return value.present if isinstance(value, Unknown) else value is not None


def bind_if(call: Call, built: Built) -> Run:
    """`if`: only the chosen branch is evaluated. When nobody knows which, branches that agree still give a value."""
    condition, then, otherwise = built.runs
    scope = built.scope

    def run(frame: Frame) -> Value:
        truth = condition(frame)
        if truth is True:
            return then(frame)
        if truth is False:
            return otherwise(frame)
        if not isinstance(truth, Unknown):
            raise fail(call, Failure(f"the condition must be a boolean, not {kind_of(truth)}"))
        branches = [_attempt(then, frame), _attempt(otherwise, frame)]
        if UNEVALUATED not in branches and same(branches[0], branches[1]) is True:
            return branches[0]  # type: ignore[no-any-return]
        present = all(_is_present(branch) for branch in branches)
        return residual(call, [truth, *branches], frame, scope, present=present)

    return run


def _bind_gate(call: Call, built: Built, decisive: bool) -> Run:
    runs, scope = built.runs, built.scope

    def run(frame: Frame) -> Value:
        values: list[Any] = [UNEVALUATED] * len(runs)
        is_open = False
        for index, argument in enumerate(runs):
            # Behind a hole an argument may never be evaluated, and then cannot fail.
            value = _attempt(argument, frame) if is_open else argument(frame)
            values[index] = value
            if isinstance(value, Unknown):
                is_open = True
            elif not isinstance(value, bool):
                if is_open:
                    break
                raise fail(call, Failure(f"every argument must be a boolean, not {kind_of(value)}"))
            elif value is decisive:
                return decisive
        return residual(call, values, frame, scope, present=True) if is_open else not decisive

    return run


def bind_and(call: Call, built: Built) -> Run:
    """`and`: false as soon as one argument is, even beside holes."""
    return _bind_gate(call, built, decisive=False)


def bind_or(call: Call, built: Built) -> Run:
    """`or`: true as soon as one argument is, even beside holes."""
    return _bind_gate(call, built, decisive=True)


def bind_coalesce(call: Call, built: Built) -> Run:
    """`coalesce`: the first argument that is not null."""
    runs, scope = built.runs, built.scope

    def run(frame: Frame) -> Value:
        for index, argument in enumerate(runs):
            value = argument(frame)
            if value is None:
                continue
            if not isinstance(value, Unknown) or value.present:
                return value
            rest = [_attempt(later, frame) for later in runs[index + 1 :]]
            if all(later is None for later in rest):
                return value
            present = UNEVALUATED not in rest and any(_is_present(later) for later in rest)
            values = [None] * index + [value, *rest]
            return residual(call, values, frame, scope, present=present)
        return None

    return run
