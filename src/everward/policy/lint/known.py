"""Definitions that are already there: to find duplicates of them, and what is said about the ones referred to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from everward.expressions import ExpressionError, is_expression, parse_expression, print_node
from everward.policy.operators import NAMES

_LITERAL_KEYS = frozenset({"template"})
_UNORDERED = frozenset({"allof", "anyof"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition that is known."""

    name: str
    """Its name: for built-ins a GUID."""
    display_name: str
    deprecated: bool = False
    superseded_by: str | None = None
    parameters: frozenset[str] = frozenset()
    """Lower-case names of its parameters."""
    version: str = ""


class Known:
    """Definitions by name, and by what their rules say."""

    def __init__(self, documents: Iterable[Mapping[str, Any]] = ()) -> None:
        self._by_name: dict[str, Entry] = {}
        self._by_rule: dict[str, list[Entry]] = {}
        for document in documents:
            self.add(document)

    def __len__(self) -> int:
        return len(self._by_name)

    def add(self, document: Mapping[str, Any]) -> None:
        """Add a definition; what is none is passed over."""
        inner = document.get("properties")
        body: Mapping[str, Any] = inner if isinstance(inner, dict) else document
        rule = body.get("policyRule")
        name = document.get("name") or document.get("id")
        if not isinstance(rule, dict) or not isinstance(name, str):
            return
        title = body.get("displayName")
        metadata = body.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        declared = body.get("parameters")
        entry = Entry(
            name=name.rsplit("/", 1)[-1],
            display_name=title if isinstance(title, str) else "",
            deprecated=is_deprecated(title, metadata),
            superseded_by=_text(metadata.get("supersededBy") or metadata.get("superseded_by")),
            parameters=frozenset(key.lower() for key in declared) if isinstance(declared, dict) else frozenset(),
            version=_text(body.get("version") or metadata.get("version")) or "",
        )
        self._by_name[entry.name.lower()] = entry
        mark = fingerprint(rule)
        if mark is not None:
            self._by_rule.setdefault(mark, []).append(entry)

    def find(self, name: str) -> Entry | None:
        """The definition with a name, or with an id that ends in it."""
        return self._by_name.get(name.rsplit("/", 1)[-1].lower())

    def same_rule(self, rule: Mapping[str, Any]) -> list[Entry]:
        """The definitions whose rule says the same."""
        mark = fingerprint(rule)
        return self._by_rule.get(mark, []) if mark is not None else []


def is_deprecated(title: Any, metadata: Mapping[str, Any]) -> bool:
    """Whether a definition says that it should not be used any more."""
    marked = metadata.get("deprecated")
    if marked is True or (isinstance(marked, str) and marked.lower() == "true"):
        return True
    return isinstance(title, str) and title.strip().lower().startswith("[deprecated]")


def fingerprint(rule: Mapping[str, Any]) -> str | None:
    """A digest that is equal for rules that say the same: case, order of conditions, spacing do not count.

    None for a rule that is nested too deeply to be one of Azure's.
    """
    try:
        text = json.dumps(_normal(rule), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return None
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _normal(value: Any, key: str = "") -> Any:
    if key in _LITERAL_KEYS:
        return value
    if isinstance(value, dict):
        return {name.lower(): _normal(item, name.lower()) for name, item in value.items()}
    if isinstance(value, list):
        items = [_normal(item) for item in value]
        if key in _UNORDERED or key in ("in", "notin"):
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
        return items
    if isinstance(value, str):
        if is_expression(value):
            try:
                return f"[{print_node(parse_expression(value).root)}]".lower()
            except ExpressionError:
                return value
        # `match` sees case; everything else compares without it.
        return value if key in ("match", "notmatch") or key not in _FOLDED else value.lower()
    return value


_FOLDED = frozenset({*NAMES, "field", "effect", "type", "", "in", "notin", "operation"})


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
