"""Differences between readings that mean nothing: what the service adds, how it spells, what it counts for itself."""

from __future__ import annotations

import re
from typing import Any, Final

from everward.estate.precedence import nearer
from everward.values import MISSING

DEPLOYED: Final = frozenset({"inventory", "state"})
"""Sources that have what the service filled in."""

ADDED: Final = "added by the service"
SPELLING: Final = "spelling"
READ_ONLY: Final = "kept by the service"
EMPTY: Final = "empty or absent"
WITHHELD: Final = "never given back"
DEFAULT: Final = "default of the provider"

_READ_ONLY: Final = frozenset({
    "provisioningstate", "provisioningerror", "etag", "systemdata", "createdtime", "changedtime", "creationtime",
    "createddate", "creationdate", "modifieddate", "lastmodified", "lastmodifieddate", "lastmodifiedtime",
    "lastupdated", "lastupdatedon", "createdon", "updatedon", "createdby", "updatedby", "timecreated", "resourceguid",
    "uniqueid", "internalid", "instanceid", "deploymentstatus", "statusofprimary", "statusofsecondary", "powerstate",
    "currentkubernetesversion", "currentorchestratorversion", "nodeimageversion", "privateendpointconnections",
})  # fmt: skip
"""Names, in small letters, of what a service keeps for itself and no declaration sets."""

_WRITE_ONLY: Final = re.compile(
    r"password|secret|(?:^|[a-z])key$|sharedkey|connectionstring|customdata|protectedsettings|administratorlogin"
    r"|createmode|token$"
)
"""Names, in small letters, of what is declared and never read back."""

_WORD: Final = re.compile(r"[A-Za-z0-9_./-]*")
_ID: Final = re.compile(r"/(?:subscriptions|providers)/", re.IGNORECASE)
TAGS: Final = "tags"
_HIDDEN: Final = "hidden-"
"""How tags begin that Azure itself writes."""
_LOCATIONS: Final = frozenset({"location", "locationname", "region", "locations", "regionname"})


def is_empty(value: Any) -> bool:
    """Whether a value says no more than its absence does."""
    return value is MISSING or value is None or (isinstance(value, (str, list, dict)) and not value)


def is_kept(path: tuple[str, ...]) -> bool:
    """Whether a service keeps this property for itself."""
    return any(step.lower() in _READ_ONLY for step in path)


def absence(path: tuple[str, ...], has: str, lacks: str, *, owned: bool, default: bool = False) -> str | None:
    """Why it means nothing that of two sources one lacks what the other has; None when it does mean something.

    `owned` says that the one that lacks it decides what there is: an element of a list that it has, a tag. Nobody but
    people adds a rule to a list of rules; a service adds what was not mentioned. `default` says that nobody wrote what
    the other has.
    """
    if has in DEPLOYED and nearer(has, lacks) and (not owned or _hidden(path)):
        return ADDED
    if lacks in DEPLOYED and _WRITE_ONLY.search(path[-1].lower()):
        return WITHHELD
    if lacks in DEPLOYED and default:
        return DEFAULT
    return None


def _hidden(path: tuple[str, ...]) -> bool:
    return path[0].lower() == TAGS and len(path) > 1 and path[1].lower().startswith(_HIDDEN)


def spelled(path: tuple[str, ...], value: Any) -> Any:
    """A form of a value in which spellings that mean the same are the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    if not isinstance(value, str):
        return value
    last = path[-1].lower() if path else ""
    if last in _LOCATIONS:
        return value.lower().replace(" ", "")
    if path and path[0].lower() == TAGS:
        return value
    text = value.rstrip("/") if _ID.match(value) else value
    # Names and the values of enumerations compare without case in ARM; a script or a query does not.
    return text.lower() if _ID.match(text) or _WORD.fullmatch(text) else text.replace("\r\n", "\n").rstrip("\n")


def _number(value: float) -> str:
    try:
        return str(int(value)) if value == int(value) else str(value)
    except (OverflowError, ValueError):
        return str(value)
