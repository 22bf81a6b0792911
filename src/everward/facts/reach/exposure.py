"""One way in from the Internet: who gets through an entry to a place, on which ports, and what decides it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE, Addresses, union_of
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Entry, Guard, Lead, Step
from everward.facts.reach.gateways import PRIVATE
from everward.facts.reach.naive_doors import answers
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks, Part
from everward.facts.reach.publicips import open_without_group
from everward.facts.reach.rules import INBOUND
from everward.facts.reach.services import Service, join_ports
from everward.facts.reach.tags import HOST, METADATA, tag_addresses
from everward.facts.reach.topology import STAND_INS
from everward.facts.reach.witness import check, packet
from everward.values import Truth, Unknown, combine

MANAGEMENT_PORTS: Final = frozenset({22, 3389, 5985, 5986})
"""Ports of remote administration: SSH, RDP, WinRM."""
HIGH_RISK_PORTS: Final = MANAGEMENT_PORTS | frozenset(
    {20, 21, 23, 69, 111, 119, 135, 161, 162, 445, 512, 514, 593, 873, 2049, 5800, 5900, 11211}
)
"""Ports that Azure's page on admin rules recommends to close: MicrosoftDocs/azure-docs virtual-network-manager/
concept-security-admins, read 2026-11."""
WEB_PORTS: Final = frozenset({80, 443, 8080, 8443})
"""Ports on which the ingress of a stamp listens."""


class Grade(StrEnum):
    """Who comes in."""

    INTERNET = "internet"
    """Anybody."""
    AZURE = "azure"
    """Every customer of Azure, or of one of its shared services such as Front Door."""
    RANGES = "ranges"
    """Some public addresses."""


@dataclass
class Exposure:
    """One way in."""

    target: Resource
    part: str
    """The part of it, such as an IP configuration, or a door such as `scm`."""
    kind: str
    """`interface`, `load balancer`, `service`, `app`, `api`, …"""
    grade: Grade
    services: tuple[Service, ...]
    certain: Truth
    """Whether it is so for certain; otherwise what would decide it."""
    path: tuple[Step, ...]
    decided_by: tuple[Step, ...] = ()
    """The rules and properties that let it in."""
    sources: Addresses = NOWHERE
    witness: Packet | None = None
    confirmed: bool = False
    """Whether the plain evaluator lets the witness in."""
    notes: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    leads: tuple[Lead, ...] = ()
    """What it hands on to."""
    extra: dict[str, Any] = field(default_factory=dict)

    def ports(self, protocol: str = "tcp") -> tuple[tuple[int, int], ...]:
        """The ranges of ports of a protocol."""
        return _ranges(self.services, protocol)

    def has_port(self, ports: frozenset[int]) -> bool:
        """Whether one of some ports is among them over TCP, outside or behind a load balancer that translates."""
        reached = [*self.ports(), *_ranges(self.extra.get("inside", ()))]
        return any(first <= port <= last for first, last in reached for port in ports)

    def beyond(self, ports: frozenset[int]) -> bool:
        """Whether a port is among them that is none of these, over TCP or UDP; UDP 443 is the web's too."""
        udp = _ranges(self.services, "udp")
        return _outside(self.ports(), ports) or _outside(udp, ports & {443})


def _outside(ranges: Sequence[tuple[int, int]], ports: frozenset[int]) -> bool:
    return any(last - first + 1 > sum(first <= port <= last for port in ports) for first, last in ranges)


def _ranges(services: Iterable[Service], protocol: str = "tcp") -> tuple[tuple[int, int], ...]:
    return join_ports(range_ for item in services if item.protocol in (protocol, "*") for range_ in item.ports)


def internet(world: Networks, endpoint: Endpoint) -> Addresses:
    """The addresses of anybody on the Internet, as an endpoint sees them."""
    extent = world.names(endpoint.subnet).tag("Internet") if endpoint.subnet is not None else None
    # Without a network there is nothing that is not the Internet, but for private addresses.
    everything = extent.sure if extent is not None else NOWHERE.complement()
    return everything.difference(union_of((STAND_INS, HOST, METADATA, _SPECIAL)))


_SPECIAL: Final = PRIVATE.union(Addresses(((0, 2**24 - 1), (127 << 24, (128 << 24) - 1), (0xE0000000, 0xFFFFFFFF)), ()))
"""What nobody on the Internet has: private addresses, this host, multicast, reserved ones."""


def through(world: Networks, entry: Entry) -> Iterator[Exposure]:
    """What gets to an endpoint by a public address, by who may send it."""
    endpoint = entry.endpoint
    if not endpoint.receives:
        return
    target = _destination(entry)
    everybody = internet(world, endpoint)
    sources = everybody if entry.admitted is None else everybody.intersection(entry.admitted)
    gate = world.inbound(endpoint)
    if not gate.gate.filters and not gate.holes and not entry.admitted_by:
        yield from _without_groups(entry, sources)
        return
    parts = gate.parts(sources, target)
    asked = world.space.everything
    if entry.inside is not None:
        asked = 0
        for service in entry.inside:
            asked |= world.space.mask(service)
    back = world.answers_internet(endpoint.subnet) if endpoint.subnet is not None else True
    if back is False:
        if not entry.platform:
            return
        back = Unknown(reason="routes send answers another way than requests came", decided_by=(endpoint.id,))
    for grade, certain, mask, found in _graded(parts, everybody.size(), asked):
        holes = [*entry.holes, *([back] if isinstance(back, Unknown) else [])]
        yield _exposure(world, entry, grade, mask, found, target, certain=certain, holes=[*gate.holes, *holes])


def _destination(entry: Entry) -> Addresses:
    inside = entry.endpoint.addresses
    if entry.floating is True:
        return entry.public
    return inside if entry.floating is False else inside.union(entry.public)


def _without_groups(entry: Entry, sources: Addresses) -> Iterator[Exposure]:
    """An address without any group: Standard lets nobody in, Basic everybody."""
    opened = open_without_group(entry.sku)
    if opened is False:
        return
    services = entry.services if entry.services is not None else (Service(),)
    yield Exposure(
        entry.endpoint.resource,
        entry.endpoint.name,
        entry.endpoint.kind,
        Grade.INTERNET,
        services,
        opened,
        entry.path,
        (Step(entry.path[0].id, "a Basic address lets everything in where no group is", entry.path[0].origin),),
        sources,
        notes=("no network security group stands in the way",),
    )


def _graded(parts: Sequence[Part], total: int, asked: int) -> Iterator[tuple[Grade, bool, int, list[Part]]]:
    """Parts by who may send them: what is let in for certain, then what perhaps is."""
    told: dict[Grade, int] = {}
    for certain in (True, False):
        by_mask: dict[int, list[Part]] = {}
        for part in parts:
            mask = (part.passage.least if certain else part.passage.most & ~part.passage.least) & asked
            if mask:
                by_mask.setdefault(mask, []).append(part)
        merged: dict[Grade, tuple[int, list[Part]]] = {}
        for mask, group in by_mask.items():
            grade = grade_of(_sources(group), total)
            before = merged.get(grade, (0, []))
            merged[grade] = (before[0] | mask, [*before[1], *group])
        for grade in Grade:
            if grade not in merged:
                continue
            mask, group = merged[grade]
            fresh = mask & ~told.get(Grade.INTERNET, 0) if grade is not Grade.INTERNET else mask
            fresh &= ~told.get(grade, 0)
            if fresh:
                told[grade] = told.get(grade, 0) | fresh
                yield grade, certain, fresh, group


def _sources(parts: Sequence[Part]) -> Addresses:
    return union_of(addresses_of(part) for part in parts)


def addresses_of(part: Part) -> Addresses:
    """The senders of packets between classes."""
    held = part.source.intervals
    return Addresses(held, ()) if part.source.version == 4 else Addresses((), held)


_WIDE: Final = 2**26
"""From so many IPv4 addresses on a set of sources is the Internet: nobody owns as many, Azure has fewer."""
_SHARED: Final = ("AzureCloud", "AzureFrontDoor.Backend", "AzureFrontDoor.Frontend")
"""Tags whose addresses every customer of Azure can send from."""


def grade_of(addresses: Addresses, total: int) -> Grade:
    """Who a set of senders is; `total` is how many addresses the Internet has there."""
    if addresses.size() >= min(_WIDE, total) or (not total and addresses):
        return Grade.INTERNET
    shared = union_of(found for tag in _SHARED if (found := tag_addresses(tag)) is not None)
    return Grade.AZURE if addresses.meets(shared) and shared.covers(addresses) else Grade.RANGES


def _exposure(
    world: Networks,
    entry: Entry,
    grade: Grade,
    mask: int,
    parts: Sequence[Part],
    target: Addresses,
    *,
    certain: bool,
    holes: list[Unknown],
) -> Exposure:
    endpoint = entry.endpoint
    services = world.space.describe(mask)
    sources = _sources(parts)
    groups = [group for group in _groups(endpoint) if isinstance(group, str)]
    deciding, rule_holes = _deciding(world, endpoint, parts, mask)
    witness, confirmed = None, False
    for sample in sorted(world.space.samples(mask), key=lambda item: item.port not in HIGH_RISK_PORTS | {80, 443}):
        witness = packet(sources, target, sample)
        if witness is not None:
            confirmed = check(world, groups, INBOUND, endpoint.subnet, witness).access == "Allow"
            confirmed &= not entry.platform or answers(endpoint.resource.type, endpoint.resource.body, witness) is True
            break
    doubts = () if certain else world.inbound(endpoint).gate.doubts
    every = [*holes, *rule_holes, *doubts]
    truth: Truth = True
    if not certain or holes:
        truth = combine(every) if every else Unknown(reason="rules of the groups are not known whole")
    return Exposure(
        endpoint.resource,
        endpoint.name,
        entry.kind or endpoint.kind,
        grade,
        services if entry.services is None else entry.services,
        truth,
        entry.path,
        (*deciding, *entry.admitted_by),
        sources,
        witness,
        confirmed,
        notes=entry.notes,
        guards=entry.guards,
        extra={"floating": entry.floating, "inside": services},
        leads=entry.leads,
    )


def _groups(endpoint: Endpoint) -> list[str | Unknown | None]:
    subnet = endpoint.subnet.group if endpoint.subnet is not None and endpoint.filtered is not False else None
    return [group for group in (subnet, endpoint.group) if group is not None]


def _deciding(
    world: Networks, endpoint: Endpoint, parts: Sequence[Part], mask: int
) -> tuple[tuple[Step, ...], list[Unknown]]:
    """The rules that let packets in, in the order of the groups, and what is not known of them."""
    found: dict[str, Step] = {}
    holes: list[Unknown] = []
    gate = world.inbound(endpoint).gate
    for part in parts:
        most = part.source.most & part.destination.most
        for item in gate.filters:
            left = mask
            for index, bound in enumerate(item.rules):
                if not most >> index & 1 or not left & bound.most:
                    continue
                if bound.rule.allows is not False:
                    what = f"rule `{bound.rule.name}`, priority {bound.rule.priority}"
                    found.setdefault(bound.rule.id, Step(bound.rule.id, what, bound.rule.origin))
                    holes.extend(bound.rule.holes)
                left &= ~bound.sure
                if not left:
                    break
            most >>= len(item.rules)
    return tuple(found.values()), holes
