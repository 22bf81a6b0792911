"""Instances as resources: dispositions, children, associations, and what cannot be placed."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.terraform.mapping.make import GROUP, PLACE, SUBSCRIPTION, Mapped, data, hole, instance

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping.facts import EDITIONS, Facts
from everward.sources.terraform.mapping.table import Table
from everward.values import Origin, Unknown

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"


def test_a_resource() -> None:
    mapped = Mapped(instance("azurerm_key_vault", "kv", location="West Europe", sku_name="premium", tags={"a": 1}))
    vault = mapped.only("Microsoft.KeyVault/vaults")
    assert (vault.id, vault.name) == (VAULT, "kv")
    assert vault.location == "westeurope"
    assert vault.tags == {"a": "1"}
    assert vault.get("properties.sku.name") == "premium"
    assert vault.origin == PLACE
    assert mapped.fate("azurerm_key_vault.kv") == "resource"
    assert mapped.disposed[0].into == VAULT
    assert mapped.unresolved == []


def test_data_sources_are_not_there() -> None:
    mapped = Mapped(data("azurerm_key_vault", "kv", name="kv", resource_group_name="rg"))
    assert (mapped.resources, mapped.disposed) == ([], [])


@pytest.mark.parametrize("type_name", ["random_password", "terraform_data", "helm_release", "azurerm_storage_blob"])
def test_what_has_no_counterpart(type_name: str) -> None:
    mapped = Mapped(instance(type_name, "x"))
    assert mapped.fate(f"{type_name}.x") == "none"
    assert mapped.resources == []


def test_type_without_mapping_is_kept() -> None:
    mapped = Mapped(instance("azurerm_kusto_cluster", "c", location="westeurope", tags={"a": "b"}))
    account = mapped.only("Microsoft.Kusto/clusters")
    assert account.opaque
    assert account.id == f"{GROUP}/providers/Microsoft.Kusto/clusters/c"
    assert account.location == "westeurope"
    assert isinstance(account.get("properties.anything"), Unknown)
    assert mapped.fate("azurerm_kusto_cluster.c") == "opaque"


def test_types_without_mapping_are_said_once_with_their_number() -> None:
    kusto = [instance("azurerm_kusto_cluster", name, location="x") for name in "cab"]
    mapped = Mapped(*kusto, instance("azurerm_communication_service", "d", location="x"))
    said = [(one.subject, one.reason, one.incomplete) for one in mapped.unresolved]
    existence = "there is no mapping of this type: of {} (`{}`) only the existence is known"
    assert said == [
        (
            "azurerm_communication_service",
            existence.format("1 resource", "Microsoft.Communication/communicationServices"),
            False,
        ),
        ("azurerm_kusto_cluster", existence.format("3 resources", "Microsoft.Kusto/clusters"), False),
    ]
    assert all(one.origin == PLACE for one in mapped.unresolved)


def test_type_that_nobody_knows_is_kept() -> None:
    mapped = Mapped(instance("azurerm_from_the_future", "f", location=None))
    only = mapped.only("Terraform/azurerm_from_the_future")
    assert only.opaque
    assert only.resource_id.name == "f"


def test_guessed_version_is_said_once() -> None:
    mapped = Mapped(instance("azurerm_key_vault", "a"), instance("azurerm_key_vault", "b"), version=None)
    (said,) = [one for one in mapped.unresolved if one.subject == "version of azurerm"]
    assert "5.2.0" in said.reason
    assert not said.incomplete
    assert Mapped(instance("random_id", "a"), version=None).unresolved == []


def test_attribute_without_rule_is_said_once() -> None:
    mapped = Mapped(*(instance("azurerm_key_vault", name, brand_new=True) for name in "abc"))
    (said,) = mapped.unresolved
    assert said.subject == "azurerm_key_vault.brand_new"
    (alone,) = Mapped(instance("azurerm_key_vault", "kv", brand_new=True)).unresolved
    assert alone.subject == "azurerm_key_vault.kv.brand_new"


# What is part of another resource


def policy(label: str, into: Any, **more: Any) -> Instance:
    return instance(
        "azurerm_key_vault_access_policy",
        label,
        key_vault_id=into,
        object_id=f"object-{label}",
        secret_permissions=["Get"],
        name=None,
        resource_group_name=None,
        **more,
    )


def test_access_policies_stand_in_their_vault() -> None:
    mapped = Mapped(policy("b", VAULT), instance("azurerm_key_vault", "kv"), policy("a", VAULT.upper()))
    policies = mapped.only("Microsoft.KeyVault/vaults").get("properties.accessPolicies")
    assert [one["objectId"] for one in policies] == ["object-a", "object-b"]
    assert policies[0]["permissions"] == {"secrets": ["Get"]}
    assert mapped.fate("azurerm_key_vault_access_policy.a") == "merged"
    assert [one.into for one in mapped.disposed if one.disposition == "merged"] == [VAULT, VAULT]
    assert mapped.only("Microsoft.KeyVault/vaults").origins["properties.accesspolicies[0]"] == PLACE


def test_association_with_something_outside_the_reading_is_said() -> None:
    mapped = Mapped(policy("a", VAULT))
    assert mapped.resources == []
    assert mapped.fate("azurerm_key_vault_access_policy.a") == "merged"
    (said,) = mapped.unresolved
    assert said.reason == f"it belongs to `{VAULT}`, which is not part of this reading"
    assert not said.incomplete


def test_association_that_cannot_be_placed_makes_every_candidate_uncertain() -> None:
    mapped = Mapped(
        instance("azurerm_key_vault", "one"), instance("azurerm_key_vault", "two"), policy("a", hole(by="var.vault"))
    )
    for vault in mapped.of("Microsoft.KeyVault/vaults"):
        (doubt,) = vault.get("properties.accessPolicies")
        assert isinstance(doubt, Unknown)
        assert doubt.many
        assert doubt.decided_by == ("var.vault",)
    (said,) = mapped.unresolved
    assert said.decided_by == ("var.vault",)


def test_number_of_associations_that_is_not_known() -> None:
    some = policy("a", VAULT)
    some.cardinality = hole(by="var.count")
    mapped = Mapped(instance("azurerm_key_vault", "kv"), some)
    (doubt,) = mapped.only("Microsoft.KeyVault/vaults").get("properties.accessPolicies")
    assert isinstance(doubt, Unknown)
    assert doubt.many


def test_blocks_that_are_not_known_cover_what_is_appended() -> None:
    mapped = Mapped(instance("azurerm_key_vault", "kv", access_policy=hole()), policy("a", VAULT))
    assert isinstance(mapped.only("Microsoft.KeyVault/vaults").get("properties.accessPolicies"), Unknown)


def rule(label: str = "https") -> Instance:
    return instance(
        "azurerm_network_security_rule", label, network_security_group_name="nsg", access="Allow", priority=100
    )


def test_security_rules_stand_in_their_group() -> None:
    mapped = Mapped(rule(), instance("azurerm_network_security_group", "nsg"))
    assert mapped.only("Microsoft.Network/networkSecurityGroups").get("properties.securityRules") == [
        {"name": "https", "properties": {"access": "Allow", "priority": 100}}
    ]
    assert mapped.of("Microsoft.Network/networkSecurityGroups/securityRules") == []


def test_security_rule_of_a_group_elsewhere_stands_alone() -> None:
    mapped = Mapped(rule())
    alone = mapped.only("Microsoft.Network/networkSecurityGroups/securityRules")
    assert alone.id == f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg/securityRules/https"
    assert alone.get("properties.access") == "Allow"
    assert mapped.fate("azurerm_network_security_rule.https") == "resource"


def subnet(label: str = "snet", **more: Any) -> Instance:
    return instance(
        "azurerm_subnet", label, virtual_network_name="vnet", address_prefixes=["10.0.0.0/24"], location=None, **more
    )


def test_subnets_are_children_and_listed() -> None:
    mapped = Mapped(instance("azurerm_virtual_network", "vnet", address_space=["10.0.0.0/16"]), subnet())
    child = mapped.only("Microsoft.Network/virtualNetworks/subnets")
    assert child.id == f"{VNET}/subnets/snet"
    assert mapped.fate("azurerm_subnet.snet") == "child"
    (listed,) = mapped.only("Microsoft.Network/virtualNetworks").get("properties.subnets")
    assert listed == {"id": child.id, "name": "snet", "properties": child.properties}
    assert listed["properties"]["addressPrefix"] == "10.0.0.0/24"


def test_subnet_of_a_network_elsewhere() -> None:
    mapped = Mapped(subnet())
    assert mapped.fate("azurerm_subnet.snet") == "resource"


def test_subnets_written_inside_their_network() -> None:
    block = {"name": "inner", "address_prefixes": ["10.0.1.0/24"], "security_group": f"{GROUP}/providers/M.N/nsg/n"}
    network = instance("azurerm_virtual_network", "vnet", subnet=[block])
    network.origins = {"subnet[0]": Origin(source="terraform", file="main.tf", line=7)}
    mapped = Mapped(network, subnet())
    inner = mapped.of("Microsoft.Network/virtualNetworks/subnets")[0]
    assert (inner.id, inner.origin.line) == (f"{VNET}/subnets/inner", 7)
    assert inner.get("properties.networkSecurityGroup.id") == f"{GROUP}/providers/M.N/nsg/n"
    listed = mapped.only("Microsoft.Network/virtualNetworks").get("properties.subnets")
    assert [one["name"] for one in listed] == ["inner", "snet"]


def test_number_of_subnets_that_is_not_known() -> None:
    some = subnet()
    some.cardinality = hole()
    mapped = Mapped(instance("azurerm_virtual_network", "vnet"), some)
    (listed,) = mapped.only("Microsoft.Network/virtualNetworks").get("properties.subnets")
    assert isinstance(listed, Unknown)
    assert mapped.only("Microsoft.Network/virtualNetworks/subnets").cardinality is not None


def association(kind: str, **more: Any) -> Instance:
    return instance(f"azurerm_subnet_{kind}_association", "a", name=None, resource_group_name=None, **more)


def test_associations_are_laid_over_the_subnet() -> None:
    group = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg"
    gateway = f"{GROUP}/providers/Microsoft.Network/natGateways/nat"
    target = f"{VNET}/subnets/snet"
    mapped = Mapped(
        instance("azurerm_virtual_network", "vnet"),
        subnet(),
        association("network_security_group", subnet_id=target, network_security_group_id=group),
        association("nat_gateway", subnet_id=target, nat_gateway_id=gateway),
    )
    child = mapped.only("Microsoft.Network/virtualNetworks/subnets")
    assert child.get("properties.networkSecurityGroup.id") == group
    assert child.get("properties.natGateway.id") == gateway
    assert child.origin_of("properties.natGateway.id") == PLACE
    (listed,) = mapped.only("Microsoft.Network/virtualNetworks").get("properties.subnets")
    assert listed["properties"]["networkSecurityGroup"] == {"id": group}


def test_association_that_may_be_laid_over_any_subnet() -> None:
    mapped = Mapped(
        subnet("one"),
        subnet("two"),
        association("network_security_group", subnet_id=hole(by="var.s"), network_security_group_id="/x"),
    )
    for one in mapped.of("Microsoft.Network/virtualNetworks/subnets"):
        assert isinstance(one.get("properties.networkSecurityGroup.id"), Unknown)


def test_uncertain_association_leaves_what_it_agrees_with() -> None:
    rules = instance(
        "azurerm_storage_account_network_rules",
        "r",
        storage_account_id=hole(),
        default_action="Deny",
        bypass=["None"],
        name=None,
    )
    account = instance(
        "azurerm_storage_account", "st", network_rules=[{"default_action": "Deny", "bypass": ["Logging"]}]
    )
    covered = instance("azurerm_storage_account", "su", network_rules=hole(by="var.rules"))
    mapped = Mapped(account, covered, rules)
    first, second = mapped.of("Microsoft.Storage/storageAccounts")
    assert first.get("properties.networkAcls.defaultAction") == "Deny"
    assert isinstance(first.get("properties.networkAcls.bypass"), Unknown)
    still = second.get("properties.networkAcls.defaultAction")
    assert still.decided_by == ("var.rules",)


def test_network_rules_replace_the_default_of_the_account() -> None:
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    rules = instance(
        "azurerm_storage_account_network_rules",
        "r",
        storage_account_id=account,
        default_action="Deny",
        bypass=["Metrics", "Logging"],
        ip_rules=["1.2.3.4"],
        name=None,
    )
    acls = Mapped(instance("azurerm_storage_account", "st"), rules).only("Microsoft.Storage/storageAccounts")
    assert acls.get("properties.networkAcls") == {
        "bypass": "Logging, Metrics",
        "defaultAction": "Deny",
        "ipRules": [{"value": "1.2.3.4", "action": "Allow"}],
        "resourceAccessRules": [],
        "virtualNetworkRules": [],
    }


def test_node_pools_are_listed_flat() -> None:
    cluster = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/k"
    pool = instance(
        "azurerm_kubernetes_cluster_node_pool",
        "user",
        kubernetes_cluster_id=cluster,
        host_encryption_enabled=True,
        resource_group_name=None,
    )
    mapped = Mapped(instance("azurerm_kubernetes_cluster", "k", default_node_pool=[{"name": "sys"}]), pool)
    profiles = mapped.only("Microsoft.ContainerService/managedClusters").get("properties.agentPoolProfiles")
    assert [(one["name"], one["enableEncryptionAtHost"], one["mode"]) for one in profiles] == [
        ("sys", False, "System"),
        ("user", True, "User"),
    ]


# Children that are written inside their parent


def test_replications_of_a_registry() -> None:
    registry = instance("azurerm_container_registry", "cr", georeplications=[{"location": "North Europe"}])
    mapped = Mapped(registry)
    replica = mapped.only("Microsoft.ContainerRegistry/registries/replications")
    assert replica.id == f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/cr/replications/northeurope"
    assert replica.location == "northeurope"
    assert len(mapped.disposed) == 1


def test_number_of_replications_that_is_not_known() -> None:
    mapped = Mapped(instance("azurerm_container_registry", "cr", georeplications=hole(by="var.stamps")))
    replica = mapped.only("Microsoft.ContainerRegistry/registries/replications")
    assert replica.cardinality is not None
    assert isinstance(replica.properties, Unknown)


def test_child_that_an_attribute_makes() -> None:
    made = instance("azurerm_application_insights", "ai", application_type="web", daily_data_cap_in_gb=5)
    billing = Mapped(made).only("Microsoft.Insights/components/CurrentBillingFeatures")
    assert billing.get("DataVolumeCap.Cap") == 5
    assert isinstance(billing.get("DataVolumeCap.ResetTime"), Unknown)
    without = Mapped(instance("azurerm_application_insights", "ai", application_type="web"))
    assert without.of("Microsoft.Insights/components/CurrentBillingFeatures") == []


# Names that are found, names that clash


def test_container_finds_its_account_by_name() -> None:
    account = instance("azurerm_storage_account", "st", resource_group_name="elsewhere")
    container = instance(
        "azurerm_storage_container",
        "c",
        storage_account_name="st",
        resource_group_name=None,
        container_access_type="blob",
    )
    mapped = Mapped(container, account)
    one = mapped.only("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert "/resourceGroups/elsewhere/providers/Microsoft.Storage/storageAccounts/st/" in one.id
    assert one.get("properties.publicAccess") == "Blob"
    lonely = Mapped(container).only("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert "{resource group of st}" in lonely.id


def test_account_of_a_data_source_is_found_as_well() -> None:
    account = data("azurerm_storage_account", "st", name="st", resource_group_name="far")
    container = instance("azurerm_storage_container", "c", storage_account_name="st", resource_group_name=None)
    one = Mapped(account, container).only("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert "/resourceGroups/far/" in one.id


def test_accounts_of_one_name_are_not_told_apart() -> None:
    accounts = [
        data("azurerm_storage_account", "a", name="st", resource_group_name="one"),
        data("azurerm_storage_account", "b", name="st", resource_group_name="two"),
    ]
    container = instance("azurerm_storage_container", "c", storage_account_name="st", resource_group_name=None)
    one = Mapped(*accounts, container).only("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert "{resource group of st}" in one.id


def test_what_refers_to_something_found_later_gets_its_id() -> None:
    container = instance("azurerm_storage_container", "c", storage_account_name="st", resource_group_name=None)
    alone = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{resource group of st}}/providers/Microsoft.Storage"
    reference = hole(reference=f"{alone}/storageAccounts/st/blobServices/default/containers/c", present=True)
    role = instance("azurerm_role_assignment", "r", name=None, scope=reference, principal_id="p")
    account = instance("azurerm_storage_account", "st")
    body = Mapped(account, container, role).only("Microsoft.Authorization/roleAssignments")
    known = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st/blobServices/default/containers/c"
    assert body.get("properties.scope") == known


def test_two_addresses_with_one_known_id_are_both_kept_and_said() -> None:
    mapped = Mapped(instance("azurerm_key_vault", "a", name="kv"), instance("azurerm_key_vault", "b", name="KV"))
    assert len(mapped.of("Microsoft.KeyVault/vaults")) == 2
    (said,) = mapped.unresolved
    assert said.subject == "azurerm_key_vault.b"
    assert "`azurerm_key_vault.a` claims the same resource" in said.reason


def test_two_addresses_whose_ids_are_not_known_yet_are_both_kept() -> None:
    mapped = Mapped(*(instance("azurerm_key_vault", label, name=hole(by="var.name")) for label in "ab"))
    assert len({one.key for one in mapped.resources}) == 2
    assert mapped.unresolved == []


# Roles


def role(**more: Any) -> Any:
    made = instance("azurerm_role_assignment", "r", name=None, scope=VAULT, principal_id="p", **more)
    return Mapped(made).only("Microsoft.Authorization/roleAssignments")


READER = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def test_role_assignments_extend_their_scope() -> None:
    made = role(role_definition_name="Reader")
    assert made.id == f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{{azurerm_role_assignment.r}}"
    assert made.get("properties.roleDefinitionId") == f"/subscriptions/{SUBSCRIPTION}{READER}"
    assert made.get("properties.scope") == VAULT


def test_role_that_is_given_by_id() -> None:
    assert role(role_definition_id="/x").get("properties.roleDefinitionId") == "/x"


@pytest.mark.parametrize("name", ["our own role", hole(by="var.role")])
def test_role_that_is_not_built_in(name: Any) -> None:
    made = role(role_definition_name=name).get("properties.roleDefinitionId")
    assert isinstance(made, Unknown)
    assert made.present


def test_role_of_the_reading() -> None:
    definition = instance(
        "azurerm_role_definition", "d", name="ours", role_definition_id="guid", scope=GROUP, resource_group_name=None
    )
    assignment = instance("azurerm_role_assignment", "r", name=None, scope=VAULT, role_definition_name="ours")
    made = Mapped(definition, assignment).only("Microsoft.Authorization/roleAssignments")
    reference = made.get("properties.roleDefinitionId")
    assert reference.reference == f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/guid"


def test_role_without_subscription() -> None:
    assignment = instance("azurerm_role_assignment", "r", name=None, scope=VAULT, role_definition_name="Reader")
    made = Mapped(assignment, subscription=None).only("Microsoft.Authorization/roleAssignments")
    assert made.get("properties.roleDefinitionId").reference == f"/subscriptions/{{subscription}}{READER}"


# Whatever comes


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.text(max_size=5),
        st.just(hole()),
        st.just(hole(many=True)),
        st.just(hole("{var.x}/y", reference=f"{VAULT}/keys/{{var.k}}", present=True)),
        st.just(VAULT),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(st.integers(0, 2**32), ANYTHING, ANYTHING)
def test_no_attribute_breaks_the_mapping(seed: int, one: Any, other: Any) -> None:
    """Every type takes any value in any of its attributes and blocks."""
    chance = random.Random(seed)
    names = list(Table.load())
    made = []
    for index in range(4):
        type_name = chance.choice(names)
        schemas = [Facts.of_directory(), *(Facts.load(major) for major in EDITIONS)]
        facts = next(found for schema in schemas if (found := schema.of(type_name)) is not None)
        assert facts is not None
        attributes: dict[str, Any] = {}
        for path in facts.attributes:
            head, _, inner = path.partition(".")
            # A copy: what is put into it below must not make it hold itself, which nothing that is read can.
            value = deepcopy(chance.choice([None, one, other, "text", 1, True]))
            if not inner:
                attributes.setdefault(head, value)
            elif isinstance(attributes.get(head), list) and attributes[head] and isinstance(attributes[head][0], dict):
                attributes[head][0][inner.split(".")[0]] = value
            elif chance.random() < 0.5:
                attributes[head] = [{inner.split(".")[0]: value}]
        made.append(Instance(f"{type_name}.x{index}", type_name, f"x{index}", attributes, PLACE))
    mapped = Mapped(*made)
    assert {one.address for one in mapped.disposed} == {one.address for one in made}
    assert len({one.key for one in mapped.resources}) == len(mapped.resources)


def test_the_address_of_a_gateway_for_outgoing_traffic_says_whose_it_is() -> None:
    address, gateway = (
        f"{GROUP}/providers/Microsoft.Network/{kind}/a" for kind in ("publicIPAddresses", "natGateways")
    )
    tie = {"name": None, "resource_group_name": None, "nat_gateway_id": gateway, "public_ip_address_id": address}
    mapped = Mapped(
        instance("azurerm_public_ip", "a", location="westeurope", allocation_method="Static"),
        instance("azurerm_nat_gateway_public_ip_association", "t", **tie),
    )
    found = mapped.only("Microsoft.Network/publicIPAddresses")
    assert found.body["properties"]["natGateway"] == {"id": gateway}


HSM = f"{GROUP}/providers/Microsoft.KeyVault/managedHSMs/hsm"
HSM_KEY = "azurerm_key_vault_managed_hardware_security_module_key"


@pytest.mark.parametrize(
    ("text", "decided_by", "laid_on"),
    [
        ("https://module/keys/a", (f"{HSM_KEY}.a.id",), {"a"}),
        ("https://module/keys/b", (f"{HSM_KEY}.a.id",), set()),
        ("https://module/keys/a", (f"{HSM_KEY}.a.versioned_id",), set()),
        ("https://module/keys/a", (f"{HSM_KEY}.a.id", "var.x"), set()),
        ("https://module/keys/a", (f"{HSM_KEY}.gone.id",), set()),
        ("https://module/keys/a", ("azurerm_key_vault.kv.id",), set()),
        (None, (f"{HSM_KEY}.a.id",), set()),
        (None, ("var.x",), set()),
    ],
)
def test_an_address_at_the_data_plane_names_its_resource(
    text: str | None, decided_by: tuple[str, ...], laid_on: set[str]
) -> None:
    named = Unknown(reason="known after apply", decided_by=decided_by, present=True, text=text)
    policy = instance(f"{HSM_KEY}_rotation_policy", "p", managed_hsm_key_id=named, expire_after="P60D",
                      time_before_expiry="P30D")  # fmt: skip
    keys = [instance(HSM_KEY, name, managed_hsm_id=HSM, key_type="RSA-HSM", key_opts=["sign"]) for name in "ab"]
    mapped = Mapped(instance("azurerm_key_vault", "kv", location="x"), *keys, policy)
    found = {
        one.name: one.get("properties.rotationPolicy.attributes.expiryTime")
        for one in mapped.resources
        if one.type == "Microsoft.KeyVault/managedHSMs/keys"
    }
    assert {name for name, value in found.items() if value == "P60D"} == laid_on
    # What cannot be placed may be anybody's, and is nobody's absence.
    unclear = {name for name, value in found.items() if isinstance(value, Unknown)}
    assert unclear == (set() if laid_on else {"a", "b"})
