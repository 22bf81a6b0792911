"""Tables of AzGovViz (Azure Governance Visualizer): one row a thing and place where it applies.

The columns were read from its source, github.com/JulianHayward/Azure-MG-Sub-Governance-Reporting, as of 2025-05-26.
Rows that only show where something is inherited, or who is in a group, repeat what another row says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.sources.inventory.armid import is_arm_id
from everward.sources.inventory.kinds.interface import Adapted, Kind, Row, only_known, pieces, signature, text_of
from everward.sources.inventory.kinds.powershell import ROLE_DEFINITION, role_assignment
from everward.values import Step, Unknown, placeholder, try_parse_id

NOT_IN_TABLE: Final = Unknown(reason="the table does not hold it", decided_by=("inventory.properties",))


def _role_assignment(row: Row) -> Adapted:
    given = text_of(row, "RoleAssignmentId")
    if text_of(row, "AssignmentType").lower() == "indirect" or not given:
        # Members of groups, and eligibilities, which have a table of their own.
        return []
    if not is_arm_id(given):
        return "its `RoleAssignmentId` is not an id"
    return [role_assignment(given, text_of(row, "RoleId"), text_of(row, "ObjectId"), row)]


def _policy_assignment(row: Row) -> Adapted:
    given = text_of(row, "PolicyAssignmentId")
    if not is_arm_id(given):
        return "its `PolicyAssignmentId` is not an id"
    parsed = try_parse_id(given)
    return [
        {
            "id": given,
            "type": "Microsoft.Authorization/policyAssignments",
            "properties": only_known(
                scope=parsed.scope if parsed is not None else "",
                policyDefinitionId=text_of(row, "PolicyId"),
                displayName=text_of(row, "PolicyAssignmentDisplayName"),
                description=text_of(row, "PolicyAssignmentDescription"),
                enforcementMode=text_of(row, "PolicyAssignmentEnforcementMode"),
            )
            | {
                "notScopes": [part for part in pieces(text_of(row, "PolicyAssignmentNotScopes")) if part[:1] == "/"],
                "parameters": NOT_IN_TABLE,
            },
        }
    ]


def _exemption(row: Row) -> Adapted:
    given = text_of(row, "ExemptionId")
    if not is_arm_id(given):
        return "its `ExemptionId` is not an id"
    return [
        {
            "id": given,
            "type": "Microsoft.Authorization/policyExemptions",
            "properties": only_known(
                policyAssignmentId=text_of(row, "PolicyAssignmentId"),
                exemptionCategory=text_of(row, "Category"),
                displayName=text_of(row, "ExemptionName"),
                description=text_of(row, "ExemptionDescription"),
                expiresOn=_moment(text_of(row, "ExpiresOn_UTC")),
            )
            | {"policyDefinitionReferenceIds": NOT_IN_TABLE},
        }
    ]


def _moment(text: str) -> Any:
    """A date in the form of ARM. Words such as `n/a` say that there is none; another form is not known for sure."""
    date, _, time = text.partition(" ")
    if len(date) == 10 and date[4:5] == date[7:8] == "-" and len(time) in (0, 8):
        return f"{date}T{time or '00:00:00'}Z"
    return "" if not any(mark.isdigit() for mark in text) else NOT_IN_TABLE


def _lock(row: Row) -> Adapted:
    about, level = text_of(row, "Id"), text_of(row, "Lock")
    if about and "/" not in about:
        about = f"/subscriptions/{about}"
    if not is_arm_id(about):
        return "its `Id` is not the id of what is locked"
    name = placeholder(f"lock of {about.rsplit('/', 1)[-1]}")
    return [
        {
            "id": f"{about.rstrip('/')}/providers/Microsoft.Authorization/locks/{name}",
            "type": "Microsoft.Authorization/locks",
            "properties": {"level": "CanNotDelete" if level.lower() == "cannotdelete" else level},
        }
    ]


def _role_definition(row: Row) -> Adapted:
    name = text_of(row, "Id").rsplit("/", 1)[-1]
    if not name:
        return "the role has no `Id`"
    permission = {
        key: pieces(text_of(row, column))
        for key, column in (
            ("actions", "Actions"),
            ("notActions", "NotActions"),
            ("dataActions", "DataActions"),
            ("notDataActions", "NotDataActions"),
        )
    }
    return [
        {
            "id": f"{ROLE_DEFINITION}{name}",
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": only_known(
                roleName=text_of(row, "Name"),
                description=text_of(row, "Description"),
                type="CustomRole" if text_of(row, "Type").lower() == "custom" else "BuiltInRole",
            )
            | {"assignableScopes": pieces(text_of(row, "AssignableScopes")), "permissions": [permission]},
        }
    ]


def _eligibility(row: Row) -> Adapted:
    if text_of(row, "IdentityApplicability").lower() not in ("", "direct"):
        return []
    scope, name = text_of(row, "ScopeId"), text_of(row, "PIMEligibilityId")
    if not is_arm_id(scope) or not name:
        return "its `ScopeId` or `PIMEligibilityId` is not an id"
    role = text_of(row, "RoleId") or text_of(row, "RoleIdGuid")
    kind = "Microsoft.Authorization/roleEligibilityScheduleInstances"
    return [
        {
            "id": f"{scope.rstrip('/')}/providers/{kind}/{name.rsplit('/', 1)[-1]}",
            "type": kind,
            "properties": only_known(
                scope=scope,
                roleDefinitionId=role if role.startswith("/") else f"{ROLE_DEFINITION}{role}",
                principalId=text_of(row, "IdentityObjectId"),
                principalType=text_of(row, "IdentityType").split(" ")[0],
                startDateTime=text_of(row, "PIMEligibilityStartDateTime"),
                endDateTime=text_of(row, "PIMEligibilityEndDateTime"),
            ),
        }
    ]


_GROUP: Final = "Microsoft.Management/managementGroups"
_MAX_ROWS: Final = 1_000_000


def rows_of_tree(tree: Any) -> list[tuple[tuple[Step, ...], Row]]:
    """The rows in a hierarchy of AzGovViz, each with the way to it: management groups, and what is assigned where.

    `tree` is what stands under `Tenant`. Definitions in it are left out: they are what a library is for.
    """
    out: list[tuple[tuple[Step, ...], Row]] = []
    pending: list[tuple[tuple[Step, ...], Any, str]] = [((), tree, "")]
    while pending and len(out) < _MAX_ROWS:
        way, node, group = pending.pop()
        if not isinstance(node, dict):
            continue
        for name, value in reversed(node.items()):
            step = (*way, name)
            if name == "ManagementGroups" and isinstance(value, dict):
                out += [((*step, key), _management_group(key, group)) for key in value]
                pending += [((*step, key), inner, key) for key, inner in reversed(value.items())]
            elif name in ("RoleAssignments", "PolicyAssignments") and isinstance(value, dict):
                out += list(_assignments(step, value))
            elif not name.startswith(("PolicyDefinitions", "PolicySetDefinitions", "CustomRole")):
                pending.append((step, value, group))
    return out


def _assignments(way: tuple[Step, ...], held: Row) -> Iterator[tuple[tuple[Step, ...], Row]]:
    for key, value in held.items():
        # One object, or a list with one: PowerShell does not always unroll it.
        several = value if isinstance(value, list) else [value]
        for index, item in enumerate(several):
            if isinstance(item, dict):
                yield (*way, key, index) if isinstance(value, list) else (*way, key), item


def _management_group(name: str, parent: str) -> Row:
    properties: Row = {"displayName": name}
    if parent:
        properties["details"] = {"parent": {"id": f"/providers/{_GROUP}/{parent}", "name": parent}}
    return {"id": f"/providers/{_GROUP}/{name}", "type": _GROUP, "name": name, "properties": properties}


KINDS: Final = (
    Kind(
        "role assignment",
        (signature("RoleAssignmentId", "RoleId", "ObjectId", "ScopeTenOrMgOrSubOrRGOrRes"),),
        _role_assignment,
    ),
    Kind("policy exemption", (signature("ExemptionId", "PolicyAssignmentId", "Category"),), _exemption),
    Kind("policy assignment", (signature("PolicyAssignmentId", "PolicyId", "PolicyVariant"),), _policy_assignment),
    Kind("lock", (signature("ScopeType", "Lock", "Id"),), _lock),
    Kind("role", (signature("Id", "Name", "AssignableScopes", "NotDataActions"),), _role_definition),
    Kind("eligibility", (signature("ScopeId", "PIMEligibilityId", "IdentityObjectId"),), _eligibility),
)
