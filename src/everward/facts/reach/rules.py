"""Rules of network security groups: as they are written, with what is not known of them.

Effective fields are the single value together with the list beside it; a value that is absent adds nothing. The rules
that every group has stand behind the written ones, whether a source shows them or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, Protocol

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import EVERYWHERE, NOWHERE, Addresses, parse_addresses, union_of
from everward.facts.reach.services import (
    ALL_PORTS,
    ANY_PROTOCOL,
    PROTOCOLS,
    Ports,
    Service,
    join_ports,
    parse_ports,
)
from everward.facts.shape import place_in
from everward.values import Origin, Unknown, member

GROUP_TYPE: Final = "Microsoft.Network/networkSecurityGroups"
RULE_TYPE: Final = "Microsoft.Network/networkSecurityGroups/securityRules"
INBOUND: Final = "inbound"
OUTBOUND: Final = "outbound"
_EVERY: Final = frozenset({"*", "any"})


class Extent(NamedTuple):
    """A set of addresses that may not be known whole: what is certainly in it, and what may be."""

    sure: Addresses
    most: Addresses

    @property
    def exact(self) -> bool:
        """Whether it is known whole."""
        return self.sure == self.most


ANYWHERE: Final = Extent(EVERYWHERE, EVERYWHERE)
OPEN: Final = Extent(NOWHERE, EVERYWHERE)
"""Nothing is known of it."""


class Names(Protocol):
    """What the names in a rule mean at the place where it is looked at."""

    def literal(self, addresses: Addresses) -> Extent:
        """What a written prefix means, where some addresses of the estate are not known yet."""

    def tag(self, name: str) -> Extent | None:
        """The addresses of a service tag; None when there is no such tag."""

    def group(self, id: str) -> Extent:
        """The addresses of the members of an application security group."""

    def hole(self, hole: Unknown) -> Extent | None:
        """The addresses of what a hole will name: another resource's address that is not known yet. None: anything."""


class Side(NamedTuple):
    """One side of a rule, as written."""

    addresses: tuple[str | Unknown, ...] = ()
    groups: tuple[str | Unknown, ...] = ()
    """Ids of application security groups."""

    def extent(self, names: Names) -> Extent:
        """The addresses that it means."""
        found = [_address(item, names) for item in self.addresses]
        found += [OPEN if isinstance(item, Unknown) else names.group(item) for item in self.groups]
        if len(found) == 1:
            return found[0]
        return Extent(union_of(item.sure for item in found), union_of(item.most for item in found))


def _address(item: str | Unknown, names: Names) -> Extent:
    if isinstance(item, Unknown):
        known = names.hole(item)
        return OPEN if known is None else known
    if item.strip().lower() in _EVERY:
        return ANYWHERE
    parsed = parse_addresses(item)
    if parsed is not None:
        return names.literal(parsed)
    tagged = names.tag(item)
    # A name that nobody knows may stand for anything: neither its permission nor its denial counts.
    return OPEN if tagged is None else tagged


class Rule(NamedTuple):
    """One rule."""

    name: str
    direction: str | None
    """`inbound` or `outbound`; None when it is not known."""
    priority: int | None
    """None when it is not known."""
    allows: bool | None
    """None when it is not known."""
    source: Side
    destination: Side
    services: tuple[Service, ...]
    """What it certainly is about; their union."""
    possible: tuple[Service, ...]
    """What it may be about."""
    id: str = ""
    owner: str = ""
    """The id of the group that it stands in."""
    origin: Origin | None = None
    holes: tuple[Unknown, ...] = ()
    """Why it is not known whole."""
    default: bool = False
    """Whether every group has it."""


_STAR: Final = Side(("*",))
_ALL: Final = (Service(),)
_DEFAULTS: Final = (
    ("AllowVnetInBound", INBOUND, 65000, True, Side(("VirtualNetwork",)), Side(("VirtualNetwork",))),
    ("AllowAzureLoadBalancerInBound", INBOUND, 65001, True, Side(("AzureLoadBalancer",)), _STAR),
    ("DenyAllInBound", INBOUND, 65500, False, _STAR, _STAR),
    ("AllowVnetOutBound", OUTBOUND, 65000, True, Side(("VirtualNetwork",)), Side(("VirtualNetwork",))),
    ("AllowInternetOutBound", OUTBOUND, 65001, True, _STAR, Side(("Internet",))),
    ("DenyAllOutBound", OUTBOUND, 65500, False, _STAR, _STAR),
)
"""What every group has: MicrosoftDocs/azure-docs network-security-groups-overview, read 2026-11."""


def default_rules(owner: str) -> list[Rule]:
    """The rules that every group has."""
    return [
        Rule(
            name,
            direction,
            priority,
            allows,
            source,
            destination,
            _ALL,
            _ALL,
            id=f"{owner}/defaultSecurityRules/{name}",
            owner=owner,
            default=True,
        )
        for name, direction, priority, allows, source, destination in _DEFAULTS
    ]


def rules_of(group: Resource, estate: Estate | None = None) -> list[Rule]:
    """Every rule of a group: written in it, written as resources below it, and those that every group has."""
    found: dict[str, Rule] = {}
    listed = group.get("properties.securityRules")
    if isinstance(listed, Unknown):
        found[""] = _unknown_rule(group, listed)
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, Unknown):
            found[f"[{index}]"] = _unknown_rule(group, item)
        elif isinstance(item, Mapping):
            rule = _rule(item, group, place_in(group, f"properties.securityRules[{index}]"), index)
            found[rule.name.lower()] = rule
    for child in estate.below(group.id, RULE_TYPE) if estate is not None else ():
        rule = _rule({"name": child.name, "id": child.id, **child.body}, group, child.origin, len(found))
        if isinstance(child.condition, Unknown):
            # Nobody knows whether it is there: it may take what it takes, and for certain it takes nothing.
            rule = rule._replace(services=(), holes=(*rule.holes, child.condition))
        found.setdefault(rule.name.lower(), rule)
    return [*found.values(), *default_rules(group.id)]


def _unknown_rule(group: Resource, hole: Unknown) -> Rule:
    """Rules of which nothing is known: any could stand there, so nothing behind them is certain."""
    return Rule("", None, None, None, Side((hole,)), Side((hole,)), (), _ALL, group.id, group.id, group.origin, (hole,))


def _rule(item: Mapping[str, Any], group: Resource, origin: Origin, index: int) -> Rule:
    name = item.get("name")
    body = member(dict(item), "properties")
    if not isinstance(body, Mapping):
        # The portal's and the command line's exports have no `properties` around them.
        body = item
    reader = _Reader(body)
    services, possible = reader.services()
    access = reader.text("access")
    direction = reader.text("direction")
    title = name if isinstance(name, str) else f"rule {index + 1}"
    return Rule(
        title,
        None if isinstance(direction, Unknown) else direction.lower() or INBOUND,
        reader.priority(),
        None if isinstance(access, Unknown) else access.lower() == "allow",
        reader.side("source"),
        reader.side("destination"),
        services,
        possible,
        id=str(item.get("id") or f"{group.id}/securityRules/{title}"),
        owner=group.id,
        origin=origin,
        holes=tuple(reader.holes),
    )


class _Reader:
    """Reads the fields of one rule and remembers what was not known."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = {key.lower(): value for key, value in body.items()}
        self.holes: list[Unknown] = []

    def text(self, key: str) -> str | Unknown:
        value = self.body.get(key.lower())
        if isinstance(value, Unknown):
            self.holes.append(value)
            return value
        return value if isinstance(value, str) else ""

    def priority(self) -> int | None:
        value = self.body.get("priority")
        if isinstance(value, Unknown):
            self.holes.append(value)
            return None
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
            return int(value)
        return value if isinstance(value, int) else None

    def _values(self, single: str, several: str) -> Iterator[str | Unknown]:
        value = self.body.get(single.lower())
        if isinstance(value, str | Unknown):
            if value != "":
                yield value
        elif isinstance(value, int):
            yield str(value)
        listed = self.body.get(several.lower())
        for item in listed if isinstance(listed, list) else [listed] if isinstance(listed, Unknown) else ():
            if isinstance(item, str | Unknown):
                yield item
            elif isinstance(item, int):
                yield str(item)

    def side(self, side: str) -> Side:
        addresses = tuple(self._values(f"{side}AddressPrefix", f"{side}AddressPrefixes"))
        listed = self.body.get(f"{side}ApplicationSecurityGroups".lower())
        groups: list[str | Unknown] = []
        for item in listed if isinstance(listed, list) else [listed] if isinstance(listed, Unknown) else ():
            id_ = member(item, "id") if isinstance(item, dict) else item
            if isinstance(id_, Unknown) and id_.reference is not None:
                id_ = id_.reference
            if isinstance(id_, str | Unknown):
                groups.append(id_)
        self.holes += [item for item in (*addresses, *groups) if isinstance(item, Unknown)]
        return Side(addresses, tuple(groups))

    def services(self) -> tuple[tuple[Service, ...], tuple[Service, ...]]:
        """What the rule is certainly about, and what it may be about."""
        protocol = self.text("protocol")
        sources, sources_known = self._ports("sourcePortRange", "sourcePortRanges")
        ports, ports_known = self._ports("destinationPortRange", "destinationPortRanges")
        known = not isinstance(protocol, Unknown)
        name = ANY_PROTOCOL if isinstance(protocol, Unknown) else _protocol(protocol)
        most = Service(name, sources if sources_known else ALL_PORTS, ports if ports_known else ALL_PORTS)
        if not known or not sources or not ports:
            return (), (most,) if (most.source_ports and most.ports) else ()
        return (Service(name, sources, ports),), (most,)

    def _ports(self, single: str, several: str) -> tuple[Ports, bool]:
        """The ports that are certain, and whether these are all."""
        found: list[tuple[int, int]] = []
        known = True
        for item in self._values(single, several):
            parsed = None if isinstance(item, Unknown) else parse_ports(item)
            if isinstance(item, Unknown):
                self.holes.append(item)
            if parsed is None:
                known = False
            else:
                found.extend(parsed)
        return join_ports(found), known


def _protocol(text: str) -> str:
    lowered = text.strip().lower()
    if lowered in PROTOCOLS:
        return lowered
    return ANY_PROTOCOL if lowered in ("", *_EVERY) else "other"


def written(rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules that somebody wrote."""
    return (rule for rule in rules if not rule.default)


__all__ = [
    "ANYWHERE",
    "GROUP_TYPE",
    "INBOUND",
    "OPEN",
    "OUTBOUND",
    "Extent",
    "Names",
    "Rule",
    "Side",
    "default_rules",
    "rules_of",
    "written",
]
