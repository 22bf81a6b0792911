"""Origins of Front Door, and whether they can be reached around it.

MicrosoftDocs/azure-docs frontdoor/origin-security and private-link, read 2026-11. Only two things keep everybody else
out: a private link whose target has no public door, or a door that asks for Front Door's addresses (other customers
have them too) and for the id of the profile. The id alone stops requests of those who do not know it, not connections.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses
from everward.facts.reach.admission import READERS
from everward.facts.reach.apps import SITE_TYPES, around_front_door, doors
from everward.facts.reach.edges import KIND, owner_of
from everward.facts.reach.entrances import Guard, is_held
from everward.facts.reach.exposure import Exposure, Grade
from everward.facts.reach.frontdoor import Backend, Edge, edges
from everward.facts.reach.gatewayparts import GATEWAY_TYPE
from everward.facts.reach.ingress import EDGE_HEADER, INGRESS_KIND, header_checks
from everward.facts.reach.paths import Networks
from everward.facts.reach.tags import tag_addresses
from everward.facts.shape import properties, text_in
from everward.values import Truth, Unknown, combine


class Bypass(StrEnum):
    """Who can connect to an origin without the profile that it belongs to."""

    OPEN = "open"
    """Anybody on the Internet, or any customer of Azure."""
    EDGE = "anyFrontDoor"
    """Every customer of Front Door: its addresses are asked for, and not the id of the profile."""
    RANGES = "ranges"
    """Some addresses that rules name."""
    NONE = "none"


@dataclass
class Found:
    """One origin of one profile."""

    edge: Edge
    backend: Backend | None
    """None where only a check of the profile's id says that a place is one."""
    target: Resource | None
    bypass: Bypass | Unknown
    refused: Truth
    """Whether requests that do not carry the profile's id are refused; they are not where nobody asks."""
    paths: tuple[Exposure, ...]
    """The ways around."""
    guards: tuple[Guard, ...]
    private: Truth
    """Whether the profile gets there by an approved private link."""
    served: Truth
    """Whether some route leads there."""
    judged: bool
    """Whether the place was read, and every way into it is looked at."""
    notes: tuple[str, ...]


def origins(world: Networks, listed: Sequence[Exposure]) -> Iterator[Found]:
    """Every origin of every Front Door: those that are declared, and places that ask for the id of a profile."""
    others = [item for item in listed if item.kind != KIND]
    found = list(edges(world.estate))
    told: set[tuple[str, str]] = set()
    for edge in found:
        for backend in edge.backends:
            if backend.enabled is False:
                continue
            target = owner_of(world, backend)
            if target is not None:
                reached = {item.target.key for item in others if _leads(item, target)}
                told |= {(edge.resource.key, key) for key in {target.key, *reached}}
            yield _judged(world, edge, backend, target, others)
    for edge in found:
        for target in _asking(edge, others):
            if (edge.resource.key, target.key) not in told:
                told.add((edge.resource.key, target.key))
                yield _judged(world, edge, None, target, others)


def _asking(edge: Edge, listed: Sequence[Exposure]) -> Iterator[Resource]:
    """Places that ask requests for the id of a profile."""
    seen: set[str] = set()
    for exposure in listed:
        asks = any(guard.header == EDGE_HEADER and is_identity(edge, guard.value) is True for guard in exposure.guards)
        if asks and exposure.target.key not in seen:
            seen.add(exposure.target.key)
            yield exposure.target


def is_identity(edge: Edge, value: str | Unknown) -> Truth:
    """Whether a value that is asked for is the id of a profile."""
    own = edge.identity
    if isinstance(value, Unknown):
        if isinstance(own, Unknown):
            return True if set(own.decided_by) & set(value.decided_by) else combine([value, own])
        return value
    if isinstance(own, str):
        return value.lower() == own.lower()
    if any(f"{{{name}}}" in value for name in own.decided_by):
        return True
    return False if value == "" else own


def _judged(
    world: Networks, edge: Edge, backend: Backend | None, target: Resource | None, listed: Sequence[Exposure]
) -> Found:
    served: Truth = True if backend is None else edge.serves(backend)
    linked = backend is not None and backend.private_link is not None
    private: Truth = backend.approved if backend is not None and linked else False
    if backend is not None and isinstance(backend.private_link, Unknown):
        private = backend.private_link
    notes = list(_link_notes(edge, backend)) if backend is not None and linked else []
    if target is None:
        hole = _nobody(edge, backend)
        return Found(edge, backend, None, hole, hole, (), (), private, served, judged=False, notes=tuple(notes))
    bypass: Bypass | Unknown
    ways = [item for item in listed if _leads(item, target) and _web(item, backend)]
    if target.type_key in _SITES:
        bypass, refused, guards = _site(world, edge, target)
        ways = [item for item in ways if item.part == "site"]
    else:
        guards = _checks(world, ways, target)
        refused = _refused(world, edge, ways, guards, target)
        bypass = _of_ways(world, target, ways, refused)
    paths = () if bypass is Bypass.NONE else tuple(ways)
    judged = bool(ways) or target.type_key in _SITES or _seen(world, target)
    return Found(edge, backend, target, bypass, refused, paths, tuple(guards), private, served, judged, tuple(notes))


def _nobody(edge: Edge, backend: Backend | None) -> Unknown:
    """Why an origin is judged by nothing: its name belongs to no resource that was read."""
    host = backend.host if backend is not None else None
    shown = f"`{host}`" if isinstance(host, str) else "a name that is not known yet"
    reason = f"what answers at {shown} is in no source"
    if isinstance(host, Unknown) and host.decided_by:
        return combine([host], reason=reason)
    return Unknown(reason=reason, decided_by=((backend.resource if backend is not None else edge.resource).id,))


def _link_notes(edge: Edge, backend: Backend) -> Iterator[str]:
    if edge.tier != "premium":
        yield f"private links need the Premium tier; this one is {edge.tier.capitalize()}"
    if isinstance(backend.approved, Unknown):
        yield "whether the owner of the target approved the private link is not known"
    elif backend.approved is False:
        yield "the private link is not approved: no request gets through"


_SITES: Final = {type_.lower() for type_ in SITE_TYPES}
_PUBLIC: Final = "microsoft.network/publicipaddresses"


def _leads(exposure: Exposure, target: Resource) -> bool:
    if exposure.target.key == target.key:
        # The API server of a cluster is another door than what runs in it.
        return exposure.kind != "api"
    return target.type_key == _PUBLIC and any(step.id.lower() == target.key for step in exposure.path)


def _web(exposure: Exposure, backend: Backend | None) -> bool:
    ports = {80, 443} if backend is None else {backend.http, backend.https}
    return exposure.has_port(frozenset(ports))


def _site(world: Networks, edge: Edge, site: Resource) -> tuple[Bypass | Unknown, Truth, list[Guard]]:
    """A web site: its access restrictions know addresses and headers."""
    door = doors(site, world.estate)[0]
    anybody = Addresses(((0xC6336407, 0xC6336407),), ())
    plain = door.admits(anybody)
    around = around_front_door(door, edge.identity)
    asked = [
        Guard(
            site.id,
            EDGE_HEADER,
            value,
            site.origin,
            f"rule `{rule.name}` asks for `{EDGE_HEADER}` `{_shown(value)}`",
        )
        for rule in door.rules
        for name, values in (rule.headers or {}).items()
        if name.lower() == EDGE_HEADER.lower()
        for value in values
    ]
    if plain is True:
        return Bypass.OPEN, False, asked
    if around is True:
        wide = any(rule.allows is not False and not _edge_only(rule.tag) for rule in door.rules)
        return (Bypass.RANGES if wide else Bypass.EDGE), False, asked
    if around is False:
        return Bypass.NONE, True, asked
    if plain is False and asked and all(is_identity(edge, guard.value) is True for guard in asked):
        # The header alone: whoever learns the id connects from anywhere.
        return Bypass.OPEN, True, asked
    holes = [item for item in (plain, around) if isinstance(item, Unknown)]
    return combine(holes), combine(holes), asked


def _shown(value: str | Unknown) -> str:
    return value.text or "not known yet" if isinstance(value, Unknown) else value


def _edge_only(tag: str) -> bool:
    return tag.lower() == "azurefrontdoor.backend"


def _checks(world: Networks, ways: Sequence[Exposure], target: Resource) -> list[Guard]:
    found = [guard for item in ways for guard in item.guards if guard.header == EDGE_HEADER]
    found += _policy_checks(world, target)
    unique: dict[tuple[str, str], Guard] = {}
    for guard in found:
        unique.setdefault((guard.id, guard.meaning), guard)
    return list(unique.values())


def _policy_checks(world: Networks, target: Resource) -> Iterator[Guard]:
    """Policies of API Management that look at the header.

    MicrosoftDocs/azure-docs api-management/front-door-api-management and check-header-policy, read 2026-11.
    """
    for policy in world.estate.below(target.id, "Microsoft.ApiManagement/service/policies"):
        text = text_in(properties(policy.body), "value")
        shown = text.text if isinstance(text, Unknown) else text
        if isinstance(shown, str) and "check-header" in shown and EDGE_HEADER.lower() in shown.lower():
            value = shown.partition("<value>")[2].partition("</value>")[0].strip()
            meaning = f"the policy refuses requests whose `{EDGE_HEADER}` is not `{value}`"
            asked: str | Unknown = text if isinstance(text, Unknown) else value
            if value.startswith("{{") or "<choose" in shown:
                reason = "a named value or a condition of the policy decides what it asks for"
                asked = Unknown(reason=reason, decided_by=(policy.id,))
            yield Guard(policy.id, EDGE_HEADER, asked, policy.origin, meaning)


def _refused(world: Networks, edge: Edge, ways: Sequence[Exposure], guards: Sequence[Guard], target: Resource) -> Truth:
    """Whether requests without the profile's id are refused on every way."""
    if not guards:
        return False
    for item in ways:
        if item.kind == INGRESS_KIND:
            cluster = text_in(properties(item.target.body), "cluster")
            _, bare = header_checks(world, cluster if isinstance(cluster, str) else target.id)
            if bare:
                return False
    answers = [is_identity(edge, guard.value) for guard in guards]
    holes = [item for item in answers if isinstance(item, Unknown)]
    if False in answers:
        return False
    return combine(holes) if holes else True


def _of_ways(world: Networks, target: Resource, ways: Sequence[Exposure], refused: Truth) -> Bypass | Unknown:
    found: list[Bypass] = []
    holes: list[Unknown] = []
    for item in ways:
        if isinstance(item.certain, Unknown):
            holes.append(item.certain)
        else:
            found.append(_who(item))
    if Bypass.OPEN in found:
        return Bypass.OPEN
    if holes:
        return combine(holes)
    if not ways and not _seen(world, target):
        reason = f"ways into `{target.type.rpartition('/')[2]}` are not modelled"
        if target.type_key == _PUBLIC:
            reason = f"what uses the address `{target.name}` is in no source"
        return Unknown(reason=reason, decided_by=(target.id,))
    if Bypass.EDGE in found and refused is not True:
        return refused if isinstance(refused, Unknown) else Bypass.EDGE
    return Bypass.RANGES if Bypass.RANGES in found else Bypass.NONE


def _who(item: Exposure) -> Bypass:
    if item.grade is Grade.RANGES:
        return Bypass.RANGES
    if item.grade is Grade.AZURE and item.sources:
        edge = tag_addresses("AzureFrontDoor.Backend")
        if edge is not None and edge.covers(item.sources):
            return Bypass.EDGE
    return Bypass.OPEN


_SEEN: Final = frozenset(
    {
        GATEWAY_TYPE.lower(),
        "microsoft.network/networkinterfaces",
        "microsoft.network/loadbalancers",
        "microsoft.network/privatelinkservices",
        "microsoft.containerservice/managedclusters",
        "microsoft.compute/virtualmachines",
    }
)
"""Types whose every public way in is looked at, besides services with a firewall of their own.

A private link service has no public address at all.
"""


def _seen(world: Networks, target: Resource) -> bool:
    """Whether every way into a place would have been found."""
    if target.type_key == _PUBLIC:
        return is_held(world, target)
    return target.type_key in READERS or target.type_key in _SEEN
