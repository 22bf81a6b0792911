"""Partially evaluated forms: what is left of a call when something in it is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from everward.expressions.frame import Frame
from everward.expressions.holes import OpenObject, holes_of
from everward.expressions.limits import MAX_RESIDUAL
from everward.expressions.nodes import Call, Literal, Node, nodes_in
from everward.expressions.printer import Rewrite, inner_text, print_node, print_value, quote
from everward.values import Unknown, Value, combine


class _Unevaluated:
    """The type of `UNEVALUATED`."""


UNEVALUATED: Final = _Unevaluated()
"""Stands for an argument that was not evaluated, or could not be."""


def residual(
    call: Call, values: Sequence[Any], frame: Frame, scope: tuple[str, ...], *, present: bool = False
) -> Unknown:
    """The hole that a call gives whose arguments are not all known."""
    holes = holes_of(value for value in values if value is not UNEVALUATED)
    return combine(holes, present=present, text=call_text(call, values, frame, scope))


def with_text(hole: Unknown, call: Call, values: Sequence[Any], frame: Frame, scope: tuple[str, ...]) -> Unknown:
    """The hole with the call's partially evaluated form, when it has no form of its own."""
    if hole.text is not None:
        return hole
    return replace(hole, text=call_text(call, values, frame, scope))


def call_text(call: Call, values: Sequence[Any], frame: Frame, scope: tuple[str, ...]) -> str | None:
    """A call with known values in the place of its arguments, in brackets; None when it would be too long."""
    parts: list[str] = []
    left = MAX_RESIDUAL
    for node, value in zip(call.arguments, values, strict=True):
        text = None if value is UNEVALUATED else argument_text(value, left)
        if text is None:
            text = node_text(node, frame, scope)
        left -= len(text)
        parts.append(text)
    if left < 0:
        written = print_node(call)
        return f"[{written}]" if len(written) <= MAX_RESIDUAL else None
    return f"[{call.name}({', '.join(parts)})]"


def argument_text(value: Value, budget: int) -> str | None:
    """A value as an expression, or None when it has no form or is longer than `budget`."""
    if isinstance(value, OpenObject):
        return inner_text(value.hole)
    if isinstance(value, Unknown) and value.reference is not None:
        # What is known of an id is worth more than how it was made.
        return quote(value.reference)
    return print_value(value, budget)


def node_text(node: Node, frame: Frame, scope: tuple[str, ...]) -> str:
    """A tree as written, with the values of the lambda variables around it in their place."""
    return print_node(node, _rewriter(node, frame, scope) if scope else None)


def _rewriter(root: Node, frame: Frame, scope: tuple[str, ...]) -> Rewrite:
    known = dict(zip(scope, frame.variables, strict=True))
    for node in nodes_in(root):
        # A lambda inside may use the same name for its own variable.
        if isinstance(node, Call) and node.name.lower() == "lambda":
            for name in node.arguments[:-1]:
                # INVARIANT: what is compiled has lambdas whose variables are named by strings.
                known.pop(str(getattr(name, "value", None)).lower(), None)

    def rewrite(node: Node) -> str | None:
        if not isinstance(node, Call) or node.name.lower() != "lambdavariables" or len(node.arguments) != 1:
            return None
        name = node.arguments[0]
        if not isinstance(name, Literal) or str(name.value).lower() not in known:
            return None
        return argument_text(known[str(name.value).lower()], MAX_RESIDUAL)

    return rewrite


def access_text(base: str, keys: Sequence[str]) -> str | None:
    """Accesses behind an expression, in brackets; None when that would be too long."""
    text = base + "".join(keys)
    return f"[{text}]" if len(text) <= MAX_RESIDUAL else None


def index_text(key: Value, written: str) -> str:
    """What stands in the brackets of an access: its value when that is known, else what was written."""
    if isinstance(key, str):
        return quote(key)
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else written
