"""Rows that are not resources as ARM has them: of the command line, PowerShell, Azure Policy, logs, the directory."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.inventory.support import GROUP, STORE, VAULT, claims, read, write

from everward.estate import Resource
from everward.values import Unknown

SUBSCRIPTION = GROUP.split("/resourceGroups")[0]
GUID = "22222222-2222-2222-2222-222222222222"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CORP = "/providers/Microsoft.Management/managementGroups/corp"
ROLE = f"/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"


def table(*rows: dict[str, str], mark: str = ",", quoted: bool = True) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=mark, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def one(folder: Path, content: Any, name: str = "x.json") -> Resource:
    """The only resource of a file that is claimed for what it holds, not because it was named."""
    write(folder, name, content)
    assert claims(folder) == [name]
    reading = read(folder)
    assert not reading.unresolved, reading.unresolved
    (resource,) = reading.resources
    assert resource.origin.line is not None
    return resource


def evidence(folder: Path, content: Any, name: str = "x.json") -> list[Resource]:
    write(folder, name, content)
    assert claims(folder) == [name]
    reading = read(folder)
    assert not reading.unresolved, reading.unresolved
    assert not reading.resources
    return reading.evidence


# The command line


def test_a_storage_account_of_the_command_line_is_that_of_arm(tmp_path: Path) -> None:
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    row = {
        "accessTier": "Hot",
        "allowBlobPublicAccess": False,
        "enableHttpsTrafficOnly": True,
        "enableNfsV3": None,
        "encryption": {
            "encryptionIdentity": {"encryptionUserAssignedIdentity": "/x"},
            "keySource": "Microsoft.Storage",
        },
        "id": STORE["id"],
        "identity": None,
        "kind": "StorageV2",
        "location": "swedencentral",
        "name": "st",
        "networkRuleSet": {
            "bypass": "AzureServices",
            "defaultAction": "Deny",
            "ipRules": [{"action": "Allow", "ipAddressOrRange": "203.0.113.7"}],
            "virtualNetworkRules": [{"action": "Allow", "virtualNetworkResourceId": subnet, "resourceGroup": "rg"}],
        },
        "resourceGroup": "rg",
        "sku": {"name": "Standard_ZRS", "tier": "Standard"},
        "tags": {},
        "type": "Microsoft.Storage/storageAccounts",
    }
    for content in (row, [row]):
        resource = one(tmp_path, content)
        assert resource.body == {
            "kind": "StorageV2",
            "location": "swedencentral",
            "sku": {"name": "Standard_ZRS", "tier": "Standard"},
            "tags": {},
            "properties": {
                "accessTier": "Hot",
                "allowBlobPublicAccess": False,
                "supportsHttpsTrafficOnly": True,
                "encryption": {"identity": {"userAssignedIdentity": "/x"}, "keySource": "Microsoft.Storage"},
                "networkAcls": {
                    "bypass": "AzureServices",
                    "defaultAction": "Deny",
                    "ipRules": [{"action": "Allow", "value": "203.0.113.7"}],
                    "virtualNetworkRules": [{"action": "Allow", "id": subnet}],
                },
            },
        }
    found = resource.origin_of("properties.allowBlobPublicAccess").line
    assert found == 1 + next(
        i for i, line in enumerate((tmp_path / "x.json").read_text().splitlines()) if "Blob" in line
    )


def test_children_of_the_command_line_get_their_properties_back(tmp_path: Path) -> None:
    group = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg"
    row = {
        "id": group,
        "name": "nsg",
        "type": "Microsoft.Network/networkSecurityGroups",
        "resourceGroup": "rg",
        "location": "swedencentral",
        "provisioningState": "Succeeded",
        "securityRules": [
            {
                "id": f"{group}/securityRules/ssh",
                "name": "ssh",
                "etag": "W/1",
                "access": "Allow",
                "destinationPortRange": "22",
                "resourceGroup": "rg",
                "type": "Microsoft.Network/networkSecurityGroups/securityRules",
            }
        ],
        "subnets": [{"id": f"{GROUP}/x/subnets/s", "resourceGroup": "rg"}],
    }
    resource = one(tmp_path, row)
    rules: Any = resource.get("properties.securityRules")
    assert rules[0]["properties"] == {"access": "Allow", "destinationPortRange": "22"}
    assert (rules[0]["name"], "access" in rules[0]) == ("ssh", False)
    assert resource.get("properties.subnets[0]") == {"id": f"{GROUP}/x/subnets/s"}


def test_names_that_the_sdk_gives_are_those_of_arm_again(tmp_path: Path) -> None:
    cluster = {
        "id": f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks",
        "type": "Microsoft.ContainerService/ManagedClusters",
        "resourceGroup": "rg",
        "name": "aks",
        "enableRbac": True,
        "autoScalerProfile": {"scanInterval": "10s", "scaleDownUnneededTime": "10m"},
    }
    resource = one(tmp_path, cluster)
    assert resource.get("properties.enableRBAC") is True
    assert resource.get("properties.autoScalerProfile") == {"scan-interval": "10s", "scale-down-unneeded-time": "10m"}
    pool = {
        "id": f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/p",
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "resourceGroup": "rg",
        "name": "p",
        "typePropertiesType": "VirtualMachineScaleSets",
    }
    assert one(tmp_path, pool).get("properties.type") == "VirtualMachineScaleSets"


def test_role_assignments_and_definitions_of_the_command_line(tmp_path: Path) -> None:
    name = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/{GUID}"
    row = {
        "condition": None,
        "createdOn": "2026-01-01T00:00:00+00:00",
        "id": name,
        "name": GUID,
        "principalId": GUID,
        "principalName": "ops@contoso.com",
        "principalType": "User",
        "roleDefinitionId": f"{SUBSCRIPTION}{ROLE}",
        "roleDefinitionName": "Owner",
        "scope": SUBSCRIPTION,
        "type": "Microsoft.Authorization/roleAssignments",
    }
    resource = one(tmp_path, [row])
    assert (resource.type, resource.name) == ("Microsoft.Authorization/roleAssignments", GUID)
    assert resource.get("properties.principalType") == "User"
    assert resource.get("properties.roleDefinitionId") == f"{SUBSCRIPTION}{ROLE}"
    role = {
        "assignableScopes": ["/"],
        "description": "all",
        "id": f"{SUBSCRIPTION}{ROLE}",
        "name": OWNER,
        "permissions": [{"actions": ["*"], "notActions": []}],
        "roleName": "Owner",
        "roleType": "BuiltInRole",
        "type": "Microsoft.Authorization/roleDefinitions",
    }
    resource = one(tmp_path, [role])
    assert resource.get("properties.type") == "BuiltInRole"
    assert resource.get("properties.permissions[0].actions") == ["*"]


def test_rows_of_resource_graph_with_columns_of_their_own_are_not_dissolved(tmp_path: Path) -> None:
    row = {"id": STORE["id"], "type": "microsoft.storage/storageaccounts", "subscriptionId": "s", "resourceGroup": "rg"}
    write(tmp_path, "x.json", {"data": [{**row, "tls": "TLS1_0"}]})
    (resource,) = read(tmp_path).resources
    assert isinstance(resource.properties, Unknown)


def test_accounts_are_subscriptions(tmp_path: Path) -> None:
    row = {
        "cloudName": "AzureCloud",
        "homeTenantId": GUID,
        "id": "11111111-1111-1111-1111-111111111111",
        "isDefault": True,
        "managedByTenants": [],
        "name": "prod",
        "state": "Enabled",
        "tenantId": GUID,
        "user": {"name": "ops@contoso.com", "type": "user"},
    }
    resource = one(tmp_path, [row])
    assert (resource.id, resource.type) == (SUBSCRIPTION, "Microsoft.Resources/subscriptions")
    assert (resource.get("displayName"), resource.get("state")) == ("prod", "Enabled")
    write(tmp_path, "x.json", [row, {**row, "id": "a/b"}])
    assert "not that of a subscription" in read(tmp_path).unresolved[0].reason


# PowerShell


def test_resources_of_powershell(tmp_path: Path) -> None:
    row = {
        "ResourceId": STORE["id"],
        "Id": STORE["id"],
        "Name": "st",
        "ResourceType": "Microsoft.Storage/storageAccounts",
        "Location": "swedencentral",
        "Sku": {"Name": "Standard_ZRS", "Tier": None},
        "Tags": {"env": "prod"},
        "Plan": None,
        "Properties": {"minimumTlsVersion": "TLS1_2"},
    }
    resource = one(tmp_path, json.dumps([row], indent=1).encode("utf-16"))
    assert resource.body == {
        "location": "swedencentral",
        "sku": {"name": "Standard_ZRS"},
        "tags": {"env": "prod"},
        "properties": {"minimumTlsVersion": "TLS1_2"},
    }
    write(tmp_path, "x.json", [{**row, "Sku": "Standard"}, {**row, "ResourceId": "none"}])
    reading = read(tmp_path)
    assert reading.resources[0].get("sku") == "Standard"
    assert "its `ResourceId` is not the id of a resource" in reading.unresolved[0].reason
    given = {"RoleAssignmentId": VAULT["id"], "RoleDefinitionId": OWNER, "ObjectId": GUID}
    write(tmp_path, "x.json", [given, {**given, "RoleAssignmentId": "x"}])
    assert "its `RoleAssignmentId` is not an id" in read(tmp_path).unresolved[0].reason


@pytest.mark.parametrize("form", ["json", "csv"])
def test_role_assignments_of_powershell(form: str, tmp_path: Path) -> None:
    given = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{GUID}"
    row = {
        "RoleAssignmentName": GUID,
        "RoleAssignmentId": given,
        "Scope": GROUP,
        "DisplayName": "Ops",
        "SignInName": "",
        "RoleDefinitionName": "Owner",
        "RoleDefinitionId": OWNER,
        "ObjectId": GUID,
        "ObjectType": "ServicePrincipal",
        "Condition": "",
    }
    content = [row] if form == "json" else "#TYPE Microsoft.Azure.Commands\n" + table(row)
    resource = one(tmp_path, content, f"x.{form}")
    assert resource.body["properties"] == {
        "scope": GROUP,
        "roleDefinitionId": ROLE,
        "principalId": GUID,
        "principalType": "ServicePrincipal",
    }
    assert resource.id == given


# Azure Policy


def state(**more: Any) -> dict[str, Any]:
    return {
        "@odata.id": None,
        "timestamp": "2026-11-01T00:00:00Z",
        "resourceId": VAULT["id"].lower(),
        "policyAssignmentId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a",
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/d",
        "isCompliant": False,
        "complianceState": "NonCompliant",
        "resourceType": "Microsoft.KeyVault/vaults",
        "subscriptionId": "s",
        "resourceGroup": "rg",
        **more,
    }


def test_states_of_policy_are_evidence(tmp_path: Path) -> None:
    other = state(policyDefinitionReferenceId="second", complianceState="Compliant")
    rows = [state(), other, state(resourceId="x")]
    for content in (rows, {"value": rows}):
        write(tmp_path, "x.json", content)
        assert claims(tmp_path) == ["x.json"]
        reading = read(tmp_path)
        assert not reading.resources
        assert [item.get("properties.complianceState") for item in reading.evidence] == ["NonCompliant", "Compliant"]
        assert {item.type for item in reading.evidence} == {"Microsoft.PolicyInsights/policyStates"}
        assert all(item.id.startswith(f"{VAULT['id'].lower()}/providers/") for item in reading.evidence)
        assert len({item.key for item in reading.evidence}) == 2
        assert [note.reason for note in reading.unresolved] == [
            "not read as a resource: its `resourceId` is not the id of a resource"
        ]
        assert reading.inputs[0].detail == "0 resources, 2 times policy state"


def test_the_same_state_twice_is_one(tmp_path: Path) -> None:
    assert len(evidence(tmp_path, [state(), state()])) == 1
    assert read(tmp_path).inputs[0].detail == "0 resources, 1 times policy state, 1 rows repeat others"


def test_sums_of_states_are_evidence(tmp_path: Path) -> None:
    assignment = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a"
    whole = {
        "policyAssignments": [
            {"policyAssignmentId": assignment, "results": {"nonCompliantResources": 3}, "policyDefinitions": []}
        ],
        "results": {"nonCompliantResources": 3, "nonCompliantPolicies": 1, "queryResultsUri": "https://x"},
    }
    for content in (whole, {"value": [whole]}):
        (found,) = evidence(tmp_path, content)
        assert found.get("properties.results.nonCompliantResources") == 3
        assert found.id.startswith(assignment)
    for bad, reason in (
        ({**whole, "policyAssignments": 1}, "its `policyAssignments` are no list"),
        ({**whole, "policyAssignments": [{"results": {}}]}, "has no `policyAssignmentId`"),
    ):
        reading = read(write(tmp_path, "bad.json", {"value": [whole, bad]}))
        assert reason in reading.unresolved[0].reason


# The activity log

EVENT = {
    "authorization": {"action": "Microsoft.KeyVault/vaults/write", "scope": VAULT["id"]},
    "caller": "ops@contoso.com",
    "claims": {"http://schemas.microsoft.com/identity/claims/objectidentifier": GUID, "name": "Pat"},
    "correlationId": GUID,
    "eventDataId": "33333333-3333-3333-3333-333333333333",
    "eventTimestamp": "2026-11-01T10:00:00Z",
    "id": f"{VAULT['id']}/events/33333333/ticks/1",
    "category": {"value": "Administrative", "localizedValue": "Administrative"},
    "level": "Informational",
    "operationName": {"value": "Microsoft.KeyVault/vaults/write", "localizedValue": "Update vault"},
    "properties": {"statusCode": "OK", "requestbody": "{\"secret\": 1}"},
    "resourceId": VAULT["id"],
    "status": {"value": "Succeeded"},
    "subStatus": {"value": ""},
    "subscriptionId": "11111111-1111-1111-1111-111111111111",
}  # fmt: skip


def test_events_of_the_command_line(tmp_path: Path) -> None:
    (event,) = evidence(tmp_path, [EVENT])
    assert event.type == "Microsoft.Insights/eventTypes/values"
    assert (
        event.id == f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventTypes/management/values/{EVENT['eventDataId']}"
    )
    assert event.body["properties"] == {
        "resourceId": VAULT["id"],
        "eventTimestamp": "2026-11-01T10:00:00Z",
        "category": "Administrative",
        "operationName": "Microsoft.KeyVault/vaults/write",
        "status": "Succeeded",
        "level": "Informational",
        "caller": "ops@contoso.com",
        "correlationId": GUID,
        "authorization": EVENT["authorization"],
        "identity": {"objectId": GUID},
    }
    write(tmp_path, "x.json", [EVENT, {key: value for key, value in EVENT.items() if key != "eventDataId"}])
    assert "the event has no `eventDataId`" in read(tmp_path).unresolved[0].reason


def test_events_of_a_diagnostic_setting(tmp_path: Path) -> None:
    line = {
        "time": "2026-11-01T10:00:00Z",
        "resourceId": VAULT["id"].upper(),
        "operationName": "MICROSOFT.KEYVAULT/VAULTS/WRITE",
        "category": "Administrative",
        "resultType": "Success",
        "resultSignature": "Succeeded.",
        "callerIpAddress": "192.0.2.1",
        "correlationId": GUID,
        "identity": {"authorization": {"scope": "x"}, "claims": {"appid": "a", "upn": "u"}},
        "level": "Information",
        "properties": {"eventCategory": "Administrative", "eventDataId": "e/1"},
    }
    other = {**line, "time": "2026-11-01T10:00:01Z", "properties": None, "identity": "none"}
    of_resource = {**line, "category": "AuditEvent", "operationName": "VaultGet"}
    text = "\n".join(json.dumps(row) for row in (line, other, of_resource))
    write(tmp_path, "PT1H.json", text)
    assert claims(tmp_path) == ["PT1H.json"]
    reading = read(tmp_path)
    first, second = reading.evidence
    assert first.id == f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventTypes/management/values/e|1"
    assert first.get("properties.identity") == {"appId": "a"}
    assert first.get("properties.callerIpAddress") == "192.0.2.1"
    assert first.get("properties.status") == "Success"
    assert (first.origin.line, second.origin.line) == (1, 2)
    assert [note.reason for note in reading.unresolved] == [
        "not read as a resource: `AuditEvent` is not of the activity log: logs of resources are not read"
    ]
    assert len(evidence(tmp_path, {"records": [line, other]}, "PT1H.json")) == 2
    tenant = {**line, "resourceId": "/providers/Microsoft.Management/x"}
    assert evidence(tmp_path, [tenant], "PT1H.json")[0].id.startswith("/providers/Microsoft.Insights/")


# The directory

OBJECTS: dict[str, dict[str, Any]] = {
    "users": {"id": GUID, "userPrincipalName": "pat@contoso.com", "displayName": "Pat", "mail": None},
    "groups": {
        "id": GUID,
        "displayName": "ops",
        "securityEnabled": True,
        "mailEnabled": False,
        "members": [{"@odata.type": "#microsoft.graph.user", "id": "m"}],
    },
    "servicePrincipals": {"id": GUID, "appId": "a", "servicePrincipalType": "Application", "signInAudience": "x"},
    "applications": {"id": GUID, "appId": "a", "signInAudience": "AzureADMyOrg", "requiredResourceAccess": []},
    "directoryRoles": {"id": GUID, "roleTemplateId": "t", "displayName": "Global Administrator"},
    "conditionalAccessPolicies": {"id": GUID, "state": "enabled", "grantControls": {}, "conditions": {}},
    "roleEligibilitySchedules": {"id": GUID, "directoryScopeId": "/", "principalId": "p", "scheduleInfo": {}},
}


@pytest.mark.parametrize("kind", list(OBJECTS))
def test_objects_of_the_directory(kind: str, tmp_path: Path) -> None:
    row = OBJECTS[kind]
    graph = {"@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{kind}", "value": [row]}
    for content in (row, [row], graph):
        found = one(tmp_path, content)
        assert (found.id, found.type) == (f"/providers/Microsoft.Graph/{kind}/{GUID}", f"Microsoft.Graph/{kind}")
        expected = {key: value for key, value in row.items() if key != "id" and value is not None}
        assert found.body == {"properties": expected}


def test_members_of_a_group_say_what_they_are(tmp_path: Path) -> None:
    rows = [
        {"@odata.type": "#microsoft.graph.user", "id": GUID, "displayName": "Pat"},
        {"@odata.type": "#microsoft.graph.orgContact", "id": "c"},
        {"@odata.type": "#microsoft.graph.user", "id": ""},
    ]
    write(tmp_path, "x.json", {"@odata.context": "https://graph.microsoft.com/#directoryObjects", "value": rows})
    reading = read(tmp_path)
    assert [item.type for item in reading.resources] == ["Microsoft.Graph/users"]
    assert [note.reason.rpartition(": ")[2] for note in reading.unresolved] == [
        "objects of the type `orgContact` are not read",
        "the object of the directory has no `id`",
    ]


@pytest.mark.parametrize(
    "content",
    [
        [{"id": 7, "userPrincipalName": "x"}],
        [{"id": "7", "appId": "a", "signInAudience": "x"}],
        {"time": 1, "resourceId": "x", "operationName": "y", "category": "metrics /subscriptions/"},
        {"results": ["/subscriptions/a"], "policyAssignments": ["/subscriptions/a"]},
        [{"resourceId": "x", "policyAssignmentId": "/y", "isCompliant": True, "z": "/subscriptions/a"}],
        [{"ResourceId": "x", "ResourceType": "y", "z": "/subscriptions/a"}],
    ],
)
def test_what_only_has_the_names_is_not_claimed(content: Any, tmp_path: Path) -> None:
    write(tmp_path, "x.json", content)
    assert claims(tmp_path) == []
