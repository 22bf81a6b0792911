"""Tables and the hierarchy of AzGovViz."""

from __future__ import annotations

from pathlib import Path

from tests.sources.inventory.support import GROUP, VAULT, claims, read, write
from tests.sources.inventory.test_kinds import CORP, GUID, OWNER, ROLE, SUBSCRIPTION, table

from everward.estate import Reading
from everward.values import MISSING, Unknown


def of_table(folder: Path, row: dict[str, str], *others: dict[str, str]) -> Reading:
    write(folder, "x.csv", table(row, *others, mark=";"))
    assert claims(folder) == ["x.csv"]
    return read(folder)


def test_role_assignments_of_azgovviz(tmp_path: Path) -> None:
    given = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/{GUID}"
    row = {
        "Level": "2", "RoleAssignmentId": given, "Scope": "inherited root", "ScopeTenOrMgOrSubOrRGOrRes": "Sub",
        "RoleId": OWNER, "AssignmentType": "direct", "ObjectId": GUID, "ObjectType": "SP APP INT",
    }  # fmt: skip
    reading = of_table(
        tmp_path,
        row,
        {**row, "Level": "3"},
        {**row, "AssignmentType": "indirect", "ObjectId": "m"},
        {**row, "RoleAssignmentId": "x"},
    )
    (resource,) = reading.resources
    assert resource.body["properties"] == {
        "scope": SUBSCRIPTION, "roleDefinitionId": ROLE, "principalId": GUID, "principalType": "ServicePrincipal",
    }  # fmt: skip
    assert reading.inputs[0].detail == "1 resources, 2 rows repeat others"
    assert [note.origin.line for note in reading.unresolved if note.origin] == [5]


def test_policy_assignments_and_exemptions_of_azgovviz(tmp_path: Path) -> None:
    given = (
        "/providers/microsoft.management/managementgroups/root/providers/microsoft.authorization/policyassignments/a"
    )
    row = {
        "PolicyAssignmentId": given, "PolicyAssignmentDisplayName": "Deny; public", "PolicyAssignmentDescription": "",
        "PolicyAssignmentEnforcementMode": "Default", "PolicyAssignmentNotScopes": f"{SUBSCRIPTION}, {GROUP}",
        "PolicyId": "/providers/x/policyDefinitions/d", "PolicyVariant": "Policy",
    }  # fmt: skip
    reading = of_table(tmp_path, row, {**row, "PolicyAssignmentId": ""})
    (resource,) = reading.resources
    assert resource.type == "Microsoft.Authorization/policyAssignments"
    assert resource.get("properties.displayName") == "Deny; public"
    assert resource.get("properties.notScopes") == [SUBSCRIPTION, GROUP]
    assert isinstance(resource.get("properties.parameters"), Unknown)
    assert len(reading.unresolved) == 1
    exemption = {
        "ExemptionId": f"{GROUP}/providers/Microsoft.Authorization/policyExemptions/e", "PolicyAssignmentId": given,
        "Category": "Waiver", "ExpiresOn_UTC": "2026-12-31 23:59:59", "ExemptionName": "n", "ExemptionDescription": "",
    }  # fmt: skip
    for text, expected in (
        ("2026-12-31 23:59:59", "2026-12-31T23:59:59Z"),
        ("2026-12-31", "2026-12-31T00:00:00Z"),
        ("n/a", None),
    ):
        (resource,) = of_table(tmp_path, {**exemption, "ExpiresOn_UTC": text}).resources
        assert resource.get("properties.expiresOn") == (expected or MISSING)
    (resource,) = of_table(tmp_path, {**exemption, "ExpiresOn_UTC": "31.12.26"}).resources
    assert isinstance(resource.get("properties.expiresOn"), Unknown)
    assert of_table(tmp_path, exemption, {**exemption, "ExemptionId": "x"}).unresolved


def test_locks_roles_and_eligibilities_of_azgovviz(tmp_path: Path) -> None:
    lock = {"SubscriptionId": "s", "ScopeType": "Resource", "Lock": "CannotDelete", "Id": VAULT["id"]}
    reading = of_table(tmp_path, lock, {**lock, "Id": "1111", "Lock": "ReadOnly"}, {**lock, "Id": ""})
    assert [item.get("properties.level") for item in reading.resources] == ["CanNotDelete", "ReadOnly"]
    assert reading.resources[0].id.startswith(f"{VAULT['id']}/providers/Microsoft.Authorization/locks/{{")
    assert reading.resources[1].id.startswith("/subscriptions/1111/providers/")
    assert len(reading.unresolved) == 1
    role = {
        "Name": "mine", "Id": GUID, "Description": "d", "Type": "Custom", "AssignableScopes": f"/, {SUBSCRIPTION}",
        "Actions": "a/read, b/*", "NotActions": "", "DataActions": "", "NotDataActions": "",
    }  # fmt: skip
    write(tmp_path, "x.csv", table(role, {**role, "Id": ""}, mark=";"))
    reading = read(tmp_path)
    (resource,) = reading.resources
    assert resource.get("properties.permissions[0].actions") == ["a/read", "b/*"]
    assert resource.get("properties.type") == "CustomRole"
    assert len(reading.unresolved) == 1
    pim = {
        "ScopeId": SUBSCRIPTION, "RoleId": ROLE, "RoleIdGuid": OWNER, "IdentityObjectId": GUID, "IdentityType": "Group",
        "IdentityApplicability": "direct", "PIMEligibilityId": "e1", "PIMEligibilityStartDateTime": "",
        "PIMEligibilityEndDateTime": "",
    }  # fmt: skip
    reading = of_table(tmp_path, pim, {**pim, "IdentityApplicability": "nested"}, {**pim, "ScopeId": ""})
    (resource,) = reading.resources
    assert resource.type == "Microsoft.Authorization/roleEligibilityScheduleInstances"
    assert resource.get("properties.roleDefinitionId") == ROLE
    assert len(reading.unresolved) == 1


def test_the_hierarchy_of_azgovviz(tmp_path: Path) -> None:
    assignment = {
        "RoleAssignmentId": f"/providers/Microsoft.Authorization/roleAssignments/{GUID}",
        "RoleDefinitionId": OWNER,
        "ObjectId": GUID,
        "ObjectType": "User",
    }
    policy = {
        "id": f"{CORP}/providers/Microsoft.Authorization/policyAssignments/p",
        "type": "Microsoft.Authorization/policyAssignments",
        "name": "p",
        "properties": {"displayName": "p"},
    }
    tree = {
        "Tenant": {
            "TenantId": GUID,
            "RoleAssignments": {"a": [assignment], "b": "none"},
            "ManagementGroups": {
                "root": {
                    "PolicyDefinitionsCustom": {"x": {"id": policy["id"]}},
                    "ManagementGroups": {"corp": {"PolicyAssignments": {policy["id"]: policy}}},
                }
            },
        }
    }
    write(tmp_path, "x.json", tree)
    assert claims(tmp_path) == ["x.json"]
    reading = read(tmp_path)
    assert not reading.unresolved
    by_name = {item.name: item for item in reading.resources}
    assert set(by_name) == {GUID, "root", "corp", "p"}
    assert by_name["corp"].get("properties.details.parent.name") == "root"
    assert by_name["p"].get("properties.displayName") == "p"
    text = (tmp_path / "x.json").read_text().splitlines()
    line = by_name["p"].origin_of("properties.displayName").line
    assert line is not None
    assert "displayName" in text[line - 1]
    write(tmp_path, "x.json", {"Policy": {}, "PolicySet": {}, "PolicyAssignment": {policy["id"]: policy}})
    assert [item.name for item in read(tmp_path).resources] == ["p"]
