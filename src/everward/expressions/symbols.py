"""What stands for values that are not known in symbolic ids and names: `{parameters.prefix}-kv`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from everward.expressions.nodes import Call, Index, Literal, Member, Node
from everward.expressions.parser import parse_expression
from everward.expressions.printer import inner_text, print_node
from everward.expressions.problem import ExpressionError
from everward.values import Unknown, Value, placeholder

_PIECE: Final = re.compile(r"\{(\d+)\}|[{}]")
_SUBSCRIPTION: Final = "/subscriptions/{subscription}"
_SCOPES: Final = {
    ("subscription", "id"): _SUBSCRIPTION,
    ("subscription", "subscriptionid"): "{subscription}",
    ("resourcegroup", "id"): _SUBSCRIPTION + "/resourceGroups/{resource-group@}",
    ("resourcegroup", "name"): "{resource-group@}",
    ("managementgroup", "id"): "/providers/Microsoft.Management/managementGroups/{management-group}",
    ("managementgroup", "name"): "{management-group}",
}
"""What stands for scopes; `@` for which of several unknown groups it is."""


def symbolic(value: Value) -> str:
    """A value as a part of an id: text as it is; of a hole what is known of it, and placeholders for the rest.

    Equal holes give equal text, and a text that is put together (`concat`, `format`) keeps its known parts, so that
    the id of a child starts with that of its parent.
    """
    if isinstance(value, Unknown):
        if value.reference is not None:
            return value.reference
        if inner_text(value) is not None and value.text is not None:
            return _of_text(value.text)
        return placeholder(value.text or (value.decided_by[0] if value.decided_by else value.reason))
    if isinstance(value, bool):
        return "True" if value else "False"
    return value if isinstance(value, str) else str(value)


def scope_symbol(name: str) -> str:
    """The symbolic id of the scope that `subscription()`, `resourceGroup()` or `managementGroup()` names."""
    return _SCOPES[name.lower(), "id"].replace("@", "")


@lru_cache(maxsize=16_384)
def _of_text(text: str) -> str:
    try:
        root = parse_expression(text).root
    except ExpressionError:
        return placeholder(text)
    return _of_node(root)


def _of_node(node: Node) -> str:
    # Only `concat` and `format` are looked into, so this is no deeper than they are nested.
    if isinstance(node, Literal):
        return symbolic(node.value)
    if isinstance(node, Call):
        name = node.name.lower()
        if name == "concat" and node.arguments:
            return "".join([_of_node(argument) for argument in node.arguments])
        if name == "format" and node.arguments:
            filled = _of_format(node)
            if filled is not None:
                return filled
    return _of_scope(node) or placeholder(_short(node))


def _of_scope(node: Node) -> str | None:
    """What stands for `resourceGroup().name` and its like. An argument tells several unknown groups apart."""
    if not isinstance(node, Member) or not isinstance(node.target, Call):
        return None
    text = _SCOPES.get((node.target.name.lower(), node.name.lower()))
    if text is None:
        return None
    which = "".join(f" {argument.value}" for argument in node.target.arguments if isinstance(argument, Literal))
    return text.replace("@", which.replace("/", "|"))


def _of_format(call: Call) -> str | None:
    """A composite format with its arguments in place, or None when it is more than that."""
    first, *arguments = call.arguments
    if not isinstance(first, Literal) or not isinstance(first.value, str):
        return None
    out: list[str] = []
    position = 0
    for found in _PIECE.finditer(first.value):
        number = found.group(1)
        if number is None or int(number) >= len(arguments):
            return None
        out.append(first.value[position : found.start()])
        out.append(_of_node(arguments[int(number)]))
        position = found.end()
    out.append(first.value[position:])
    return "".join(out)


def _short(node: Node) -> str:
    """`parameters('a').b` as `parameters.a.b`: placeholders are read by people."""
    if isinstance(node, Call) and node.name.lower() in ("parameters", "variables") and len(node.arguments) == 1:
        name = node.arguments[0]
        if isinstance(name, Literal) and isinstance(name.value, str):
            return f"{node.name.lower()}.{name.value}"
    if isinstance(node, Member):
        return f"{_short(node.target)}.{node.name}"
    if isinstance(node, Index) and isinstance(node.index, Literal):
        return f"{_short(node.target)}[{node.index.value}]"
    return print_node(node)
