"""What `resourceGroup()` and `subscription()` return for a resource of the estate."""

from __future__ import annotations

from everward.estate import Estate, Resource
from everward.policy.frame import text_or_hole
from everward.values import Unknown, Value, try_parse_id


def scope_ids(resource: Resource) -> tuple[str | None, str | None]:
    """The ids of the subscription and the resource group that a resource stands in, or is itself."""
    parsed = try_parse_id(resource.id)
    if parsed is None or parsed.subscription is None:
        return None, None
    subscription = f"/subscriptions/{parsed.subscription}"
    group = parsed.resource_group
    return subscription, None if group is None else f"{subscription}/resourceGroups/{group}"


def group_of(resource: Resource, estate: Estate) -> Value:
    """The resource group as `resourceGroup()` gives it: name, id, location, tags.

    What the estate does not know of it is a hole. A resource outside resource groups has none: null.
    """
    _, scope = scope_ids(resource)
    if scope is None:
        return None
    name = scope.rsplit("/", 1)[1]
    found = estate.find(scope)
    value: dict[str, Value] = {
        "id": text_or_hole(scope, is_id=True),
        "name": text_or_hole(name),
        "type": "Microsoft.Resources/resourceGroups",
    }
    for key in ("location", "tags", "managedBy"):
        if found is None:
            value[key] = Unknown(
                reason="the resource group was not read",
                decided_by=(f"resource group {name}",),
                present=key == "location",
            )
        else:
            value[key] = found.body.get(key)
    if value["tags"] is None:
        value["tags"] = {}
    return value


def subscription_of(resource: Resource, estate: Estate) -> Value:
    """The subscription as `subscription()` gives it: id, subscriptionId, tenantId, displayName, tags."""
    scope, _ = scope_ids(resource)
    if scope is None:
        return None
    name = scope.rsplit("/", 1)[1]
    found = estate.find(scope)
    body = found.body if found is not None else {}
    hole = Unknown(reason="the subscription was not read", decided_by=(f"subscription {name}",))
    # An implied subscription has only empty properties: nothing is known of it but its id.
    return {
        "id": text_or_hole(scope, is_id=True),
        "subscriptionId": text_or_hole(name),
        "tenantId": body.get("tenantId", hole),
        "displayName": body.get("displayName", hole),
        "tags": body.get("tags", hole),
    }
