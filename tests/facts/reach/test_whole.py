"""Whole estates against the plain evaluator: ways in are told exactly and shown, and what is closed is closed.

The estates have both versions of IP, prefixes that overlap, augmented rules, groups of interfaces, groups at subnet and
interface, and every protocol that rules name.
"""

import ipaddress
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reach.world import NETWORK, made, nsg, pip, ref, rule, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.exposure import Flow
from everward.facts.reach.exposures import Exposure, Grade, exposures
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import Verdict, ask
from everward.facts.reach.rules import INBOUND
from everward.facts.reach.services import PROTOCOLS, WITH_PORTS, Service
from everward.facts.reach.witness import check

SAMPLED = 10_000
WEBS, DATA = (f"{NETWORK}/applicationSecurityGroups", "webs"), (f"{NETWORK}/applicationSecurityGroups", "data")
OUTSIDE = (
    *("203.0.113.0/24", "203.0.113.128/25", "203.0.113.7", "0.0.0.0/1", "128.0.0.0/1", "203.0.112.0-203.0.113.9"),
    *("2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::7", "2000::/4", "::/0", "0.0.0.0/0", "Internet", "*"),
)
INSIDE = (
    *("10.0.1.0/24", "10.0.1.4", "10.0.1.4/31", "10.0.0.0/16", "10.0.1.5-10.0.1.9", "10.9.9.9"),
    *("fd00:0:0:1::/64", "fd00:0:0:1::4", "fd00:0:0:1::4/127", "VirtualNetwork", "*"),
)
PORTS = ("*", "22", "80", "443", "80-443", "440-450", "0-1023")
PROBED = (0, 22, 79, 80, 81, 443, 444, 451, 1023, 1024, 65_535)
SENDERS = (
    *("203.0.113.0", "203.0.113.7", "203.0.113.9", "203.0.113.10", "203.0.113.127", "203.0.113.128", "203.0.114.0"),
    *("203.0.112.1", "8.8.8.8", "126.255.255.255", "128.0.0.1", "198.51.100.7", "1.0.0.1"),
    *("2001:db8::1", "2001:db8:1::7", "2001:db8:1::8", "2001:db9::1", "2fff::1", "3000::1", "2600::1"),
)


def one_side(chance: random.Random, side: str, tokens: tuple[str, ...], groups: bool) -> dict[str, Any]:
    """A side as people write it: one prefix, several, or groups of interfaces."""
    form = chance.random()
    if groups and form < 0.25:
        chosen = chance.choice(((WEBS,), (DATA,), (WEBS, DATA)))
        listed = [ref(*group) for group in chosen]
        return {f"{side}AddressPrefix": "", f"{side}ApplicationSecurityGroups": listed}
    if form < 0.6:
        return {f"{side}AddressPrefix": chance.choice(tokens)}
    return {f"{side}AddressPrefix": "", f"{side}AddressPrefixes": chance.choices(tokens, k=chance.choice((1, 2, 3)))}


def some_rules(chance: random.Random, most: int) -> list[dict[str, Any]]:
    """Up to so many rules: augmented ones among them, most of them inbound."""
    priorities = chance.sample(range(100, 4097), chance.randint(0, most))
    found = []
    for index, priority in enumerate(priorities):
        ports: dict[str, Any] = {"destinationPortRange": chance.choice(PORTS)}
        if chance.random() < 0.3:
            ports = {"destinationPortRange": "", "destinationPortRanges": chance.sample(PORTS[1:], 2)}
        found.append(
            rule(
                f"r{index}",
                priority,
                chance.choice(("Allow", "Allow", "Deny")),
                protocol=chance.choice(("*", "Tcp", "Udp", "Icmp", "Esp", "Ah")),
                direction=chance.choice(("Inbound",) * 5 + ("Outbound",)),
                sourcePortRange=chance.choice(("*", "*", "*", "1024-65535")),
                **ports,
                **one_side(chance, "source", OUTSIDE, groups=False),
                **one_side(chance, "destination", INSIDE, groups=True),
            )
        )
    return found


def interface(name: str, last: int, group: str | None, *asgs: tuple[str, str]) -> Iterator[Resource]:
    """An interface with an address of each version, each with a public one."""
    items = []
    for version, inside, public in ((4, f"10.0.1.{last}", "20.1.1."), (6, f"fd00:0:0:1::{last}", "2a00::")):
        yield pip(f"{name}{version}", f"{public}{last}")
        body = {
            "subnet": subnet_id("v", "s"),
            "privateIPAddress": inside,
            "publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", f"{name}{version}"),
            "applicationSecurityGroups": [ref(*asg) for asg in asgs],
        }
        items.append({"name": f"v{version}", "properties": body})
    own = {} if group is None else {"networkSecurityGroup": ref(f"{NETWORK}/networkSecurityGroups", group)}
    yield made(f"{NETWORK}/networkInterfaces", name, {"ipConfigurations": items, **own})


def lab(seed: int, most: int = 6) -> Networks:
    """A subnet with a group, and three interfaces: one with a group of its own, two in groups of interfaces."""
    chance = random.Random(seed)
    group = ref(f"{NETWORK}/networkSecurityGroups", "g")
    body = {"addressPrefixes": ["10.0.1.0/24", "fd00:0:0:1::/64"], "networkSecurityGroup": group}
    space = {"addressPrefixes": ["10.0.0.0/16", "fd00::/48"]}
    return world(
        nsg("g", *some_rules(chance, most)),
        nsg("own", *some_rules(chance, most)),
        vnet("v", "", {"name": "s", "properties": body}, addressSpace=space),
        *interface("web", 4, "own", WEBS),
        *interface("db", 5, None, DATA),
        *interface("both", 6, None, WEBS, DATA),
    )


def groups_of(endpoint: Endpoint) -> list[str]:
    held = (endpoint.subnet.group if endpoint.subnet is not None else None, endpoint.group)
    return [group for group in held if isinstance(group, str)]


def some_packet(chance: random.Random, endpoint: Endpoint) -> Packet:
    """From somebody outside to an endpoint: from the edges of prefixes, and from anywhere."""
    found = endpoint.addresses.first()
    assert found is not None
    target, version = found
    senders = [text for text in SENDERS if (":" in text) == (version == 6)]
    if chance.random() < 0.6:
        source = chance.choice(senders)
    elif version == 4:
        source = str(
            ipaddress.IPv4Address(
                chance.choice((chance.randrange(11 << 24, 100 << 24), 0xCB007100 + chance.randrange(256)))
            )
        )
    else:
        source = str(ipaddress.IPv6Address((0x2000 << 112) + chance.randrange(2**125)))
    protocol = chance.choice(("tcp", "tcp", "udp", *PROTOCOLS))
    port = chance.choice((*PROBED, chance.randrange(65_536)))
    here = str(ipaddress.ip_address(target)) if version == 4 else str(ipaddress.IPv6Address(target))
    return Packet(source, here, protocol, port, chance.choice((1, 1023, 1024, 50_000)))


def holds(service: Service, packet: Packet) -> bool:
    if service.protocol not in ("*", packet.protocol):
        return False
    ranges = ((service.ports, packet.port), (service.source_ports, packet.source_port))
    return packet.protocol not in WITH_PORTS or all(
        any(first <= port <= last for first, last in listed) for listed, port in ranges
    )


FLOWS: dict[int, tuple[Exposure, tuple[Flow, ...]]] = {}
"""They are worked out again each time that somebody asks."""


def told(exposure: Exposure, packet: Packet) -> bool:
    """Whether a way in says that a packet gets in."""
    one, two = ipaddress.ip_address(packet.source), ipaddress.ip_address(packet.destination)
    return any(
        flow.sources.has(int(one), one.version)
        and flow.targets.has(int(two), two.version)
        and any(holds(service, packet) for service in flow.services)
        for flow in FLOWS.setdefault(id(exposure), (exposure, exposure.flows))[1]
    )


def agree(made_world: Networks, chance: random.Random, number: int) -> tuple[int, int]:
    """Compare so many packets; how many got in, and how many did not."""
    listed = list(exposures(made_world))
    assert all(item.certain is True for item in listed)
    assert all(item.witness is not None and item.confirmed for item in listed)
    opened = closed = 0
    endpoints = made_world.endpoints.all
    for _ in range(number):
        endpoint = chance.choice(endpoints)
        packet = some_packet(chance, endpoint)
        said = check(made_world, groups_of(endpoint), INBOUND, endpoint.subnet, packet).access
        mine = [one for one in listed if one.target is endpoint.resource and one.part == endpoint.name]
        assert any(told(one, packet) for one in mine) is (said == "Allow"), str(packet)
        opened, closed = (opened + 1, closed) if said == "Allow" else (opened, closed + 1)
    return opened, closed


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_ways_in_are_exactly_what_the_rules_let_in(seed: int) -> None:
    agree(lab(seed), random.Random(seed), 80)


@pytest.mark.parametrize("seed", [0, 23])
def test_ten_thousand_packets_get_in_where_it_says_so_and_nowhere_else(seed: int) -> None:
    opened, closed = agree(lab(seed), random.Random(seed), SAMPLED)
    # Both happen often enough to mean something.
    assert opened > SAMPLED / 50
    assert closed > SAMPLED / 4


def test_what_is_said_to_be_closed_lets_none_of_ten_thousand_in() -> None:
    chance = random.Random(9)
    asked: list[tuple[Networks, Endpoint, Service]] = []
    for seed in range(40):
        made_world = lab(seed)
        for endpoint in made_world.endpoints.all:
            service = Service(chance.choice(("tcp", "udp")), ports=((port := chance.choice(PROBED), port),))
            again = Networks(made_world.estate, (service,))
            [reply] = ask(again, "internet", endpoint.resource.id, service)
            if reply.verdict is Verdict.CLOSED:
                asked.append((again, endpoint, service))
    assert len(asked) > 40
    for number in range(SAMPLED):
        made_world, endpoint, service = asked[number % len(asked)]
        packet = some_packet(chance, endpoint)._replace(protocol=service.protocol, port=service.ports[0][0])
        said = check(made_world, groups_of(endpoint), INBOUND, endpoint.subnet, packet).access
        assert said == "Deny", str(packet)


def behind(*rules: dict[str, Any]) -> list[Exposure]:
    """Ways in to the interface in front of which these rules stand alone."""
    body = {
        "addressPrefixes": ["10.0.1.0/24", "fd00:0:0:1::/64"],
        "networkSecurityGroup": ref(f"{NETWORK}/networkSecurityGroups", "g"),
    }
    space = {"addressPrefixes": ["10.0.0.0/16", "fd00::/48"]}
    network = vnet("v", "", {"name": "s", "properties": body}, addressSpace=space)
    return list(exposures(world(nsg("g", *rules), network, *interface("web", 4, None, WEBS))))


def test_halves_of_the_internet_on_different_ports_are_not_mixed() -> None:
    [one] = behind(
        rule("low", 100, destinationPortRange="80", sourceAddressPrefix="0.0.0.0/1"),
        rule("high", 110, destinationPortRange="443", sourceAddressPrefix="128.0.0.0/1"),
    )
    assert (one.grade, one.confirmed) == (Grade.INTERNET, True)
    assert told(one, Packet("8.8.8.8", "10.0.1.4", "tcp", 80, 5))
    assert not told(one, Packet("8.8.8.8", "10.0.1.4", "tcp", 443, 5))
    assert told(one, Packet("198.51.100.7", "10.0.1.4", "tcp", 443, 5))


@pytest.mark.parametrize(
    ("source", "grades"),
    [
        ("*", {"v4": Grade.INTERNET, "v6": Grade.INTERNET}),
        ("Internet", {"v4": Grade.INTERNET, "v6": Grade.INTERNET}),
        ("::/0", {"v6": Grade.INTERNET}),
        ("2001:db8::/32", {"v6": Grade.RANGES}),
        ("fd00::/8", {}),
    ],
)
def test_everybody_is_everybody_in_both_versions(source: str, grades: dict[str, Grade]) -> None:
    found = behind(rule("ssh", 100, destinationPortRange="22", sourceAddressPrefix=source))
    assert {one.part: one.grade for one in found} == grades
    assert all(one.confirmed for one in found)


def test_a_group_of_the_interface_closes_what_that_of_the_subnet_opens() -> None:
    opened = rule("all", 100, protocol="*")
    body = {
        "addressPrefixes": ["10.0.1.0/24", "fd00:0:0:1::/64"],
        "networkSecurityGroup": ref(f"{NETWORK}/networkSecurityGroups", "g"),
    }
    space = {"addressPrefixes": ["10.0.0.0/16", "fd00::/48"]}
    network = vnet("v", "", {"name": "s", "properties": body}, addressSpace=space)
    own = nsg("own", rule("web", 100, destinationPortRange="443"))
    made_world = world(nsg("g", opened), own, network, *interface("web", 4, "own"), *interface("db", 5, None))
    ports = {(one.target.name, one.part): one.ports() for one in exposures(made_world)}
    assert ports["web", "v4"] == ports["web", "v6"] == ((443, 443),)
    assert ports["db", "v4"] == ((0, 65_535),)
