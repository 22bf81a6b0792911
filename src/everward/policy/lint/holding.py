"""Rules about conditions that can never hold, or always do, and about operators that do not fit what they compare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from everward.policy.fields import tag_name
from everward.policy.lint.document import Document, member_of
from everward.policy.lint.names import plain_field
from everward.policy.lint.reasoning import Comparison, Domain, impossible
from everward.policy.lint.registry import Surroundings, rule
from everward.policy.lint.remark import Complaint, Fix, Severity
from everward.policy.lint.tree import Node
from everward.policy.nodes import Computed, Field, FieldCount, Leaf, ValueCount
from everward.policy.operators import NAMES, NEGATED, ORDERINGS
from everward.policy.truth import IncomparableError, decide
from everward.values import EACH

MAX_BESIDE: Final = 256
"""Comparisons of one value that are held against another one beside them."""

Constraints = dict[str, list[tuple[Comparison, Node]]]
"""By what is compared: the comparisons that hold where a condition is looked at."""

_PARAMETER: Final = re.compile(r"\[\s*parameters\(\s*'([^']+)'\s*\)\s*\]", re.IGNORECASE)
_ALWAYS_THERE: Final = frozenset({"type", "name", "fullname", "id"})


@rule("never-holds", Severity.WARNING, "Every condition can hold")
def never_holds(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A condition that can never hold makes the policy, or a branch of it, do nothing."""
    for root in document.conditions:
        yield from _Search(document).visit(root, {})


@rule("always-holds", Severity.WARNING, "No condition holds whatever the resource is")
def always_holds(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A condition that always holds decides nothing: what it was meant to test goes untested."""
    search = _Search(document)
    for root in document.conditions:
        for node in root.walk():
            if node.kind == "anyOf":
                yield from search.exhaustive(node)
            elif node.leaf is not None and node is not root:
                signed = search.test(node)
                if signed is not None and impossible([signed[1].negated()], search.domain(node.leaf)):
                    yield Complaint(f"{_said(node)} always holds", node.path, "remove it, or compare something else")


class _Search:
    """Looks for conditions that contradict those around them."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def visit(self, node: Node, around: Constraints) -> Iterator[Complaint]:
        """Complaints about a condition and those below it, where `around` holds."""
        signed = self.test(node)
        if signed is not None:
            yield from self._check(node, around)
        if node.kind in ("allOf", "anyOf"):
            yield from self._parts(node, around)
        elif node.kind == "not":
            for part in node.parts:
                # What holds around need not hold inside: it is the whole that is negated. A single comparison was
                # looked at with its sign already.
                yield from self._inside(part) if signed is not None else self.visit(part, {})
        else:
            yield from self._inside(node)

    def _parts(self, node: Node, around: Constraints) -> Iterator[Complaint]:
        held = dict(around)
        groups: list[Node] = []
        for part in node.parts:
            signed = self.test(part)
            if signed is None:
                groups.append(part)
                continue
            found = list(self.visit(part, held))
            yield from found
            if node.kind == "allOf" and not found:
                key, test = signed
                beside = held.get(key, [])
                if len(beside) < MAX_BESIDE:
                    held[key] = [*beside, (test, part)]
        for part in groups:
            yield from self.visit(part, held)

    def _inside(self, node: Node) -> Iterator[Complaint]:
        """Complaints about the condition inside a count, in whose elements nothing around says anything."""
        if node.where is not None:
            yield from self.visit(node.where, {})
        for part in node.parts:
            yield from self._inside(part)

    def _check(self, node: Node, around: Constraints) -> Iterator[Complaint]:
        signed, leaf = self.test(node), _leaf_of(node)
        if signed is None or leaf is None:
            return
        key, test = signed
        domain = self.domain(leaf)
        if impossible([test], domain):
            yield Complaint(
                f"{_said(node)} never holds",
                node.path,
                _why_never(test, domain),
            )
            return
        beside = around.get(key, [])
        if beside and impossible([*(other for other, _ in beside), test], domain):
            first = next((other for other, one in ((n, t) for t, n in beside) if impossible([one, test], domain)), None)
            line = self._document.line((first or beside[0][1]).path)
            yield Complaint(
                f"{_said(node)} never holds beside {_said(first or beside[0][1])} (line {line})",
                node.path,
                "no value passes both: put them under `anyOf`, or remove one",
            )

    def exhaustive(self, node: Node) -> Iterator[Complaint]:
        """An anyOf whose parts leave no value out."""
        grouped: Constraints = {}
        for part in node.parts:
            signed = self.test(part)
            if signed is not None:
                grouped.setdefault(signed[0], []).append((signed[1], part))
        for tests in grouped.values():
            leaf = _leaf_of(tests[0][1])
            if len(tests) < 2 or leaf is None:
                continue
            domain = self.domain(leaf)
            if impossible([test.negated() for test, _ in tests], domain):
                shown = " or ".join(_said(part) for _, part in tests[:3])
                yield Complaint(f"{shown} always holds", node.path, "every value passes one of them: use `allOf`")

    def test(self, node: Node) -> tuple[str, Comparison] | None:
        """What a comparison, or the negation of one, compares and how; None when it is not with a literal."""
        if node.kind == "not" and len(node.parts) == 1:
            inner = self.test(node.parts[0])
            return None if inner is None else (inner[0], inner[1].negated())
        leaf = node.leaf
        if leaf is None or not leaf.expected.literal:
            return None
        key = _key(node, leaf)
        return None if key is None else (key, Comparison(leaf.operator, leaf.expected.raw))

    def domain(self, leaf: Leaf) -> Domain:
        """The values that can stand on the left side."""
        subject = leaf.subject
        if isinstance(subject, FieldCount | ValueCount):
            return Domain(counts=True)
        if isinstance(subject, Computed):
            if subject.value.literal:
                return Domain(values=(subject.value.raw,))
            return Domain(values=self._allowed(str(subject.value.raw)))
        name = (plain_field(leaf) or "").lower()
        return Domain(is_location=name == "location", always=name in _ALWAYS_THERE)

    def _allowed(self, text: str) -> tuple[Any, ...] | None:
        """The values that a parameter can have, when they are listed."""
        found = _PARAMETER.fullmatch(text)
        parameter = self._document.parameters.get(found[1].lower()) if found is not None else None
        if parameter is None:
            return None
        allowed = member_of(parameter.value, "allowedValues", ())
        kind = member_of(parameter.value, "type", ())
        of_array = kind is not None and str(kind.value).lower() == "array"
        if allowed is None or not isinstance(allowed.value, list) or not allowed.value or of_array:
            return None
        return tuple(allowed.value)


def _leaf_of(node: Node) -> Leaf | None:
    """The comparison that a node is, or negates."""
    while node.kind == "not" and node.parts:
        node = node.parts[0]
    return node.leaf


def _key(node: Node, leaf: Leaf) -> str | None:
    """What a leaf compares, as a text that is equal where the same is compared; None when it is not one value."""
    import json

    subject = leaf.subject
    if isinstance(subject, Field):
        name = plain_field(leaf)
        if name is None:
            return None
        if name.lower().startswith("tags"):
            tag = tag_name(name) if len(name) > 4 else ""
            return None if tag is None else f"tag {tag.lower()}"
        # Outside a count `[*]` stands for all elements, of which there may be none.
        bound = max((len(label) for label in node.labels if name.lower().startswith(label)), default=0)
        return None if EACH in name[bound:] else f"field {name.lower()}"
    if isinstance(subject, Computed):
        return f"value {json.dumps(subject.value.raw, sort_keys=True)} in {node.labels}"
    counted = member_of(node.raw, "count", ())
    return f"count {json.dumps(counted.value if counted is not None else None, sort_keys=True)} in {node.labels}"


def _said(node: Node) -> str:
    """A comparison as people write it."""
    if node.kind == "not":
        return f"not ({_said(node.parts[0])})" if node.parts else "not"
    leaf = node.leaf
    if leaf is None:
        return f"`{node.kind}`"
    subject = leaf.subject
    if isinstance(subject, Field):
        left = str(subject.name.raw)
    elif isinstance(subject, Computed):
        left = _short(subject.value.raw)
    else:
        left = f"count of {subject.field.raw if isinstance(subject, FieldCount) else _short(subject.value.raw)}"
    return f"`{left} {leaf.operator} {_short(leaf.expected.raw)}`"


def _short(value: Any) -> str:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _why_never(test: Comparison, domain: Domain) -> str:
    if domain.values is not None and len(domain.values) > 1:
        return f"allowed are {', '.join(f'`{value}`' for value in domain.values[:12])}"
    if domain.counts:
        return "a count is a whole number from 0"
    return "nothing is in an empty list" if test.expected == [] else "compare with a value that can stand there"


@rule("operator-value", Severity.ERROR, "Every operator is given a value that it can compare with")
def operator_value(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Azure rejects values of the wrong kind, or they compare as nobody expects."""
    for root in document.conditions:
        for node, leaf in root.leaves():
            if not leaf.expected.literal:
                continue
            key = next((key for key in node.raw if key.lower() in NAMES), None)
            where = (*node.path, key) if key is not None else node.path
            yield from _fits(document, leaf, where)


def _fits(document: Document, leaf: Leaf, where: tuple[str | int, ...]) -> Iterator[Complaint]:
    operator, expected = leaf.operator, leaf.expected.raw
    base = NEGATED.get(operator, operator)
    if base == "exists" and not (
        isinstance(expected, bool) or (isinstance(expected, str) and expected.lower() in ("true", "false"))
    ):
        yield Complaint(f"`exists` is given `{_short(expected)}`, which counts as false", where, "write true or false")
    elif base == "in" and not isinstance(expected, list):
        edit = None if isinstance(expected, dict) else document.replace_value(where, expected)
        fix = Fix("put it in an array", (edit._replace(text=f"[{edit.text}]"),)) if edit is not None else None
        yield Complaint(f"`{operator}` is not given an array", where, "write an array of values", fix=fix)
    elif base == "equals" and isinstance(expected, list):
        yield Complaint(
            f"`{operator}` is given an array",
            where,
            f"use `{'in' if base == operator else 'notIn'}` for several values",
        )
    elif operator in ORDERINGS and isinstance(expected, bool | list | dict):
        yield Complaint(f"`{operator}` has no order for `{_short(expected)}`", where, "give a number, a text or a date")
    elif base == "like" and isinstance(expected, str) and expected.count("*") > 1:
        yield Complaint(
            f"`{operator}` is given more than one `*`",
            where,
            "Azure documents one; use `contains`, or two conditions",
            Severity.WARNING,
        )
    elif base == "like" and isinstance(expected, str) and "*" not in expected:
        yield Complaint(
            f"`{operator}` without `*` compares for equality",
            where,
            f"write `{'equals' if base == operator else 'notEquals'}`, or add `*`",
            Severity.INFO,
        )
    elif base == "contains" and isinstance(expected, str) and "*" in expected:
        yield Complaint(f"`{operator}` takes `*` as it stands", where, "leave `*` out, or use `like`", Severity.WARNING)


@rule("constant-condition", Severity.WARNING, "The rule depends on the resource")
def constant_condition(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """A rule that is one comparison of literals says the same of every resource."""
    for root in document.conditions:
        leaf = root.leaf
        if leaf is None or not isinstance(leaf.subject, Computed) or not leaf.subject.value.literal:
            continue
        if leaf.expected.literal:
            try:
                truth = decide(leaf.operator, leaf.subject.value.raw, leaf.expected.raw)
            except IncomparableError:
                continue
            yield Complaint(
                f"{_said(root)} is {'true' if truth else 'false'} for every resource", root.path, "compare a field"
            )
