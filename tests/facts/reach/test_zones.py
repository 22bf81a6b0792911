"""How resources stand in zones, and which of them stand on a path."""

import dataclasses
from typing import Any

import pytest
from tests.facts.reach.world import GROUP, HOLE, NETWORK, made, nic, pip, ref, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.critical import PATH_ZONES, path_facts
from everward.facts.reach.zones import has_zones, short_region, spread, zone_regions
from everward.values import Unknown

HYBRID = f"{NETWORK}/virtualNetworkGateways"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
STORAGE = "Microsoft.Storage/storageAccounts"
CLUSTERS = "Microsoft.ContainerService/managedClusters"
PLANS = "Microsoft.Web/serverfarms"


def front(public: str | None = None, **more: Any) -> dict[str, Any]:
    held = (
        {"publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", public)} if public else {"subnet": subnet_id("v", "s")}
    )
    return {"name": "f", "properties": held, **more}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (pip("a", sku="Basic"), False),
        (pip("a"), True),
        (made(f"{NETWORK}/publicIPAddresses", "a", {}, sku={"name": "Standard"}, zones=["1"]), False),
        (made(f"{NETWORK}/publicIPAddresses", "a", {}, sku={"name": "Standard"}, zones=["1", "2", "3"]), True),
        (made(f"{NETWORK}/publicIPAddresses", "a", {}, sku={"name": HOLE}), None),
        (made(f"{NETWORK}/publicIPAddresses", "a", {}, sku={"name": "Standard"}, zones=HOLE), None),
        (made(f"{NETWORK}/publicIPAddresses", "a", {}, sku={"name": "Standard"}, zones=["1", HOLE]), None),
        (
            made(f"{NETWORK}/loadBalancers", "l", {"frontendIPConfigurations": [front()]}, sku={"name": "Standard"}),
            False,
        ),
        (
            made(
                f"{NETWORK}/loadBalancers",
                "l",
                {"frontendIPConfigurations": [front(zones=["1", "2"]), front(zones=["3"])]},
                sku={"name": "Standard"},
            ),
            False,
        ),
        (
            made(
                f"{NETWORK}/loadBalancers",
                "l",
                {"frontendIPConfigurations": [front(zones=["1", "2"])]},
                sku={"name": "Standard"},
            ),
            True,
        ),
        (
            made(f"{NETWORK}/loadBalancers", "l", {"frontendIPConfigurations": [front("a")]}, sku={"name": "Standard"}),
            True,
        ),
        (
            made(f"{NETWORK}/loadBalancers", "l", {"frontendIPConfigurations": [front("a")]}, sku={"name": "Basic"}),
            False,
        ),
        (made(f"{NETWORK}/applicationGateways", "g", {"sku": {"tier": "WAF_v2"}}), True),
        (made(f"{NETWORK}/applicationGateways", "g", {"sku": {"tier": "WAF_v2"}}, zones=["2"]), False),
        (made(f"{NETWORK}/applicationGateways", "g", {"sku": {"tier": "WAF"}}), False),
        (made(f"{NETWORK}/azureFirewalls", "f", {}), False),
        (made(f"{NETWORK}/azureFirewalls", "f", {}, zones=["1", "2", "3"]), True),
        (made(f"{NETWORK}/natGateways", "n", {}, sku={"name": "Standard"}), False),
        (made(f"{NETWORK}/natGateways", "n", {}, sku={"name": "Standard"}, zones=["1"]), False),
        (made(f"{NETWORK}/natGateways", "n", {}, sku={"name": "StandardV2"}), True),
        (made(f"{NETWORK}/natGateways", "n", {}, sku=HOLE), None),
        (made(HYBRID, "g", {"gatewayType": "Vpn", "sku": {"name": "VpnGw1AZ"}}), True),
        (made(HYBRID, "g", {"gatewayType": "Vpn", "sku": {"name": "VpnGw2"}}), True),
        (made(HYBRID, "g", {"gatewayType": "Vpn", "sku": {"name": "Basic"}}), False),
        (made(HYBRID, "g", {"gatewayType": "ExpressRoute", "sku": {"name": "Standard"}}), False),
        (made(HYBRID, "g", {"gatewayType": "ExpressRoute", "sku": {"name": "ErGw1AZ"}}), True),
        (made(HYBRID, "g", {"gatewayType": "ExpressRoute", "sku": {"name": "ErGwScale"}}), True),
        (made(HYBRID, "g", {"sku": {"name": HOLE}}), None),
        (made(HYBRID, "g", {}), None),
        (made("Microsoft.Compute/virtualMachineScaleSets", "s", {}, zones=["1", "2"]), True),
        (made(CLUSTERS, "c", {"agentPoolProfiles": [{"name": "p", "availabilityZones": ["1", "2"]}]}), True),
        (
            made(
                CLUSTERS, "c", {"agentPoolProfiles": [{"availabilityZones": ["1", "2"]}, {"availabilityZones": ["1"]}]}
            ),
            False,
        ),
        (
            made(
                CLUSTERS, "c", {"agentPoolProfiles": [{"availabilityZones": ["1", "2"]}, {"availabilityZones": HOLE}]}
            ),
            None,
        ),
        (made(f"{CLUSTERS}/agentPools", "c/p", {}), False),
        (made(STORAGE, "s", {}, sku={"name": "Standard_LRS"}), False),
        (made(STORAGE, "s", {}, sku={"name": "Standard_GZRS"}), True),
        (made(STORAGE, "s", {}, sku={"name": HOLE}), None),
        (made(STORAGE, "s", {}), None),
        (made(COSMOS, "c", {"locations": [{"locationName": "a", "isZoneRedundant": True}]}), True),
        (made(COSMOS, "c", {"locations": [{"isZoneRedundant": True}, {}]}), False),
        (made(COSMOS, "c", {}), None),
        (made(PLANS, "p", {"zoneRedundant": True}), True),
        (made(PLANS, "p", {}), False),
        (made("Microsoft.Sql/servers/databases", "s/d", {"zoneRedundant": HOLE}), None),
        (made("Microsoft.DBforPostgreSQL/flexibleServers", "p", {"highAvailability": {"mode": "ZoneRedundant"}}), True),
        (made("Microsoft.DBforPostgreSQL/flexibleServers", "p", {"highAvailability": {"mode": "SameZone"}}), False),
        (made("Microsoft.DBforMySQL/flexibleServers", "p", {"highAvailability": {"mode": HOLE}}), None),
        (made("Microsoft.DBforMySQL/flexibleServers", "p", {}), False),
        (made("Microsoft.Cache/redis", "r", {"sku": {"name": "Basic"}}), False),
        (made("Microsoft.Cache/redis", "r", {"sku": {"name": "Premium"}}), None),
        (made("Microsoft.Cache/redis", "r", {"sku": {"name": "Premium"}}, zones=["1", "2"]), True),
    ],
)
def test_a_resource_stands_in_one_zone_or_in_several(resource: Resource, expected: bool | None) -> None:
    found = spread(resource)
    assert found is not None
    assert found.reason
    assert (None if isinstance(found.redundant, Unknown) else found.redundant) is expected


def test_of_other_types_nothing_is_said() -> None:
    assert spread(made("Microsoft.KeyVault/vaults", "v", {})) is None
    assert spread(made(CLUSTERS, "c", {})) is None


def test_regions_have_zones_or_not() -> None:
    assert has_zones("Sweden Central") is True
    assert has_zones("westus") is False
    assert has_zones(HOLE) is HOLE
    assert isinstance(has_zones(None), Unknown)
    assert short_region(7) is None
    assert len(zone_regions()) > 30
    assert all(region == short_region(region) for region in zone_regions())


# Paths


def facts(*resources: Resource) -> dict[str, Any]:
    found = {}
    for item in path_facts(world(*resources)):
        assert isinstance(item, Resource)
        assert item.type == f"Everward.{PATH_ZONES}"
        found[item.id.split("/")[-5]] = item.body["properties"]
    return found


def balanced(public: str = "a") -> Resource:
    pool = {"id": f"{GROUP}/providers/{NETWORK}/loadBalancers/l/backendAddressPools/p"}
    balancing = {
        "name": "r",
        "properties": {"frontendIPConfiguration": {"id": "/f"}, "backendAddressPool": pool, "frontendPort": 443},
    }
    body = {
        "frontendIPConfigurations": [front(public)],
        "backendAddressPools": [{"name": "p", **pool}],
        "loadBalancingRules": [balancing],
    }
    return made(f"{NETWORK}/loadBalancers", "l", body, sku={"name": "Standard"})


def behind(**more: Any) -> Resource:
    pool = {"id": f"{GROUP}/providers/{NETWORK}/loadBalancers/l/backendAddressPools/p"}
    return nic(
        "n", "v", "s", "10.0.0.4", ip={"loadBalancerBackendAddressPools": [pool]}, location="swedencentral", **more
    )


def test_a_path_leads_from_the_address_to_the_data_of_the_region() -> None:
    nat = made(f"{NETWORK}/natGateways", "nat", {}, sku={"name": "Standard"}, location="swedencentral")
    own = subnet("s", "10.0.0.0/24", natGateway={"id": nat.id})
    interface = made(f"{NETWORK}/networkInterfaces", "n", behind().body["properties"], location="swedencentral")
    here = made(STORAGE, "here", {}, sku={"name": "Standard_LRS"}, location="Sweden Central")
    there = made(STORAGE, "there", {}, sku={"name": "Standard_LRS"}, location="northeurope")
    wide = made(
        "Microsoft.DocumentDB/databaseAccounts",
        "wide",
        {"locations": [{"locationName": "Sweden Central", "isZoneRedundant": True}]},
        location="northeurope",
    )
    found = facts(
        vnet("v", "10.0.0.0/16", own), nat, pip("a", location="swedencentral"), balanced(), interface, here, there, wide
    )
    assert set(found) == {"a", "l", "nat", "here", "wide"}
    assert {name: item["role"] for name, item in found.items()} == {
        "a": "entrance",
        "l": "entrance",
        "nat": "egress",
        "here": "store",
        "wide": "store",
    }
    assert [item["redundant"] for item in found.values()].count(False) == 2
    assert [step["role"] for step in found["here"]["path"]] == [
        "entrance",
        "entrance",
        "compute",
        "egress",
        "store",
        "store",
    ]
    assert found["here"]["regionHasZones"] is True
    assert found["here"]["paths"] == 1


def test_the_store_of_a_test_tool_is_on_no_path() -> None:
    def elsewhere(type_: str, name: str, body: Any, **more: Any) -> Resource:
        there = made(type_, name, body, location="swedencentral", **more)
        return dataclasses.replace(there, id=there.id.replace("/rg/", "/tools/"))

    local = {"sku": {"name": "Standard_LRS"}}
    store = elsewhere(STORAGE, "tool", {}, **local)
    here = made(STORAGE, "here", {}, location="swedencentral", **local)
    interface = made(f"{NETWORK}/networkInterfaces", "n", behind().body["properties"], location="swedencentral")
    served = (vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")), pip("a"), balanced(), interface, here, store)
    assert {"here", "tool"} <= set(facts(*served))
    worker = elsewhere("Microsoft.ContainerInstance/containerGroups", "load", {"storage": {"id": store.id}})
    assert set(facts(*served, worker)) & {"here", "tool"} == {"here"}
    # What something outside refers to may be needed there.
    user = made("Microsoft.Insights/components", "i", {"storage": {"id": store.id}})
    assert {"here", "tool"} <= set(facts(*served, worker, user))


def test_a_cluster_serves_with_all_its_pools() -> None:
    pool = {"name": "one", "vnetSubnetID": subnet_id("v", "s")["id"], "availabilityZones": ["1", "2"]}
    cluster = made(CLUSTERS, "c", {"agentPoolProfiles": [pool]}, location="westeurope")
    further = made(f"{CLUSTERS}/agentPools", "c/two", {"vnetSubnetID": subnet_id("v", "s")["id"]})
    found = facts(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")), cluster, further)
    assert found["c"]["redundant"] is True
    assert found["two"]["redundant"] is False
    assert found["two"]["location"] == "westeurope"


def test_a_path_through_a_pool_holds_its_cluster() -> None:
    pool = {"vnetSubnetID": subnet_id("v", "s")["id"]}
    cluster = made(CLUSTERS, "c", {"agentPoolProfiles": [{"name": "one", **pool}]}, location="westeurope")
    rule_set: dict[str, Any] = {
        "cluster": cluster.id,
        "service": "s",
        "internal": False,
        "allowedSources": ["Internet"],
        "rules": [],
    }
    fronted = Resource(
        f"{cluster.id}/providers/Everward.Kubernetes/LoadBalancerFrontend/f",
        "Everward.Kubernetes/LoadBalancerFrontend",
        "f",
        {"properties": {**rule_set, "rules": [{"protocol": "Tcp", "frontendPort": 443, "backendPort": 443}]}},
        cluster.origin,
    )
    found = facts(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")), cluster, fronted)
    assert found["c"]["paths"] == 1
    assert [step["role"] for step in found["c"]["path"]] == ["entrance", "compute"]


def test_gateways_are_entrances() -> None:
    gateway = made(
        f"{NETWORK}/applicationGateways",
        "g",
        {"sku": {"tier": "WAF_v2"}, "frontendIPConfigurations": [front("a"), front()]},
    )
    found = facts(gateway, pip("a"), made("Microsoft.ApiManagement/service", "api", {}, zones=["1"]))
    assert {name: item["redundant"] for name, item in found.items()} == {"a": True, "g": True, "api": False}
    assert isinstance(found["g"]["regionHasZones"], Unknown)


def test_applications_are_entrances_where_clients_are_led_to_them() -> None:
    plan = made(PLANS, "p", {"zoneRedundant": False}, location="westeurope")
    site = made("Microsoft.Web/sites", "w", {"serverFarmId": plan.id}, location="westeurope")
    lonely = made("Microsoft.Web/sites", "x", {"serverFarmId": HOLE})
    assert set(facts(plan, site, lonely)) == {"p"}
    edge = made(f"{NETWORK}/frontDoors", "f", {"backendPools": []})
    assert set(facts(plan, site, edge)) == set()
    leading = made(
        f"{NETWORK}/trafficManagerProfiles", "t", {"endpoints": [{"properties": {"targetResourceId": site.id}}]}
    )
    assert set(facts(plan, site, leading)) == {"p"}


def test_a_firewall_on_the_way_out_is_part_of_the_path() -> None:
    own = subnet("s", "10.0.0.0/24", routeTable=ref(f"{NETWORK}/routeTables", "t"))
    table = made(
        f"{NETWORK}/routeTables",
        "t",
        {
            "routes": [
                {
                    "name": "out",
                    "properties": {
                        "addressPrefix": "0.0.0.0/0",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": "10.0.9.4",
                    },
                }
            ]
        },
    )
    configuration = {
        "name": "c",
        "properties": {"subnet": subnet_id("v", "AzureFirewallSubnet"), "privateIPAddress": "10.0.9.4"},
    }
    firewall = made(f"{NETWORK}/azureFirewalls", "fw", {"ipConfigurations": [configuration]}, location="swedencentral")
    network = vnet("v", "10.0.0.0/16", own, subnet("AzureFirewallSubnet", "10.0.9.0/26"))
    interface = made(f"{NETWORK}/networkInterfaces", "n", behind().body["properties"], location="swedencentral")
    found = facts(network, table, firewall, interface, balanced(), pip("a"))
    assert found["fw"]["role"] == "egress"
    assert found["fw"]["redundant"] is False
