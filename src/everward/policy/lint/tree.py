"""The conditions of a rule as lint sees them: everything that can be read is there, beside what cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from everward.policy.nodes import Computed, Field, FieldCount, Leaf, ValueCount
from everward.policy.parser import MAX_DEPTH, Fault, RuleParser
from everward.policy.positions import JsonPath

LOGICAL: Final = {"allof": "allOf", "anyof": "anyOf", "not": "not"}
"""Lower-case logical operators to their documented spelling."""


@dataclass(slots=True, eq=False)
class Node:
    """A condition with its place and surroundings."""

    kind: str
    """`allOf`, `anyOf`, `not` or `leaf`."""
    path: JsonPath
    raw: Mapping[str, Any]
    existence: bool
    """Whether it stands in `existenceCondition`."""
    negated: bool
    """Whether an odd number of `not` stands around it."""
    labels: tuple[str, ...] = ()
    """Lower-case names of the counts around it, outermost first."""
    leaf: Leaf | None = None
    parts: list[Node] = field(default_factory=list)
    where: Node | None = None
    """The condition inside a count."""

    def walk(self) -> Iterator[Node]:
        """This node and all below, in the order of the text."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.where is not None:
                stack.append(node.where)
            stack.extend(reversed(node.parts))

    def leaves(self) -> Iterator[tuple[Node, Leaf]]:
        """The comparisons below, those inside counts included."""
        for node in self.walk():
            if node.leaf is not None:
                yield node, node.leaf


class Reader:
    """Reads conditions and keeps every fault instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.conditions = 0

    def condition(
        self,
        raw: Any,
        path: JsonPath,
        *,
        existence: bool,
        negated: bool = False,
        labels: tuple[str, ...] = (),
        depth: int = 0,
    ) -> Node | None:
        """Read a condition; None when nothing of it can be read."""
        self.conditions += 1
        if depth > MAX_DEPTH:
            self.faults.append(
                Fault(
                    f"conditions are nested deeper than {MAX_DEPTH} levels",
                    path[:8],
                    "flatten `allOf` in `allOf` and `anyOf` in `anyOf`",
                )
            )
            return None
        if not isinstance(raw, dict):
            self.faults.append(Fault("a condition is not an object", path, "write an object in braces"))
            return None
        keys = {key.lower(): key for key in raw}
        logical = next((key for key in LOGICAL if key in keys), None)
        if logical is None:
            return self._leaf(raw, keys, path, existence, negated, labels, depth)
        for key in raw:
            if key != keys[logical]:
                self.faults.append(
                    Fault(
                        f"`{key}` cannot stand beside `{keys[logical]}`",
                        (*path, key),
                        f"an object with `{keys[logical]}` has no other key",
                    )
                )
        node = Node(LOGICAL[logical], path, raw, existence, negated, labels)
        below = (*path, keys[logical])
        value = raw[keys[logical]]
        if logical == "not":
            items = [(value, below)]
        elif isinstance(value, list):
            items = [(item, (*below, index)) for index, item in enumerate(value)]
        else:
            self.faults.append(
                Fault(f"`{keys[logical]}` is not an array of conditions", below, "write the conditions in brackets")
            )
            return node
        for item, place in items:
            part = self.condition(
                item,
                place,
                existence=existence,
                negated=negated ^ (logical == "not"),
                labels=labels,
                depth=depth + 1,
            )
            if part is not None:
                node.parts.append(part)
        return node

    def _leaf(
        self,
        raw: dict[str, Any],
        keys: dict[str, str],
        path: JsonPath,
        existence: bool,
        negated: bool,
        labels: tuple[str, ...],
        depth: int,
    ) -> Node | None:
        bare, where, place = _without_where(raw, keys, path)
        try:
            parser = RuleParser()
            # The names of the counts around are known to the parser, so that one that stands twice is told.
            parser.labels.extend(labels)
            leaf = parser.condition(bare, path, 0)
        except Fault as fault:
            self.faults.append(fault)
            leaf = None
        node = Node("leaf", path, raw, existence, negated, labels)
        if isinstance(leaf, Leaf):
            node.leaf = leaf
        if where is not None:
            inner = (*labels, _label(node.leaf)) if node.leaf is not None else (*labels, "default")
            node.where = self.condition(
                where, place, existence=existence, negated=negated, labels=inner, depth=depth + 1
            )
        return node if node.leaf is not None or node.where is not None else None


def _without_where(raw: dict[str, Any], keys: dict[str, str], path: JsonPath) -> tuple[dict[str, Any], Any, JsonPath]:
    """A leaf without the condition inside its count, that condition, and where it stands."""
    count = raw[keys["count"]] if "count" in keys else None
    if not isinstance(count, dict):
        return raw, None, path
    where = next((key for key in count if key.lower() == "where"), None)
    if where is None:
        return raw, None, path
    kept = {key: value for key, value in count.items() if key != where}
    return {**raw, keys["count"]: kept}, count[where], (*path, keys["count"], where)


def _label(leaf: Leaf) -> str:
    subject = leaf.subject
    if isinstance(subject, ValueCount):
        return subject.name.lower()
    return str(subject.field.raw).lower() if isinstance(subject, FieldCount) else ""


def subject_key(leaf: Leaf) -> str:
    """The key under which a leaf has what it compares: `field`, `value` or `count`."""
    if isinstance(leaf.subject, Field):
        return "field"
    return "value" if isinstance(leaf.subject, Computed) else "count"
