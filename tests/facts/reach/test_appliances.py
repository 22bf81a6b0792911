"""Appliances, and flows that routes send through them."""

from typing import Any

import pytest
from tests.facts.reach.world import GROUP, HOLE, NETWORK, made, nic, ref, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.appliances import APPLIANCE, FLOW, Appliances, appliance_facts
from everward.values import Unknown

MACHINES = "Microsoft.Compute/virtualMachines"
SETS = "Microsoft.Compute/virtualMachineScaleSets"


def through(prefix: Any, target: Any = "10.0.9.4", name: str = "way") -> Resource:
    body = {"addressPrefix": prefix, "nextHopType": "VirtualAppliance", "nextHopIpAddress": target}
    return made(f"{NETWORK}/routeTables", "t", {"routes": [{"name": name, "properties": body}]})


def network(**more: Any) -> Resource:
    table: dict[str, Any] = {"routeTable": ref(f"{NETWORK}/routeTables", "t")}
    return vnet(
        "v",
        "10.0.0.0/16",
        subnet("web", "10.0.1.0/24", **table, **more),
        subnet("data", "10.0.2.0/24"),
        subnet("AzureFirewallSubnet", "10.0.9.0/26"),
    )


def firewall(address: Any = "10.0.9.4", **more: Any) -> Resource:
    held = {"subnet": subnet_id("v", "AzureFirewallSubnet"), "privateIPAddress": address}
    body = {"ipConfigurations": [{"name": "c", "properties": held}], "sku": {"tier": more.pop("tier", "Premium")}}
    return made(f"{NETWORK}/azureFirewalls", "fw", body, location="swedencentral", **more)


def facts(*resources: Resource) -> tuple[list[Any], list[Any]]:
    found = [item for item in appliance_facts(world(*resources)) if isinstance(item, Resource)]
    subnets = [item for item in found if item.type == f"Everward.{FLOW}"]
    flows = [Told(flow, item) for item in subnets for flow in told(item)["flows"]]
    return [item for item in found if item.type == f"Everward.{APPLIANCE}"], flows


class Told:
    """A flow as the fact of its subnet has it."""

    def __init__(self, flow: dict[str, Any], subnet: Resource) -> None:
        self.body = {"properties": {**told(subnet), **flow}}


def told(fact: Any) -> dict[str, Any]:
    found: dict[str, Any] = fact.body["properties"]
    return found


def test_a_route_between_subnets_through_a_firewall_is_a_flow() -> None:
    [appliance], [flow] = facts(network(), through("10.0.2.0/24"), firewall(zones=["1", "2", "3"]))
    assert told(flow)["sourceName"] == "web"
    assert told(flow)["destinationNames"] == ["data"]
    assert told(flow)["appliance"] == appliance.id.split("/providers/Everward")[0]
    assert (told(flow)["route"], told(flow)["zones"], told(flow)["certain"]) == ("way", ["1", "2", "3"], True)
    assert told(appliance)["zoneRedundant"] is True
    assert told(appliance)["tier"] == "Premium"
    assert told(appliance)["instances"] is None
    assert told(appliance)["regionHasZones"] is True


def test_a_route_to_the_internet_alone_is_no_flow_of_the_application() -> None:
    appliances, flows = facts(network(), through("0.0.0.0/0"), firewall())
    assert len(appliances) == 1
    assert flows == []
    [fact] = [item for item in appliance_facts(world(network(), through("0.0.0.0/0"))) if isinstance(item, Resource)]
    assert told(fact)["crossesAppliance"] is False


@pytest.mark.parametrize("table", [ref(f"{NETWORK}/routeTables", "gone"), {"id": HOLE}])
def test_routes_that_no_source_shows_leave_it_open(table: Any) -> None:
    home = vnet("v", "10.0.0.0/16", subnet("web", "10.0.1.0/24", routeTable=table), subnet("data", "10.0.2.0/24"))
    [fact] = [item for item in appliance_facts(world(home)) if isinstance(item, Resource)]
    assert isinstance(told(fact)["crossesAppliance"], Unknown)


def test_a_route_whose_prefix_is_not_known_is_perhaps_a_flow() -> None:
    _, [flow] = facts(network(), through(HOLE), firewall())
    assert isinstance(told(flow)["crossesAppliance"], Unknown)
    assert told(flow)["certain"] is False


def test_a_route_that_may_not_be_taken_is_perhaps_a_flow() -> None:
    both = made(
        f"{NETWORK}/routeTables",
        "t",
        {
            "routes": [
                {"name": "one", "properties": {"addressPrefix": "10.0.2.0/24", "nextHopType": HOLE}},
                {
                    "name": "two",
                    "properties": {
                        "addressPrefix": "10.0.2.0/24",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": "10.0.9.4",
                    },
                },
            ]
        },
    )
    _, flows = facts(network(), both, firewall())
    assert all(told(flow)["appliance"] is not None for flow in flows)


def test_the_firewall_of_the_subnet_is_meant_where_its_address_is_not_written() -> None:
    _, [flow] = facts(network(), through("10.0.2.0/24"), firewall(None))
    assert told(flow)["appliance"] is not None


def test_an_address_that_is_an_attribute_of_a_firewall_means_it() -> None:
    name = "azurerm_firewall.fw"
    hole = Unknown(reason="known after apply", decided_by=(f"{name}.ip_configuration[0].private_ip_address",))
    _, [flow] = facts(network(), through("10.0.2.0/24", hole), firewall(None, declared=name))
    assert told(flow)["appliance"] is not None
    other = Unknown(reason="known after apply", decided_by=("azurerm_firewall.fw2.x",))
    _, [flow] = facts(network(), through("10.0.2.0/24", other), firewall(None, declared=name))
    assert told(flow)["appliance"] is None
    assert isinstance(told(flow)["zoneRedundant"], Unknown)


@pytest.mark.parametrize("target", ["10.0.9.4", "192.0.2.1", "nonsense", None])
def test_an_appliance_that_no_source_shows_is_still_on_the_way(target: Any) -> None:
    appliances, [flow] = facts(network(), through("10.0.2.0/24", target))
    assert appliances == []
    assert told(flow)["appliance"] is None
    assert told(flow)["nextHop"] == target


def test_regions_of_the_workload_without_an_appliance_are_named() -> None:
    one = made("Microsoft.ContainerService/managedClusters", "a", {}, location="swedencentral")
    two = made("Microsoft.ContainerService/managedClusters", "b", {}, location="brazilsouth")
    [appliance], _ = facts(network(), firewall(), one, two)
    assert told(appliance)["regionsWithout"] == ["brazilsouth"]


@pytest.mark.parametrize(("sku", "expected"), [({}, "Standard"), ({"tier": "Basic"}, "Basic"), ({"tier": HOLE}, HOLE)])
def test_a_firewall_has_a_tier(sku: Any, expected: Any) -> None:
    [appliance], _ = facts(made(f"{NETWORK}/azureFirewalls", "fw", {"sku": sku}))
    assert told(appliance)["tier"] == expected


# Machines


def forwarding(name: str, address: str, **more: Any) -> Resource:
    return nic(name, "v", "AzureFirewallSubnet", address, enableIPForwarding=True, **more)


def machine(name: str, interface: str, **more: Any) -> Resource:
    listed = [ref(f"{NETWORK}/networkInterfaces", interface)]
    return made(MACHINES, name, {"networkProfile": {"networkInterfaces": listed}}, **more)


def test_a_single_machine_is_one_in_one_zone() -> None:
    [appliance], [flow] = facts(
        network(), through("10.0.2.0/24"), forwarding("n", "10.0.9.4"), machine("m", "n", zones=["1"])
    )
    assert (told(appliance)["zoneRedundant"], told(appliance)["instances"]) == (False, 1)
    assert told(flow)["zones"] == ["1"]
    assert told(appliance)["managed"] is False


def test_an_interface_names_its_machine() -> None:
    own = forwarding("n", "10.0.9.4", virtualMachine=ref(MACHINES, "m"))
    [appliance], _ = facts(network(), own, made(MACHINES, "m", {}, zones=["2"]))
    assert told(appliance)["zones"] == ["2"]


@pytest.mark.parametrize("zones", [None, HOLE])
def test_machines_without_zones_or_with_unknown_ones(zones: Any) -> None:
    [appliance], _ = facts(network(), forwarding("n", "10.0.9.4"), machine("m", "n", zones=zones))
    expected = told(appliance)["zoneRedundant"]
    assert expected is False if zones is None else isinstance(expected, Unknown)


def test_a_machine_that_no_source_shows_is_not_known() -> None:
    [appliance], _ = facts(network(), forwarding("n", "10.0.9.4"))
    assert isinstance(told(appliance)["zoneRedundant"], Unknown)
    assert told(appliance)["instances"] == 1


def balancer(**more: Any) -> Resource:
    held = {"subnet": subnet_id("v", "AzureFirewallSubnet"), "privateIPAddress": "10.0.9.4"}
    pool = {"id": f"{GROUP}/providers/{NETWORK}/loadBalancers/l/backendAddressPools/p", "name": "p"}
    body = {"frontendIPConfigurations": [{"name": "f", "properties": held}], "backendAddressPools": [pool]}
    return made(f"{NETWORK}/loadBalancers", "l", body, **more)


POOL = {
    "loadBalancerBackendAddressPools": [{"id": f"{GROUP}/providers/{NETWORK}/loadBalancers/l/backendAddressPools/p"}]
}


def test_a_load_balancer_is_what_stands_behind_it() -> None:
    ends = [forwarding(f"n{index}", f"10.0.9.{index + 5}", ip=POOL) for index in (1, 2)]
    machines = [machine(f"m{index}", f"n{index}", zones=[str(index)]) for index in (1, 2)]
    appliances, [flow] = facts(network(), through("10.0.2.0/24"), balancer(), *ends, *machines)
    assert (told(flow)["zoneRedundant"], told(flow)["instances"], told(flow)["zones"]) == (True, 2, ["1", "2"])
    assert told(flow)["applianceType"] == f"{NETWORK}/loadBalancers"
    assert len(appliances) == 3


def test_a_scale_set_behind_a_load_balancer_says_how_many_it_is() -> None:
    held = {"subnet": subnet_id("v", "AzureFirewallSubnet"), **POOL}
    interface = {
        "name": "n",
        "properties": {"enableIPForwarding": True, "ipConfigurations": [{"name": "c", "properties": held}]},
    }
    profile = {"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [interface]}}}
    own = made(SETS, "s", profile, sku={"capacity": 3}, zones=["1", "2", "3"])
    _, [flow] = facts(network(), through("10.0.2.0/24"), balancer(), own)
    assert (told(flow)["zoneRedundant"], told(flow)["instances"]) == (True, 3)
    silent = made(SETS, "s", profile)
    found = Appliances(world(network(), silent))
    assert isinstance(found.spread(silent)[1], Unknown)


def test_nothing_behind_a_load_balancer_is_not_known() -> None:
    _, [flow] = facts(network(), through("10.0.2.0/24"), balancer())
    assert isinstance(told(flow)["instances"], Unknown)


def test_what_is_no_appliance_by_its_type_is_not_known() -> None:
    vault = made("Microsoft.KeyVault/vaults", "v", {})
    found, count = Appliances(world(vault)).spread(vault)
    assert isinstance(found.redundant, Unknown)
    assert isinstance(count, Unknown)
