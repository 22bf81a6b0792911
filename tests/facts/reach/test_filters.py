"""The engine of sets against the plain evaluator, on small address spaces."""

import ipaddress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from everward.estate import Resource
from everward.facts.reach.addresses import EVERYWHERE, Addresses, Interval, clipped, joined, parse_addresses
from everward.facts.reach.filters import Class, Filter, Gate, classes
from everward.facts.reach.naive import first_match
from everward.facts.reach.packet import Packet
from everward.facts.reach.rules import INBOUND, Extent, rules_of
from everward.facts.reach.services import Service, Space
from everward.values import Origin, Unknown

WEB = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationSecurityGroups/web"
MEMBERS = {WEB.lower(): ("10.0.0.4", "10.0.0.9", "fd00::4")}
NETWORK = ("10.0.0.0/28", "fd00::/124")
PLACES = ("10.0.0.0/28", "10.0.0.4", "10.0.0.4/30", "10.0.0.2-10.0.0.5", "10.0.0.8/29", "fd00::/124", "fd00::4", "*")
TOKENS = (*PLACES, "VirtualNetwork", "Internet", "AzureLoadBalancer", "192.0.2.0/30")
ADDRESSES = [f"10.0.0.{last}" for last in range(16)] + ["192.0.2.1", "8.8.8.8", "168.63.129.16"]
ADDRESSES += [f"fd00::{last:x}" for last in range(0, 16, 2)] + ["2001:db8::1"]
PORTS = ("*", "22", "80", "80-443", "1000-2000", "443")


def one_set(texts: tuple[str, ...]) -> Addresses:
    found = Addresses()
    for text in texts:
        parsed = parse_addresses(text)
        assert parsed is not None
        found = found.union(parsed)
    return found


class Here:
    """A network of its own, with one application security group."""

    def literal(self, addresses: Addresses) -> Extent:
        return Extent(addresses, addresses)

    def tag(self, name: str) -> Extent | None:
        network = one_set(NETWORK)
        known = {
            "virtualnetwork": network,
            "internet": network.complement(),
            "azureloadbalancer": one_set(("168.63.129.16",)),
        }
        found = known.get(name.lower())
        return None if found is None else Extent(found, found)

    def group(self, id: str) -> Extent:
        found = one_set(MEMBERS.get(id.lower(), ()))
        return Extent(found, found)

    def hole(self, hole: Unknown) -> Extent | None:
        return None


def named(name: str | Unknown, address: str) -> bool | None:
    assert isinstance(name, str)
    own = ipaddress.ip_address(address)
    inside = any(own in ipaddress.ip_network(text) for text in NETWORK)
    if name.lower() in MEMBERS:
        return address in MEMBERS[name.lower()]
    return {
        "virtualnetwork": inside,
        "internet": not inside,
        "azureloadbalancer": address == "168.63.129.16",
    }.get(name.lower())


def side(name: str, draw: Any) -> dict[str, Any]:
    # Half of the sides are everything: rules have to overlap for their order to matter.
    form = draw(st.integers(0, 7))
    if form > 3:
        return {f"{name}AddressPrefix": "*"}
    if form == 0:
        return {f"{name}AddressPrefix": draw(st.sampled_from(TOKENS))}
    if form == 1:
        return {
            f"{name}AddressPrefix": "",
            f"{name}AddressPrefixes": draw(st.lists(st.sampled_from(TOKENS), max_size=3)),
        }
    if form == 2:
        return {f"{name}ApplicationSecurityGroups": [{"id": WEB}]}
    return {f"{name}AddressPrefix": draw(st.sampled_from(PLACES)), f"{name}AddressPrefixes": ["10.0.0.12"]}


@st.composite
def written_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    number = draw(st.integers(0, 7))
    priorities = draw(st.lists(st.integers(100, 130), min_size=number, max_size=number, unique=True))
    return [
        {
            "name": f"r{index}",
            "properties": {
                "priority": priority,
                "direction": draw(st.sampled_from(("Inbound", "inbound", "Outbound"))),
                "access": draw(st.sampled_from(("Allow", "Deny"))),
                "protocol": draw(st.sampled_from(("*", "*", "*", "Tcp", "Tcp", "UDP", "Icmp", "Esp", "Ah"))),
                "destinationPortRange": draw(st.sampled_from(("*", "*", *PORTS))),
                "destinationPortRanges": draw(st.lists(st.sampled_from(PORTS[1:]), max_size=2)),
                "sourcePortRange": draw(st.sampled_from(("*", "*", "1024-65535"))),
                **side("source", draw),
                **side("destination", draw),
            },
        }
        for index, priority in enumerate(priorities)
    ]


def group_of(rules: list[dict[str, Any]]) -> Resource:
    id_ = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n"
    body: dict[str, Any] = {"properties": {"securityRules": rules}}
    return Resource(id_, "Microsoft.Network/networkSecurityGroups", "n", body, Origin(source="test"))


def filter_of(rules: list[dict[str, Any]], direction: str = INBOUND) -> Filter:
    found = [rule for rule in rules_of(group_of(rules)) if rule.direction in (direction, None)]
    queries = [Service("tcp", ((1, 1),), ((port, port),)) for port in (22, 80, 443, 500, 1500)]
    space = Space([*(service for rule in found for service in rule.possible), *queries])
    return Filter(found, Here(), space)


def holds(part: Class, address: str) -> bool:
    own = ipaddress.ip_address(address)
    return own.version == part.version and any(first <= int(own) <= last for first, last in part.intervals)


packets = st.builds(
    Packet,
    st.sampled_from(ADDRESSES),
    st.sampled_from(ADDRESSES),
    st.sampled_from(("tcp", "udp", "icmp", "esp", "ah", "other")),
    st.sampled_from((22, 80, 443, 500, 1500)),
    st.sampled_from((1, 50_000)),
).filter(lambda packet: (":" in packet.source) == (":" in packet.destination))


@given(written_rules(), st.lists(packets, min_size=1, max_size=12), st.sampled_from((INBOUND, "outbound")))
@settings(max_examples=300, deadline=None)
def test_a_packet_passes_exactly_when_the_first_match_says_so(
    rules: list[dict[str, Any]], asked: list[Packet], direction: str
) -> None:
    made = filter_of(rules, direction)
    gate = Gate([made], made.space)
    grid = list(gate.passages(EVERYWHERE, EVERYWHERE))
    for packet in asked:
        service = Service(packet.protocol, ((packet.source_port,) * 2,), ((packet.port,) * 2,))
        [passage] = [
            passage
            for source, destination, passage in grid
            if holds(source, packet.source) and holds(destination, packet.destination)
        ]
        assert passage.least == passage.most
        passes = bool(passage.least & made.space.mask(service))
        assert passes is (first_match(rules, direction, packet, named).access == "Allow")


HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
FIELDS = ("priority", "access", "protocol", "destinationPortRange", "sourceAddressPrefix", "destinationAddressPrefix")


@given(written_rules(), st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_certain_stays_so_whatever_fills_a_hole(rules: list[dict[str, Any]], data: st.DataObject) -> None:
    if not rules:
        return
    holed = [{**rule, "properties": dict(rule["properties"])} for rule in rules]
    for _ in range(data.draw(st.integers(1, 3))):
        chosen = data.draw(st.sampled_from(holed))["properties"]
        field = data.draw(st.sampled_from(FIELDS))
        if field in chosen:
            chosen[field] = HOLE
    open_, known = filter_of(holed), filter_of(rules)
    packet = data.draw(packets)
    service = Service(packet.protocol, ((packet.source_port,) * 2,), ((packet.port,) * 2,))
    source, destination = one_set((packet.source,)), one_set((packet.destination,))
    [(_, _, wide)] = Gate([open_], open_.space).passages(source, destination)
    [(_, _, exact)] = Gate([known], known.space).passages(source, destination)
    passes = bool(exact.least & known.space.mask(service))
    assert passes or not wide.least & open_.space.mask(service)
    assert not passes or wide.most & open_.space.mask(service)


def test_rules_of_one_priority_leave_open_what_they_disagree_about() -> None:
    shared = {"priority": 100, "direction": "Inbound", "protocol": "*", "sourceAddressPrefix": "*"}
    rest = {"destinationAddressPrefix": "*", "sourcePortRange": "*"}
    made = filter_of(
        [
            {"name": "a", "properties": {**shared, **rest, "access": "Allow", "destinationPortRange": "80"}},
            {"name": "b", "properties": {**shared, **rest, "access": "Deny", "destinationPortRange": "80-443"}},
        ]
    )
    [(_, _, passage)] = Gate([made], made.space).passages(one_set(("8.8.8.8",)), one_set(("10.0.0.4",)))
    web, tls = (made.space.mask(Service("tcp", ((1, 1),), ((port, port),))) for port in (80, 443))
    assert (passage.least & web, passage.most & web) == (0, web)
    assert passage.most & tls == 0


INTERVALS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6)), max_size=8).map(
    lambda found: joined([(first, first + length) for first, length in found])
)


@given(INTERVALS.filter(bool), INTERVALS)
def test_what_is_clipped_is_what_both_sets_have(base: tuple[Interval, ...], other: tuple[Interval, ...]) -> None:
    assert clipped(base, other) == Addresses(base).intersection(Addresses(other)).v4


@given(INTERVALS.filter(bool), st.lists(st.tuples(INTERVALS, INTERVALS), max_size=4))
def test_classes_are_what_no_set_tells_apart(
    base: tuple[Interval, ...], sets: list[tuple[tuple[Interval, ...], tuple[Interval, ...]]]
) -> None:
    extents = [(Addresses(sure), Addresses(joined((*sure, *more)))) for sure, more in sets]
    found = {
        at: (part.sure, part.most)
        for part in classes(Addresses(base), extents)
        for first, last in part.intervals
        for at in range(first, last + 1)
    }
    assert found == {
        at: (
            sum(1 << index for index, (sure, _) in enumerate(extents) if sure.has(at)),
            sum(1 << index for index, (_, most) in enumerate(extents) if most.has(at)),
        )
        for first, last in base
        for at in range(first, last + 1)
    }
