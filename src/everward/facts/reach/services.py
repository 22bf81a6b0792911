"""Protocols and ports as bits: each bit is a class of (protocol, source port, destination port) that no rule splits.

Sets of them are Python integers, so that rules are combined by `&`, `|` and `~`. A space is made for the rules that are
looked at together; every set of it is exact for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

PORTS: Final = 65_536
LAST_PORT: Final = PORTS - 1

PROTOCOLS: Final = ("tcp", "udp", "icmp", "esp", "ah", "other")
"""Every protocol that rules name, and one that stands for all others."""
WITH_PORTS: Final = frozenset({"tcp", "udp"})
ANY_PROTOCOL: Final = "*"

PortRange: TypeAlias = tuple[int, int]
Ports: TypeAlias = tuple[PortRange, ...]
"""Ranges of ports, first and last in them, sorted and apart."""
ALL_PORTS: Final[Ports] = ((0, LAST_PORT),)


class Service(NamedTuple):
    """A box of protocols, source ports and destination ports, as one rule has it."""

    protocol: str = ANY_PROTOCOL
    """Lower-case: `*` or one of `PROTOCOLS`."""
    source_ports: Ports = ALL_PORTS
    ports: Ports = ALL_PORTS
    """Destination ports. Ports say nothing of protocols that have none."""


class Sample(NamedTuple):
    """One member of a set: what a packet needs besides its addresses."""

    protocol: str
    source_port: int
    port: int


_LONGEST: Final = 40
"""No range of ports is longer, with what people put around it; numbers of thousands of digits are none."""


def parse_ports(text: str) -> Ports | None:
    """`*`, a port or a range; None for all else."""
    text = text.strip()
    if text == "*":
        return ALL_PORTS
    first, dash, last = text.partition("-")
    if not (first.strip().isdecimal() and (not dash or last.strip().isdecimal())) or len(text) > _LONGEST:
        return None
    begin = int(first)
    end = int(last) if dash else begin
    return ((begin, end),) if 0 <= begin <= end <= LAST_PORT else None


def join_ports(ranges: Iterable[PortRange]) -> Ports:
    """Ranges in any order as a set."""
    out: list[PortRange] = []
    for first, last in sorted(ranges):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return tuple(out)


class Space:
    """The classes that a number of services split protocols and ports into."""

    def __init__(self, services: Iterable[Service]) -> None:
        cuts: set[int] = {0}
        source_cuts: set[int] = {0}
        for service in services:
            _cut(cuts, service.ports)
            _cut(source_cuts, service.source_ports)
        self._cuts = sorted(cuts)
        self._source_cuts = sorted(source_cuts)
        width, sources = len(self._cuts), len(self._source_cuts)
        self._block = width * sources
        """Bits of one protocol with ports: source classes times destination classes, the latter next to each other."""
        bits = 0
        self._first: dict[str, int] = {}
        for protocol in PROTOCOLS:
            self._first[protocol] = bits
            bits += self._block if protocol in WITH_PORTS else 1
        self.everything = (1 << bits) - 1
        """The set of all."""
        self._masks: dict[Service, int] = {}

    def mask(self, service: Service) -> int:
        """The set that a service is. Exact when its ports are among those that the space was made for."""
        found = self._masks.get(service)
        if found is None:
            found = self._masks[service] = self._mask(service)
        return found

    def _mask(self, service: Service) -> int:
        chosen = PROTOCOLS if service.protocol == ANY_PROTOCOL else (service.protocol,)
        box = self._box(service)
        out = 0
        for protocol in chosen:
            out |= (box if protocol in WITH_PORTS else 1) << self._first[protocol]
        return out

    def _box(self, service: Service) -> int:
        row = 0
        for first, last in service.ports:
            low, high = bisect_right(self._cuts, first) - 1, bisect_right(self._cuts, last)
            row |= ((1 << (high - low)) - 1) << low
        out = 0
        width = len(self._cuts)
        for first, last in service.source_ports:
            low, high = bisect_right(self._source_cuts, first) - 1, bisect_right(self._source_cuts, last)
            for index in range(low, high):
                out |= row << (index * width)
        return out

    def samples(self, mask: int) -> Iterator[Sample]:
        """One member of every class of a set."""
        width = len(self._cuts)
        for protocol in PROTOCOLS:
            first = self._first[protocol]
            if protocol not in WITH_PORTS:
                if mask >> first & 1:
                    yield Sample(protocol, 0, 0)
                continue
            block = mask >> first & ((1 << self._block) - 1)
            while block:
                low = block & -block
                source, port = divmod(low.bit_length() - 1, width)
                yield Sample(protocol, self._source_cuts[source], self._cuts[port])
                block ^= low

    def bit(self, sample: Sample) -> int:
        """The class that a sample is a member of, as a set."""
        point = Service(sample.protocol, ((sample.source_port,) * 2,), ((sample.port,) * 2,))
        return self._mask(point)

    def describe(self, mask: int) -> tuple[Service, ...]:
        """A set as services, whose union it is: for people, and for reports."""
        if mask == self.everything:
            return (Service(),)
        found: list[Service] = []
        for protocol in PROTOCOLS:
            first = self._first[protocol]
            if protocol not in WITH_PORTS:
                if mask >> first & 1:
                    found.append(Service(protocol))
                continue
            block = mask >> first & ((1 << self._block) - 1)
            found.extend(Service(protocol, sources, ports) for sources, ports in self._boxes(block))
        return tuple(found)

    def _boxes(self, block: int) -> Iterator[tuple[Ports, Ports]]:
        """Rows of a protocol's block with equal destination ports, taken together."""
        width = len(self._cuts)
        rows: dict[int, list[PortRange]] = {}
        for index in range(len(self._source_cuts)):
            row = block >> (index * width) & ((1 << width) - 1)
            if row:
                rows.setdefault(row, []).append(_class_range(self._source_cuts, index))
        for row, sources in rows.items():
            ports = [_class_range(self._cuts, index) for index in range(width) if row >> index & 1]
            yield join_ports(sources), join_ports(ports)

    @cached_property
    def size(self) -> int:
        """How many classes there are."""
        return self.everything.bit_length()


def _cut(cuts: set[int], ranges: Ports) -> None:
    for first, last in ranges:
        cuts.add(first)
        if last < LAST_PORT:
            cuts.add(last + 1)


def _class_range(cuts: list[int], index: int) -> PortRange:
    return cuts[index], (cuts[index + 1] - 1 if index + 1 < len(cuts) else LAST_PORT)


def format_service(service: Service) -> str:
    """A service as people write it: `tcp/443`, `udp/53,100-200`, `icmp`, `any`."""
    if service.protocol == ANY_PROTOCOL and service.ports == service.source_ports == ALL_PORTS:
        return "any"
    name = "any" if service.protocol == ANY_PROTOCOL else service.protocol
    text = name if service.ports == ALL_PORTS else f"{name}/{format_ports(service.ports)}"
    return text if service.source_ports == ALL_PORTS else f"{text} from port {format_ports(service.source_ports)}"


def format_ports(ports: Ports) -> str:
    """Ports as people write them."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ports)
