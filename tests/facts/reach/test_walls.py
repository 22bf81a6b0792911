"""Ways through Azure Firewall: translated ones from the Internet, paths between subnets, ways out to services."""

from typing import Any

import pytest
from tests.facts.reach.test_firewall_rules import app, collection, group, net, policy, wall
from tests.facts.reach.world import HOLE, NETWORK, made, nic, nsg, pip, ref, rule, subnet, vnet, world

from everward.estate import Resource
from everward.facts.reach.exposures import Exposure, Grade, exposures
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import Reply, Verdict, ask
from everward.facts.reach.services import Service, format_service
from everward.values import Unknown

SSH = Service("tcp", ports=((22, 22),))
WEB = Service("tcp", ports=((443, 443),))


def peering(of: str, other: str, **more: Any) -> Resource:
    body = {"remoteVirtualNetwork": ref(f"{NETWORK}/virtualNetworks", other), "peeringState": "Connected", **more}
    return made(f"{NETWORK}/virtualNetworks/virtualNetworkPeerings", f"{of}/to-{other}", body)


def table(name: str, *prefixes: str, target: Any = "10.0.0.4") -> Resource:
    routes = [
        {
            "name": f"r{index}",
            "properties": {"addressPrefix": prefix, "nextHopType": "VirtualAppliance", "nextHopIpAddress": target},
        }
        for index, prefix in enumerate(prefixes)
    ]
    return made(f"{NETWORK}/routeTables", name, {"routes": routes})


def routed(name: str) -> dict[str, Any]:
    return {"routeTable": ref(f"{NETWORK}/routeTables", name)}


def spokes(*resources: Resource, forwarded: bool = True, back: bool = True, target: Any = "10.0.0.4") -> Networks:
    """A hub with a firewall, and two spokes whose routes lead through it."""
    flags = {"allowForwardedTraffic": forwarded}
    second = routed("t") if back else {}
    return world(
        wall(),
        pip("fip", "203.0.113.9"),
        vnet("hub", "10.0.0.0/16", subnet("AzureFirewallSubnet", "10.0.0.0/26")),
        vnet("a", "10.1.0.0/16", subnet("one", "10.1.1.0/24", **routed("t"))),
        vnet("b", "10.2.0.0/16", subnet("two", "10.2.1.0/24", "g", **second)),
        table("t", "0.0.0.0/0", target=target),
        *(peering("hub", name, **flags) for name in ("a", "b")),
        *(peering(name, "hub", **flags) for name in ("a", "b")),
        nic("client", "a", "one", "10.1.1.4"),
        nic("server", "b", "two", "10.2.1.4"),
        *(() if any(item.name == "g" for item in resources) else (nsg("g"),)),
        *resources,
        services=(WEB, SSH),
    )


def rules(*listed: dict[str, Any], action: str = "Allow", nat: bool = False) -> Resource:
    return group("rules", 100, collection("c", 100, action, *listed, nat=nat))


def reply(made_world: Networks, service: Service = WEB, target: str = "server") -> Reply:
    [found] = ask(made_world, "client", target, service)
    return found


def test_between_spokes_the_rules_decide() -> None:
    allowed = reply(spokes(policy(), rules(net("web", "10.1.0.0/16", "10.2.0.0/16", "443"))))
    [way] = allowed.ways
    assert (allowed.verdict, way.confirmed) == (Verdict.OPEN, True)
    assert [step.what for step in way.steps] == ["leaves `one`", "through the firewall", "arrives at interface"]
    assert [step.what for step in way.decided_by] == ["firewall `wall`: network rule `web`"]
    assert str(way.witness) == "tcp 10.1.1.4 -> 10.2.1.4:443"
    closed = reply(spokes(policy(), rules(net("web", "10.1.0.0/16", "10.2.0.0/16", "443"))), SSH)
    assert closed.verdict is Verdict.CLOSED
    assert [step.what for step in closed.ways[0].decided_by] == ["firewall `wall`: no rule lets it through"]
    denied = reply(spokes(policy(), rules(net("no", ports="443"), action="Deny")))
    assert [step.what for step in denied.ways[0].decided_by] == ["firewall `wall`: network rule `no`"]


def test_what_the_groups_behind_see() -> None:
    kept = rules(net("web", ports="443"))
    only_clients = nsg("g", rule("clients", 100, sourceAddressPrefix="10.1.1.0/24"), rule("no", 200, "Deny"))
    only_firewall = nsg("g", rule("wall", 100, sourceAddressPrefix="10.0.0.0/26"), rule("no", 200, "Deny"))
    assert reply(spokes(policy(), kept, only_clients)).verdict is Verdict.OPEN
    assert reply(spokes(policy(), kept, only_firewall)).verdict is Verdict.CLOSED
    always = policy(snat={"privateRanges": ["255.255.255.255/32"]})
    assert reply(spokes(always, kept, only_clients)).verdict is Verdict.CLOSED
    assert reply(spokes(always, kept, only_firewall)).verdict is Verdict.OPEN
    proxied = rules(app("web", "*"))
    assert reply(spokes(policy(), proxied, only_firewall)).verdict is Verdict.OPEN
    assert reply(spokes(policy(), proxied, only_clients)).verdict is Verdict.CLOSED
    assert reply(spokes(policy(), rules(app("web", "a.contoso.com")))).verdict is Verdict.UNKNOWN


def test_peerings_and_the_way_back() -> None:
    kept = rules(net("web", ports="443"))
    closed = reply(spokes(policy(), kept, forwarded=False))
    assert closed.verdict is Verdict.CLOSED
    assert any("lets no forwarded traffic in" in step.what for way in closed.ways for step in way.decided_by)
    assert reply(spokes(policy(), kept, back=False)).verdict is Verdict.CLOSED
    assert reply(spokes(policy(), rules(app("web", "*")), back=False)).verdict is Verdict.OPEN
    assert reply(spokes(policy(), kept, target="10.9.9.9")).verdict is Verdict.UNKNOWN
    assert reply(spokes(policy(), kept, target=HOLE)).verdict is Verdict.UNKNOWN


def test_a_reference_to_the_firewall_is_its_address() -> None:
    attribute = "azurerm_firewall.fw.ip_configuration[0].private_ip_address"
    target = Unknown(reason="known after apply", decided_by=(attribute,))
    firewall = made(f"{NETWORK}/azureFirewalls", "wall", wall().body["properties"], declared="azurerm_firewall.fw")
    network = vnet(
        "hub",
        "10.0.0.0/16",
        subnet("AzureFirewallSubnet", "10.0.0.0/26"),
        subnet("one", "10.0.1.0/24", **routed("t")),
        subnet("two", "10.0.2.0/24", **routed("t")),
    )
    made_world = world(
        firewall,
        network,
        table("t", "10.0.1.0/24", "10.0.2.0/24", target=target),
        nic("client", "hub", "one", "10.0.1.4"),
        nic("server", "hub", "two", "10.0.2.4"),
        policy(),
        rules(net("web", ports="443")),
        services=(WEB,),
    )
    assert reply(made_world).verdict is Verdict.OPEN


def test_the_matrix_goes_through_firewalls() -> None:
    made_world = spokes(policy(), rules(net("web", "10.1.0.0/16", "10.2.0.0/16", "443")))
    cells = {(cell.source.name, cell.destination.name): cell for cell in Matrix(made_world).cells()}
    there, back = cells["one", "two"], cells["two", "one"]
    shown = [format_service(item) for item in made_world.space.describe(there.every)]
    assert (shown, there.some == there.every == there.perhaps, there.route) == (["tcp/443"], True, True)
    assert (back.some, back.every, back.perhaps) == (0, 0, 0)
    apart = spokes(policy(), rules(app("web", "*")), back=False)
    found = {(cell.source.name, cell.destination.name): cell for cell in Matrix(apart).cells()}["one", "two"]
    assert (found.some, found.every, bool(found.perhaps)) == (0, 0, True)


STORE = made("Microsoft.Storage/storageAccounts", "st1", {"networkAcls": {"defaultAction": "Deny"}})


@pytest.mark.parametrize(
    ("acl", "pattern", "verdict"),
    [
        ({"defaultAction": "Allow"}, "*.blob.core.windows.net", Verdict.UNKNOWN),
        ({"defaultAction": "Allow"}, "*.core.windows.net", Verdict.OPEN),
        ({"defaultAction": "Allow"}, "*.vault.azure.net", Verdict.CLOSED),
        ({"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.9"}]}, "*", Verdict.OPEN),
        ({"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.1"}]}, "*", Verdict.CLOSED),
    ],
)
def test_services_see_the_public_address_of_the_firewall(acl: Any, pattern: str, verdict: Verdict) -> None:
    account = made("Microsoft.Storage/storageAccounts", "st1", {"networkAcls": acl})
    made_world = spokes(policy(), rules(app("store", pattern)), account)
    found = reply(made_world, target="st1")
    assert found.verdict is verdict, found.ways
    [way] = found.ways
    assert way.steps[0].what == "through the firewall"


def test_a_subnet_without_a_way_out_of_its_own_leaves_by_the_firewall() -> None:
    account = made("Microsoft.Storage/storageAccounts", "st1", {"networkAcls": {"defaultAction": "Allow"}})
    alone = vnet("a", "10.1.0.0/16", subnet("one", "10.1.1.0/24", defaultOutboundAccess=False, **routed("t")))
    network = vnet("hub", "10.0.0.0/16", subnet("AzureFirewallSubnet", "10.0.0.0/26"))
    made_world = world(
        wall(),
        pip("fip"),
        network,
        alone,
        table("t", "0.0.0.0/0"),
        peering("hub", "a"),
        peering("a", "hub"),
        nic("client", "a", "one", "10.1.1.4"),
        policy(),
        rules(app("store", "*.core.windows.net")),
        account,
        services=(WEB,),
    )
    assert reply(made_world, target="st1").verdict is Verdict.OPEN


def ssh(**more: Any) -> dict[str, Any]:
    return {
        "ruleType": "NatRule",
        "name": "ssh",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "destinationAddresses": ["203.0.113.9"],
        "destinationPorts": ["2222"],
        "translatedAddress": "10.2.1.4",
        "translatedPort": "22",
        **more,
    }


def ways_in(*listed: dict[str, Any], **more: Any) -> list[Exposure]:
    found = exposures(spokes(policy(), rules(*listed, action="DNAT", nat=True), **more))
    return [item for item in found if item.kind == "firewall"]


def test_a_translated_way_in() -> None:
    [one] = ways_in(ssh())
    assert (one.target.name, one.grade, one.certain, one.confirmed) == ("server", Grade.INTERNET, True, True)
    assert [format_service(item) for item in one.services] == ["tcp/2222"]
    assert str(one.witness) == "tcp 198.51.100.7 -> 203.0.113.9:2222"
    assert [step.what for step in one.path] == [
        "public address",
        "the firewall",
        "translating rule `ssh` of `wall`",
        "interface in `two`",
    ]
    assert "groups inside see an address of `wall` as the sender, whoever it is" in one.notes


def test_who_a_translating_rule_lets_in() -> None:
    [one] = ways_in(ssh(sourceAddresses=["203.0.113.128/25"]))
    assert one.grade is Grade.RANGES
    assert ways_in(ssh(sourceAddresses=["10.0.0.0/8"])) == []
    assert ways_in(ssh(destinationAddresses=["198.51.100.1"])) == []
    first = ssh(name="first", translatedAddress="10.1.1.4")
    [taken] = ways_in(first, ssh())
    assert taken.target.name == "client", "the first rule that matches translates"


def test_groups_that_keep_the_firewall_out_close_a_translated_way() -> None:
    made_world = spokes(policy(), rules(ssh(), action="DNAT", nat=True), nsg("g", rule("no", 100, "Deny")))
    assert [item for item in exposures(made_world) if item.kind == "firewall"] == []


def test_what_is_not_known_of_translations() -> None:
    [nowhere] = ways_in(ssh(translatedAddress="192.168.77.1"))
    assert (nowhere.target.name, nowhere.notes) == ("wall", ("it leads to `192.168.77.1`, which is in no source",))
    assert isinstance(nowhere.certain, Unknown)
    [source] = ways_in(ssh(sourceAddresses=HOLE))
    assert isinstance(source.certain, Unknown)
    [port] = ways_in(ssh(translatedPort=HOLE))
    assert isinstance(port.certain, Unknown)
    [name] = ways_in(ssh(translatedAddress="", translatedFqdn="inside.contoso.com"))
    assert name.notes == ("it leads to `inside.contoso.com`, which is in no source",)
    made_world = spokes()
    [unread] = [item for item in exposures(made_world) if item.kind == "firewall"]
    assert (unread.target.name, isinstance(unread.certain, Unknown)) == ("wall", True)
    [inside] = ways_in(ssh(translatedAddress="10.2.1.77"))
    assert (inside.target.name, inside.part) == ("b", "10.2.1.77")


def test_a_translated_way_to_an_internal_load_balancer() -> None:
    front = {
        "name": "f",
        "properties": {"subnet": {"id": _id("b", "two")}, "privateIPAddress": "10.2.1.9"},
    }
    balancer = made(f"{NETWORK}/loadBalancers", "lb", {})
    pool = f"{balancer.id}/backendAddressPools/p"
    body = {
        "frontendIPConfigurations": [front],
        "loadBalancingRules": [
            {
                "name": "r",
                "properties": {
                    "protocol": "Tcp",
                    "frontendPort": 22,
                    "backendPort": 2022,
                    "frontendIPConfiguration": {"id": f"{balancer.id}/frontendIPConfigurations/f"},
                    "backendAddressPool": {"id": pool},
                },
            }
        ],
    }
    machine = nic("backend", "b", "two", "10.2.1.10", ip={"loadBalancerBackendAddressPools": [{"id": pool}]})
    balancer = made(f"{NETWORK}/loadBalancers", "lb", body)
    made_world = spokes(policy(), rules(ssh(translatedAddress="10.2.1.9"), action="DNAT", nat=True), balancer, machine)
    [one] = [item for item in exposures(made_world) if item.kind == "firewall"]
    assert (one.target.name, one.confirmed) == ("backend", True)
    assert [format_service(item) for item in one.extra["inside"]] == ["tcp/2022"]


def _id(network: str, name: str) -> str:
    return f"{made(f'{NETWORK}/virtualNetworks', network, {}).id}/subnets/{name}"


def test_forced_tunnelling_makes_translations_uncertain() -> None:
    away = table("tunnel", "0.0.0.0/0", target="10.0.9.9")
    hub = subnet("AzureFirewallSubnet", "10.0.0.0/26", **routed("tunnel"))
    made_world = world(
        wall(),
        pip("fip", "203.0.113.9"),
        vnet("hub", "10.0.0.0/16", hub, subnet("two", "10.0.2.0/24")),
        away,
        nic("server", "hub", "two", "10.0.2.4"),
        policy(),
        rules(ssh(translatedAddress="10.0.2.4"), action="DNAT", nat=True),
    )
    [one] = [item for item in exposures(made_world) if item.kind == "firewall"]
    assert isinstance(one.certain, Unknown)
    assert "another way" in one.certain.reason


def test_asked_from_the_internet() -> None:
    made_world = spokes(policy(), rules(ssh(), action="DNAT", nat=True))
    [found] = ask(made_world, "internet", "server", Service("tcp", ports=((2222, 2222),)))
    assert found.verdict is Verdict.OPEN
