"""Rules about the shape: what the language cannot read, and keys that stand twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from everward.policy.lint.document import Document, member_of
from everward.policy.lint.registry import BOTH, Surroundings, rule
from everward.policy.lint.remark import Complaint, Severity
from everward.policy.positions import JsonPath, places


@rule("malformed", Severity.ERROR, "The rule follows the grammar of the language")
def malformed(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """What the language cannot read: every fault, not only the first."""
    # Reading the parts is what finds their faults.
    _ = document.conditions, document.parsed_rule
    if document.rule is None:
        yield Complaint("the definition has no `policyRule` that is an object", document.body_path)
        return
    for needed in ("if", "then"):
        found = member_of(document.rule.value, needed, document.rule.path)
        if found is None:
            yield Complaint(
                f"the rule has no `{needed}`", document.rule.path, "a rule is an object with `if` and `then`"
            )
        elif needed == "then" and not isinstance(found.value, dict):
            yield Complaint("`then` is not an object", found.path, "give an object with `effect`")
    for fault in document.faults:
        yield Complaint(fault.message, fault.path, fault.help)
    yield from _mode(document)


def _mode(document: Document) -> Iterator[Complaint]:
    found = document.part("mode") if document.kind == "definition" else None
    if found is None or found.value in (None, ""):
        return
    if not isinstance(found.value, str):
        yield Complaint("the mode is not a text", found.path, "write `All` or `Indexed`")
    elif found.value.lower() not in ("all", "indexed") and not found.value.lower().endswith(".data"):
        yield Complaint(
            f"`{found.value}` is no mode",
            found.path,
            "known are All, Indexed, and modes of providers that end in `.Data`",
        )


@rule("duplicate-key", Severity.ERROR, "No key stands twice in one object", *BOTH)
def duplicate_key(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Keys compare without case; of two that are the same, one is lost without a word."""
    if _has_comments(document.text):
        return
    for path, _, twice in places(document.text):
        if twice:
            yield Complaint(f"`{path[-1]}` stands twice in one object", path, "keep one of them")
    yield from _alike(document.value, ())


def _has_comments(text: str) -> bool:
    """Whether the text is more than strict JSON: positions of duplicates are then not looked for."""
    import msgspec

    try:
        msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return True
    return False


def _alike(value: Any, path: JsonPath) -> Iterator[Complaint]:
    stack = [(value, path)]
    while stack:
        item, where = stack.pop()
        if isinstance(item, list):
            stack.extend((below, (*where, index)) for index, below in enumerate(item))
        elif isinstance(item, dict):
            seen: dict[str, str] = {}
            for key, below in item.items():
                first = seen.setdefault(key.lower(), key)
                if first != key:
                    yield Complaint(
                        f"`{first}` and `{key}` are the same key",
                        (*where, key),
                        "keys compare without case: keep one",
                    )
                stack.append((below, (*where, key)))
