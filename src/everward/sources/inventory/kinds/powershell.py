"""What Azure PowerShell gives: `Get-AzResource`, `Get-AzRoleAssignment`; names begin with capitals."""

from __future__ import annotations

from typing import Any, Final

from everward.sources.inventory.armid import is_arm_id
from everward.sources.inventory.kinds.interface import Adapted, Kind, Row, only_known, signature, text_of
from everward.values import try_parse_id

ROLE_DEFINITION: Final = "/providers/Microsoft.Authorization/roleDefinitions/"

_MEMBERS: Final = {
    name.lower(): name
    for name in ("location", "tags", "sku", "kind", "identity", "zones", "plan", "managedBy", "properties")
}


def _resource(row: Row) -> Adapted:
    given = text_of(row, "ResourceId") or text_of(row, "resourceId")
    if not is_arm_id(given):
        return "its `ResourceId` is not the id of a resource"
    out: Row = {"id": given, "type": text_of(row, "ResourceType") or text_of(row, "resourceType")}
    for name, value in row.items():
        known = _MEMBERS.get(name.lower())
        if known is not None and value not in (None, ""):
            out[known] = _lowered(value) if known in ("sku", "identity", "plan") else value
    return [out]


def _lowered(value: Any) -> Any:
    """The members of an object of the SDK for .NET as ARM spells them."""
    if not isinstance(value, dict):
        return value
    return {name[:1].lower() + name[1:]: item for name, item in value.items() if item is not None}


def _role_assignment(row: Row) -> Adapted:
    given = text_of(row, "RoleAssignmentId")
    if not is_arm_id(given):
        return "its `RoleAssignmentId` is not an id"
    return [role_assignment(given, text_of(row, "RoleDefinitionId"), text_of(row, "ObjectId"), row)]


def role_assignment(given: str, role: str, principal: str, row: Row) -> Row:
    """A role assignment in the form of ARM. `role` is an id, or its last part."""
    parsed = try_parse_id(given)
    return {
        "id": given,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": only_known(
            scope=(parsed.scope or "/") if parsed is not None else text_of(row, "Scope"),
            roleDefinitionId=role if role.startswith("/") else f"{ROLE_DEFINITION}{role}",
            principalId=principal,
            principalType=_principal_type(text_of(row, "ObjectType")),
            condition=text_of(row, "Condition"),
            conditionVersion=text_of(row, "ConditionVersion"),
            description=text_of(row, "Description"),
        ),
    }


def _principal_type(text: str) -> str:
    """`SP`, as AzGovViz has it with more behind, is a service principal; PowerShell writes the word."""
    word = text.split(" ")[0]
    return {"sp": "ServicePrincipal", "user": "User", "group": "Group"}.get(word.lower(), word)


def _has_assignment_id(row: Row) -> bool:
    return is_arm_id(row.get("RoleAssignmentId"))


def _has_resource_id(row: Row) -> bool:
    return is_arm_id(row.get("ResourceId") or row.get("resourceId"))


KINDS: Final = (
    Kind(
        "role assignment",
        (signature("RoleAssignmentId", "RoleDefinitionId", "ObjectId"),),
        _role_assignment,
        certain=_has_assignment_id,
    ),
    Kind(
        "resource",
        (signature("ResourceId", "ResourceType"), signature("resourceId", "resourceType", "resourceGroup")),
        _resource,
        certain=_has_resource_id,
    ),
)
