"""Ways in from the Internet: each has a witness that the plain evaluator lets in, and what is closed lets none in."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reach.test_filters import written_rules
from tests.facts.reach.world import HOLE, NETWORK, made, nic, nsg, pip, ref, rule, subnet, subnet_id, vnet, world

from everward.facts.reach.addresses import format_address
from everward.facts.reach.exposures import Exposure, Grade, exposures, internet
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.rules import INBOUND
from everward.facts.reach.services import format_service
from everward.facts.reach.witness import check
from everward.values import Unknown

SAMPLED = 10_000


def behind(*rules: Any, address: Any = "203.0.113.5", sku: str | None = "Standard", **own: Any) -> Networks:
    return world(
        nsg("g", *rules),
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g", **own)),
        pip("p", address, sku),
        nic("n", "v", "s", "10.0.1.4", "p"),
    )


def found(made_world: Networks) -> list[Exposure]:
    return list(exposures(made_world))


def test_a_rule_for_everybody_is_a_way_in() -> None:
    [one] = found(behind(rule("ssh", 100, destinationPortRange="22")))
    assert (one.kind, one.grade, one.certain, one.confirmed) == ("interface", Grade.INTERNET, True, True)
    assert [format_service(service) for service in one.services] == ["tcp/22"]
    assert str(one.witness) == "tcp 198.51.100.7 -> 10.0.1.4:22"
    assert [step.what for step in one.decided_by] == ["rule `ssh`, priority 100"]
    assert [step.what for step in one.path] == ["public address", "interface in `s`"]


def test_nothing_is_open_where_the_last_rule_decides() -> None:
    assert found(behind()) == []
    assert found(behind(rule("inside", 100, sourceAddressPrefix="VirtualNetwork"))) == []


@pytest.mark.parametrize(
    ("source", "grade"),
    [
        ("*", Grade.INTERNET),
        ("Internet", Grade.INTERNET),
        ("0.0.0.0/1", Grade.INTERNET),
        ("203.0.113.0/24,8.8.8.8", Grade.RANGES),
        ("AzureCloud", Grade.AZURE),
        ("AzureFrontDoor.Backend", Grade.AZURE),
        ("203.0.113.0/24", Grade.RANGES),
    ],
)
def test_who_comes_in(source: str, grade: Grade) -> None:
    written: dict[str, Any] = {"sourceAddressPrefix": "", "sourceAddressPrefixes": source.split(",")}
    [one] = found(behind(rule("web", 100, destinationPortRange="443", **written)))
    assert one.grade is grade


def test_each_grade_is_told_once() -> None:
    listed = found(
        behind(
            rule("web", 100, destinationPortRange="443"),
            rule("edge", 110, destinationPortRange="8443", sourceAddressPrefix="AzureFrontDoor.Backend"),
            rule("office", 120, destinationPortRange="22", sourceAddressPrefix="203.0.113.0/24"),
        )
    )
    shown = {one.grade: [format_service(item) for item in one.services] for one in listed}
    assert shown == {Grade.INTERNET: ["tcp/443"], Grade.AZURE: ["tcp/8443"], Grade.RANGES: ["tcp/22"]}


def test_what_is_not_known_is_a_way_in_perhaps() -> None:
    [one] = found(behind(rule("open", 100, destinationPortRange="22", sourceAddressPrefix=HOLE)))
    assert isinstance(one.certain, Unknown)
    assert one.certain.decided_by == ("var.x",)
    assert not one.confirmed


def test_a_group_that_is_not_known() -> None:
    body = {"networkSecurityGroup": {"id": HOLE}}
    made_world = world(
        vnet("v", "10.0.0.0/16", {"name": "s", "properties": {"addressPrefix": "10.0.1.0/24", **body}}),
        pip("p"),
        nic("n", "v", "s", "10.0.1.4", "p"),
    )
    [one] = found(made_world)
    assert isinstance(one.certain, Unknown)


def test_without_groups_only_basic_addresses_are_open() -> None:
    def bare(sku: str | None) -> list[Exposure]:
        network = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24"))
        return found(world(network, pip("p", None, sku), nic("n", "v", "s", "10.0.1.4", "p")))

    assert bare("Standard") == []
    [one] = bare(None)
    assert (one.certain, one.notes) == (True, ("no network security group stands in the way",))


def test_an_address_that_nobody_read_may_be_open() -> None:
    network = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g"))
    ssh = nsg("g", rule("ssh", 100, destinationPortRange="22"))
    [one] = found(world(network, ssh, nic("n", "v", "s", "10.0.1.4", "gone")))
    assert one.path[0].what == "a public address that is in no source"
    unknown = nic("n", "v", "s", "10.0.1.4", ip={"publicIPAddress": {"id": HOLE}})
    [one] = found(world(network, ssh, unknown))
    assert one.path[0].what == "a public address that is not known yet"


def test_routes_that_send_answers_elsewhere_close_the_straight_way() -> None:
    away = made(
        f"{NETWORK}/routeTables",
        "t",
        {"routes": [{"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}}]},
    )
    made_world = world(
        nsg("g", rule("ssh", 100, destinationPortRange="22")),
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g", routeTable=ref(f"{NETWORK}/routeTables", "t"))),
        pip("p"),
        nic("n", "v", "s", "10.0.1.4", "p"),
        away,
    )
    assert found(made_world) == []


def balanced(floating: Any, *rules: Any, port: int = 443, protocol: str = "Tcp") -> list[Exposure]:
    pool = {"id": "/pool"}
    front = {"name": "front", "properties": {"publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "p")}}
    body = {
        "frontendIPConfigurations": [front],
        "loadBalancingRules": [
            {
                "name": "web",
                "properties": {
                    "frontendIPConfiguration": {"id": "/x/frontendIPConfigurations/front"},
                    "backendAddressPool": pool,
                    "protocol": protocol,
                    "frontendPort": port,
                    "backendPort": 8443 if port else 0,
                    "enableFloatingIP": floating,
                },
            },
            {"name": "other", "properties": {"frontendIPConfiguration": {"id": "/x/frontendIPConfigurations/inside"}}},
        ],
    }
    made_world = world(
        nsg("g", *rules),
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g")),
        pip("p", "203.0.113.5"),
        nic("n", "v", "s", "10.0.1.4", ip={"loadBalancerBackendAddressPools": [pool]}),
        made(f"{NETWORK}/loadBalancers", "b", body),
    )
    return found(made_world)


def test_behind_a_load_balancer_groups_see_the_port_and_address_inside() -> None:
    assert balanced(False, rule("web", 100, destinationPortRange="443")) == []
    [one] = balanced(False, rule("web", 100, destinationPortRange="8443", destinationAddressPrefix="10.0.1.4"))
    assert [format_service(service) for service in one.services] == ["tcp/443"]
    assert str(one.witness) == "tcp 198.51.100.7 -> 10.0.1.4:8443"
    assert one.kind == "load balancer"


def test_with_a_floating_address_groups_see_what_was_sent() -> None:
    [one] = balanced(True, rule("web", 100, destinationPortRange="443", destinationAddressPrefix="203.0.113.5"))
    assert str(one.witness) == "tcp 198.51.100.7 -> 203.0.113.5:443"
    assert balanced(True, rule("web", 100, destinationPortRange="443", destinationAddressPrefix="10.0.1.4")) == []
    [perhaps] = balanced(HOLE, rule("web", 100, destinationPortRanges=["443", "8443"]))
    assert perhaps.services


def natted(field: str, ports: dict[str, int], ip: dict[str, Any], **more: Any) -> list[Exposure]:
    """One machine behind an inbound NAT rule of a load balancer."""
    rules = [
        {
            "name": "ssh",
            "properties": {
                "frontendIPConfiguration": {"id": "/x/frontendIPConfigurations/front"},
                "protocol": "Tcp",
                "backendPort": 22,
                **ports,
                **more,
            },
        },
        {"name": "inside", "properties": {"frontendIPConfiguration": {"id": "/x/frontendIPConfigurations/no"}}},
    ]
    front = {"name": "front", "properties": {"publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "p")}}
    return found(
        world(
            nsg("g", rule("ssh", 100, destinationPortRange="22")),
            vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g")),
            pip("p", "203.0.113.5"),
            nic("n", "v", "s", "10.0.1.4", ip=ip),
            made(f"{NETWORK}/loadBalancers", "b", {"frontendIPConfigurations": [front], field: rules}),
        )
    )


NAT_ID = f"{made(f'{NETWORK}/loadBalancers', 'b', {}).id}/inboundNatRules/ssh"
NAT_CASES: list[Any] = [
    ({"frontendPort": 50001}, {"loadBalancerInboundNatRules": [{"id": NAT_ID}]}, {}),
    (
        {"frontendPort": 50001},
        {},
        {"backendIPConfiguration": {"id": f"{ref(f'{NETWORK}/networkInterfaces', 'n')['id']}/ipConfigurations/one"}},
    ),
    (
        {"frontendPortRangeStart": 50001, "frontendPortRangeEnd": 50009},
        {"loadBalancerBackendAddressPools": [{"id": "/pool"}]},
        {"backendAddressPool": {"id": "/pool"}},
    ),
]


@pytest.mark.parametrize(("ports", "ip", "more"), NAT_CASES)
def test_inbound_nat_rules_are_ways_in(ports: Any, ip: Any, more: Any) -> None:
    [one] = natted("inboundNatRules", ports, ip, **more)
    wanted = "tcp/50001" if "frontendPort" in ports else "tcp/50001-50009"
    assert [format_service(service) for service in one.services] == [wanted]
    assert (str(one.witness), one.confirmed) == ("tcp 198.51.100.7 -> 10.0.1.4:22", True)
    assert one.path[1].what == "inbound NAT rule `ssh`"
    assert natted("inboundNatRules", ports, {}) == []


def test_machines_of_a_scale_set_with_addresses_of_their_own_are_ways_in() -> None:
    item = {"name": "c", "properties": {"subnet": subnet_id("v", "s"), "publicIPAddressConfiguration": {"name": "p"}}}
    profile = {"networkInterfaceConfigurations": [{"name": "n", "properties": {"ipConfigurations": [item]}}]}
    [one] = found(
        world(
            nsg("g", rule("ssh", 100, destinationPortRange="22")),
            vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g")),
            made(
                "Microsoft.Compute/virtualMachineScaleSets", "m", {"virtualMachineProfile": {"networkProfile": profile}}
            ),
        )
    )
    assert (one.certain, one.confirmed, one.has_port(frozenset({22}))) == (True, True, True)


def test_a_rule_for_all_ports_of_a_load_balancer() -> None:
    [one] = balanced(True, rule("ssh", 100, destinationPortRange="22"), port=0, protocol="All")
    assert [format_service(service) for service in one.extra["inside"]] == ["tcp/22"]
    # Ports are not translated: what the group keeps out is not open outside either.
    assert [format_service(service) for service in one.services] == ["tcp/22"]


def test_public_endpoints_of_services_are_ways_in() -> None:
    listed = found(
        world(
            made("Microsoft.KeyVault/vaults", "kv", {}),
            made("Microsoft.Sql/servers", "closed", {}),
            made("Microsoft.Cache/redis", "cache", {"publicNetworkAccess": HOLE}),
            made("Microsoft.Web/sites", "app", {"siteConfig": {"scmIpSecurityRestrictionsUseMain": True}}),
            made("Microsoft.Web/sites", "shut", {"publicNetworkAccess": "Disabled"}),
        )
    )
    shown = {(one.target.name, one.part): (one.kind, one.certain is True, one.ports()) for one in listed}
    assert shown == {
        ("kv", ""): ("service", True, ((443, 443),)),
        ("cache", ""): ("service", False, ((6380, 6380),)),
        ("app", "site"): ("app", True, ((443, 443),)),
        ("app", "scm"): ("app", True, ((443, 443),)),
    }
    vault = next(one for one in listed if one.target.name == "kv")
    assert [step.what for step in vault.decided_by] == [
        "properties.networkAcls.defaultAction is not set",
        "properties.publicNetworkAccess is not set",
    ]


def test_sites_for_some_only() -> None:
    edge = {"ipAddress": "AzureFrontDoor.Backend", "tag": "ServiceTag", "action": "Allow", "priority": 1}
    config = {
        "ipSecurityRestrictions": [edge],
        "scmIpSecurityRestrictions": [{**edge, "ipAddress": "203.0.113.7", "tag": "Default"}],
    }
    site, scm = found(world(made("Microsoft.Web/sites", "app", {"siteConfig": config})))
    assert (site.grade, scm.grade) == (Grade.AZURE, Grade.RANGES)


def test_a_site_that_asks_for_a_header_is_not_open_to_all_of_azure() -> None:
    edge = {"ipAddress": "AzureFrontDoor.Backend", "tag": "ServiceTag", "headers": {"X-Azure-FDID": ["1"]}}
    config = {"ipSecurityRestrictions": [edge], "scmIpSecurityRestrictionsUseMain": True}
    for one in found(world(made("Microsoft.Web/sites", "app", {"siteConfig": config}))):
        assert one.grade is Grade.RANGES
        assert one.notes == ("only requests with the header `x-azure-fdid` that its rules ask for",)


def test_a_site_for_networks_alone_is_no_way_in() -> None:
    config = {"ipSecurityRestrictions": [{"ipAddress": "AnyVnets"}], "scmIpSecurityRestrictionsUseMain": True}
    assert found(world(made("Microsoft.Web/sites", "app", {"siteConfig": config}))) == []


def test_rules_that_list_the_internet_let_the_internet_in() -> None:
    profile = {"authorizedIPRanges": ["0.0.0.0/0"]}
    [one] = found(world(made("Microsoft.ContainerService/managedClusters", "k", {"apiServerAccessProfile": profile})))
    assert (one.grade, one.certain, one.extra["openness"]) == (Grade.INTERNET, True, "wide")


@pytest.mark.parametrize(
    ("type_", "body", "ports"),
    [
        ("Microsoft.Storage/storageAccounts", {"isSftpEnabled": True}, ((22, 22), (443, 443))),
        ("Microsoft.Storage/storageAccounts", {"isSftpEnabled": HOLE}, ((443, 443),)),
        ("Microsoft.Cache/redis", {"enableNonSslPort": True}, ((6379, 6380),)),
        ("Microsoft.Cache/redis", {"enableNonSslPort": False}, ((6380, 6380),)),
    ],
)
def test_services_open_more_ports_when_they_are_told_to(type_: str, body: Any, ports: Any) -> None:
    [one] = found(world(made(type_, "x", body)))
    assert one.ports() == ports
    assert one.has_port(frozenset({22})) is ((22, 22) in ports)


def test_services_that_cannot_be_called_are_no_way_in() -> None:
    apps = made("Microsoft.Web/sites", "app", {"virtualNetworkSubnetId": "/gone", "publicNetworkAccess": "Disabled"})
    assert found(world(apps)) == []


@given(written_rules(), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_every_witness_is_let_in_and_nothing_else_is(rules: list[dict[str, Any]], seed: int) -> None:
    made_world = behind(*[item for item in rules if "Asg" not in str(item)])
    [endpoint] = made_world.endpoints.all
    listed = [one for one in exposures(made_world) if one.certain is True]
    assert all(one.confirmed for one in listed if one.witness is not None)
    groups = [made_world.groups[0].id]
    chance = random.Random(seed)
    pool = internet(made_world, endpoint)
    for _ in range(60):
        first, last = chance.choice(pool.v4)
        source = format_address(chance.randint(first, last), 4)
        port = chance.choice((22, 80, 100, 443, 500, 1500, chance.randrange(65536)))
        packet = Packet(source, "10.0.1.4", chance.choice(("tcp", "udp")), port, chance.choice((1, 40_000)))
        told = any(_has(one, packet) for one in listed)
        assert (check(made_world, groups, INBOUND, endpoint.subnet, packet).access == "Allow") is told


def _has(exposure: Exposure, packet: Packet) -> bool:
    number = int.from_bytes(bytes(map(int, packet.source.split("."))), "big")
    return exposure.sources.has(number) and any(
        service.protocol in ("*", packet.protocol)
        and any(first <= packet.port <= last for first, last in service.ports)
        and any(first <= packet.source_port <= last for first, last in service.source_ports)
        for service in exposure.services
    )


def test_ten_thousand_packets_do_not_get_into_what_is_closed() -> None:
    made_world = behind(
        rule("web", 100, destinationPortRange="443", sourceAddressPrefix="203.0.113.0/24"),
        rule("no", 110, "Deny", protocol="*"),
        rule("late", 120, destinationPortRange="22"),
    )
    [one] = found(made_world)
    assert one.grade is Grade.RANGES
    [endpoint] = made_world.endpoints.all
    chance = random.Random(7)
    pool = internet(made_world, endpoint).difference(one.sources)
    groups = [made_world.groups[0].id]
    for _ in range(SAMPLED):
        first, last = chance.choice(pool.v4)
        source = format_address(chance.randint(first, last), 4)
        packet = Packet(source, "10.0.1.4", chance.choice(("tcp", "udp", "icmp")), chance.randrange(65536), 50_000)
        assert check(made_world, groups, INBOUND, endpoint.subnet, packet).access == "Deny"


def test_packets_are_written_as_people_do() -> None:
    assert str(Packet("2001:db8::1", "fd00::1", "tcp", 443, 50000)) == "tcp [2001:db8::1]:50000 -> [fd00::1]:443"
    assert str(Packet("10.0.0.1", "10.0.0.2", "icmp")) == "icmp 10.0.0.1 -> 10.0.0.2"


def test_a_rule_that_is_perhaps_not_there_decides_nothing() -> None:
    """Neither its permission nor its denial is certain: a count or a switch decides whether it is written."""
    body = rule("web", 100, destinationPortRange="443")["properties"]
    one = made(f"{NETWORK}/networkSecurityGroups/securityRules", "g/web", body)
    one.condition = HOLE
    [perhaps] = found(world(*behind().estate, one))
    assert isinstance(perhaps.certain, Unknown)
    shut = made(f"{NETWORK}/networkSecurityGroups/securityRules", "g/no", {**body, "access": "Deny"})
    shut.condition = HOLE
    doubtful = found(world(*behind(rule("web", 200, destinationPortRange="443")).estate, shut))
    assert [isinstance(item.certain, Unknown) for item in doubtful] == [True]


def routed(*prefixes: str, rules: Any = (), hop: str = "Internet") -> list[Exposure]:
    """Ways in where somebody wrote routes for the subnet."""
    written = [
        {"name": f"r{index}", "properties": {"addressPrefix": prefix, "nextHopType": hop}}
        for index, prefix in enumerate(prefixes)
    ]
    table = made(f"{NETWORK}/routeTables", "t", {"routes": written})
    own = subnet("s", "10.0.1.0/24", "g", routeTable=ref(f"{NETWORK}/routeTables", "t"))
    return found(
        world(nsg("g", *rules), vnet("v", "10.0.0.0/16", own), pip("p"), nic("n", "v", "s", "10.0.1.4", "p"), table)
    )


def test_a_default_route_to_the_internet_closes_nothing() -> None:
    """The tags of the network take the Internet's addresses in, perhaps: rules for anybody still are for anybody."""
    sure, perhaps = routed("0.0.0.0/0", rules=[rule("ssh", 100, destinationPortRange="22")])
    assert (sure.grade, sure.certain, sure.confirmed, sure.ports()) == (Grade.INTERNET, True, True, ((22, 22),))
    assert isinstance(perhaps.certain, Unknown)
    assert "the default route `r0` may make `VirtualNetwork` mean everything here" in perhaps.certain.reason
    [only] = routed("0.0.0.0/0", rules=[rule("web", 100, sourceAddressPrefix="Internet")])
    assert isinstance(only.certain, Unknown)
    assert routed("0.0.0.0/0", rules=[rule("no", 100, "Deny", protocol="*")]) == []


def test_prefixes_of_routes_are_let_in_as_part_of_the_network() -> None:
    [one] = routed("203.0.113.0/24")
    assert (one.grade, one.certain, list(one.sources.cidrs())) == (Grade.RANGES, True, ["203.0.113.0/24"])
    assert one.decided_by[0].what == "rule `AllowVnetInBound`, priority 65000"
    assert one.confirmed
