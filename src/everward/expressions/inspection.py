"""What can be said of an expression without evaluating it."""

from __future__ import annotations

from everward.expressions.dialect import Dialect
from everward.expressions.nodes import Call, Expression, Node, calls_in


def exceeded_limits(expression: Expression, dialect: Dialect) -> list[str]:
    """The documented limits of Azure that an expression exceeds, in words. It is evaluated all the same."""
    found: list[str] = []
    if len(expression.text) > dialect.max_length:
        found.append(f"an expression has {len(expression.text)} characters, more than {dialect.max_length}")
    if dialect.max_nesting is not None:
        depth = _call_depth(expression.root)
        if depth > dialect.max_nesting:
            found.append(f"functions are nested {depth} levels deep, more than {dialect.max_nesting}")
    if dialect.max_arguments is not None:
        found.extend(
            f"`{call.name}` has {len(call.arguments)} arguments, more than {dialect.max_arguments}"
            for call in calls_in(expression)
            if len(call.arguments) > dialect.max_arguments
        )
    return found


def _call_depth(root: Node) -> int:
    deepest = 0
    stack: list[tuple[Node, int]] = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, Call):
            depth += 1
            deepest = max(deepest, depth)
            stack.extend((argument, depth) for argument in node.arguments)
        else:
            stack.extend(
                (below, depth) for below in (getattr(node, "target", None), getattr(node, "index", None)) if below
            )
    return deepest
