"""Rules about sizes and counts that Azure refuses to exceed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from everward.expressions import POLICY, calls_in, exceeded_limits
from everward.policy.checks import MAX_FIELD_COUNTS, MAX_FUNCTIONS, MAX_VALUE_COUNTS
from everward.policy.counting import MAX_VALUE_ITERATIONS
from everward.policy.lint.document import Document, member_of
from everward.policy.lint.names import expressions, plain_field
from everward.policy.lint.registry import BOTH, Surroundings, rule
from everward.policy.lint.remark import Complaint, Severity
from everward.policy.lint.tree import Node
from everward.policy.nodes import FieldCount, ValueCount
from everward.policy.parser import MAX_CONDITIONS, MAX_EXISTENCE_CONDITIONS

MAX_BYTES: Final = 1_048_576
"""Bytes of one request to create a definition or an initiative."""
MAX_PARAMETERS: Final = 20
"""Parameters of a custom definition."""
MAX_SET_PARAMETERS: Final = 400
"""Parameters of a custom initiative."""
MAX_POLICIES: Final = 1000
"""Definitions of one initiative."""
MAX_NAME: Final = 64
MAX_DISPLAY_NAME: Final = 128
MAX_DESCRIPTION: Final = 512


@rule("limit", Severity.ERROR, "Nothing is larger than Azure takes", *BOTH)
def limit(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Sizes and counts beyond which Azure rejects a definition."""
    size = len(document.text.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        yield Complaint(f"the file has {size} bytes: at most {MAX_BYTES} may be", (), "split the definition")
    yield from _texts(document)
    yield from _expressions(document)
    if document.kind == "initiative":
        found = document.part("policyDefinitions")
        if found is not None and isinstance(found.value, list) and len(found.value) > MAX_POLICIES:
            yield Complaint(f"there are {len(found.value)} policies: at most {MAX_POLICIES} may be", found.path)
    for root in document.conditions:
        yield from _conditions(root)
        yield from _counts(root)


def _texts(document: Document) -> Iterator[Complaint]:
    built_in = document.part("policyType")
    if built_in is not None and str(built_in.value).lower() != "custom":
        return  # Azure's own are not held to the limits of customers
    most = MAX_SET_PARAMETERS if document.kind == "initiative" else MAX_PARAMETERS
    declared = document.part("parameters")
    if declared is not None and len(document.parameters) > most:
        yield Complaint(
            f"there are {len(document.parameters)} parameters: at most {most} may be",
            declared.path,
            "join some into an object",
        )
    for name, highest in (("displayName", MAX_DISPLAY_NAME), ("description", MAX_DESCRIPTION)):
        found = document.part(name)
        if found is not None and isinstance(found.value, str) and len(found.value) > highest:
            yield Complaint(
                f"`{name}` has {len(found.value)} characters: at most {highest} may be", found.path, "shorten it"
            )
    named = member_of(document.value, "name", ())
    if named is not None and isinstance(named.value, str) and len(named.value) > MAX_NAME:
        yield Complaint(
            f"the name has {len(named.value)} characters: at most {MAX_NAME} may be", named.path, "shorten it"
        )


def _expressions(document: Document) -> Iterator[Complaint]:
    total = 0
    for expression, path in expressions(document):
        total += sum(1 for _ in calls_in(expression))
        for text in exceeded_limits(expression, POLICY):
            yield Complaint(text, path, "split it into several conditions")
    if total > MAX_FUNCTIONS and document.rule is not None:
        yield Complaint(
            f"the rule calls {total} functions: at most {MAX_FUNCTIONS} may be",
            document.rule.path,
            "compare with lists",
        )


def _conditions(root: Node) -> Iterator[Complaint]:
    number = sum(1 for _ in root.walk())
    most = MAX_EXISTENCE_CONDITIONS if root.existence else MAX_CONDITIONS
    if number > most:
        yield Complaint(f"there are {number} conditions: at most {most} may be", root.path, "use `in` with a list")


def _counts(root: Node) -> Iterator[Complaint]:
    fields: Counter[str] = Counter()
    values = 0
    for node, leaf in root.leaves():
        if isinstance(leaf.subject, FieldCount):
            name = plain_field(leaf) or ""
            fields[name.lower()] += 1
            if fields[name.lower()] == MAX_FIELD_COUNTS + 1:
                yield Complaint(f"there are more than {MAX_FIELD_COUNTS} counts over `{name}`", node.path, "join some")
        elif isinstance(leaf.subject, ValueCount):
            values += 1
            if values == MAX_VALUE_COUNTS + 1:
                yield Complaint(f"there are more than {MAX_VALUE_COUNTS} counts over values", node.path, "join some")
            length = _length(leaf.subject.value.raw)
            if length > MAX_VALUE_ITERATIONS:
                yield Complaint(
                    f"a count over a value visits {length} elements: at most {MAX_VALUE_ITERATIONS} may be", node.path
                )


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


@rule("metadata", Severity.INFO, "People can tell what it is: name, description, category, version", *BOTH)
def metadata(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """The portal lists definitions by these."""
    if document.kind == "rule":
        return
    for name in ("displayName", "description"):
        found = document.part(name)
        if found is None or not isinstance(found.value, str) or not found.value.strip():
            yield Complaint(
                f"there is no `{name}`", found.path if found is not None else document.body_path, f"add `{name}`"
            )
    data = document.part("metadata")
    for name in ("category", "version"):
        has = member_of(data.value, name, ()) if data is not None else None
        if has is None and (name != "version" or document.part("version") is None):
            yield Complaint(
                f"the metadata has no `{name}`",
                data.path if data is not None else document.body_path,
                f"add `metadata.{name}`",
            )
