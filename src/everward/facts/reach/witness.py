"""Packets that show what is said of sets of them, each checked by the plain evaluator."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, format_address, parse_addresses
from everward.facts.reach.naive import Answer, any_of_three, first_match, token
from everward.facts.reach.naive_firewall import Held, decide, translate
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.rules import OUTBOUND, RULE_TYPE
from everward.facts.reach.services import Sample
from everward.facts.reach.tags import published
from everward.facts.reach.topology import Subnet
from everward.facts.shape import id_in, inner, items, properties
from everward.values import Truth, Unknown

_SHOWN: Final = ("198.51.100.7", "203.0.113.7", "192.0.2.7", "8.8.8.8", "2001:db8::7")
"""Addresses to show a client on the Internet with: blocks for documentation first (RFC 5737, RFC 3849)."""


def client(addresses: Addresses) -> tuple[str, int] | None:
    """An address of a set that people recognise as somebody's on the Internet, else its first."""
    for text in _SHOWN:
        parsed = parse_addresses(text)
        if parsed is not None and addresses.covers(parsed):
            return text, ipaddress.ip_address(text).version
    found = addresses.first()
    return None if found is None else (format_address(*found), found[1])


def packet(source: Addresses, destination: Addresses, sample: Sample) -> Packet | None:
    """A packet between two sets with a service."""
    for version in (4, 6):
        one, two = source.of(version), destination.of(version)
        if one and two:
            only = Addresses(one, ()) if version == 4 else Addresses((), one)
            found = client(only)
            if found is not None:
                target = format_address(two[0][0], version)
                return Packet(found[0], target, sample.protocol, sample.port, sample.source_port)
    return None


class Checked(NamedTuple):
    """What the plain evaluator says of a packet on its way through groups."""

    access: str
    """`Allow`, `Deny` or `Unknown`."""
    answers: tuple[tuple[str, Answer], ...]
    """By the id of each group that was asked, in order."""


def check(world: Networks, groups: Iterable[str], direction: str, subnet: Subnet | None, packet: Packet) -> Checked:
    """Ask each group for a packet, one after another, without the engine of sets."""
    named = Plain(world, subnet, direction)
    answers: list[tuple[str, Answer]] = []
    for id_ in groups:
        group = world.estate.find(id_)
        if group is None:
            return Checked("Unknown", tuple(answers))
        found = first_match(bodies(world, group), direction, packet, named)
        answers.append((group.id, found))
        if found.access == "Deny":
            return Checked("Deny", tuple(answers))
    access = "Unknown" if any(answer.access == "Unknown" for _, answer in answers) else "Allow"
    return Checked(access, tuple(answers))


def check_firewall(world: Networks, firewall: Resource, packet: Packet, asked: str | None = None) -> Answer:
    """Ask the rules of an Azure Firewall for a packet, without the engine of sets."""
    return decide(collections(world, firewall), packet, Plain(world, _stands_in(world, firewall)), asked)


def translated_by(world: Networks, firewall: Resource, packet: Packet) -> tuple[str, Packet | None]:
    """What the translating rules of an Azure Firewall make of a packet, without the engine of sets."""
    public = {str(id_).lower() for end in world.endpoints.of(firewall.id) for id_ in end.public}

    def named(name: str | Unknown, address: str) -> bool | None:
        # Rules name the firewall's own address by what makes it, where it is not known yet.
        own = name if isinstance(name, str) else world.endpoints.places.named_by(name)
        held = world.endpoints.public.get(own or "") if own in public else None
        return Plain(world, _stands_in(world, firewall))(name, address) if held is None else _holds(held, address)

    return translate(collections(world, firewall), packet, named)


def _stands_in(world: Networks, firewall: Resource) -> Subnet | None:
    return next((end.subnet for end in world.endpoints.of(firewall.id) if end.subnet is not None), None)


def collections(world: Networks, firewall: Resource) -> list[Held]:
    """The collections of rules of a firewall as ARM has them: its own, or those of its policy and the one above."""
    body = properties(firewall.body)
    found: list[Held] = []
    for field in ("natRuleCollections", "networkRuleCollections", "applicationRuleCollections"):
        kind = field.removesuffix("RuleCollections")
        listed = [item for item in items(inner(body, field)) if isinstance(item, Mapping)]
        found += [Held(0, 0, properties(item), kind) for item in listed]
    chain: list[Resource] = []
    policy = world.estate.find(str(id_in(inner(body, "firewallPolicy"))))
    while policy is not None and policy not in chain:
        chain.insert(0, policy)
        policy = world.estate.find(str(id_in(inner(properties(policy.body), "basePolicy"))))
    for level, policy in enumerate(chain):
        for group in world.estate.below(policy.id, "Microsoft.Network/firewallPolicies/ruleCollectionGroups"):
            own = properties(group.body)
            listed = [item for item in items(inner(own, "ruleCollections")) if isinstance(item, Mapping)]
            found += [Held(level, inner(own, "priority"), item) for item in listed]
    return found


def bodies(world: Networks, group: Resource) -> list[Mapping[str, Any]]:
    """The rules of a group as ARM has them."""
    listed = [item for item in items(inner(properties(group.body), "securityRules")) if isinstance(item, Mapping)]
    names = {str(item.get("name", "")).lower() for item in listed}
    children = world.estate.below(group.id, RULE_TYPE)
    return [*listed, *({"name": item.name, **item.body} for item in children if item.name.lower() not in names)]


@cache
def _published(tag: str, version: int) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] | None:
    """The networks of a published tag; None when there is no such tag."""
    entry = published().tags.get(tag)
    return None if entry is None else tuple(map(ipaddress.ip_network, entry.get(f"v{version}", ())))


class Plain:
    """What names mean at a subnet, worked out address by address. Called with a name and an address."""

    def __init__(self, world: Networks, subnet: Subnet | None, direction: str = OUTBOUND) -> None:
        self.world = world
        self.subnet = subnet
        self.direction = direction

    def __call__(self, name: str | Unknown, address: str) -> bool | None:
        """Whether an address is meant by a tag, the id of a group of interfaces, or a hole."""
        own = ipaddress.ip_address(address)
        if isinstance(name, Unknown):
            return self._hole(name, address)
        key = name.strip().lower()
        special = self._special(key, address)
        if special is not ...:
            return special  # type: ignore[no-any-return]
        networks = _published(key, own.version)
        if networks is not None:
            return any(own in network for network in networks)
        if "/ipgroups/" in key:
            return self._listed(key, address)
        if key.startswith("/"):
            return self._member(key, address)
        return None

    def _listed(self, key: str, address: str) -> bool | None:
        """Whether a group of addresses has one: text by text."""
        group = self.world.estate.find(key)
        if group is None:
            return None
        listed = inner(properties(group.body), "ipAddresses")
        answers = [token(text, address, self) for text in items(listed) if isinstance(text, str | Unknown)]
        return any_of_three(answers)

    def _special(self, key: str, address: str) -> Any:
        """Tags that the published file lacks; `...` for all others."""
        if key in ("azureloadbalancer", "azureplatformdns"):
            return address == "168.63.129.16"
        if key == "azureplatformimds":
            return address == "169.254.169.254"
        if key == "virtualnetwork":
            return self._inside(address)
        if key == "internet":
            inside = self._inside(address)
            return None if inside is None else not inside
        return ...

    def _inside(self, address: str) -> bool | None:
        if self.subnet is None:
            return None
        extent = self.world.names(self.subnet, self.direction).network
        if _holds(extent.sure, address):
            return True
        return None if _holds(extent.most, address) else False

    def _member(self, group: str, address: str) -> bool | None:
        found: list[Truth] = []
        for endpoint in self.world.endpoints.all:
            if any(isinstance(id_, str) and id_.lower() == group for id_ in endpoint.asgs):
                inside = _holds(endpoint.addresses, address)
                found.append(inside and endpoint.single)
                if inside and not endpoint.single:
                    return None
        return True in found

    def _hole(self, hole: Unknown, address: str) -> bool | None:
        extent = self.world.endpoints.places.meant_by(hole)
        if extent is None:
            return None
        if _holds(extent.sure, address):
            return True
        return None if _holds(extent.most, address) else False


def _holds(addresses: Addresses, address: str) -> bool:
    """Whether an address is in a set: by comparing it with every interval."""
    own = ipaddress.ip_address(address)
    return any(first <= int(own) <= last for first, last in addresses.of(own.version))
