"""Ways in from the Internet: which place answers whom on which ports, by which path, and what decides it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE, union_of
from everward.facts.reach.admission import Admission, Openness, admissions
from everward.facts.reach.apim import SERVICE_TYPE, is_outside_in, management_entries
from everward.facts.reach.appgateway import gateway_entries
from everward.facts.reach.apps import SITE_TYPES, Door, doors
from everward.facts.reach.bastion import bastion_entries
from everward.facts.reach.dnat import translations
from everward.facts.reach.edges import edge_exposures
from everward.facts.reach.entrances import Entry, Step, entries
from everward.facts.reach.exposure import (
    HIGH_RISK_PORTS,
    MANAGEMENT_PORTS,
    WEB_PORTS,
    Exposure,
    Grade,
    internet,
    through,
)
from everward.facts.reach.ingress import ingresses
from everward.facts.reach.paths import Networks
from everward.facts.reach.serviceports import more_services, service_of
from everward.facts.reach.services import Service
from everward.facts.reach.servicewitness import ANYBODY, service_witness, site_witness
from everward.facts.reach.tunnels import tunnel_entries
from everward.facts.shape import place_in
from everward.values import Truth, Unknown, combine

__all__ = [
    "HIGH_RISK_PORTS",
    "MANAGEMENT_PORTS",
    "WEB_PORTS",
    "Exposure",
    "Grade",
    "all_entries",
    "deciding_steps",
    "exposures",
    "internet",
    "service_of",
]


def all_entries(world: Networks) -> Iterator[Entry]:
    """Every public address that leads to a place, by what leads there."""
    yield from entries(world)
    yield from ingresses(world)
    yield from gateway_entries(world)
    yield from bastion_entries(world)
    yield from tunnel_entries(world)
    yield from management_entries(world)


def exposures(world: Networks) -> Iterator[Exposure]:
    """Every way in from the Internet, in a stable order. Worked out once for a world."""
    if world.ways_in is None:
        world.ways_in = tuple(_worked_out(world))
    yield from world.ways_in


def _worked_out(world: Networks) -> Iterator[Exposure]:
    for entry in all_entries(world):
        yield from through(world, entry)
    yield from translations(world)
    yield from edge_exposures(world)
    yield from _services(world)
    yield from _apps(world)


_OPENNESS: Final = {
    Openness.PUBLIC: Grade.INTERNET,
    Openness.WIDE: Grade.INTERNET,
    Openness.AZURE: Grade.AZURE,
    Openness.RESTRICTED: Grade.RANGES,
    Openness.UNKNOWN: Grade.INTERNET,
}


def _services(world: Networks) -> Iterator[Exposure]:
    """Services that answer at a public endpoint of their own."""
    for resource in world.estate:
        if resource.type_key == SERVICE_TYPE.lower() and is_outside_in(resource):
            # The groups of its subnet are its firewall, see `apim`.
            continue
        for admission in admissions(resource, world.estate):
            grade = _OPENNESS.get(admission.openness)
            if grade is not None:
                yield _service_exposure(world, resource, admission, grade)


def _service_exposure(world: Networks, resource: Resource, admission: Admission, grade: Grade) -> Exposure:
    known = admission.openness is not Openness.UNKNOWN
    holes = [item for item in (admission.listens, admission.everyone, admission.azure) if isinstance(item, Unknown)]
    certain: Truth = True
    if not known:
        found = [*holes, *admission.holes]
        certain = combine(found) if found else Unknown(reason="its firewall is not known whole")
    steps = deciding_steps(resource, admission)
    witness, confirmed = service_witness(world, resource, admission)
    return Exposure(
        resource,
        "" if admission.plane == "data" else admission.plane,
        "service" if admission.plane == "data" else admission.plane,
        grade,
        (service_of(resource), *more_services(resource)),
        certain,
        (Step(resource.id, "its public endpoint", resource.origin),),
        steps,
        admission.addresses.sure,
        witness,
        confirmed,
        extra={"openness": str(admission.openness), "trusted": list(admission.trusted)},
    )


def deciding_steps(resource: Resource, admission: Admission) -> tuple[Step, ...]:
    """The properties that decide who a service answers, with what they are."""
    return tuple(
        Step(resource.id, f"{path} is {_said(resource, path)}", place_in(resource, path)) for path in admission.deciding
    )


def _said(resource: Resource, path: str) -> str:
    value = resource.get(path)
    if isinstance(value, Unknown):
        return "not known yet"
    if value is None or not isinstance(value, str | bool | int | list):
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "empty" if value == [] else f"`{value}`" if not isinstance(value, list) else f"a list of {len(value)}"


def _apps(world: Networks) -> Iterator[Exposure]:
    """Web sites, and their deployment sites."""
    for type_ in SITE_TYPES:
        for site in world.estate.of_type(type_):
            for door in doors(site, world.estate):
                made = _app_exposure(world, site, door)
                if made is not None:
                    yield made


def _app_exposure(world: Networks, site: Resource, door: Door) -> Exposure | None:
    """Who gets to a site. Rules of subnets let in nobody on the Internet."""
    answer = door.admits(ANYBODY)
    rules = [rule for rule in door.rules if rule.allows is not False and rule.subnet is None and rule.addresses.most]
    if door.listens is False or (answer is False and not rules):
        return None
    plain = [rule for rule in rules if not rule.headers]
    shared = any(rule.tag.lower().startswith(("azurecloud", "azurefrontdoor")) for rule in plain)
    grade = Grade.INTERNET if answer is not False else Grade.AZURE if shared else Grade.RANGES
    notes: tuple[str, ...] = ()
    if answer is False and not plain:
        names = sorted({name for rule in rules for name in rule.headers or ()})
        notes = (f"only requests with the header {', '.join(f'`{name}`' for name in names)} that its rules ask for",)
    steps = (Step(site.id, f"access restrictions of the {door.name}", site.origin),)
    service = Service("tcp", ports=((443, 443),))
    certain: Truth = True if answer is False else answer
    allowed = ANYBODY if answer is True else union_of(rule.addresses.sure for rule in plain)
    witness, confirmed = site_witness(world, site, door.name, allowed) if certain is True else (None, False)
    unmatched = f"what no rule of the {door.name} matches is let in"
    decided = (Step(site.id, unmatched, site.origin),) if door.rules and answer is True else steps
    return Exposure(
        site, door.name, "app", grade, (service,), certain, steps, decided, NOWHERE, witness, confirmed, notes=notes
    )
