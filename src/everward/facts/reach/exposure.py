"""One way in from the Internet: who gets through an entry to a place, on which ports, and what decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE, Addresses, is_anybody, union_of
from everward.facts.reach.deciding import deciding_rules
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Entry, Guard, Lead, Step
from everward.facts.reach.filters import Class
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


class Flow(NamedTuple):
    """What gets in, exactly: every one of the services, from every source to every target, as the groups see it."""

    sources: Addresses
    targets: Addresses
    services: tuple[Service, ...]


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
    """Who gets in on some of the services: `flows` says who on which."""
    witness: Packet | None = None
    confirmed: bool = False
    """Whether the plain evaluator lets the witness in."""
    notes: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    leads: tuple[Lead, ...] = ()
    """What it hands on to."""
    extra: dict[str, Any] = field(default_factory=dict)
    again: Callable[[], tuple[Flow, ...]] = tuple
    """Works out `flows`. They are not kept: the Internet without what rules name is a long list, for every place."""

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Exactly what gets in through groups; empty where none stands in the way."""
        return self.again()

    def ports(self, protocol: str = "tcp") -> tuple[tuple[int, int], ...]:
        """The ranges of ports of a protocol."""
        return _ranges(self.services, protocol)

    def arrives_on(self, ports: frozenset[int]) -> bool:
        """Whether one of some ports is reached, outside or behind what translates ports on the way, over TCP."""
        inside = [service for service in self.extra.get("inside", ()) if service.protocol in ("tcp", "*")]
        behind = any(first <= port <= last for service in inside for first, last in service.ports for port in ports)
        return behind or self.has_port(ports)

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
    # Without a network there is nothing that is not the Internet, but for private addresses. What the tag `Internet`
    # means is another question: routes of the subnet take from it.
    near = world.names(endpoint.subnet).reached.sure if endpoint.subnet is not None else NOWHERE
    return near.complement().difference(union_of((STAND_INS, HOST, METADATA, _SPECIAL)))


_GLOBAL_V6: Final = (0x2000 << 112, (0x4000 << 112) - 1)
"""Global unicast addresses of IPv6, `2000::/3`: RFC 4291 and IANA's register, read 2026-11."""
_SPECIAL: Final = PRIVATE.union(
    Addresses(
        ((0, 2**24 - 1), (127 << 24, (128 << 24) - 1), (0xE0000000, 0xFFFFFFFF)),
        Addresses((), (_GLOBAL_V6,)).complement().v6,
    )
)
"""What nobody on the Internet has: private addresses, this host, multicast, reserved ones."""


def through(world: Networks, entry: Entry) -> Iterator[Exposure]:
    """What gets to an endpoint by a public address, by who may send it."""
    endpoint = entry.endpoint
    if not endpoint.receives:
        return
    gate = world.inbound(endpoint)
    if not gate.gate.filters and not gate.holes and not entry.admitted_by:
        yield from _without_groups(entry, _senders(entry, internet(world, endpoint)))
        return
    back = world.answers_internet(endpoint.subnet) if endpoint.subnet is not None else True
    if back is False:
        if not entry.platform:
            return
        back = Unknown(reason="routes send answers another way than requests came", decided_by=(endpoint.id,))
    for found in _let_in(world, entry):
        holes = [*entry.holes, *([back] if isinstance(back, Unknown) else [])]
        yield _exposure(world, entry, found, [*gate.holes, *holes])


def _senders(entry: Entry, everybody: Addresses) -> Addresses:
    return everybody if entry.admitted is None else everybody.intersection(entry.admitted)


def _let_in(world: Networks, entry: Entry) -> Iterator[_Graded]:
    """What groups let through an entry, by who sends it."""
    everybody = internet(world, entry.endpoint)
    parts = world.inbound(entry.endpoint).parts(_senders(entry, everybody), _destination(entry))
    asked = world.space.everything
    if entry.inside is not None:
        asked = 0
        for service in entry.inside:
            asked |= world.space.mask(service)
    return _graded(parts, everybody.size(), asked)


def _again(world: Networks, entry: Entry, grade: Grade, certain: bool) -> tuple[Flow, ...]:
    """The flows of one of the ways in through an entry."""
    return tuple(
        flow
        for found in _let_in(world, entry)
        if found.grade is grade and found.certain is certain
        for box in found.boxes
        for flow in _flows(world, box)
    )


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


class _Box(NamedTuple):
    """Parts between which the same passes."""

    mask: int
    parts: list[Part]


class _Graded(NamedTuple):
    """What some senders get in, told once."""

    grade: Grade
    certain: bool
    mask: int
    own: list[Part]
    """Those of the senders that make the grade."""
    boxes: list[_Box]
    """All that gets in of `mask`: what anybody sends is not told again of those who may send more."""


def _graded(parts: Sequence[Part], total: int, asked: int) -> Iterator[_Graded]:
    """Parts by who may send them: what is let in for certain, then what perhaps is."""
    told: dict[Grade, int] = {}
    for certain in (True, False):
        by_mask: dict[int, list[Part]] = {}
        for part in parts:
            mask = (part.passage.least if certain else part.passage.most & ~part.passage.least) & asked
            if mask:
                by_mask.setdefault(mask, []).append(part)
        graded: dict[Grade, list[_Box]] = {}
        for mask, group in by_mask.items():
            graded.setdefault(grade_of(_sources(group), total), []).append(_Box(mask, group))
        for grade in (item for item in Grade if item in graded):
            own, fresh = graded[grade], 0
            for box in own:
                fresh |= box.mask
            fresh &= ~(told.get(Grade.INTERNET, 0) | told.get(grade, 0))
            if not fresh:
                continue
            told[grade] = told.get(grade, 0) | fresh
            others = [box for other, held in graded.items() if other is not grade for box in held]
            boxes = [*own, *(others if grade is Grade.INTERNET else ())]
            within = [_Box(box.mask & fresh, box.parts) for box in boxes if box.mask & fresh]
            yield _Graded(grade, certain, fresh, [part for box in own for part in box.parts], within)


def _sources(parts: Sequence[Part]) -> Addresses:
    return union_of(addresses_of(part) for part in parts)


def addresses_of(part: Part) -> Addresses:
    """The senders of packets between classes."""
    return part.source.addresses


_SHARED: Final = ("AzureCloud", "AzureFrontDoor.Backend", "AzureFrontDoor.Frontend")
"""Tags whose addresses every customer of Azure can send from."""


def grade_of(addresses: Addresses, total: int) -> Grade:
    """Who a set of senders is; `total` is how many addresses the Internet has there."""
    if is_anybody(addresses, total):
        return Grade.INTERNET
    shared = union_of(found for tag in _SHARED if (found := tag_addresses(tag)) is not None)
    return Grade.AZURE if addresses.meets(shared) and shared.covers(addresses) else Grade.RANGES


def _exposure(world: Networks, entry: Entry, found: _Graded, holes: list[Unknown]) -> Exposure:
    endpoint, certain = entry.endpoint, found.certain
    services = world.space.describe(found.mask)
    flows = [(flow, box.mask) for box in found.boxes for flow in _flows(world, box)]
    deciding, rule_holes = deciding_rules(world.inbound(endpoint), found.own, found.mask, allows=True)
    witness, confirmed = _witness(world, entry, flows)
    doubts = () if certain else world.inbound(endpoint).gate.doubts
    tag = world.names(endpoint.subnet).doubt if not certain and endpoint.subnet is not None else None
    every = [*holes, *rule_holes, *doubts, *([tag] if tag is not None else [])]
    truth: Truth = True
    if not certain or holes:
        truth = combine(every) if every else Unknown(reason="rules of the groups are not known whole")
    return Exposure(
        endpoint.resource,
        endpoint.name,
        entry.kind or endpoint.kind,
        found.grade,
        _outside_of(world, entry, found.mask),
        truth,
        entry.path,
        (*deciding, *entry.admitted_by),
        union_of(flow.sources for flow, _ in flows),
        witness,
        confirmed,
        notes=entry.notes,
        guards=entry.guards,
        extra={"floating": entry.floating, "inside": services},
        leads=entry.leads,
        again=partial(_again, world, entry, found.grade, certain),
    )


def _outside_of(world: Networks, entry: Entry, mask: int) -> tuple[Service, ...]:
    """What a client asks for to get what is let in: the same, but for ports that are translated on the way."""
    if entry.services is None:
        return world.space.describe(mask)
    inside = entry.inside if entry.inside is not None else entry.services
    if len(inside) != len(entry.services):
        return entry.services
    found: list[Service] = []
    for outer, inner in zip(entry.services, inside, strict=True):
        every = world.space.mask(inner)
        if every & mask == every or (every & mask and outer != inner):
            found.append(outer)
        else:
            found += world.space.describe(every & mask)
    return tuple(found)


def _flows(world: Networks, box: _Box) -> Iterator[Flow]:
    """A box by the addresses that packets go to."""
    services = world.space.describe(box.mask)
    by_target: dict[Class, list[Part]] = {}
    for part in box.parts:
        by_target.setdefault(part.destination, []).append(part)
    for target, parts in by_target.items():
        yield Flow(_sources(parts), target.addresses, services)


def _witness(world: Networks, entry: Entry, flows: Sequence[tuple[Flow, int]]) -> tuple[Packet | None, bool]:
    """A packet that gets in, on the most telling port, and whether the plain evaluators let it."""
    endpoint = entry.endpoint
    groups = [group for group in _groups(endpoint) if isinstance(group, str)]
    mask = 0
    for _, held in flows:
        mask |= held
    for sample in sorted(world.space.samples(mask), key=lambda item: item.port not in HIGH_RISK_PORTS | {80, 443}):
        bit = world.space.bit(sample)
        for flow, held in flows:
            found = packet(flow.sources, flow.targets, sample) if held & bit else None
            if found is None:
                continue
            passes = check(world, groups, INBOUND, endpoint.subnet, found).access == "Allow"
            if entry.platform:
                passes &= answers(endpoint.resource.type, endpoint.resource.body, found) is True
            return found, passes
    return None, False


def _groups(endpoint: Endpoint) -> list[str | Unknown | None]:
    subnet = endpoint.subnet.group if endpoint.subnet is not None and endpoint.filtered is not False else None
    return [group for group in (subnet, endpoint.group) if group is not None]
