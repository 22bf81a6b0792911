"""What a change opens and closes: ways in from the Internet, compared between two estates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.admission import has_private_endpoint
from everward.facts.reach.entrances import Step
from everward.facts.reach.exposures import Exposure, Grade, exposures
from everward.facts.reach.ingress import INGRESS_KIND, internal_fronts
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import closed_ways
from everward.facts.reach.services import ANY_PROTOCOL, Service, format_service, join_ports


class Door(NamedTuple):
    """What is compared: a part of a resource, by where it is declared, or by its id."""

    place: str
    part: str
    kind: str


class Admitted(NamedTuple):
    """Who comes in on what."""

    grade: Grade
    service: str


@dataclass
class Change:
    """One door that lets others in than before."""

    target: Resource
    part: str
    kind: str
    opened: tuple[Admitted, ...]
    closed: tuple[Admitted, ...]
    before: tuple[Exposure, ...]
    after: tuple[Exposure, ...]
    certain: bool
    """Whether both sides are known for certain."""
    gone: bool = False
    """Whether the resource is not there any more."""
    closing: tuple[Step, ...] = ()
    """What closes it now."""
    private: tuple[Resource, ...] = ()
    """Private endpoints that lead there instead."""


def door_of(exposure: Exposure) -> Door:
    """What an exposure is told apart by. Ids of two readings may differ in what is not known yet; addresses do not."""
    return Door(exposure.target.origin.address or exposure.target.key, exposure.part, exposure.kind)


def compare(before: Networks, after: Networks) -> list[Change]:
    """The doors that let others in than before, in the order of both readings.

    Instances that only one of the two has (stamps in other regions) are compared by the block that declares them.
    """
    old, new = _by_door(exposures(before)), _by_door(exposures(after))
    there, now = _places(before), _places(after)
    found = []
    for door in dict.fromkeys((*old, *new)):
        if door.place in there and door.place in now:
            change = _change(after, door, old.pop(door, []), new.pop(door, []))
            found.append(change)
    one, two = _by_block(old), _by_block(new)
    found += [_change(after, door, one.get(door, []), two.get(door, [])) for door in dict.fromkeys((*one, *two))]
    return [change for change in found if change is not None]


def _places(world: Networks) -> set[str]:
    return {text for item in world.estate for text in (item.origin.address, item.key) if text}


_INSTANCE: Final = re.compile(r"\[[^\[\]]*\]")


def _block(place: str) -> str:
    return place if place.startswith("/") else _INSTANCE.sub("[*]", place)


def _by_block(doors: Mapping[Door, list[Exposure]]) -> dict[Door, list[Exposure]]:
    found: dict[Door, list[Exposure]] = {}
    for door, listed in doors.items():
        found.setdefault(door._replace(place=_block(door.place)), []).extend(listed)
    return found


def _by_door(listed: Iterable[Exposure]) -> dict[Door, list[Exposure]]:
    found: dict[Door, list[Exposure]] = {}
    for exposure in listed:
        found.setdefault(door_of(exposure), []).append(exposure)
    return found


def _change(after: Networks, door: Door, old: list[Exposure], new: list[Exposure]) -> Change | None:
    doubts = [set(_admitted(listed)) for listed in (old, new)]
    opened, closed = tuple(_more(new, old)), tuple(_more(old, new))
    if not opened and not closed and doubts[0] == doubts[1]:
        return None
    target = (new or old)[0].target
    current = [item for item in after.estate.of_type(target.type) if _same(item, door)]
    closing: tuple[Step, ...] = ()
    private: tuple[Resource, ...] = ()
    if closed and current and not new:
        closing, private = _closing(after, current, door)
    gone = not new and not current
    certain = not doubts[0] and not doubts[1]
    return Change(target, door.part, door.kind, opened, closed, tuple(old), tuple(new), certain, gone, closing, private)


def _same(item: Resource, door: Door) -> bool:
    names = (item.origin.address, item.key)
    return door.place in names or ("[*]" in door.place and any(name and _block(name) == door.place for name in names))


def _closing(after: Networks, current: Sequence[Resource], door: Door) -> tuple[tuple[Step, ...], tuple[Resource, ...]]:
    """What closes a door now, and the private endpoints that lead there instead."""
    if door.kind == INGRESS_KIND:
        internal = tuple(step for item in current for step in internal_fronts(after, item))
        return internal or (Step("", "no Service of it with a public address was read"),), ()
    if door.kind not in ("service", "api"):
        return (), ()
    ways = [way for item in current for way in closed_ways(after, item, Service("*"))]
    steps = {step.what: step for way in ways for step in way.decided_by}
    return tuple(steps.values()), tuple(endpoint for item in current for endpoint in _private(after, item))


def _private(after: Networks, item: Resource) -> list[Resource]:
    return has_private_endpoint(item, after.estate)


def _more(listed: Sequence[Exposure], others: Sequence[Exposure]) -> Iterator[Admitted]:
    """Who comes in by some exposures and not by others: the Internet has everybody else in it."""
    found: dict[Admitted, None] = {}
    for exposure in listed:
        wider = [
            service for other in others if other.grade in (exposure.grade, Grade.INTERNET) for service in other.services
        ]
        for service in exposure.services:
            ports = _left(service, wider)
            if ports:
                found[Admitted(exposure.grade, format_service(service._replace(ports=ports)))] = None
    yield from found


def _left(service: Service, others: Sequence[Service]) -> tuple[tuple[int, int], ...]:
    """The ports of a service that others lack."""
    left = list(service.ports)
    for other in others:
        if other.protocol in (service.protocol, ANY_PROTOCOL):
            for first, last in other.ports:
                cut = [((a, min(b, first - 1)), (max(a, last + 1), b)) for a, b in left]
                left = [part for parts in cut for part in parts if part[0] <= part[1]]
    return join_ports(left)


def _admitted(listed: Iterable[Exposure]) -> Iterator[Admitted]:
    """Who perhaps comes in."""
    for exposure in listed:
        if exposure.certain is not True:
            for service in exposure.services:
                yield Admitted(exposure.grade, format_service(service))
