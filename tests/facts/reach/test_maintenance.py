"""From where somebody can work on what is closed to the public."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, made, nic, ref, subnet, subnet_id, vnet, world

from everward.facts.reach.maintenance import maintenance_facts
from everward.values import Unknown

VAULT = made("Microsoft.KeyVault/vaults", "kv", {"publicNetworkAccess": "Disabled"})
HOME = subnet("links", "10.0.0.0/24")


def endpoint(target: Any = None, network: str = "v", in_subnet: Any = None) -> Any:
    connection = {"privateLinkServiceId": VAULT.id if target is None else target, "groupIds": ["vault"]}
    body = {"privateLinkServiceConnections": [{"name": "c", "properties": connection}]}
    return made(f"{NETWORK}/privateEndpoints", "pe", {"subnet": in_subnet or subnet_id(network, "links"), **body})


def peering(name: str, to: str) -> dict[str, Any]:
    remote = ref(f"{NETWORK}/virtualNetworks", to)
    return {"name": name, "properties": {"remoteVirtualNetwork": remote, "peeringState": "Connected"}}


def ways(*resources: Any) -> Any:
    [fact] = maintenance_facts(world(VAULT, *resources))
    found = fact.get("properties.ways")
    return [step["what"] for step in found] if isinstance(found, list) else found


def test_nothing_near_is_no_way() -> None:
    assert ways(endpoint(), vnet("v", "10.0.0.0/16", HOME)) == []


def test_machines_clusters_and_agents_are_ways() -> None:
    agents = subnet(
        "agents", "10.0.2.0/24", delegations=[{"properties": {"serviceName": "GitHub.Network/networkSettings"}}]
    )
    network = vnet("v", "10.0.0.0/16", HOME, subnet("jump", "10.0.1.0/24"), agents)
    pool = {"agentPoolProfiles": [{"name": "p", "vnetSubnetID": subnet_id("v", "jump")["id"]}]}
    cluster = made("Microsoft.ContainerService/managedClusters", "aks", pool)
    managed = {"fabricProfile": {"networkProfile": {"subnetId": subnet_id("v", "jump")["id"]}}}
    pools = made("Microsoft.DevOpsInfrastructure/pools", "own", managed)
    found = ways(endpoint(), network, nic("n", "v", "jump", "10.0.1.4"), cluster, pools)
    assert sorted(found) == [
        "agents `own` in `jump`",
        "build agents in `agents`",
        "interface `n` in `jump`",
        "nodes `aks` in `jump`",
    ]


def test_the_company_comes_in_by_a_gateway() -> None:
    gateway = made(
        f"{NETWORK}/virtualNetworkGateways",
        "vpn",
        {"ipConfigurations": [{"properties": {"subnet": subnet_id("v", "GatewaySubnet")}}]},
    )
    assert ways(endpoint(), vnet("v", "10.0.0.0/16", HOME, subnet("GatewaySubnet", "10.0.9.0/27")), gateway) == [
        "gateway `vpn`"
    ]


def test_peers_count_and_those_that_nobody_read_leave_it_open() -> None:
    jump = vnet("hub", "10.1.0.0/16", subnet("jump", "10.1.0.0/24"), virtualNetworkPeerings=[peering("back", "v")])
    network = vnet("v", "10.0.0.0/16", HOME, virtualNetworkPeerings=[peering("out", "hub")])
    assert ways(endpoint(), network, jump, nic("n", "hub", "jump", "10.1.0.4")) == ["interface `n` in `jump`"]
    assert isinstance(ways(endpoint(), network), Unknown)
    cut = peering("out", "hub")
    cut["properties"]["peeringState"] = "Disconnected"
    assert ways(endpoint(), vnet("v", "10.0.0.0/16", HOME, virtualNetworkPeerings=[cut]), jump) == []


@pytest.mark.parametrize("place", [None, {"id": HOLE}])
def test_an_endpoint_in_a_subnet_that_nobody_read_leaves_it_open(place: Any) -> None:
    found = ways(endpoint(in_subnet=place))
    assert isinstance(found, Unknown)
    assert found.decided_by


def test_what_is_open_or_has_no_endpoint_is_not_asked_about() -> None:
    network = vnet("v", "10.0.0.0/16", HOME)
    opened = made("Microsoft.KeyVault/vaults", "kv", {})
    assert not list(maintenance_facts(world(opened, endpoint(), network)))
    assert not list(maintenance_facts(world(VAULT, network)))
    assert not list(maintenance_facts(world(VAULT, network, endpoint(target=f"{VAULT.id}-gone"))))
    assert not list(maintenance_facts(world(VAULT, network, endpoint(target={"id": HOLE}))))
