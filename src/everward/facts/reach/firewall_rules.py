"""What the rules of an Azure Firewall let through, as sets: first match over network rules, then application rules.

What is not known of a rule is bounded from both sides, as it is for network security groups (`filters`). Application
rules look at names: at packets they are about every destination for `*`, about none where the name that a client asks
for is known and no pattern has it, and about perhaps some otherwise. MicrosoftDocs/azure-docs firewall/rule-processing,
fqdn-filtering-network-rules and snat-private-range, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any, Final, NamedTuple

from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.filters import Filter, Gate, Passage
from everward.facts.reach.firewalls import Firewall, Kind, Written
from everward.facts.reach.rules import Names, Rule, Side
from everward.facts.reach.services import (
    ALL_PORTS,
    ANY_PROTOCOL,
    LAST_PORT,
    Ports,
    Service,
    Space,
    join_ports,
    parse_ports,
)
from everward.facts.shape import id_in, ids_in, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown

_EVERYTHING: Final = (Service(),)
_APPLICATIONS: Final = {"http": 80, "https": 443, "mssql": 1433}
"""The protocols of application rules, with the port that one without a port has."""


class Told(NamedTuple):
    """A rule of a firewall for the engine, and where it comes from."""

    written: Written | None
    rule: Rule


class Crossing(NamedTuple):
    """What a firewall lets through between two sets of addresses."""

    whole: Passage
    """By any rule, between some of the addresses."""
    plain: Passage
    """By network rules: destinations inside see the sender itself."""
    proxied: Passage
    """By application rules: destinations see an address of the firewall."""
    every: int
    """Services that network rules certainly let through between all of the addresses."""
    deciding: tuple[Written, ...]
    """The rules that match, in their order."""


class RuleBook:
    """The network and application rules of one firewall, as they work where somebody asks for certain names.

    `whole` has all rules; `plain` the network rules, behind which destinations inside see the sender itself; `proxied`
    the application rules, behind which they see an address of the firewall.
    """

    def __init__(self, firewall: Firewall, names: Names, space: Space, asked: tuple[str, ...] | None = None) -> None:
        self.firewall = firewall
        self.space = space
        told = [*_told(firewall, Kind.NETWORK, asked, 0)]
        first = 1 + max((item.rule.priority or 0 for item in told), default=0)
        told += _told(firewall, Kind.APPLICATION, asked, first)
        told += [Told(None, _unread(firewall, hole)) for hole in firewall.holes]
        self._told = {item.rule.id: item for item in told}
        rules = [item.rule for item in told]
        network = [item.rule for item in told if item.written is None or item.written.kind is Kind.NETWORK]
        # What a network rule matches never gets to the application rules, allowed or denied.
        taken = [_taking(item) for item in told]
        self.whole = Gate((Filter(rules, names, space),), space)
        self.plain = Gate((Filter(network, names, space),), space)
        self.proxied = Gate((Filter(taken, names, space),), space)

    def crossing(self, sources: Addresses, destinations: Addresses, mask: int, *, explain: bool = True) -> Crossing:
        """What passes between some of the addresses, of the services of a mask, and which rules decide."""
        found: dict[str, Written] = {}
        whole: list[Passage] = []
        for one, two, passage in self.whole.filters[0].crossings(sources, destinations):
            whole.append(passage)
            if explain:
                for written in self._deciding(one.most & two.most, mask):
                    found.setdefault(written.id, written)
        plain = [passage for _, _, passage in self.plain.filters[0].crossings(sources, destinations)]
        proxied = [passage for _, _, passage in self.proxied.filters[0].crossings(sources, destinations)]
        every = mask if plain else 0
        for passage in plain:
            every &= passage.least
        unions = [_union(passages, mask) for passages in (whole, plain, proxied)]
        return Crossing(unions[0], unions[1], unions[2], every, tuple(found.values()))

    def _deciding(self, most: int, mask: int) -> Iterator[Written]:
        left = mask
        [only] = self.whole.filters
        for index, bound in enumerate(only.rules):
            if not most >> index & 1 or not left & bound.most:
                continue
            written = self._told[bound.rule.id].written
            if written is not None:
                yield written
            left &= ~bound.sure
            if not left:
                return


def _taking(told: Told) -> Rule:
    network = told.written is not None and told.written.kind is Kind.NETWORK
    return told.rule._replace(allows=False) if network else told.rule


def _union(passages: Iterable[Passage], mask: int) -> Passage:
    least = most = 0
    for passage in passages:
        least |= passage.least
        most |= passage.most
    return Passage(least & mask, most & mask)


def services_of(firewall: Firewall) -> Iterator[Service]:
    """Every service that a rule of a firewall tells apart, outside and behind a translation."""
    for written in firewall.rules:
        if written.kind is Kind.APPLICATION:
            yield from _application(written.body)[1]
        else:
            yield from _network(written.body)[1]
        if written.kind is Kind.NAT:
            _, ports = translated(written.body)
            yield Service(ANY_PROTOCOL, ports=ports) if ports is not None else Service()


def _told(firewall: Firewall, kind: Kind, asked: tuple[str, ...] | None, first: int) -> Iterator[Told]:
    """The rules of a kind. Collections of one rank share a place: either may come first."""
    own = [written for written in firewall.rules if written.kind is kind]
    place = first
    for rank, group in groupby(own, key=lambda written: written.rank):
        for index, written in enumerate(group):
            priority = None if rank is None else place
            yield Told(written, rule_of(written, priority, asked)._replace(id=f"{written.id}@{place}.{index}"))
        place += 1


def rule_of(written: Written, priority: int | None, asked: tuple[str, ...] | None = None) -> Rule:
    """A rule for the engine, at a place in the order; `asked` are the names that clients ask for, where known."""
    body = written.body
    if written.kind is Kind.APPLICATION:
        services, possible = _application(body)
        targets = _names(body, asked)
    else:
        services, possible = _network(body)
        targets = destinations_of(written)
        fqdns = texts_in(inner(body, "destinationFqdns"))
        targets += tuple(_name(fqdn, asked) for fqdn in fqdns)
    source, destination = Side(sources_of(written)), Side(tuple(item for item in targets if item is not None))
    holes = [item for item in (*source.addresses, *destination.addresses) if isinstance(item, Unknown)]
    allows = written.allows if isinstance(written.allows, bool) else None
    if isinstance(written.allows, Unknown):
        holes.append(written.allows)
    return Rule(
        written.name,
        None,
        priority,
        allows,
        source,
        destination,
        services,
        possible,
        written.id,
        written.owner.id,
        written.origin,
        tuple(holes),
    )


def _unread(firewall: Firewall, hole: Unknown) -> Rule:
    """Rules that nobody read: any could stand there, before all others."""
    anything = Side((hole,))
    own = firewall.resource
    id_ = f"{own.id}#unread/{hole.reason}/{','.join(hole.decided_by)}"
    return Rule("", None, None, None, anything, anything, (), _EVERYTHING, id_, own.id, own.origin, (hole,))


def sources_of(written: Written) -> tuple[str | Unknown, ...]:
    """The senders that a rule is about."""
    return _addresses(written, "source")


def destinations_of(written: Written) -> tuple[str | Unknown, ...]:
    """The addresses that a rule is about, without those that names stand for."""
    return _addresses(written, "destination")


def _addresses(written: Written, side: str) -> tuple[str | Unknown, ...]:
    found: list[str | Unknown] = list(texts_in(inner(written.body, f"{side}Addresses")))
    for id_ in ids_in(_listed(inner(written.body, f"{side}IpGroups"))):
        found += _members(written, id_)
    return tuple(found)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _members(written: Written, id_: str | Unknown) -> list[str | Unknown]:
    """The addresses of an IP group."""
    if isinstance(id_, Unknown):
        return [id_]
    group = written.estate.find(id_)
    if group is None:
        return [Unknown(reason="the IP group is in no source", decided_by=(id_,))]
    listed = inner(properties(group.body), "ipAddresses")
    return list(texts_in(listed))


def _name(pattern: str | Unknown, asked: tuple[str, ...] | None) -> str | Unknown | None:
    """Every address, where a pattern has the name that is asked for; none, where it has not."""
    if isinstance(pattern, Unknown):
        return pattern
    if pattern.strip() == "*":
        return "*"
    if asked is None:
        return Unknown(reason=f"which addresses `{pattern}` names stands in no resource")
    fitting = [_fits(pattern.strip().lower(), name) for name in asked]
    if all(fitting):
        return "*"
    return Unknown(reason=f"`{pattern}` has only some of its names") if any(fitting) else None


def _fits(pattern: str, name: str) -> bool:
    """Whether a pattern has a name: `*` at its beginning stands for any text.

    ASSUMPTION (a-star-spans-dots): `*.blob.core.windows.net` also has names with more than one label before it.
    """
    return fnmatchcase(name.lower(), pattern.replace("[", "[[]").replace("?", "[?]"))


def _names(body: Any, asked: tuple[str, ...] | None) -> tuple[str | Unknown | None, ...]:
    """The destinations of an application rule."""
    found: list[str | Unknown | None] = []
    for pattern in (*texts_in(inner(body, "targetFqdns")), *texts_in(inner(body, "targetUrls"))):
        host = pattern.split("/", 1)[0] if isinstance(pattern, str) else pattern
        found.append(_name(host, asked))
    for field, what in (("fqdnTags", "the names of the tag"), ("webCategories", "the names of the category")):
        for tag in texts_in(inner(body, field)):
            shown = tag if isinstance(tag, Unknown) else Unknown(reason=f"{what} `{tag}` stand in no resource")
            found.append(shown)
    return tuple(found)


def _application(body: Any) -> tuple[tuple[Service, ...], tuple[Service, ...]]:
    """What an application rule is about: what speaks its protocols on their ports."""
    sure: list[Service] = []
    most: list[Service] = []
    for item in items(inner(body, "protocols")):
        word = text_in(item, "protocolType")
        port = inner(item, "port")
        if isinstance(port, str):
            parsed = parse_ports(port)
            port = parsed[0][0] if parsed is not None else -1
        if port is None and isinstance(word, str):
            port = _APPLICATIONS.get(word.lower())
        if isinstance(item, Unknown) or isinstance(port, Unknown) or isinstance(word, Unknown):
            most.append(Service("tcp"))
        elif isinstance(port, int) and 0 <= port <= 65535:
            sure.append(Service("tcp", ports=((port, port),)))
    return tuple(sure), (*sure, *most)


def _network(body: Any) -> tuple[tuple[Service, ...], tuple[Service, ...]]:
    """What a network or translating rule is about."""
    words = [*texts_in(inner(body, "ipProtocols")), *texts_in(inner(body, "protocols"))]
    ports, known = _ports(inner(body, "destinationPorts"))
    sure: list[Service] = []
    most: list[Service] = []
    for word in words:
        if isinstance(word, Unknown):
            most.append(Service(ANY_PROTOCOL, ports=ports if known else ALL_PORTS))
            continue
        for protocol in _protocols(word.strip().lower(), ports, known=known):
            with_ports = protocol in ("tcp", "udp")
            if ports or not with_ports:
                sure.append(Service(protocol, ports=ports if with_ports else ALL_PORTS))
            if with_ports and not known:
                most.append(Service(protocol))
    return tuple(sure), (*sure, *most)


def _protocols(word: str, ports: Ports, *, known: bool) -> tuple[str, ...]:
    """The protocols that a word means: `Any` with ports is TCP and UDP, without it is all."""
    if word == "any":
        return (ANY_PROTOCOL,) if ports == ALL_PORTS and known else ("tcp", "udp")
    return (word,) if word in ("tcp", "udp", "icmp") else ()


def _ports(value: Any) -> tuple[Ports, bool]:
    found: list[tuple[int, int]] = []
    known = True
    for text in texts_in(value):
        parsed = parse_ports(text) if isinstance(text, str) else None
        if parsed is None:
            known = False
        else:
            found.extend(parsed)
    return join_ports(found), known


def translated(body: Any) -> tuple[str | Unknown | None, Ports | None]:
    """The address or name that a translating rule leads to, and the port; None for a port that is not known."""
    address = text_in(body, "translatedAddress")
    if address is None or address == "":
        address = text_in(body, "translatedFqdn")
    port = inner(body, "translatedPort")
    if isinstance(port, int) and not isinstance(port, bool) and 0 < port <= LAST_PORT:
        return address, ((port, port),)
    return address, parse_ports(port) if isinstance(port, str) else None


_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


def kept_source(firewall: Firewall, destination: Addresses) -> Truth:
    """Whether network rules leave the sender as it is: where the destination is among the private ranges."""
    held = firewall.private
    if held is None:
        held = firewall.private = _private(firewall)
    if isinstance(held, Unknown):
        return held
    if held.covers(destination):
        return True
    if not held.meets(destination):
        return False
    return Unknown(reason="only some of the destinations are among the firewall's private ranges")


def _private(firewall: Firewall) -> Addresses | Unknown:
    listed = _ranges(firewall)
    if isinstance(listed, Unknown):
        return listed
    texts = [text for item in listed for text in (_PRIVATE if item.lower() == "ianaprivateranges" else (item,))]
    return union_of(found for text in texts if (found := parse_addresses(text)) is not None)


def _ranges(firewall: Firewall) -> list[str] | Unknown:
    policy = id_in(inner(firewall.body, "firewallPolicy"))
    if policy is None:
        extra = inner(firewall.body, "additionalProperties")
        value = inner(extra, "Network.SNAT.PrivateRanges")
        found = tuple(text.strip() for text in value.split(",")) if isinstance(value, str) else value
    else:
        held = firewall.estate.find(policy) if isinstance(policy, str) else None
        found = texts_in(inner(properties(held.body), "snat", "privateRanges")) if held is not None else ()
    if isinstance(found, Unknown):
        return found
    listed = [item for item in found or () if isinstance(item, str) and item]
    holes = [item for item in found or () if isinstance(item, Unknown)]
    return holes[0] if holes else listed or list(_PRIVATE)
