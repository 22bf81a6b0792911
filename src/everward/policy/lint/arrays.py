"""Rules about `[*]` outside counts, where it stands for every element at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.policy.lint.document import Document
from everward.policy.lint.names import field_path, plain_field
from everward.policy.lint.registry import Surroundings, rule
from everward.policy.lint.remark import Complaint, Severity
from everward.policy.lint.tree import Node
from everward.policy.nodes import Field, FieldCount, Leaf
from everward.policy.operators import NEGATED, wants_presence
from everward.values import EACH

_AT_LEAST_ONE: Final = {("greater", 0), ("greaterOrEquals", 1), ("notEquals", 0)}
"""Comparisons of a count that say that there are elements."""


@rule("missing-array-guard", Severity.WARNING, "A negated test of all elements is guarded against a missing array")
def missing_array_guard(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Where the array is missing, `[*]` sees one missing value: `equals` fails there, and `notEquals` holds."""
    for root in document.conditions:
        yield from _visit(root, frozenset())


def _visit(node: Node, guarded: frozenset[str]) -> Iterator[Complaint]:
    if node.kind == "allOf":
        guarded |= {array for part in node.parts for array in _guards(part)}
    if node.leaf is not None:
        yield from _check(node, node.leaf, guarded)
    if node.where is not None:
        yield from _visit(node.where, guarded)
    for part in node.parts:
        yield from _visit(part, guarded)


def _check(node: Node, leaf: Leaf, guarded: frozenset[str]) -> Iterator[Complaint]:
    name = (plain_field(leaf) or "").lower()
    if not isinstance(leaf.subject, Field) or name.startswith("tags"):
        return
    bound = max((len(label) for label in node.labels if name.startswith(label)), default=0)
    if EACH not in name[bound:]:
        return
    array = name[: name.index(EACH, bound)]
    negative = leaf.operator in NEGATED or (leaf.operator == "exists" and not _asks(leaf))
    if negative is node.negated or array in guarded:
        return
    said = f"not {leaf.operator}" if node.negated else leaf.operator
    yield Complaint(
        f"`{said}` on `{plain_field(leaf)}` also holds where there is no such array",
        field_path(node, leaf),
        f"add a condition under `allOf` that `{array_name(plain_field(leaf) or '', bound)}` exists, or use `count`",
    )


def array_name(name: str, start: int = 0) -> str:
    """The alias of the array whose elements a name goes through first."""
    return name[: name.lower().index(EACH, start)]


def _asks(leaf: Leaf) -> bool:
    return leaf.expected.literal is False or wants_presence(leaf.expected.raw)


def _guards(node: Node) -> Iterator[str]:
    """The arrays that exist where a condition holds, lower-case."""
    negated = node.kind == "not"
    target = node.parts[0] if negated and node.parts else node
    leaf = target.leaf
    if leaf is None or not leaf.expected.literal:
        return
    name = (plain_field(leaf) or "").lower()
    if isinstance(leaf.subject, FieldCount):
        if not negated and (leaf.operator, leaf.expected.raw) in _AT_LEAST_ONE:
            yield from _arrays(name)
    elif leaf.operator == "exists":
        if wants_presence(leaf.expected.raw) is not negated:
            yield name
            yield from _arrays(name)
    elif isinstance(leaf.subject, Field):
        # A positive test of every element fails on a missing array, so where it holds there is one.
        positive = leaf.operator not in NEGATED
        if positive is not negated:
            yield from _arrays(name)


def _arrays(name: str) -> Iterator[str]:
    """Every array on the way to what a name stands for."""
    at = name.find(EACH)
    while at >= 0:
        yield name[:at]
        at = name.find(EACH, at + 1)
