"""Translated ways in against brute force: what is told is what the plain evaluator lets through, packet by packet."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reach.test_firewall_rules import policy
from tests.facts.reach.test_walls import rules, spokes, ssh
from tests.facts.reach.world import nsg, rule

from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.exposures import exposures
from everward.facts.reach.packet import Packet
from everward.facts.reach.witness import check, translated_by

CLIENTS = ("198.51.100.7", "198.51.100.200", "203.0.113.200", "8.8.8.8")
PORTS = (22, 80, 443, 2222, 8443)
SERVERS = {"10.2.1.4": "server", "10.1.1.4": "client"}

written = st.builds(
    lambda source, ports, target, port: ssh(
        sourceAddresses=source, destinationPorts=ports, translatedAddress=target, translatedPort=port
    ),
    st.lists(
        st.sampled_from(["*", "198.51.100.0/24", "198.51.100.0/25", "203.0.113.128/25", "8.8.8.8"]),
        min_size=1,
        max_size=2,
    ),
    st.lists(st.sampled_from(["22", "80", "443", "2222", "8443", "80-443"]), min_size=1, max_size=2),
    st.sampled_from(list(SERVERS)),
    st.sampled_from(["22", "443"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(written, max_size=4), st.sampled_from(["22", "443", "*", None]))
def test_each_packet_gets_where_it_is_told(listed: list[Any], denied: str | None) -> None:
    group = [] if denied is None else [rule("no", 100, "Deny", destinationPortRange=denied)]
    numbered = [{**item, "name": f"r{index}"} for index, item in enumerate(listed)]
    made_world = spokes(policy(), rules(*numbered, action="DNAT", nat=True), nsg("g", *group))
    ways = [item for item in exposures(made_world) if item.kind == "firewall"]
    assert all(way.confirmed for way in ways), "each has a packet that the plain evaluators let through"
    [firewall] = made_world.firewalls.all
    for client in CLIENTS:
        held = parse_addresses(client) or Addresses()
        for port in PORTS:
            name, inner = translated_by(made_world, firewall.resource, Packet(client, "203.0.113.9", "tcp", port))
            arrived = set()
            if inner is not None:
                assert name
                end = made_world.endpoints.at(int.from_bytes(bytes(map(int, inner.destination.split(".")))))[0]
                kept = [end.subnet.group] if end.subnet is not None and isinstance(end.subnet.group, str) else []
                seen = check(made_world, kept, "inbound", end.subnet, inner._replace(source="10.0.0.4"))
                arrived = {end.resource.name} if seen.access == "Allow" else set()
            told = {
                way.target.name
                for way in ways
                if way.sources.covers(held) and any(a <= port <= b for a, b in way.ports())
            }
            assert told == arrived, (client, port, name)
