"""From a row to a resource: one form for ARM bodies, `az resource list` and Resource Graph."""

from __future__ import annotations

from typing import Any, Final

from everward.estate import SUBSCRIPTION_TYPE
from everward.sources.inventory.armid import is_arm_id
from everward.sources.inventory.kinds import is_dissolved, restored
from everward.sources.inventory.types import spell_type
from everward.sources.located import LocatedResource, Places
from everward.values import Unknown, try_parse_id

NOT_EXPORTED: Final = Unknown(reason="not in this export", decided_by=("inventory.properties",))
"""Stands where the export leaves out what the resource has."""

_GRAPH_ONLY: Final = ("tenantId", "subscriptionId", "resourceGroup")
_GRAPH_COLUMNS: Final = (
    "properties",
    "sku",
    "kind",
    "identity",
    "zones",
    "tags",
    "location",
    "managedBy",
    "plan",
)
"""What every row of Resource Graph has, null where the resource has none, unless the query leaves it out."""

_LIST_ONLY: Final = ("createdTime", "changedTime")


def to_resource(row: dict[str, Any], places: Places, mark: Any) -> LocatedResource | str:
    """The resource of a row, or why the row is none. The row becomes the body: it is changed, not copied.

    `id`, `type` and a textual `name` leave the body; null and empty text at its root count as absent, as ARM has it;
    what the export leaves out is a hole.
    """
    resource_id = row.get("id")
    if not isinstance(resource_id, str) or not is_arm_id(resource_id):
        return "it has no `id`" if resource_id in (None, "") else "its `id` is not the id of a resource"
    # A slash at its end, as some exports have it, would make another resource of it.
    resource_id = resource_id.rstrip("/ \t\r\n")
    kind = row.get("type")
    if not isinstance(kind, str) or "/" not in kind:
        parsed = try_parse_id(resource_id)
        if parsed is None:
            return "it has no `type`, and its `id` tells none"
        kind = parsed.type
    spelled = spell_type(kind)
    if is_dissolved(row):
        row = restored(row, spelled)
    _strip(row, spelled)
    if "properties" not in row:
        row["properties"] = NOT_EXPORTED
    return LocatedResource(
        resource_id,
        spelled,
        _take_name(row, resource_id),
        row,
        places,
        mark,
        opaque=len(row) == 1 and row["properties"] is NOT_EXPORTED,
    )


def _take_name(row: dict[str, Any], resource_id: str) -> str:
    name = row.get("name")
    if isinstance(name, str):
        # Lists give children the names of their parents too: `server/database`.
        del row["name"]
        if name:
            return name.rsplit("/", 1)[-1]
    return resource_id.rstrip("/").rsplit("/", 1)[-1]


def _strip(row: dict[str, Any], spelled: str) -> None:
    """Take away what is said elsewhere, what says nothing, and what the export adds; put holes for what it omits."""
    del row["id"]
    if isinstance(row.get("type"), str):
        del row["type"]
    if "subscriptionId" in row and "resourceGroup" in row and spelled != SUBSCRIPTION_TYPE:
        for key in _GRAPH_COLUMNS:
            if key not in row:
                row[key] = NOT_EXPORTED
        for key in _GRAPH_ONLY:
            row.pop(key, None)
    elif "createdTime" in row or "changedTime" in row:
        # `az resource list` knows no zones and leaves properties null.
        row.setdefault("zones", NOT_EXPORTED)
        for key in _LIST_ONLY:
            row.pop(key, None)
        row.pop("resourceGroup", None)
    if None in row.values() or "" in row.values():
        for key in [key for key, value in row.items() if value is None or value == ""]:
            del row[key]
