"""Traffic that services need in their subnets, and what breaks it."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, made, nsg, ref, rule, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.management import MANAGEMENT, known_needs, management_facts
from everward.facts.reach.tags import tag_addresses
from everward.values import Unknown

API = "Microsoft.ApiManagement/service"
APPS = "Microsoft.Web/hostingEnvironments"


def flows(*resources: Resource) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in management_facts(world(*resources)):
        assert isinstance(item, Resource)
        assert item.type == f"Everward.{MANAGEMENT}"
        body = item.body["properties"]
        assert isinstance(body, dict)
        found[f"{body['direction']} {body['peer']} {body['ports']}"] = {**body, "condition": item.condition}
    return found


def network(*rules: dict[str, Any], **more: Any) -> list[Resource]:
    return [vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24", "g", **more)), nsg("g", *rules)]


def api(sku: str = "Premium", kind: Any = "Internal") -> Resource:
    held = {"subnetResourceId": subnet_id("v", "s")["id"]}
    return made(API, "api", {"virtualNetworkType": kind, "virtualNetworkConfiguration": held}, sku={"name": sku})


def gateway(tier: Any = "WAF_v2", tags: Any = None, **more: Any) -> Resource:
    held = {"gatewayIPConfigurations": [{"name": "c", "properties": {"subnet": subnet_id("v", "s")}}]}
    return made(f"{NETWORK}/applicationGateways", "gw", {**held, "sku": {"tier": tier}, **more}, tags=tags)


def apps(kind: Any) -> Resource:
    return made(APPS, "ase", {"virtualNetwork": subnet_id("v", "s")}, kind=kind)


def table(*routes: tuple[str, str, str | None]) -> Resource:
    listed = [
        {"name": f"r{index}", "properties": {"addressPrefix": prefix, "nextHopType": hop, "nextHopIpAddress": target}}
        for index, (prefix, hop, target) in enumerate(routes)
    ]
    return made(f"{NETWORK}/routeTables", "t", {"routes": listed})


TABLE: dict[str, Any] = {"routeTable": ref(f"{NETWORK}/routeTables", "t")}


def test_tags_of_the_table_are_published_and_sources_are_told() -> None:
    for needs in known_needs():
        assert needs.source.startswith("https://learn.microsoft.com/")
        for flow in needs.flows:
            assert flow.service.ports
            if flow.peer not in ("Internet", "AzureLoadBalancer", "own subnet"):
                assert tag_addresses(flow.peer) is not None, flow.peer


def test_a_group_without_rules_keeps_management_out() -> None:
    found = flows(*network(), api())
    management = found["inbound ApiManagement tcp/3443"]
    assert management["passes"] is False
    assert management["brokenBy"][0].endswith("/networkSecurityGroups/g")
    assert management["enforcedByService"] is False
    assert found["inbound AzureLoadBalancer tcp/6390"]["passes"] is True
    assert found["outbound Storage tcp/443"]["passes"] is True


def test_a_rule_for_the_tag_lets_management_in() -> None:
    allowed = rule("m", 100, sourceAddressPrefix="ApiManagement", destinationPortRange="3443")
    management = flows(*network(allowed), api())["inbound ApiManagement tcp/3443"]
    assert (management["passes"], management["brokenBy"], management["openToInternet"]) == (True, [], False)


def test_a_rule_for_the_tag_of_the_region_is_enough() -> None:
    allowed = rule("m", 100, sourceAddressPrefix="ApiManagement.WestEurope", destinationPortRange="3443")
    assert flows(*network(allowed), api())["inbound ApiManagement tcp/3443"]["passes"] is True


def test_a_rule_for_everybody_is_wider_than_needed() -> None:
    management = flows(*network(rule("m", 100, destinationPortRange="3443")), api())["inbound ApiManagement tcp/3443"]
    assert (management["passes"], management["openToInternet"]) == (True, True)


def test_a_rule_for_some_of_the_ports_is_not_enough() -> None:
    some = rule("m", 100, sourceAddressPrefix="GatewayManager", destinationPortRange="65200-65300")
    assert flows(*network(some), gateway())["inbound GatewayManager tcp/65200-65535"]["passes"] is False


def test_what_is_not_known_of_rules_leaves_it_open() -> None:
    holed = rule("m", 100, sourceAddressPrefix=HOLE, destinationPortRange="3443")
    assert isinstance(flows(*network(holed), api())["inbound ApiManagement tcp/3443"]["passes"], Unknown)
    lost = vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24", "elsewhere"))
    assert isinstance(flows(lost, api())["inbound ApiManagement tcp/3443"]["passes"], Unknown)


def test_a_rule_that_closes_the_way_out_breaks_what_goes_out() -> None:
    closed = rule("no", 100, "Deny", direction="Outbound", protocol="*")
    found = flows(*network(closed), api())
    assert found["outbound Sql tcp/1433"]["passes"] is False
    assert found["outbound Internet tcp/80"]["passes"] is False


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (api("Developer"), 4),
        (api("Premium"), 7),
        (api("PremiumV2"), 0),
        (api(kind="None"), 0),
        (gateway("Standard"), 3),
        (gateway("WAF_v2"), 3),
        (gateway(tags={"EnhancedNetworkControl": "True"}), 0),
        (gateway(frontendIPConfigurations=[{"properties": {"subnet": subnet_id("v", "s")}}]), 0),
        (gateway(frontendIPConfigurations=[{"properties": {"publicIPAddress": {"id": HOLE}}}]), 3),
        (gateway(frontendIPConfigurations=[HOLE]), 3),
        (apps("ASEV2"), 7),
        (apps("ASEV3"), 1),
        (apps(None), 0),
    ],
)
def test_what_is_needed_depends_on_the_kind(resource: Resource, expected: int) -> None:
    assert len(flows(*network(), resource)) == expected


def test_version_three_of_app_service_environments_needs_no_management() -> None:
    [(key, probe)] = flows(*network(), apps("ASEV3")).items()
    assert key == "inbound AzureLoadBalancer tcp/80"
    assert probe["passes"] is True
    found = flows(*network(rule("no", 100, "Deny", protocol="*")), apps("ASEV3"))
    assert found[key]["passes"] is False


def test_a_kind_that_is_not_known_may_need_it() -> None:
    found = flows(*network(), gateway(HOLE))
    assert all(isinstance(item["condition"], Unknown) for item in found.values())
    assert len(found) == 4


def test_a_route_through_an_appliance_breaks_what_must_go_straight() -> None:
    allowed = rule("m", 100, sourceAddressPrefix="GatewayManager", destinationPortRange="65200-65535")
    found = flows(*network(allowed, **TABLE), table(("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")), gateway())
    broken = found["inbound GatewayManager tcp/65200-65535"]
    assert broken["passes"] is False
    assert broken["brokenBy"][0].endswith("/routeTables/t")
    assert found["outbound Internet tcp/443"]["passes"] is False
    assert found["inbound AzureLoadBalancer tcp"]["passes"] is True


def test_a_route_of_the_tag_to_the_internet_repairs_it() -> None:
    allowed = rule("m", 100, sourceAddressPrefix="GatewayManager", destinationPortRange="65200-65535")
    routes = table(("0.0.0.0/0", "VirtualAppliance", "10.0.9.4"), ("GatewayManager", "Internet", None))
    found = flows(*network(allowed, **TABLE), routes, gateway())
    assert found["inbound GatewayManager tcp/65200-65535"]["passes"] is True


def test_what_an_appliance_lets_through_is_not_known() -> None:
    found = flows(*network(**TABLE), table(("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")), api())
    assert isinstance(found["outbound Internet tcp/80"]["passes"], Unknown)


@pytest.mark.parametrize(("hop", "expected"), [("None", False), (HOLE, None)])
def test_a_route_to_nowhere_breaks_it(hop: Any, expected: bool | None) -> None:
    passes = flows(*network(**TABLE), table(("0.0.0.0/0", hop, None)), api())["outbound Internet tcp/80"]["passes"]
    assert isinstance(passes, Unknown) if expected is None else passes is expected


def test_rules_of_managed_instances_are_put_there_by_the_service() -> None:
    instance = made("Microsoft.Sql/managedInstances", "mi", {"subnetId": subnet_id("v", "s")["id"]})
    found = flows(*network(rule("no", 100, "Deny", protocol="*")), instance)
    assert found["inbound own subnet tcp"]["passes"] is False
    assert all(item["enforcedByService"] for item in found.values())


def cluster(*names: str, **more: Any) -> Resource:
    pools = [{"name": f"p{index}", "vnetSubnetID": subnet_id("v", name)["id"]} for index, name in enumerate(names)]
    return made("Microsoft.ContainerService/managedClusters", "aks", {"agentPoolProfiles": pools, **more})


def test_nodes_reach_the_internet_and_one_another() -> None:
    found = flows(*network(), cluster("s", "s"))
    assert {key: item["passes"] for key, item in found.items()} == {
        "inbound own subnet tcp": True,
        "outbound Internet tcp/443": True,
    }
    assert flows(*network(), cluster("s", networkProfile={"outboundType": "none"})) == {}


def test_a_cluster_in_two_subnets_needs_it_in_both() -> None:
    two = vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24"), subnet("u", "10.0.1.0/24"))
    names = [item.name for item in management_facts(world(two, cluster("s", "u"))) if isinstance(item, Resource)]
    assert len(names) == len(set(names)) == 4


def test_a_service_whose_subnet_is_in_no_source_is_left_out() -> None:
    assert flows(api()) == {}


def test_a_tag_that_is_not_published_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("everward.facts.reach.management.tag_addresses", lambda _: None)
    found = flows(*network(), api())
    assert isinstance(found["inbound ApiManagement tcp/3443"]["passes"], Unknown)
