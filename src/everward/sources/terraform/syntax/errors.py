"""Where a file is not well formed, found in the tree that the grammar made of it all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from everward.sources.terraform.syntax.nodes import SyntaxProblem
from everward.values import Origin

if TYPE_CHECKING:
    from tree_sitter import Node

HELP: Final = "correct the file; `terraform validate` shows the same place"
_SHOWN: Final = 400
"""Bytes of a text that are looked at to show where an error is."""


def error_in(root: Node, content: bytes, name: str, offset: int) -> SyntaxProblem:
    """The first error of a tree in the words of a person."""
    trail = _first_error(root)
    node, place = trail[0], _place_of(trail)
    line = place.start_point[0] + 1 + offset
    if node.is_missing:
        what = {"quoted_template_end": '"', "heredoc_identifier": "end of heredoc"}.get(node.type, node.type)
        message = "syntax error: a value is missing" if what == "identifier" else f"syntax error: `{what}` is missing"
    else:
        near = (
            content[place.start_byte : place.start_byte + _SHOWN]
            .decode(errors="replace")
            .lstrip()
            .split("\n", 1)[0][:40]
            .rstrip()
        )
        message = f"syntax error near `{near}`" if near else "syntax error"
    return SyntaxProblem(message, origin=Origin(source="terraform", file=name, line=line), help=HELP)


_Trail: TypeAlias = "tuple[Node, _Trail | None]"
"""A node, and the trail of what it is in. A node's own way up costs the tree a way down for each step."""


def _place_of(trail: _Trail) -> Node:
    """Where an error is told: what is missing, where the thing that lacks it begins; else what could not go on."""
    node, above = trail
    if node.is_missing:
        place = node
        while above is not None and place.end_byte == place.start_byte:
            place, above = above
        return place
    read = [child for child in node.children if child.end_byte > child.start_byte]
    # An error that swallows all from the start says nothing by its start: its last part is where reading stopped.
    return read[-1] if node.start_byte == 0 and read else node


def _first_error(root: Node) -> _Trail:
    """The error that says most about its place: the deepest one at the start, without recursion."""
    best: _Trail = (root, None)
    stack: list[_Trail] = [best]
    while stack:
        trail = stack.pop()
        node = trail[0]
        if node.is_missing:
            return trail
        if node.is_error:
            best = trail
        below = [child for child in node.children if child.has_error or child.is_missing]
        stack.extend((child, trail) for child in reversed(below))
        if node.is_error and not any(child.has_error for child in below):
            return trail
    return best
