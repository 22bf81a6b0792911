"""Which resources a body names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from everward.estate.resource import Resource
from everward.values import Unknown

_HEADS = ("/subscriptions/", "/providers/")


def references_in(resource: Resource) -> Iterator[str]:
    """The lower-case ids of other resources that stand in the body, as values or as keys, in order."""
    own = resource.key
    stack: list[Any] = [resource.body]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            target = _as_id(item)
        elif isinstance(item, Unknown):
            target = _as_id(item.reference) if item.reference else None
        elif isinstance(item, dict):
            # Keys can be ids too: `identity.userAssignedIdentities`.
            stack.extend(reversed(item.values()))
            stack.extend(key for key in item if key[:1] == "/")
            continue
        elif isinstance(item, list):
            stack.extend(reversed(item))
            continue
        else:
            continue
        if target is not None and target != own:
            yield target


def _as_id(text: str) -> str | None:
    lowered = text.lower()
    if lowered.startswith(_HEADS) or (lowered.startswith("{") and "/providers/" in lowered):
        return lowered.rstrip("/")
    return None
