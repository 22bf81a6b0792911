"""What an export does not list is not absent."""

from typing import Any

import pytest

from everward.assessment import add_needed_facts
from everward.criteria import Catalogue, CriterionPolicy
from everward.criteria.cases import GROUP, SUBSCRIPTION, make_resource
from everward.estate import Estate, Reading, Resource
from everward.policy import DefinitionError, State
from everward.values import Origin, Unknown

LOCK = "Microsoft.Authorization/locks"
DATABASE = {"type": "Microsoft.DocumentDB/databaseAccounts", "name": "db1", "properties": {}}


def estate(source: str, *written: dict[str, Any]) -> tuple[Resource, Estate]:
    resources = [make_resource(item, Origin(source=source)) for item in written]
    return resources[0], Estate([Reading(source=source, label="test", resources=resources)])


def policy(criterion_id: str) -> CriterionPolicy:
    criterion = Catalogue.load().get(criterion_id)
    assert criterion is not None
    return criterion.policy()


def lock(scope: str) -> dict[str, Any]:
    return {"type": LOCK, "name": "keep", "scope": scope, "properties": {"level": "CanNotDelete"}}


@pytest.mark.parametrize("source", ["terraform", "plan", "state", "template"])
def test_what_code_does_not_declare_is_absent(source: str) -> None:
    resource, held = estate(source, DATABASE)
    judge = policy("data-store-delete-lock")
    assert judge.evaluate(resource, held).state is State.NON_COMPLIANT
    assert judge.explain(resource, held).outcome == judge.evaluate(resource, held)


def test_an_export_without_the_type_proves_nothing() -> None:
    resource, held = estate("inventory", DATABASE)
    judge = policy("data-store-delete-lock")
    outcome = judge.evaluate(resource, held)
    assert outcome.state is State.UNKNOWN
    assert outcome.hole is not None
    assert outcome.hole.decided_by == (f"an export of {LOCK}",)
    explanation = judge.explain(resource, held)
    assert explanation.outcome == outcome
    assert explanation.reasons


def test_an_export_with_the_type_is_taken_at_its_word() -> None:
    other = lock(f"{SUBSCRIPTION}/resourceGroups/other-rg")
    resource, held = estate("inventory", DATABASE, other)
    assert policy("data-store-delete-lock").evaluate(resource, held).state is State.NON_COMPLIANT
    assert policy("data-store-delete-lock").explain(resource, held).outcome.state is State.NON_COMPLIANT


def test_an_export_of_another_subscription_proves_nothing() -> None:
    resource, held = estate("inventory", DATABASE, lock("/subscriptions/11111111-1111-1111-1111-111111111111"))
    assert policy("data-store-delete-lock").evaluate(resource, held).state is State.UNKNOWN


VAULT = {"type": "Microsoft.KeyVault/vaults", "name": "kv1", "properties": {}}


def setting(target: str) -> dict[str, Any]:
    return {
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": "logs",
        "scope": target,
        "properties": {"logs": []},
    }


@pytest.mark.parametrize(
    ("holder", "state"),
    [
        ("Microsoft.KeyVault/vaults/kv2", State.NON_COMPLIANT),
        ("Microsoft.Network/loadBalancers/lb1", State.UNKNOWN),
        ("Microsoft.KeyVault/vaultsOfOthers/v", State.UNKNOWN),
    ],
)
def test_diagnostic_settings_are_listed_resource_by_resource(holder: str, state: State) -> None:
    resource, held = estate("inventory", VAULT, setting(f"{GROUP}/providers/{holder}"))
    assert policy("access-logs-collected").evaluate(resource, held).state is state


@pytest.mark.parametrize(("sibling", "state"), [("st2/default", State.NON_COMPLIANT), (None, State.UNKNOWN)])
def test_children_are_listed_resource_by_resource(sibling: str | None, state: State) -> None:
    store = {"type": "Microsoft.Storage/storageAccounts", "name": "st1", "kind": "StorageV2", "properties": {}}
    kind = "Microsoft.Storage/storageAccounts/blobServices"
    others = [] if sibling is None else [{"type": kind, "name": sibling, "properties": {}}]
    resource, held = estate("inventory", store, *others)
    assert policy("storage-blobs-recoverable").evaluate(resource, held).state is state


def test_a_resource_outside_subscriptions_is_judged_by_the_whole_export() -> None:
    outside = {**DATABASE, "scope": ""}
    resource, held = estate("inventory", outside, lock(f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"))
    assert policy("data-store-delete-lock").evaluate(resource, held).state is State.NON_COMPLIANT
    alone, empty = estate("inventory", outside)
    assert policy("data-store-delete-lock").evaluate(alone, empty).state is State.UNKNOWN


def test_a_vault_that_an_export_does_not_list_may_be_there() -> None:
    cluster = {"type": "Microsoft.ContainerService/managedClusters", "name": "aks1", "location": "uksouth"}
    elsewhere = {**VAULT, "scope": f"{SUBSCRIPTION}/resourceGroups/other"}
    for others, state in (((elsewhere,), State.NON_COMPLIANT), ((), State.UNKNOWN)):
        _, held = estate("inventory", cluster, *others)
        derived = add_needed_facts(held, Catalogue.load(["stamp-own-key-vault"]))
        [stamp] = [item for item in derived.of_type("Everward.Keys/stamps") if item.get("kind") == "cluster"]
        assert policy("stamp-own-key-vault").evaluate(stamp, derived).state is state


def test_an_export_shows_what_is_there() -> None:
    resource, held = estate("inventory", DATABASE, lock(SUBSCRIPTION))
    assert policy("data-store-delete-lock").evaluate(resource, held).state is State.COMPLIANT


def test_a_resource_by_itself_is_judged_in_an_export_as_everywhere() -> None:
    resource, held = estate("inventory", {"type": "Microsoft.KeyVault/vaults", "name": "kv1", "properties": {}})
    judge = policy("key-vault-purge-protection")
    assert judge.related_type is None
    assert judge.evaluate(resource, held).state is State.NON_COMPLIANT
    assert judge.explain(resource, held).outcome.state is State.NON_COMPLIANT


def test_a_policy_is_compiled_once() -> None:
    criterion = next(iter(Catalogue.load()))
    assert criterion.policy() is criterion.policy()


def test_a_definition_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(DefinitionError) as caught:
        CriterionPolicy.compile({"if": {"field": "type"}, "then": {"effect": "audit"}}, file="x/definition.json")
    assert caught.value.origin is not None
    assert caught.value.origin.file == "x/definition.json"


NETWORK = "Microsoft.Network/virtualNetworks"
OPEN = {"serviceEndpoints": [{"service": "Microsoft.KeyVault"}]}


def network(*names: str) -> dict[str, Any]:
    subnets = [{"name": name, "properties": OPEN} for name in names]
    return {"type": NETWORK, "name": "vnet1", "properties": {"subnets": subnets}}


def states(criterion_id: str, *written: dict[str, Any]) -> dict[str, State]:
    _, held = estate("template", *written)
    judge = policy(criterion_id)
    for resource in held:
        assert judge.explain(resource, held).outcome == judge.evaluate(resource, held)
    return {resource.name: judge.evaluate(resource, held).state for resource in held}


def test_a_part_that_is_a_resource_is_judged_there_and_not_in_its_container() -> None:
    child = {"type": f"{NETWORK}/subnets", "name": "vnet1/Nodes", "properties": OPEN}
    found = states("subnet-service-endpoints-restricted", network("nodes"), child)
    assert (found["vnet1"], found["Nodes"]) == (State.COMPLIANT, State.NON_COMPLIANT)


def test_a_part_that_is_no_resource_is_judged_in_its_container() -> None:
    child = {"type": f"{NETWORK}/subnets", "name": "vnet1/nodes", "properties": {}}
    found = states("subnet-service-endpoints-restricted", network("nodes", "agents"), child)
    assert (found["vnet1"], found["nodes"]) == (State.NON_COMPLIANT, State.COMPLIANT)
    assert states("subnet-service-endpoints-restricted", network("nodes"))["vnet1"] is State.NON_COMPLIANT


def test_a_part_whose_name_is_open_is_the_resource_with_that_name() -> None:
    hole = {"$unknown": {"reason": "variable without value", "decidedBy": ["var.name"], "text": "{var.name}"}}
    outer = {"type": NETWORK, "name": "vnet1", "properties": {"subnets": [{"name": hole, "properties": OPEN}]}}
    child = {"type": f"{NETWORK}/subnets", "name": "vnet1/{var.name}", "properties": OPEN}
    assert states("subnet-service-endpoints-restricted", outer, child)["vnet1"] is State.COMPLIANT


def test_a_container_whose_parts_are_open_stays_open() -> None:
    hole = {"$unknown": {"reason": "variable without value", "decidedBy": ["var.subnets"]}}
    outer = {"type": NETWORK, "name": "vnet1", "properties": {"subnets": hole}}
    child = {"type": f"{NETWORK}/subnets", "name": "vnet1/nodes", "properties": {}}
    assert states("subnet-service-endpoints-restricted", outer, child)["vnet1"] is State.UNKNOWN
    many = {
        "type": NETWORK,
        "name": "vnet1",
        "properties": {"subnets": [{**hole, "$unknown": {**hole["$unknown"], "many": True}}]},
    }
    assert states("subnet-service-endpoints-restricted", many, child)["vnet1"] is State.UNKNOWN


def test_a_node_pool_that_is_a_resource_is_one_finding() -> None:
    cluster = {
        "type": "Microsoft.ContainerService/managedClusters",
        "name": "aks1",
        "location": "swedencentral",
        "properties": {
            "agentPoolProfiles": [{"name": "system", "availabilityZones": ["1", "2"]}, {"name": "work"}],
        },
    }
    pool = {"type": "Microsoft.ContainerService/managedClusters/agentPools", "name": "aks1/work", "properties": {}}
    found = states("kubernetes-node-pool-zones", cluster, pool)
    assert (found["aks1"], found["work"]) == (State.COMPLIANT, State.NON_COMPLIANT)
    assert states("kubernetes-node-pool-zones", cluster)["aks1"] is State.NON_COMPLIANT


def test_only_policies_about_both_look_at_parts_twice() -> None:
    assert policy("virtual-network-flow-logs").parts == {}
    assert set(policy("management-ports-closed").parts) == {"microsoft.network/networksecuritygroups"}


def rule(name: str, priority: int, access: str) -> Resource:
    properties = {
        "priority": priority,
        "access": access,
        "direction": "Inbound",
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "22",
    }
    kind = "Microsoft.Network/networkSecurityGroups/securityRules"
    return make_resource({"type": kind, "name": f"nsg1/{name}", "properties": properties}, Origin(source="template"))


def test_a_rule_that_may_not_exist_may_deny() -> None:
    allow, deny = rule("open", 200, "Allow"), rule("closed", 100, "Deny")
    deny.condition = Unknown(reason="a variable decides", decided_by=("var.closed",))
    whole = Estate([Reading(source="template", label="test", resources=[allow, deny])])
    judged = policy("management-ports-closed")
    outcome = judged.evaluate(allow, whole)
    assert outcome.state is State.UNKNOWN
    assert outcome.hole is not None
    assert outcome.hole.decided_by == ("var.closed",)
    assert judged.explain(allow, whole).outcome == outcome
