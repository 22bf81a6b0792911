"""Resources of Terraform that are parts of others in ARM: rules of balancers, addresses, groups of interfaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.mapping.make import GROUP, SUBSCRIPTION, Mapped, data, hole, instance

from everward.estate import Estate
from everward.sources import ReadOptions, read_workload
from everward.sources.terraform.instance import Instance
from everward.values import Unknown

NETWORK = f"{GROUP}/providers/Microsoft.Network"
BALANCER = f"{NETWORK}/loadBalancers/lb"
INTERFACE = f"{NETWORK}/networkInterfaces/nic"


def balancer(**more: Any) -> Instance:
    """A balancer with one frontend."""
    return instance("azurerm_lb", "lb", location="x", frontend_ip_configuration=[{"name": "public"}], **more)


def interface(*names: Any) -> Instance:
    """A network interface with configurations of these names."""
    configurations = [{"name": name, "private_ip_address_allocation": "Dynamic"} for name in names]
    return instance("azurerm_network_interface", "nic", location="x", ip_configuration=configurations)


def joined(label: str = "a", *, name: Any = "one", nic: Any = INTERFACE) -> Instance:
    """The tie between a configuration of an interface and a pool."""
    return instance(
        "azurerm_network_interface_backend_address_pool_association",
        label,
        network_interface_id=nic,
        ip_configuration_name=name,
        backend_address_pool_id=f"{BALANCER}/backendAddressPools/pool",
    )


def pools(mapped: Mapped) -> list[Any]:
    """The pools of each configuration of the interface."""
    body = mapped.only("Microsoft.Network/networkInterfaces").body
    return [one["properties"].get("loadBalancerBackendAddressPools") for one in body["properties"]["ipConfigurations"]]


def test_rules_stand_in_their_balancer_and_point_at_its_parts() -> None:
    mapped = Mapped(
        balancer(),
        instance("azurerm_lb_backend_address_pool", "pool", loadbalancer_id=BALANCER, resource_group_name=None),
        instance(
            "azurerm_lb_rule",
            "https",
            resource_group_name=None,
            loadbalancer_id=BALANCER,
            frontend_ip_configuration_name="public",
            protocol="Tcp",
            frontend_port=443,
            backend_port=8443,
            backend_address_pool_ids=[f"{BALANCER}/backendAddressPools/pool"],
        ),
    )
    properties = mapped.only("Microsoft.Network/loadBalancers").body["properties"]
    (rule,) = properties["loadBalancingRules"]
    frontend = f"{BALANCER}/frontendIPConfigurations/public"
    assert properties["frontendIPConfigurations"][0]["id"] == frontend
    assert rule["id"] == f"{BALANCER}/loadBalancingRules/https"
    assert rule["properties"]["frontendIPConfiguration"]["id"] == frontend
    assert rule["properties"]["backendAddressPool"]["id"] == properties["backendAddressPools"][0]["id"]
    assert rule["properties"]["idleTimeoutInMinutes"] == 4
    assert mapped.fate("azurerm_lb_rule.https") == "merged"
    assert mapped.fate("azurerm_lb_backend_address_pool.pool") == "child"


def test_a_rule_whose_balancer_is_elsewhere_stands_alone() -> None:
    rule = instance("azurerm_lb_probe", "probe", loadbalancer_id=BALANCER, port=80, resource_group_name=None)
    assert Mapped(rule).only("Microsoft.Network/loadBalancers/probes").id == f"{BALANCER}/probes/probe"


def test_parts_of_a_balancer_that_has_no_id_yet_refer_to_it() -> None:
    mapped = Mapped(
        balancer(),
        instance(
            "azurerm_lb_outbound_rule",
            "out",
            resource_group_name=None,
            loadbalancer_id=hole(reference=BALANCER, present=True),
            protocol="All",
            backend_address_pool_id=f"{BALANCER}/backendAddressPools/pool",
            frontend_ip_configuration=[{"name": "public"}],
        ),
    )
    (rule,) = mapped.only("Microsoft.Network/loadBalancers").body["properties"]["outboundRules"]
    frontend = rule["properties"]["frontendIPConfigurations"][0]["id"]
    assert isinstance(frontend, Unknown)
    assert frontend.reference == f"{BALANCER}/frontendIPConfigurations/public"


def test_an_address_is_part_of_its_pool_which_the_balancer_shows() -> None:
    mapped = Mapped(
        balancer(),
        instance("azurerm_lb_backend_address_pool", "pool", loadbalancer_id=BALANCER, resource_group_name=None),
        instance(
            "azurerm_lb_backend_address_pool_address",
            "vm",
            resource_group_name=None,
            backend_address_pool_id=f"{BALANCER}/backendAddressPools/pool",
            ip_address="10.0.0.4",
        ),
    )
    shown = mapped.only("Microsoft.Network/loadBalancers").body["properties"]["backendAddressPools"]
    assert shown[0]["properties"]["loadBalancerBackendAddresses"] == [
        {"name": "vm", "properties": {"ipAddress": "10.0.0.4"}}
    ]


def test_a_pool_is_tied_to_the_configuration_of_that_name() -> None:
    mapped = Mapped(interface("zero", "One"), joined())
    assert pools(mapped) == [None, [{"id": f"{BALANCER}/backendAddressPools/pool"}]]
    assert mapped.unresolved == []
    origins = mapped.only("Microsoft.Network/networkInterfaces").origins
    assert "properties.ipconfigurations[1].properties.loadbalancerbackendaddresspools[0]" in origins


def test_a_configuration_that_does_not_exist_is_told() -> None:
    mapped = Mapped(interface("zero"), joined())
    assert pools(mapped) == [None]
    (problem,) = mapped.unresolved
    assert problem.subject == "azurerm_network_interface_backend_address_pool_association.a"
    assert problem.help == "check `ip_configuration_name`"


def test_a_configuration_whose_name_is_a_hole_may_be_the_one() -> None:
    for name, nic in (("one", interface(hole("x"))), (hole("x"), interface("one"))):
        (found,) = pools(Mapped(nic, joined(name=name)))
        assert [one.many for one in found] == [True]
    # The same hole at both ends is the same name.
    assert pools(Mapped(interface(hole("x")), joined(name=hole("x")))) == [
        [{"id": f"{BALANCER}/backendAddressPools/pool"}]
    ]


def test_a_tie_to_an_interface_that_is_a_hole_may_be_anywhere() -> None:
    mapped = Mapped(interface("one"), joined(nic=hole()))
    assert [one.decided_by for one in pools(mapped)[0]] == [("var.x",)]
    assert len(mapped.unresolved) == 1


def test_configurations_that_are_holes_take_no_ties() -> None:
    whole = instance("azurerm_network_interface", "nic", location="x", ip_configuration=hole())
    mapped = Mapped(whole, joined())
    assert isinstance(
        mapped.only("Microsoft.Network/networkInterfaces").body["properties"]["ipConfigurations"], Unknown
    )
    assert mapped.unresolved == []
    one = instance("azurerm_network_interface", "nic", location="x", ip_configuration=[hole(many=True)])
    assert Mapped(one, joined()).unresolved == []
    none = instance("azurerm_network_interface", "nic", location="x")
    assert len(Mapped(none, joined()).unresolved) == 1


def test_a_security_group_covers_every_configuration() -> None:
    group = f"{NETWORK}/applicationSecurityGroups/asg"
    mapped = Mapped(
        interface("one", "two"),
        instance(
            "azurerm_network_interface_application_security_group_association",
            "a",
            network_interface_id=INTERFACE,
            application_security_group_id=group,
        ),
    )
    body = mapped.only("Microsoft.Network/networkInterfaces").body
    found = [one["properties"]["applicationSecurityGroups"] for one in body["properties"]["ipConfigurations"]]
    assert found == [[{"id": group}], [{"id": group}]]


def test_rules_of_a_firewall_stand_in_it() -> None:
    mapped = Mapped(
        instance("azurerm_firewall", "fw", location="x", sku_name="AZFW_VNet", sku_tier="Standard"),
        instance(
            "azurerm_firewall_nat_rule_collection",
            "dnat",
            azure_firewall_name="fw",
            priority=100,
            action="Dnat",
            rule=[{"name": "ssh", "destination_ports": ["22"], "protocols": ["TCP"], "translated_port": "22"}],
        ),
    )
    (collection,) = mapped.only("Microsoft.Network/azureFirewalls").body["properties"]["natRuleCollections"]
    assert collection["id"] == f"{NETWORK}/azureFirewalls/fw/natRuleCollections/dnat"
    assert collection["properties"]["rules"][0]["destinationPorts"] == ["22"]


def test_collections_of_all_kinds_share_one_array() -> None:
    policy = f"{NETWORK}/firewallPolicies/p"
    rule = {"name": "r", "destination_address": "20.0.0.1", "translated_port": 8080, "translated_address": "10.0.0.1"}
    group = instance(
        "azurerm_firewall_policy_rule_collection_group",
        "g",
        resource_group_name=None,
        firewall_policy_id=policy,
        priority=500,
        network_rule_collection=[{"name": "n", "action": "Allow", "priority": 1, "rule": [{"name": "a"}]}],
        nat_rule_collection=[{"name": "d", "action": "Dnat", "priority": 2, "rule": [rule]}],
    )
    found = Mapped(group).only("Microsoft.Network/firewallPolicies/ruleCollectionGroups").body["properties"]
    nat, network = found["ruleCollections"]
    assert (nat["action"]["type"], nat["rules"][0]["translatedPort"]) == ("DNAT", "8080")
    assert nat["rules"][0]["destinationAddresses"] == ["20.0.0.1"]
    assert network["ruleCollectionType"] == "FirewallPolicyFilterRuleCollection"
    assert network["rules"][0]["ruleType"] == "NetworkRule"


def test_parts_of_a_gateway_are_named_by_id() -> None:
    gateway = instance(
        "azurerm_application_gateway",
        "agw",
        location="x",
        ssl_profile=[{"name": "mutual", "trusted_client_certificate_names": ["ca", hole("other")]}],
    )
    (profile,) = Mapped(gateway).only("Microsoft.Network/applicationGateways").body["properties"]["sslProfiles"]
    own = f"{NETWORK}/applicationGateways/agw"
    first, second = profile["properties"]["trustedClientCertificates"]
    assert first == {"id": f"{own}/trustedClientCertificates/ca"}
    assert isinstance(second["id"], Unknown)
    assert second["id"].reference == f"{own}/trustedClientCertificates/other"


def test_names_of_parts_that_are_not_known_at_all() -> None:
    for given in (hole(), [hole(many=True)]):
        profile = {"name": "p", "trusted_client_certificate_names": given}
        gateway = instance("azurerm_application_gateway", "agw", location="x", ssl_profile=[profile])
        (found,) = Mapped(gateway).only("Microsoft.Network/applicationGateways").body["properties"]["sslProfiles"]
        certificates = found["properties"]["trustedClientCertificates"]
        holes = certificates if isinstance(certificates, list) else [certificates]
        assert [one.decided_by for one in holes] == [("var.x",)]


def test_a_subscription_stands_in_its_management_group() -> None:
    group = "/providers/Microsoft.Management/managementGroups/platform"
    mapped = Mapped(
        instance("azurerm_management_group", "platform", resource_group_name=None, subscription_ids=[SUBSCRIPTION]),
        instance(
            "azurerm_management_group_subscription_association",
            "other",
            name=None,
            resource_group_name=None,
            management_group_id=group,
            subscription_id="/subscriptions/00000000-0000-0000-0000-000000000002",
        ),
        data("azurerm_subscription", "current"),
    )
    members = mapped.of("Microsoft.Management/managementGroups/subscriptions")
    assert [one.id for one in members] == [
        f"{group}/subscriptions/{SUBSCRIPTION}",
        f"{group}/subscriptions/00000000-0000-0000-0000-000000000002",
    ]


STAMPS = """
variable "stamps" {}
module "stamp" {
  for_each = toset(var.stamps)
  source   = "./stamp"
  name     = each.value
}
"""
STAMP = """
variable "name" {}
variable "more" {}
resource "azurerm_key_vault" "kv" {
  name                = var.name
  resource_group_name = "rg"
  location            = "swedencentral"
  tenant_id           = "t"
  sku_name            = "standard"
}
resource "azurerm_key_vault_access_policy" "app" {
  EACH
  key_vault_id       = azurerm_key_vault.kv.id
  tenant_id          = "t"
  object_id          = "o"
  secret_permissions = ["Get"]
}
"""


@pytest.mark.parametrize(("each", "told"), [("", True), ("for_each = toset(var.more)", False)])
def test_what_stands_in_one_instance_of_a_module_comes_with_its_target(tmp_path: Path, each: str, told: bool) -> None:
    """How many stamps there are is open; that each has the policy beside its vault is not."""
    (tmp_path / "stamp").mkdir()
    (tmp_path / "main.tf").write_text(STAMPS, encoding="utf-8")
    (tmp_path / "stamp" / "main.tf").write_text(STAMP.replace("EACH", each), encoding="utf-8")
    [vault] = Estate(read_workload([tmp_path], ReadOptions())).of_type("Microsoft.KeyVault/vaults")
    assert vault.cardinality is not None
    [policy] = vault.get("properties.accessPolicies")  # type: ignore[misc]
    assert isinstance(policy, dict) is told
    if isinstance(policy, dict):
        assert policy["objectId"] == "o"
        assert vault.origin_of("properties.accessPolicies[0]").line == 11
