"""What `az` prints: bodies whose `properties` were dissolved into their holder, and accounts.

Which members the Azure SDK for Python names otherwise than ARM was read from the attribute maps of azure-mgmt-storage
22.0, -containerregistry 10.3, -containerservice 34.0, -compute 34.0, -web 7.3 and -redis 14.5 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from everward.sources.inventory.armid import is_arm_id
from everward.sources.inventory.kinds.interface import Adapted, Kind, Row, only_known, signature, text_of
from everward.values import try_parse_id

_ENVELOPE: Final = frozenset({
    "id", "name", "type", "location", "tags", "sku", "kind", "identity", "zones", "plan", "managedBy",
    "extendedLocation", "etag", "eTag", "systemData", "resourceGroup", "resources",
})  # fmt: skip
"""What stands beside `properties` in ARM."""

_LIST_ONLY: Final = frozenset({"createdTime", "changedTime", "provisioningState"})
"""What `az resource list` adds to rows of which it knows no properties."""

_RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "microsoft.storage/storageaccounts": {
        "enableHttpsTrafficOnly": "supportsHttpsTrafficOnly",
        "enableNfsV3": "isNfsV3Enabled",
        "networkRuleSet": "networkAcls",
        "encryptionIdentity": "identity",
        "encryptionUserAssignedIdentity": "userAssignedIdentity",
        "encryptionFederatedIdentityClientId": "federatedIdentityClientId",
        "ipAddressOrRange": "value",
        "virtualNetworkResourceId": "id",
    },
    "microsoft.containerregistry/registries": {"ipAddressOrRange": "value", "virtualNetworkResourceId": "id"},
    "microsoft.authorization/roledefinitions": {"roleType": "type"},
}
"""By type: names of the command line, wherever they stand in a body, and what ARM calls them."""

_DASHED: Final = frozenset({"autoscalerprofile", "redisconfiguration"})
"""Objects, in small letters, whose members ARM writes with dashes: `scan-interval`, `maxmemory-policy`."""


def is_dissolved(row: Mapping[str, Any]) -> bool:
    """Whether the properties of a row stand in the row itself, as most commands of `az` print them.

    Rows of Resource Graph may hold columns of any name: those with a subscription and a group are not meant.
    """
    if "properties" in row or "subscriptionId" in row or not row.keys() - _ENVELOPE - _LIST_ONLY:
        return False
    if "resourceGroup" in row:
        return True
    parsed = try_parse_id(row["id"]) if isinstance(row.get("id"), str) else None
    return parsed is not None and parsed.type.lower().startswith("microsoft.authorization/")


def restored(row: Row, kind: str) -> Row:
    """The body that ARM would give: what the command line dissolved under `properties` again."""
    renamed = _RENAMED.get(kind.lower(), {})
    out: Row = {name: value for name, value in row.items() if name in _ENVELOPE and name != "resourceGroup"}
    inner = {name: value for name, value in row.items() if name not in _ENVELOPE}
    out["properties"] = _members(inner, renamed, 0)
    return out


_MAX_DEPTH: Final = 200


def _value(value: Any, renamed: Mapping[str, str], depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, list):
        return [_value(item, renamed, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if not (is_arm_id(value.get("id")) and "properties" not in value and ("name" in value or "etag" in value)):
        return _members(value, renamed, depth)
    # A child, dissolved in the same way. A mere reference has an id and no name.
    own = {name: _value(item, renamed, depth + 1) for name, item in value.items() if name in _ENVELOPE}
    inner = {name: item for name, item in value.items() if name not in _ENVELOPE}
    if inner:
        own["properties"] = _members(inner, renamed, depth)
    own.pop("resourceGroup", None)
    return own


def _members(value: Row, renamed: Mapping[str, str], depth: int) -> Row:
    out: Row = {}
    for name, item in value.items():
        # The SDK prints what was absent as null, and the command line names the group of every id.
        if item is None or (name == "resourceGroup" and any(map(is_arm_id, value.values()))):
            continue
        inner = _dashed(item) if name.lower() in _DASHED and isinstance(item, dict) else item
        out[renamed.get(name) or _unprefixed(name)] = _value(inner, renamed, depth + 1)
    return out


def _unprefixed(name: str) -> str:
    """`typePropertiesType` is how the SDK calls a `type` among the properties."""
    head, found, tail = name.partition("Properties")
    return head if found and head and tail.lower() == head.lower() else name


def _dashed(value: Row) -> Row:
    return {
        "".join(f"-{mark.lower()}" if mark.isupper() else mark for mark in name): item for name, item in value.items()
    }


def _account(row: Row) -> Adapted:
    subscription = text_of(row, "id")
    if not subscription or "/" in subscription:
        return "its `id` is not that of a subscription"
    tenant = text_of(row, "homeTenantId") or text_of(row, "tenantId")
    return [
        {
            "id": f"/subscriptions/{subscription}",
            "type": "Microsoft.Resources/subscriptions",
            "name": subscription,
            "subscriptionId": subscription,
            "tenantId": tenant,
            "displayName": text_of(row, "name"),
            "state": text_of(row, "state"),
            "properties": only_known(state=text_of(row, "state"), isDefault=row.get("isDefault")),
        }
    ]


KINDS: Final = (
    Kind("subscription of an account", (signature("cloudName", "tenantId", "isDefault", "state"),), _account),
)
