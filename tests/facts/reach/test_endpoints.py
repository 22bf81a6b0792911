"""Endpoints of every kind of service."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, made, nic, pip, ref, subnet, subnet_id, vnet, world

from everward.facts.reach.addresses import parse_addresses
from everward.values import Unknown

V = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24"))
SUBNET = subnet_id("v", "s")["id"]
CONFIGURATION = {"name": "one", "properties": {"subnet": {"id": SUBNET}}}

POOL = {"name": "p", "vnetSubnetID": SUBNET}


def one_of(resource: Any) -> Any:
    [endpoint] = world(V, resource).endpoints.all
    return endpoint


@pytest.mark.parametrize(
    ("type_", "body", "kind"),
    [
        (
            "Microsoft.ContainerService/managedClusters",
            {"agentPoolProfiles": [{"name": "p", "vnetSubnetID": SUBNET}]},
            "nodes",
        ),
        ("Microsoft.DBforPostgreSQL/flexibleServers", {"network": {"delegatedSubnetResourceId": SUBNET}}, "database"),
        ("Microsoft.DBforMySQL/flexibleServers", {"network": {"delegatedSubnetResourceId": SUBNET}}, "database"),
        ("Microsoft.Sql/managedInstances", {"subnetId": SUBNET}, "database"),
        ("Microsoft.Cache/redis", {"subnetId": SUBNET}, "cache"),
        ("Microsoft.App/managedEnvironments", {"vnetConfiguration": {"infrastructureSubnetId": SUBNET}}, "containers"),
        ("Microsoft.ApiManagement/service", {"virtualNetworkConfiguration": {"subnetResourceId": SUBNET}}, "gateway"),
        ("Microsoft.Web/hostingEnvironments", {"virtualNetwork": {"id": SUBNET}}, "apps"),
        ("Microsoft.Web/sites", {"virtualNetworkSubnetId": SUBNET}, "apps"),
        (f"{NETWORK}/loadBalancers", {"frontendIPConfigurations": [CONFIGURATION]}, "load balancer"),
        (f"{NETWORK}/applicationGateways", {"gatewayIPConfigurations": [CONFIGURATION]}, "gateway"),
        (f"{NETWORK}/azureFirewalls", {"ipConfigurations": [CONFIGURATION]}, "firewall"),
        (f"{NETWORK}/bastionHosts", {"ipConfigurations": [CONFIGURATION]}, "bastion"),
        ("Microsoft.ContainerInstance/containerGroups", {"subnetIds": [{"id": SUBNET}]}, "containers"),
    ],
)
def test_services_in_a_subnet(type_: str, body: dict[str, Any], kind: str) -> None:
    endpoint = one_of(made(type_, "x", body))
    assert endpoint.kind == kind
    assert endpoint.subnet.name == "s"
    assert endpoint.addresses == parse_addresses("10.0.1.0/24")
    assert not endpoint.single
    assert endpoint.receives is (type_ != "Microsoft.Web/sites")


def test_a_pool_of_its_own() -> None:
    endpoint = one_of(made("Microsoft.ContainerService/managedClusters/agentPools", "c/p", {"vnetSubnetID": SUBNET}))
    assert (endpoint.kind, endpoint.id.endswith("agentPools/p")) == ("nodes", True)


def test_an_interface_knows_its_groups_and_public_address() -> None:
    public = pip("p", "203.0.113.5")
    body = {"networkSecurityGroup": {"id": "/g"}, "enableIPForwarding": True}
    found = world(V, public, nic("n", "v", "s", "10.0.1.4", "p", **body))
    [endpoint] = found.endpoints.all
    assert (endpoint.group, endpoint.forwards, endpoint.public, endpoint.single) == ("/g", True, (public.id,), True)
    assert endpoint.id.endswith("networkInterfaces/n#one")
    assert found.endpoints.of(endpoint.resource.id) == [endpoint]
    assert found.endpoints.at(0x0A000104) == [endpoint]
    assert found.endpoints.public[public.key] == parse_addresses("203.0.113.5")


def test_an_interface_in_a_subnet_that_nobody_read_has_an_address_of_its_own() -> None:
    endpoint = one_of(nic("n", "other", "s"))
    assert endpoint.subnet is None
    assert endpoint.single
    assert endpoint.addresses.size() == 1


def test_configurations_that_say_nothing_are_no_endpoints() -> None:
    body = {"ipConfigurations": [HOLE, {"name": "empty"}, "text"]}
    assert world(V, made(f"{NETWORK}/networkInterfaces", "n", body)).endpoints.all == []
    assert world(V, made(f"{NETWORK}/networkInterfaces", "n", HOLE)).endpoints.all == []


def test_scale_sets() -> None:
    configuration = {
        "name": "one",
        "properties": {"subnet": {"id": SUBNET}, "publicIPAddressConfiguration": {"name": "pip"}},
    }
    interface = {"properties": {"networkSecurityGroup": {"id": "/g"}, "ipConfigurations": [configuration]}}
    profile = {"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [interface]}}}
    endpoint = one_of(made("Microsoft.Compute/virtualMachineScaleSets", "x", profile))
    assert (endpoint.kind, endpoint.group, endpoint.extra) == ("scale set", "/g", {"publicAddresses": True})


def test_a_private_endpoint_with_an_address() -> None:
    configuration = {"properties": {"privateIPAddress": "10.0.1.9"}}
    body = {"subnet": {"id": SUBNET}, "ipConfigurations": [configuration]}
    endpoint = one_of(made(f"{NETWORK}/privateEndpoints", "x", body))
    assert (endpoint.single, endpoint.addresses) == (True, parse_addresses("10.0.1.9"))
    alone = one_of(made(f"{NETWORK}/privateEndpoints", "x", {"subnet": {"id": "/gone"}}))
    assert (alone.filtered, alone.routed) == (False, False)


def balanced(**more: Any) -> list[Any]:
    pool = {"id": "/pool"}
    rules = {"loadBalancingRules": [{"properties": {"backendAddressPool": pool, **more}}]}
    return [
        V,
        nic("n", "v", "s", "10.0.1.4", ip={"loadBalancerBackendAddressPools": [pool]}),
        made(f"{NETWORK}/loadBalancers", "b", rules),
    ]


def test_ways_out_to_the_internet() -> None:
    def way(*resources: Any) -> Any:
        found = world(*resources)
        return found.way_out(next(item for item in found.endpoints.all if item.kind == "interface"))

    closed = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", defaultOutboundAccess=False))
    assert way(V, nic("n", "v", "s", "10.0.1.4")) is True
    assert way(closed, nic("n", "v", "s", "10.0.1.4")) is False
    assert way(V, nic("n", "v", "s", "10.0.1.4", defaultOutboundConnectivityEnabled=False)) is False
    assert way(closed, pip("p"), nic("n", "v", "s", "10.0.1.4", "p")) is True
    nat = vnet(
        "v",
        "10.0.0.0/16",
        subnet("s", "10.0.1.0/24", defaultOutboundAccess=False, natGateway=ref(f"{NETWORK}/natGateways", "n")),
    )
    assert way(nat, nic("n", "v", "s", "10.0.1.4")) is True
    hole = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", natGateway={"id": HOLE}))
    assert isinstance(way(hole, nic("n", "v", "s", "10.0.1.4")), Unknown)
    assert way(closed, *balanced()[1:]) is True
    assert way(closed, *balanced(disableOutboundSnat=True)[1:]) is False
    out = made(
        f"{NETWORK}/loadBalancers", "b", {"outboundRules": [{"properties": {"backendAddressPool": {"id": "/pool"}}}]}
    )
    assert way(closed, balanced()[1], out) is True
