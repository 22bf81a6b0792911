"""Ids in expressions that a template leaves to the deployment: whose it asks for, and which it puts together.

`[reference('ID', '2023-01-31').principalId]` asks; `[concat('/subscriptions/{subscription}/…', '/dbs/one')]` joins.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from everward.facts.shape import id_in
from everward.values import Unknown

_REFERENCE: Final = re.compile(
    r"\[\s*reference\(\s*'(?P<id>[^']{1,900})'(?:\s*,\s*'[^']{0,40}'){0,2}\s*\)\s*\.\s*(?P<path>[A-Za-z.]{1,80})\s*\]",
    re.IGNORECASE,
)
_OWN: Final = frozenset({"principalid", "identity.principalid"})
_KUBELET: Final = "identityprofile.kubeletidentity.objectid"


class Asked(NamedTuple):
    """The resource whose identity is asked for."""

    id: str
    kubelet: bool = False
    """Whether it is the identity of a cluster's nodes, and not the cluster's own."""


def asked_for(hole: Unknown) -> Asked | None:
    """The resource that a hole of a template will have the principal of; None where it is not told."""
    match = _REFERENCE.fullmatch(hole.text) if hole.text is not None else None
    if match is None:
        return None
    path = match["path"].lower()
    if path == _KUBELET:
        return Asked(match["id"], kubelet=True)
    return Asked(match["id"]) if path in _OWN else None


_JOINED: Final = re.compile(r"\[\s*concat\((?P<parts>[^()]{1,4000})\)\s*\]", re.IGNORECASE)
_PARTS: Final = re.compile(r"\s*'(?P<part>[^']{0,1000})'\s*(?:,|$)")


def id_written(value: Any) -> str | Unknown | None:
    """The id that a value gives, see `id_in`; one that a template joins from parts which are all written down as well.

    Parts of it in braces are not known yet.
    """
    found = id_in(value)
    match = _JOINED.fullmatch(found.text) if isinstance(found, Unknown) and found.text is not None else None
    if match is None:
        return found
    parts, at, rest = [], 0, match["parts"]
    while at < len(rest):
        part = _PARTS.match(rest, at)
        if part is None:
            return found
        parts.append(part["part"])
        at = part.end()
    joined = "".join(parts)
    return joined if joined.startswith("/") else found
