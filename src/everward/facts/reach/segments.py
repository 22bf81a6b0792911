"""Segments: for each subnet, whether its perimeter holds in both directions, and how far whoever owns it gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from everward.facts.reach.egress import opens_to_internet
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.paths import Networks
from everward.facts.reach.topology import Subnet
from everward.values import Truth, Unknown, combine

MOST_PAIRS: Final = 100_000
"""Pairs of subnets that are compared: more take seconds, and nobody reads them."""

OF_THE_PLATFORM: Final = frozenset(
    {
        "azurebastionsubnet",
        "azurefirewallmanagementsubnet",
        "azurefirewallsubnet",
        "gatewaysubnet",
        "routeserversubnet",
    }
)
"""Names of subnets in which the platform's own services stand, and whose rules are theirs."""


class Sort(StrEnum):
    """What a segment is among others."""

    SEGMENT = "segment"
    LONE = "lone segment"
    """No other subnet has a route to it."""
    UNGROUPED = "ungrouped segment"
    """No network security group stands before it."""


@dataclass(eq=False)
class Segment:
    """One subnet as a segment."""

    subnet: Subnet
    sort: Sort = Sort.LONE
    open_to: list[Subnet] = field(default_factory=list)
    """The subnets that reach all of it on every port."""
    perhaps: list[Unknown] = field(default_factory=list)
    """Why it is open whether others do."""
    neighbours: int = 0
    """Subnets that have a route to it."""
    reaches: list[Subnet] = field(default_factory=list)
    """The subnets that it reaches on every port."""
    runs: bool = False
    """Whether something is known to run in it."""
    internet: Truth = False
    """Whether what runs in it can send to any address of the Internet."""


class TooManyError(Exception):
    """More pairs of subnets than are compared."""


def segments(world: Networks) -> Iterator[Segment]:
    """Every subnet that workloads can be in, in a stable order.

    Raises:
        TooManyError: when there are more pairs than `MOST_PAIRS`.

    """
    subnets = [subnet for subnet in world.topology.subnets.values() if _holds_workloads(world, subnet)]
    together: dict[str, list[Subnet]] = {}
    for subnet in subnets:
        together.setdefault(subnet.network.key, []).append(subnet)
    near = {subnet.key: _near(world, subnet, together) for subnet in subnets}
    if sum(map(len, near.values())) > MOST_PAIRS:
        raise TooManyError
    made = {subnet.key: Segment(subnet) for subnet in subnets}
    # A matrix knows every filter in all of its subnets: one for an estate grows with the square of it.
    for part in _parts(subnets, near):
        matrix = Matrix(world, part)
        for segment in (made[subnet.key] for subnet in part):
            for source in near[segment.subnet.key]:
                _compare(matrix, made[source.key], segment)
    for segment in made.values():
        segment.sort = _sort(segment)
        segment.runs = bool(_workloads(world, segment.subnet))
        segment.internet = opens_to_internet(world, segment.subnet)
    yield from made.values()


def _parts(subnets: Sequence[Subnet], near: Mapping[str, Sequence[Subnet]]) -> Iterator[list[Subnet]]:
    """Subnets by what routes can connect, in the order in which they were given."""
    joined: dict[str, set[str]] = {subnet.key: set() for subnet in subnets}
    for key, others in near.items():
        for other in others:
            joined[key].add(other.key)
            joined[other.key].add(key)
    order = {subnet.key: index for index, subnet in enumerate(subnets)}
    left = dict.fromkeys(joined)
    while left:
        first = next(iter(left))
        found, open_ = {first}, [first]
        while open_:
            fresh = joined[open_.pop()] - found
            found |= fresh
            open_.extend(fresh)
        for key in found:
            del left[key]
        yield [subnets[index] for index in sorted(order[key] for key in found)]


def _compare(matrix: Matrix, source: Segment, segment: Segment) -> None:
    cell = matrix.cell(source.subnet, segment.subnet)
    if cell.route is False:
        return
    segment.neighbours += 1
    everything = matrix.world.space.everything
    if cell.every == everything:
        segment.open_to.append(source.subnet)
        source.reaches.append(segment.subnet)
    elif cell.perhaps == everything:
        doubt = _doubt(matrix, source.subnet, segment.subnet, cell.route)
        if isinstance(doubt, Unknown):
            segment.perhaps.append(doubt)


def _doubt(matrix: Matrix, source: Subnet, destination: Subnet, route: Truth) -> Truth:
    """Why it is open whether everything passes; False when some of it certainly does not."""
    if isinstance(route, Unknown):
        return route
    holes: list[Unknown] = []
    for group in (source.group, destination.group):
        if isinstance(group, Unknown):
            holes.append(group)
        elif group is not None:
            found = matrix.world.estate.find(group)
            if found is None:
                holes.append(Unknown(reason="the network security group is in no source", decided_by=(group,)))
            else:
                holes += [hole for rule in matrix.world.rules(found) for hole in rule.holes]
    return combine(holes) if holes else False


def _sort(segment: Segment) -> Sort:
    if not segment.neighbours:
        return Sort.LONE
    return Sort.UNGROUPED if segment.subnet.group is None else Sort.SEGMENT


def _holds_workloads(world: Networks, subnet: Subnet) -> bool:
    """Whether a subnet is one of the workload: not the platform's, and not there for private endpoints alone."""
    if subnet.name.lower() in OF_THE_PLATFORM:
        return False
    endpoints = world.endpoints.by_subnet.get(subnet.key, ())
    return not endpoints or any(endpoint.kind != "private endpoint" for endpoint in endpoints)


def _workloads(world: Networks, subnet: Subnet) -> list[Endpoint]:
    endpoints = world.endpoints.by_subnet.get(subnet.key, ())
    return [endpoint for endpoint in endpoints if endpoint.kind != "private endpoint"]


def _near(world: Networks, subnet: Subnet, together: Mapping[str, list[Subnet]]) -> list[Subnet]:
    """The other subnets of the same network, and those of its peers: nobody else has a route."""
    peers = (other.key for _, other, state in world.topology.peers(subnet.network) if other and state is not False)
    networks = dict.fromkeys([subnet.network.key, *peers])
    return [other for key in networks for other in together.get(key, ()) if other is not subnet]
