"""Values as reports show them: no secrets, and holes with what is known of them.

What is secret is decided in `everward.values.secrecy`, and taken out when it is read. This is the second line, for
whatever reaches a report another way.
"""

from __future__ import annotations

import re
from typing import Any, Final

from everward.values import MISSING, Unknown
from everward.values.secrecy import (
    MAX_DEPTH,
    REDACTED,
    Mode,
    Walker,
    is_name_only,
    is_secret_name,
    is_secret_text,
    is_settings,
    may_hold_secret,
    withhold,
)
from everward.values.secrecy.names import VALUE_TYPES, is_config, is_holder

__all__ = [
    "MAX_DEPTH",
    "REDACTED",
    "TOO_DEEP",
    "is_secret_name",
    "is_secret_text",
    "may_hold_secret",
    "redact",
    "redact_at",
    "show_unknown",
]

TOO_DEEP: Final = "(nested too deeply to show)"


def redact(value: Any, name: str = "", depth: int = MAX_DEPTH) -> Any:
    """`value` as JSON may show it: secrets replaced, holes as `{"$unknown": …}`, a missing value as null.

    `name` is the key under which the value stands. An object with a `type` that is one of ARM is taken as a resource
    of that type. What is nested deeper than `depth` is replaced by a word.
    """
    return _SHOWING.walk(value, name, Mode.SEARCH, depth)


def redact_at(value: Any, path: str, resource_type: str, resource_name: str) -> Any:
    """A value at a path (or alias) of a resource as JSON may show it; the type is in small letters."""
    names = re.findall(r"[A-Za-z_-]+", path.lower())
    last = names[-1] if names else ""
    hidden = any(map(is_secret_name, names))
    if last == "value":
        hidden = hidden or resource_type in VALUE_TYPES or any(is_holder(name) or is_settings(name) for name in names)
    elif is_config(resource_type, resource_name):
        hidden = hidden or len(names) > 1
    return _SHOWING.walk(value, last, Mode.HIDE, MAX_DEPTH) if hidden else redact(value, last)


def show_unknown(hole: Unknown, *, hidden: bool = False) -> Any:
    """A hole as it stands in JSON: its reason, what would decide it, and (unless `hidden`) what is known of it.

    A secret that was read is not unknown to us: it stands there as a word.
    """
    if hole.secret:
        return REDACTED
    shown: dict[str, Any] = {"reason": hole.reason}
    if hole.decided_by:
        shown["decidedBy"] = list(hole.decided_by)
    if hole.reference is not None:
        shown["reference"] = hole.reference
    if hole.text is not None:
        withheld = is_secret_text(hole.text) or (hidden and not is_name_only(hole))
        shown["text"] = REDACTED if withheld else hole.text
    return {"$unknown": shown}


class _Showing(Walker):
    """Makes values for JSON."""

    def secret(self, text: str) -> Any:
        """A word."""
        return REDACTED if withhold(text) is not text else text

    def plain(self, value: Any) -> Any:
        """What is missing is null."""
        return None if value is MISSING else value

    def hole(self, hole: Unknown, *, hidden: bool) -> Any:
        """An object that says what is known of it."""
        return show_unknown(hole, hidden=hidden)

    def deep(self) -> Any:
        """A word."""
        return TOO_DEEP


_SHOWING: Final = _Showing()
