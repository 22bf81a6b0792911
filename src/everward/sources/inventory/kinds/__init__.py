"""Rows that are not resources as ARM has them, yet stand for some: each kind in its file, told by member names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from everward.sources.inventory.kinds import activity, azgovviz, commandline, compliance, directory, powershell
from everward.sources.inventory.kinds.commandline import is_dissolved, restored
from everward.sources.inventory.kinds.interface import Adapted, Kind

__all__ = ["KINDS", "Adapted", "Kind", "is_dissolved", "kind_of", "restored"]

KINDS: Final = (
    *compliance.KINDS,
    *activity.KINDS,
    *azgovviz.KINDS,
    *powershell.KINDS,
    *commandline.KINDS,
    *directory.KINDS,
)
"""In the order in which they are tried: what has more names of its own comes first."""

_EVENT: Final = "eventTimestamp"


def kind_of(row: Mapping[str, Any]) -> Kind | None:
    """The kind of a row, decoded or raw, by its names; None when it is a resource as ARM has it, or nothing known."""
    if "properties" in row and "id" in row and _EVENT not in row:
        # As most rows are: nothing more needs to be asked.
        return None
    return next((kind for kind in KINDS if kind.has(row)), None)
