"""Changes of a body: what stood at a path, what stands there now, and how people read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from everward.values import EACH, MISSING, REDACTED, Step, Unknown, Value, format_path, key_of
from everward.values.secrecy import conceal_at

MAX_SHOWN: Final = 200
"""Characters of a value that a rendered change shows."""
MAX_DEPTH: Final = 12
"""Levels of a value that a rendered change shows."""


class Kind(StrEnum):
    """What happened at a path."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


class Change(msgspec.Struct, frozen=True, rename="camel"):
    """One change of a body."""

    path: str
    """Where: `properties.networkAcls.ipRules[2]`."""
    kind: Kind
    before: Value = None
    """What stood there; null when nothing did."""
    after: Value = None
    """What stands there now; null when nothing does. A hole when it is not known whether the change is made."""


def change(steps: tuple[Step, ...], before: Any, after: Any) -> Change:
    """The change from one value at a path to another; either may be `MISSING`."""
    kind = Kind.ADD if before is MISSING else Kind.REMOVE if after is MISSING else Kind.REPLACE
    path = _tag_path(steps) if steps[0] == "tags" else format_path(steps)
    return Change(path, kind, None if before is MISSING else before, None if after is MISSING else after)


def _tag_path(steps: tuple[Step, ...]) -> str:
    name = ".".join(str(step) for step in steps[1:])
    return f"tags.{name}" if name.replace("-", "").replace("_", "").isalnum() else f"tags['{name}']"


class BlockedError(Exception):
    """Something that is no object, or no array, stands in the way of a path."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__(format_path(steps))


def put(node: Any, steps: tuple[Step, ...], value: Any, at: tuple[Step, ...] = ()) -> Any:
    """A copy of `node` with `value` at a path without `[*]`; `MISSING` takes away what stands there.

    Only what lies on the path is copied. Objects on the way are made; keys keep the spelling that they have.

    Raises:
        BlockedError: when the path leads through something that it cannot go through.

    """
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    here = (*at, step)
    if isinstance(step, int):
        if not isinstance(node, list) or step >= len(node):
            raise BlockedError(here)
        items = list(node)
        items[step] = put(node[step], rest, value, here)
        return items
    if node is None or node is MISSING:
        node = {}
    if not isinstance(node, dict) or step == EACH:
        raise BlockedError(here)
    made = dict(node)
    key = key_of(made, step) or step
    if value is MISSING and not rest:
        made.pop(key, None)
    else:
        made[key] = put(made.get(key), rest, value, here)
    return made


def combined(changes: Iterable[Change]) -> tuple[Change, ...]:
    """One change for each path: from what stood there first to what stands there last, where the two differ."""
    first: dict[str, Change] = {}
    for item in changes:
        known = first.get(item.path)
        if known is None:
            first[item.path] = item
            continue
        before = MISSING if known.kind is Kind.ADD else known.before
        after = MISSING if item.kind is Kind.REMOVE else item.after
        if before is after:
            del first[item.path]
        else:
            kind = Kind.ADD if before is MISSING else Kind.REMOVE if after is MISSING else Kind.REPLACE
            first[item.path] = Change(item.path, kind, known.before, item.after)
    return tuple(item for item in first.values() if item.kind is not Kind.REPLACE or item.before != item.after)


_SIGNS: Final = {Kind.ADD: "+", Kind.REPLACE: "~", Kind.REMOVE: "-"}


def render_changes(changes: Sequence[Change]) -> list[str]:
    """Changes as lines: `+ path: after`, `~ path: before -> after`, `- path: before`."""
    lines = []
    for item in changes:
        if item.kind is Kind.REPLACE:
            told = f"{_shown(item.before, item.path)} -> {_shown(item.after, item.path)}"
        else:
            told = _shown(item.after if item.kind is Kind.ADD else item.before, item.path)
        lines.append(f"{_SIGNS[item.kind]} {item.path}: {told}")
    return lines


def _shown(value: Value, path: str) -> str:
    text = msgspec.json.encode(_readable(conceal_at(value, path), MAX_DEPTH), order="deterministic").decode()
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _readable(value: Any, depth: int) -> Any:
    """A value without holes, and no deeper than people read."""
    if isinstance(value, Unknown) and value.secret:
        return REDACTED
    if isinstance(value, Unknown):
        return f"unknown: {', '.join(value.decided_by) or value.reason}"
    if isinstance(value, list | dict) and not depth:
        return "…"
    if isinstance(value, list):
        return [_readable(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {key: _readable(item, depth - 1) for key, item in value.items()}
    return value
