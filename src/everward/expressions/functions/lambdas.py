"""Functions that run a lambda over the elements of an array or the properties of an object."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from everward.expressions.calls import fail
from everward.expressions.frame import Frame, Run
from everward.expressions.functions.arrays import is_many, many, single
from everward.expressions.functions.objects import property_name
from everward.expressions.holes import OpenObject, has_many, holes_of
from everward.expressions.kinds import as_array, as_boolean, as_object
from everward.expressions.limits import bounds
from everward.expressions.nodes import Call
from everward.expressions.problem import Failure
from everward.expressions.residual import UNEVALUATED, call_text, residual
from everward.values import Unknown, Value, combine

if TYPE_CHECKING:
    from everward.expressions.forms import Built


class _Open(Exception):
    """A hole decides what the whole result is."""

    def __init__(self, hole: Unknown) -> None:
        super().__init__()
        self.hole = hole


class _Lambda:
    """A lambda of a call: its body, and how many variables it has."""

    def __init__(self, call: Call, built: Built, index: int) -> None:
        node = call.arguments[index]
        # INVARIANT: the compiler has read it as a lambda before.
        self._count = len(node.arguments) - 1 if isinstance(node, Call) else 0
        self._body = built.runs[index]

    def __call__(self, frame: Frame, *values: Value) -> Value:
        """The body's value; variables that the lambda does not name are left out."""
        result = self._body(frame.inner(values[: self._count]))
        bounds().spend(1 + (len(result) if isinstance(result, (list, dict, str)) else 0))
        return result


def _indexed(items: list[Value]) -> list[tuple[Value, Value]]:
    """Elements with their indices; behind an element of unknown number the index is not known."""
    out: list[tuple[Value, Value]] = []
    hole: Unknown | None = None
    for index, item in enumerate(items):
        if hole is None and isinstance(item, Unknown) and item.many:
            hole = combine([item], present=True)
        out.append((single(item), index if hole is None else hole))
    return out


def bind_map(call: Call, built: Built) -> Run:
    """`map`: what the lambda gives for every element."""
    source, scope, body = built.runs[0], built.scope, _Lambda(call, built, 1)

    def run(frame: Frame) -> Value:
        value = source(frame)
        if isinstance(value, Unknown):
            return residual(call, [value, UNEVALUATED], frame, scope, present=True)
        try:
            items = as_array(value, "its first argument")
            out: list[Value] = []
            for item, (one, index) in zip(items, _indexed(items), strict=True):
                result = body(frame, one, index)
                out.append(many(combine(holes_of([item, result]))) if is_many(item) else result)
        except Failure as failure:
            raise fail(call, failure) from None
        return out

    return run


def bind_filter(call: Call, built: Built) -> Run:
    """`filter`: the elements for which the lambda is true. One that may be is a hole for none or one."""
    source, scope, body = built.runs[0], built.scope, _Lambda(call, built, 1)

    def run(frame: Frame) -> Value:
        value = source(frame)
        if isinstance(value, Unknown):
            return residual(call, [value, UNEVALUATED], frame, scope, present=True)
        try:
            items = as_array(value, "its first argument")
            out: list[Value] = []
            for item, (one, index) in zip(items, _indexed(items), strict=True):
                truth = body(frame, one, index)
                if isinstance(truth, Unknown):
                    out.append(many(combine(holes_of([truth, item]))))
                elif as_boolean(truth, "what its lambda gives"):
                    out.append(item)
        except Failure as failure:
            raise fail(call, failure) from None
        return out

    return run


def bind_reduce(call: Call, built: Built) -> Run:
    """`reduce`: the lambda applied to what has been gathered so far and the next element."""
    source, start, body = built.runs[0], built.runs[1], _Lambda(call, built, 2)
    scope = built.scope

    def run(frame: Frame) -> Value:
        value, state = source(frame), start(frame)
        if isinstance(value, Unknown) or (isinstance(value, list) and has_many(value)):
            return residual(call, [value, state, UNEVALUATED], frame, scope)
        try:
            for index, item in enumerate(as_array(value, "its first argument")):
                state = body(frame, state, item, index)
        except Failure as failure:
            raise fail(call, failure) from None
        return state

    return run


def bind_sort(call: Call, built: Built) -> Run:
    """`sort`: the elements in the order that the lambda `x comes before y` says; equal ones keep theirs."""
    source, scope, body = built.runs[0], built.scope, _Lambda(call, built, 1)

    def before(frame: Frame, left: Value, right: Value) -> bool:
        truth = body(frame, left, right)
        if isinstance(truth, Unknown):
            raise _Open(truth)
        return as_boolean(truth, "what its lambda gives")

    def run(frame: Frame) -> Value:
        value = source(frame)
        if isinstance(value, Unknown) or (isinstance(value, list) and has_many(value)):
            return residual(call, [value, UNEVALUATED], frame, scope, present=True)

        def compare(left: Any, right: Any) -> int:
            if before(frame, left, right):
                return -1
            return 1 if before(frame, right, left) else 0

        try:
            return sorted(as_array(value, "its first argument"), key=cmp_to_key(compare))
        except _Open as is_open:
            return _left_open(call, [value, UNEVALUATED], is_open.hole, frame, scope)
        except Failure as failure:
            raise fail(call, failure) from None

    return run


def _left_open(call: Call, values: list[Any], hole: Unknown, frame: Frame, scope: tuple[str, ...]) -> Unknown:
    """The hole that a call gives when a hole inside its lambda decides."""
    return combine([hole], present=True, text=call_text(call, values, frame, scope))


Keyed = list[tuple[str, Value, Value]]
"""Names that a lambda gives, with the elements and their indices."""


def _keyed(value: Value, body: _Lambda, frame: Frame) -> Keyed:
    """The names that the lambda gives to the elements of an array."""
    items = as_array(value, "its first argument")
    if has_many(items):
        raise _Open(holes_of(items)[0])
    out: Keyed = []
    for index, item in enumerate(items):
        key = body(frame, item, index)
        if isinstance(key, Unknown):
            raise _Open(key)
        out.append((property_name(key), item, index))
    return out


def _bind_keyed(call: Call, built: Built, finish: Callable[[Frame, Keyed], Value]) -> Run:
    source, scope, body = built.runs[0], built.scope, _Lambda(call, built, 1)
    rest = [UNEVALUATED] * (len(call.arguments) - 1)

    def run(frame: Frame) -> Value:
        value = source(frame)
        if isinstance(value, Unknown):
            return residual(call, [value, *rest], frame, scope, present=True)
        try:
            return finish(frame, _keyed(value, body, frame))
        except _Open as is_open:
            return _left_open(call, [value, *rest], is_open.hole, frame, scope)
        except Failure as failure:
            raise fail(call, failure) from None

    return run


def bind_to_object(call: Call, built: Built) -> Run:
    """`toObject`: an object whose names (and values) the lambdas give; of equal names the last one stays."""
    values = _Lambda(call, built, 2) if len(call.arguments) == 3 else None

    def finish(frame: Frame, keyed: Keyed) -> Value:
        return {key: item if values is None else values(frame, item, index) for key, item, index in keyed}

    return _bind_keyed(call, built, finish)


def bind_group_by(call: Call, built: Built) -> Run:
    """`groupBy`: arrays of the elements that the lambda gives the same name, compared without case."""

    def finish(_frame: Frame, keyed: Keyed) -> Value:
        groups: dict[str, list[Value]] = {}
        spelled: dict[str, str] = {}
        for key, item, _ in keyed:
            groups.setdefault(spelled.setdefault(key.lower(), key), []).append(item)
        return dict(groups)

    return _bind_keyed(call, built, finish)


def bind_map_values(call: Call, built: Built) -> Run:
    """`mapValues`: the object with what the lambda gives for every value."""
    source, scope, body = built.runs[0], built.scope, _Lambda(call, built, 1)

    def run(frame: Frame) -> Value:
        value = source(frame)
        if isinstance(value, (Unknown, OpenObject)):
            return residual(call, [value, UNEVALUATED], frame, scope, present=True)
        try:
            given = as_object(value, "its first argument")
        except Failure as failure:
            raise fail(call, failure) from None
        out: dict[str, Value] = {}
        for name, item in given.items():
            out[name] = body(frame, item)
        return out

    return run
