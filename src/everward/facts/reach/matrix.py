"""Which segments can talk: what passes from every subnet to every other, as a matrix."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from everward.facts.reach.addresses import Addresses, union_of
from everward.facts.reach.crossing import between_subnets, firewall_on_the_way
from everward.facts.reach.deciding import deciding_rules
from everward.facts.reach.entrances import Step
from everward.facts.reach.filters import Class, Filter, Gate, classes
from everward.facts.reach.firewalls import Firewall
from everward.facts.reach.paths import Networks, OpenGate
from everward.facts.reach.routes import Hop, choose, effective_routes
from everward.facts.reach.rules import INBOUND, OUTBOUND
from everward.facts.reach.services import Service
from everward.facts.reach.topology import Network, Subnet
from everward.values import Truth, Unknown, combine


class Cell(NamedTuple):
    """What passes from one subnet to another: by the groups of both, where a route leads there."""

    source: Subnet
    destination: Subnet
    some: int
    """Services that certainly pass between some of the addresses."""
    every: int
    """Services that certainly pass between all of them."""
    perhaps: int
    """Services that may pass between some of them."""
    route: Truth = True
    """Whether a route leads there."""


class Matrix:
    """All pairs of subnets."""

    def __init__(self, world: Networks, subnets: Sequence[Subnet] | None = None) -> None:
        self.world = world
        self.subnets = list(world.topology.subnets.values()) if subnets is None else list(subnets)
        self._everywhere = union_of(subnet.addresses for subnet in self.subnets)
        self._indexes: dict[tuple[int, int], Index] = {}
        self._held: dict[tuple[int, int, str], list[Class]] = {}
        self._routes: dict[tuple[str, str], Truth] = {}

    def cells(self) -> Iterator[Cell]:
        """Every pair of different subnets, row by row."""
        for source in self.subnets:
            for destination in self.subnets:
                if source is not destination:
                    yield self.cell(source, destination)

    def cell(self, source: Subnet, destination: Subnet) -> Cell:
        """What passes from one subnet to another."""
        firewall = self._firewall(source, destination)
        if firewall is not None:
            return self._walled(source, destination, firewall)
        route = self._route(source, destination)
        if route is False:
            return Cell(source, destination, 0, 0, 0, route)
        out, inward = self._filter(source, OUTBOUND), self._filter(destination, INBOUND)
        filters = [item for item in (out, inward) if isinstance(item, Filter)]
        open_ = isinstance(out, Unknown) or isinstance(inward, Unknown) or route is not True
        if self.world.admin(OUTBOUND, source) is None and self.world.admin(INBOUND, destination) is None:
            some, every, perhaps = self._passing(source, destination, filters)
        else:
            some, every, perhaps = self._managed(source, destination, out, inward)
        return Cell(source, destination, 0 if open_ else some, 0 if open_ else every, perhaps, route)

    def _firewall(self, source: Subnet, destination: Subnet) -> Firewall | None:
        if source.route_table is None or not self.world.firewalls.all:
            return None
        return firewall_on_the_way(self.world, source, destination.addresses)

    def _walled(self, source: Subnet, destination: Subnet, firewall: Firewall) -> Cell:
        """Through a firewall: out of one subnet, past its rules, into the other."""
        out, inward = self._filter(source, OUTBOUND), self._filter(destination, INBOUND)
        between = between_subnets(self.world, firewall, source, destination)
        outside, inside = self._sides(source, destination, out, inward)
        # Behind application rules the destination sees the firewall itself.
        proxied = self._inward(inward, destination, firewall.addresses)[2]
        inside = (inside[0], inside[1], inside[2] | proxied)
        some, every, most = _composed([outside, inside, (between.some, between.every, between.most)])
        open_ = isinstance(out, Unknown) or isinstance(inward, Unknown)
        return Cell(source, destination, 0 if open_ else some, 0 if open_ else every, most, bool(between.most))

    def _filter(self, subnet: Subnet, direction: str) -> Filter | Unknown | None:
        group = subnet.group
        if group is None or isinstance(group, Unknown):
            return group
        found = self.world.filter(group, direction, subnet)
        if found is None:
            return Unknown(reason="the network security group is in no source", decided_by=(group,))
        return found

    def _passing(self, source: Subnet, destination: Subnet, filters: Sequence[Filter]) -> tuple[int, int, int]:
        everything = self.world.space.everything
        if not filters:
            return everything, everything, everything
        gate = Gate(filters, self.world.space)
        some = perhaps = 0
        every = everything
        met = False
        for one in self._classes(source, filters, 0):
            for two in self._classes(destination, filters, 1):
                if one.version != two.version:
                    continue
                met = True
                passage = gate.between(one, two)
                some |= passage.least
                every &= passage.least
                perhaps |= passage.most
        return some, every if met else 0, perhaps

    def _managed(
        self, source: Subnet, destination: Subnet, out: Filter | Unknown | None, inward: Filter | Unknown | None
    ) -> tuple[int, int, int]:
        """The same where admin rules are met before the groups, each side by itself."""
        return _composed(self._sides(source, destination, out, inward))

    def _sides(
        self, source: Subnet, destination: Subnet, out: Filter | Unknown | None, inward: Filter | Unknown | None
    ) -> list[tuple[int, int, int]]:
        """What passes out of one subnet, and into the other: between some addresses, between all, and perhaps."""
        filters = [out] if isinstance(out, Filter) else []
        gate = Gate(filters, self.world.space, self.world.admin(OUTBOUND, source))
        return [
            self._side(gate, source.addresses, destination.addresses),
            self._inward(inward, destination, source.addresses),
        ]

    def _inward(self, own: Filter | Unknown | None, destination: Subnet, senders: Addresses) -> tuple[int, int, int]:
        filters = [own] if isinstance(own, Filter) else []
        gate = Gate(filters, self.world.space, self.world.admin(INBOUND, destination))
        return self._side(gate, senders, destination.addresses)

    def _side(self, gate: Gate, sources: Addresses, destinations: Addresses) -> tuple[int, int, int]:
        every = self.world.space.everything
        some = most = 0
        alone = len(gate.filters) == 1 and gate.before is None
        found = gate.filters[0].crossings(sources, destinations) if alone else gate.passages(sources, destinations)
        for _, _, passage in found:
            some |= passage.least
            every &= passage.least
            most |= passage.most
        return some, every if most else 0, most

    def _classes(self, subnet: Subnet, filters: Sequence[Filter], side: int) -> list[Class]:
        """The addresses of a subnet as filters tell them apart. Mostly no filter splits a subnet."""
        found = [self._of(subnet, item, side) for item in filters]
        if len(found) == 1:
            return found[0]
        if all(len(parts) == 1 for parts in found):
            [one], [two] = found
            shift = len(filters[0].rules)
            return [Class(one.version, one.sure | two.sure << shift, one.most | two.most << shift, one.intervals)]
        extents = [extent for item in filters for extent in _extents(item, side)]
        return classes(subnet.addresses, extents)

    def _of(self, subnet: Subnet, item: Filter, side: int) -> list[Class]:
        key = (id(item), side, subnet.key)
        found = self._held.get(key)
        if found is None:
            index = self._indexes.get((id(item), side))
            if index is None:
                index = self._indexes[id(item), side] = Index(classes(self._everywhere, _extents(item, side)))
            found = index.inside(subnet.addresses)
            if found is None:
                found = classes(subnet.addresses, _extents(item, side))
            self._held[key] = found
        return found

    def _route(self, source: Subnet, destination: Subnet) -> Truth:
        table = source.key if source.route_table is not None or source.service_endpoints else source.network.key
        target = destination.key if source.route_table is not None else destination.network.key
        found = self._routes.get((table, target))
        if found is None:
            found = self._routes[table, target] = self._routed(source, destination)
        return found

    def _routed(self, source: Subnet, destination: Subnet) -> Truth:
        """Whether packets get from one subnet to another: straight, over a peering, or through an appliance."""
        first = destination.addresses.first()
        if first is None:
            return Unknown(reason="the destination has no address")
        chosen = choose(effective_routes(self.world.topology, source), *first)
        hops = {route.hop for route in chosen}
        holes = [hop for hop in hops if isinstance(hop, Unknown)]
        holes += [route.certain for route in chosen if isinstance(route.certain, Unknown)]
        if holes:
            return combine(holes)
        if hops <= {Hop.LOCAL, Hop.PEERING}:
            return source.network is destination.network or _peered(self.world, source.network, destination.network)
        if hops & {Hop.APPLIANCE, Hop.GATEWAY}:
            return Unknown(reason="an appliance or a gateway on the way decides", decided_by=(str(source.route_table),))
        return False

    def against(self, cell: Cell) -> tuple[Step, ...]:
        """What keeps services from passing, all or some: that no route leads there, or rules of both ends."""
        firewall = self._firewall(cell.source, cell.destination)
        if firewall is not None:
            what = f"`{firewall.resource.name}` is on the way: its rules, its routes and the way back decide"
            return (Step(firewall.resource.id, what, firewall.resource.origin),)
        if cell.route is False:
            return (Step(cell.source.id, "no route leads there", cell.source.resource.origin),)
        found: list[Step] = []
        for subnet, direction in ((cell.source, OUTBOUND), (cell.destination, INBOUND)):
            own = self._filter(subnet, direction)
            if isinstance(own, Unknown):
                found.append(Step(subnet.id, own.reason, subnet.resource.origin))
                continue
            gate = OpenGate(Gate([own] if own is not None else [], self.world.space))
            parts = gate.parts(cell.source.addresses, cell.destination.addresses)
            found += deciding_rules(gate, parts, self.world.space.everything, allows=False)[0]
        if isinstance(cell.route, Unknown):
            found.append(Step(cell.source.id, cell.route.reason, cell.source.resource.origin))
        return tuple(found)

    def services(self, mask: int) -> tuple[Service, ...]:
        """A set of services, for people."""
        return self.world.space.describe(mask)


def _composed(sides: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    """What passes all of several things on the way, each known for some addresses, for all of them, and at most."""
    some = 0
    every = most = -1
    for index, (own, _, upper) in enumerate(sides):
        # What all others let through between all addresses passes wherever this one lets it.
        for other, (_, whole, _) in enumerate(sides):
            own &= whole if other != index else -1
        some |= own
        every &= sides[index][1]
        most &= upper
    return some, every, most


def _extents(item: Filter, side: int) -> list[tuple[Addresses, Addresses]]:
    return item.destination_extents if side else item.source_extents


class Index:
    """Classes of all addresses, to be looked up by address."""

    def __init__(self, parts: Sequence[Class]) -> None:
        found = sorted((first, last, part) for part in parts if part.version == 4 for first, last in part.intervals)
        self._starts = [first for first, _, _ in found]
        self._found = found

    def inside(self, addresses: Addresses) -> list[Class] | None:
        """The one class that holds addresses, if they are an interval of IPv4 and no class splits them; else None."""
        if addresses.v6 or len(addresses.v4) != 1:
            return None
        first, last = addresses.v4[0]
        at = bisect_right(self._starts, first) - 1
        if at < 0 or self._found[at][1] < last:
            return None
        part = self._found[at][2]
        return [Class(4, part.sure, part.most, addresses.v4)]


def _peered(world: Networks, one: Network, two: Network) -> Truth:
    for peering, other, connected in world.topology.peers(one):
        if other is two:
            return connected if connected is not True else peering.access
    return False
