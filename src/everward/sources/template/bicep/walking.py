"""The calls in an expression, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator

from everward.sources.template.bicep.nodes import (
    Access,
    Apply,
    Braces,
    Brackets,
    Item,
    Lambda,
    Loop,
    Node,
    Operation,
    Text,
)


def calls_of(root: Node | None) -> Iterator[Apply]:
    """Every call, outer ones before those in their arguments."""
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, Apply):
            yield node
        stack.extend(reversed(_below(node)))


def _below(node: Node) -> list[Node]:
    if isinstance(node, Text):
        return [part for part in node.parts if not isinstance(part, str)]
    if isinstance(node, Access):
        return [node.target]
    if isinstance(node, Item):
        return [node.target, node.key]
    if isinstance(node, Apply):
        return [*([node.target] if node.target is not None else ()), *node.arguments]
    if isinstance(node, Lambda):
        return [node.body]
    if isinstance(node, Loop):
        return [node.source, node.body]
    if isinstance(node, Operation):
        return list(node.operands)
    if isinstance(node, Braces | Brackets):
        return [part for entry in node.entries for part in (entry.key, entry.value) if part is not None]
    return []
