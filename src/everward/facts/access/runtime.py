"""Whose id a template asks for when it is deployed: `[reference('ID', '2023-01-31').principalId]`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

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
