"""From syntax tree and values back to text that reads as the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from everward.expressions.limits import MAX_RESIDUAL
from everward.expressions.nodes import Call, Index, Literal, Member, Node
from everward.values import Unknown, Value

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")

_MANY: Final = 8
"""Members from which on the text of a value is kept."""
_KEPT: Final = 128
_PRINTED: Final[dict[int, tuple[Value, str | None]]] = {}
"""Large values that were printed last: one table of names stands in many expressions that are left open."""

Rewrite = Callable[[Node], "str | None"]
"""What a node is printed as instead of itself, or None."""


def quote(text: str) -> str:
    """A string as an expression writes it."""
    return "'" + text.replace("'", "''") + "'"


def print_node(node: Node, rewrite: Rewrite | None = None) -> str:
    """The text of a tree, without brackets around it: parsed again it gives the same tree.

    `rewrite` may put other text in the place of nodes (their values, where these are known).
    """
    if rewrite is not None:
        replaced = rewrite(node)
        if replaced is not None:
            return replaced
    if isinstance(node, Literal):
        return _literal(node.value)
    if isinstance(node, Call):
        parts: list[str] = []
        for argument in node.arguments:
            parts.append(print_node(argument, rewrite))  # noqa: PERF401 - a comprehension is one more frame a level
        return f"{node.name}({', '.join(parts)})"
    target = print_node(node.target, rewrite)
    if isinstance(node.target, Literal):
        target = f"({target})"
    return target + print_step(node, rewrite)


def print_step(node: Member | Index, rewrite: Rewrite | None = None) -> str:
    """The access that a node adds to its target."""
    if isinstance(node, Member):
        return f".{'?' if node.safe else ''}{node.name}"
    return f"[{'?' if node.safe else ''}{print_node(node.index, rewrite)}]"


def print_member(name: str, *, safe: bool = False) -> str:
    """Access to a property of any name."""
    mark = "?" if safe else ""
    return f".{mark}{name}" if _NAME.fullmatch(name) else f"[{mark}{quote(name)}]"


def _literal(value: str | int | float | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else repr(value)


def print_value(value: Value, budget: int) -> str | None:
    """A value as an expression that makes it, or None when it would be longer than `budget` characters.

    A hole is printed as its partially evaluated form; one without such a form has no text, and gives None as well.
    """
    if not isinstance(value, (list, dict)):
        text = _scalar(value)
        return text if text is not None and len(text) <= budget else None
    if len(value) < _MANY or budget > MAX_RESIDUAL:
        return _print_container(value, budget)
    known = _PRINTED.get(id(value))
    if known is None:
        if len(_PRINTED) >= _KEPT:
            _PRINTED.clear()
        # INVARIANT: what is kept is what its key is the identity of, and nobody changes it.
        known = _PRINTED[id(value)] = (value, _print_container(value, MAX_RESIDUAL))
    text = known[1]
    return text if text is not None and len(text) <= budget else None


def _print_container(value: list[Value] | dict[str, Value], budget: int) -> str | None:
    # Depth first on a stack of what is still to print: values come from anywhere and may be deep.
    out: list[str] = []
    stack: list[Value | _Raw] = [value]
    while stack:
        item = stack.pop()
        text = _scalar(item)
        if text is None:
            return None
        budget -= len(text)
        if budget < 0:
            return None
        out.append(text)
        if isinstance(item, list):
            stack.append(_Raw(")"))
            for index in range(len(item) - 1, -1, -1):
                stack.append(item[index])
                if index:
                    stack.append(_Raw(", "))
        elif isinstance(item, dict):
            stack.append(_Raw(")"))
            for index, (key, below) in reversed(list(enumerate(item.items()))):
                stack.append(below)
                stack.append(_Raw(f"{', ' if index else ''}{quote(key)}, "))
    return "".join(out)


class _Raw(str):
    """Text that is printed as it stands."""

    __slots__ = ()


def _scalar(item: Value | _Raw) -> str | None:
    if isinstance(item, _Raw):
        return item
    if isinstance(item, list):
        return "createArray("
    if isinstance(item, dict):
        return "createObject("
    if isinstance(item, Unknown):
        # An element that stands for any number of elements has no form of its own.
        return inner_text(item) if not item.many else None
    if item is None or isinstance(item, bool):
        return f"{_literal(item)}()"
    if isinstance(item, float) or (isinstance(item, int) and abs(item) > 2**31 - 1):
        # The engine reads no other numbers than 32-bit integers.
        return f"json('{item!r}')"
    return _literal(item)


def inner_text(hole: Unknown) -> str | None:
    """The partially evaluated form of a hole without its brackets, when it is an expression."""
    text = hole.text
    if text is not None and text[:1] == "[" and text[-1:] == "]" and text[1:2] != "[":
        return text[1:-1]
    return None
