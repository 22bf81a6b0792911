"""Alarms that others raise and this catalogue must not: one named fixture each."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import pytest

from everward.assessment import AssessOptions, add_needed_facts, assess
from everward.criteria import Catalogue
from everward.criteria.cases import GROUP, SUBSCRIPTION, make_resource
from everward.estate import Estate, Reading, subject_of
from everward.policy import State
from everward.values import Origin

POLICIES = [criterion for criterion in Catalogue.load() if criterion.kind == "policy"]
Written = dict[str, Any]


def verdicts(written: Iterable[Written]) -> dict[tuple[str, str], State]:
    """The verdict of every criterion on every resource, by criterion and name."""
    resources = [make_resource(item, Origin(source="template")) for item in written]
    estate = add_needed_facts(Estate([Reading(source="template", label="test", resources=resources)]), POLICIES)
    found: dict[tuple[str, str], State] = {}
    for criterion in POLICIES:
        for resource in estate:
            state = criterion.policy().evaluate(resource, estate).state
            # What is said of a fact is said of what the fact is about.
            key = criterion.id, subject_of(resource).rpartition("/")[2]
            if state is not State.NOT_APPLICABLE and found.get(key) is not State.NON_COMPLIANT:
                found[key] = state
    return found


def violated(written: Iterable[Written]) -> set[tuple[str, str]]:
    return {key for key, state in verdicts(written).items() if state is State.NON_COMPLIANT}


def variable(name: str) -> Written:
    return {"$unknown": {"reason": "variable without value", "decidedBy": [f"var.{name}"]}}


def below(kind: str, name: str) -> str:
    namespace, *types = kind.split("/")
    return f"{GROUP}/providers/{namespace}" + "".join(f"/{a}/{b}" for a, b in zip(types, name.split("/"), strict=True))


def setting(target: str, *categories: str) -> Written:
    logs = [{"category": category, "enabled": True} for category in categories]
    properties = {"workspaceId": below("Microsoft.OperationalInsights/workspaces", "log1"), "logs": logs}
    return {"type": "Microsoft.Insights/diagnosticSettings", "name": "logs", "scope": target, "properties": properties}


CLUSTER: Written = {
    "type": "Microsoft.ContainerService/managedClusters",
    "name": "aks1",
    "location": variable("location"),
    "properties": {"agentPoolProfiles": [{"name": "system", "availabilityZones": ["1", "2", "3"]}]},
}


def test_zone_redundancy_is_not_failed_because_the_location_is_a_variable() -> None:
    key = ("kubernetes-node-pool-zones", "aks1")
    assert verdicts([CLUSTER])[key] is State.COMPLIANT
    bare = deepcopy(CLUSTER)
    del bare["properties"]["agentPoolProfiles"][0]["availabilityZones"]
    assert verdicts([bare])[key] is State.UNKNOWN
    assert verdicts([{**bare, "location": "westcentralus"}])[key] is State.COMPLIANT
    assert verdicts([{**bare, "location": "swedencentral"}])[key] is State.NON_COMPLIANT


def test_zone_redundancy_is_asked_for_node_pools_alone() -> None:
    """Registries and Event Hubs are zone-redundant by themselves where the region allows it, whatever they report."""
    written: list[Written] = [
        {"type": "Microsoft.ContainerRegistry/registries", "name": "cr1", "location": "swedencentral",
         "sku": {"name": "Premium"}, "properties": {"zoneRedundancy": "Disabled"}},
        {"type": "Microsoft.EventHub/namespaces", "name": "eh1", "location": "swedencentral",
         "sku": {"name": "Standard"}, "properties": {"zoneRedundant": False}},
    ]  # fmt: skip
    assert not {name for criterion, name in violated(written) if "zone" in criterion}


STORAGE: Written = {
    "type": "Microsoft.Storage/storageAccounts",
    "name": "st1",
    "kind": "StorageV2",
    "sku": {"name": "Standard_ZRS"},
    "location": "swedencentral",
    "properties": {"allowSharedKeyAccess": False, "networkAcls": {"defaultAction": "Deny"}},
}


@pytest.mark.parametrize("suffix", ["/blobServices/default", "/BlobServices/Default"])
def test_storage_logging_is_not_failed_although_a_diagnostic_setting_covers_it(suffix: str) -> None:
    account = below(STORAGE["type"], "st1")
    key = ("storage-access-logs-collected", "st1")
    assert verdicts([STORAGE, setting(account + suffix, "StorageRead", "StorageDelete")])[key] is State.COMPLIANT
    assert (
        verdicts([STORAGE, setting(account), setting(account + suffix, "StorageRead", "StorageDelete")])[key]
        is State.COMPLIANT
    )
    assert verdicts([STORAGE, setting(account)])[key] is State.NON_COMPLIANT


STORES: list[Written] = [
    STORAGE,
    {"type": "Microsoft.DocumentDB/databaseAccounts", "name": "db1", "properties": {}},
    {"type": "Microsoft.ContainerRegistry/registries", "name": "cr1", "sku": {"name": "Premium"}, "properties": {}},
    {"type": "Microsoft.EventHub/namespaces", "name": "eh1", "sku": {"name": "Standard"}, "properties": {}},
    {"type": "Microsoft.ServiceBus/namespaces", "name": "sb1", "sku": {"name": "Premium"}, "properties": {}},
    CLUSTER,
]


def test_customer_managed_keys_are_not_demanded_without_a_regulation() -> None:
    found = verdicts(STORES)
    for store in STORES:
        assert found["customer-managed-key-has-reason", store["name"]] is State.COMPLIANT
    for criterion in POLICIES:
        words = f"{criterion.title} {criterion.cheapest}".lower()
        assert "customer-managed" not in words or criterion.id == "customer-managed-key-has-reason"


PROTECTED: dict[str, Written] = {
    "vault": {
        "type": "Microsoft.KeyVault/vaults",
        "name": "kv1",
        "location": "swedencentral",
        "properties": {
            "enablePurgeProtection": True,
            "enableRbacAuthorization": True,
            "accessPolicies": [],
            "networkAcls": {"defaultAction": "Deny"},
        },
    },
    "vault logs": setting(below("Microsoft.KeyVault/vaults", "kv1"), "AuditEvent"),
    "storage": STORAGE,
    "storage logs": setting(below(STORAGE["type"], "st1") + "/blobServices/default", "StorageRead", "StorageDelete"),
    "blobs": {
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "name": "st1/default",
        "properties": {"deleteRetentionPolicy": {"enabled": True, "days": 14}},
    },
    "waf": {
        "type": "Microsoft.Network/frontdoorWebApplicationFirewallPolicies",
        "name": "waf1",
        "sku": {"name": "Premium_AzureFrontDoor"},
        "properties": {
            "policySettings": {"enabledState": "Enabled", "mode": "Prevention"},
            "managedRules": {
                "managedRuleSets": [
                    {"ruleSetType": "Microsoft_DefaultRuleSet"},
                    {"ruleSetType": "Microsoft_BotManagerRuleSet"},
                ]
            },
            "customRules": {"rules": [{"ruleType": "RateLimitRule", "action": "Block"}]},
        },
    },
    "rule": {
        "type": "Microsoft.Network/networkSecurityGroups/securityRules",
        "name": "nsg1/ingress",
        "properties": {
            "access": "Allow",
            "direction": "Inbound",
            "protocol": "Tcp",
            "sourceAddressPrefix": "AzureFrontDoor.Backend",
            "destinationPortRange": "443",
        },
    },
    "endpoint": {
        "type": "Microsoft.Network/privateEndpoints",
        "name": "pe1",
        "properties": {
            "privateLinkServiceConnections": [
                {"properties": {"privateLinkServiceId": below("Microsoft.KeyVault/vaults", "kv1")}}
            ]
        },
    },
    "plans": {
        "type": "Microsoft.Security/pricings",
        "name": "KeyVaults",
        "scope": SUBSCRIPTION,
        "properties": {"pricingTier": "Standard"},
    },
    "storage plan": {
        "type": "Microsoft.Security/pricings",
        "name": "StorageAccounts",
        "scope": SUBSCRIPTION,
        "properties": {"pricingTier": "Standard"},
    },
    "policy": {
        "type": "Microsoft.Authorization/policyAssignments",
        "name": "criteria",
        "scope": SUBSCRIPTION,
        "properties": {"policyDefinitionId": "/providers/Microsoft.Authorization/policySetDefinitions/own"},
    },
    "archive": {
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": "archive",
        "scope": SUBSCRIPTION,
        "properties": {"storageAccountId": "st", "logs": [{"category": "Administrative", "enabled": True}]},
    },
    "failures alert": {
        "type": "Microsoft.Insights/metricAlerts",
        "name": "failures",
        "properties": {"enabled": True, "actions": [{"actionGroupId": "g"}]},
    },
    "alert": {
        "type": "Microsoft.Insights/activityLogAlerts",
        "name": "a1",
        "properties": {
            "enabled": True,
            "condition": {"allOf": [{"field": "category", "equals": "Administrative"}]},
            "actions": {"actionGroups": [{"actionGroupId": "g"}]},
        },
    },
}


def test_what_is_protected_raises_no_alarm() -> None:
    assert violated(PROTECTED.values()) == set()


FAULTS: list[tuple[str, str, tuple[str, ...], Any, str]] = [
    ("purge protection is off", "vault", ("properties", "enablePurgeProtection"), False, "key-vault-purge-protection"),
    ("access policies decide", "vault", ("properties", "enableRbacAuthorization"), False,
     "key-vault-authorises-by-role"),
    ("the vault admits everybody", "vault", ("properties", "networkAcls", "defaultAction"), "Allow",
     "key-vault-closed-to-internet"),
    ("the vault's log is off", "vault logs", ("properties", "logs"), [], "access-logs-collected"),
    ("keys open the store", "storage", ("properties", "allowSharedKeyAccess"), True, "data-plane-refuses-keys"),
    ("the store admits everybody", "storage", ("properties", "networkAcls", "defaultAction"), "Allow",
     "data-service-closed-to-internet"),
    ("an own key without a reason", "storage", ("properties", "encryption"), {"keySource": "Microsoft.Keyvault"},
     "customer-managed-key-has-reason"),
    ("the store's log is off", "storage logs", ("properties", "logs"), [], "storage-access-logs-collected"),
    ("blobs are gone when deleted", "blobs", ("properties", "deleteRetentionPolicy", "enabled"), False,
     "storage-blobs-recoverable"),
    ("the firewall only detects", "waf", ("properties", "policySettings", "mode"), "Detection",
     "front-door-waf-prevents"),
    ("the firewall is off", "waf", ("properties", "policySettings", "enabledState"), "Disabled",
     "front-door-waf-prevents"),
    ("no limit of requests", "waf", ("properties", "customRules", "rules"), [], "front-door-waf-limits-rate"),
    ("everybody reaches the ingress", "rule", ("properties", "sourceAddressPrefix"), "*",
     "ingress-admits-only-the-edge"),
    ("the alert is off", "failures alert", ("properties", "enabled"), False, "alert-rule-switched-on"),
    ("the plan is free", "plans", ("properties", "pricingTier"), "Free", "defender-plan-for-used-services"),
    ("nothing is kept", "archive", ("properties", "storageAccountId"), None, "activity-log-archived"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "where", "path", "value", "criterion"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_one_cause_is_not_reported_twice(
    fault: str, where: str, path: tuple[str, ...], value: Any, criterion: str
) -> None:
    written = deepcopy(PROTECTED)
    holder = written[where]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert {name for name, _ in violated(written.values())} == {criterion}


def test_a_rule_that_opens_every_port_is_one_finding() -> None:
    written = deepcopy(PROTECTED)
    written["rule"]["properties"].update(sourceAddressPrefix="*", destinationPortRange="*")
    assert {name for name, _ in violated(written.values())} == {"management-ports-closed"}


def test_a_service_is_not_both_open_and_cut_off() -> None:
    written = deepcopy(PROTECTED)
    del written["endpoint"]
    written["vault"]["properties"]["publicNetworkAccess"] = "Disabled"
    assert {name for name, _ in violated(written.values())} == {"closed-service-private-endpoint"}


def test_a_plan_that_lacks_is_one_finding_however_many_resources_miss_it() -> None:
    written: list[Written] = [{**STORAGE, "name": "st1"}, {**STORAGE, "name": "st2"}, CLUSTER]
    resources = [
        make_resource(item, Origin(source="terraform", file="main.tf", line=line))
        for line, item in enumerate(written, start=1)
    ]
    estate = Estate([Reading(source="terraform", label="test", resources=resources)])
    wanted = "defender-plan-for-used-services"
    found = [item for item in assess(estate, Catalogue.load(), AssessOptions()).findings if item.criterion == wanted]
    assert [sorted(identifier.rsplit("/", 1)[1] for identifier in item.resources) for item in found] == [
        ["aks1", "st1", "st2"]
    ]
