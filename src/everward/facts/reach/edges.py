"""Front Door as a way in: what it answers on, what looks at requests there, and which origins it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.reach.admission import admissions
from everward.facts.reach.apps import FRONT_DOOR_HEADER, SITE_TYPES, doors
from everward.facts.reach.entrances import Guard, Lead, Step
from everward.facts.reach.exposure import Exposure, Grade
from everward.facts.reach.frontdoor import ROUTE_TYPE, Backend, Edge, Entrance, edges
from everward.facts.reach.naive_doors import edge_answers
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service
from everward.facts.reach.tags import tag_addresses
from everward.facts.shape import inner, properties, text_in
from everward.values import Truth, Unknown, all_of, any_of

KIND: Final = "front door"
ANYBODY_SHOWN: Final = "198.51.100.7"
"""A client on the Internet, of a block for documentation (RFC 5737)."""


def edge_exposures(world: Networks) -> Iterator[Exposure]:
    """Every endpoint of every Front Door, with the origins behind."""
    for edge in edges(world.estate):
        seen: dict[str, list[Entrance]] = {}
        for entrance in edge.entrances:
            seen.setdefault(entrance.resource.key, []).append(entrance)
        for listed in seen.values():
            yield from _endpoint(world, edge, listed)


def _endpoint(world: Networks, edge: Edge, listed: list[Entrance]) -> Iterator[Exposure]:
    """One endpoint. What it answers on is what some enabled route of it takes."""
    target = listed[0].resource
    ports: list[tuple[int, Truth]] = []
    for port, chosen in ((80, "http"), (443, "https")):
        ports.append((port, any_of([all_of([item.enabled, getattr(item, chosen)]) for item in listed])))
    opened = [(port, truth) for port, truth in ports if truth is not False]
    if not opened:
        return
    holes = [truth for _, truth in opened if isinstance(truth, Unknown)]
    served = [item for item in listed if item.enabled is not False]
    guards = tuple(_walls(world, edge, served))
    names = ", ".join(f"`{item.route}`" for item in served)
    sure = [port for port, truth in opened if truth is True]
    witness, confirmed = _witness(world, target, sure[0]) if sure else (None, False)
    path = (
        Step(target.id, f"endpoint of Front Door {edge.tier.capitalize()} `{edge.resource.name}`", target.origin),
        Step(target.id, f"routes {names}", served[0].origin),
    )
    yield Exposure(
        target,
        "",
        KIND,
        Grade.INTERNET,
        (Service("tcp", ports=tuple((port, port) for port, _ in opened)),),
        holes[0] if holes and len(holes) == len(opened) else True,
        path,
        path[1:],
        witness=witness,
        confirmed=confirmed,
        notes=tuple(dict.fromkeys(guard.meaning for guard in guards if guard.meaning)),
        guards=guards,
        leads=tuple(_leads(world, edge, served)),
    )


def _witness(world: Networks, target: Resource, port: int) -> tuple[Packet | None, bool]:
    """A packet that an endpoint answers, and whether the plain evaluator agrees. Its name stands for its address."""
    host = text_in(properties(target.body), "hostName")
    packet = Packet(ANYBODY_SHOWN, host if isinstance(host, str) and host else target.name, "tcp", port)
    routes = [item.body for item in world.estate.below(target.id, ROUTE_TYPE) if item.condition is True]
    said = edge_answers(target.body, routes, packet)
    return (None, False) if said is None else (packet, said)


def _leads(world: Networks, edge: Edge, served: list[Entrance]) -> Iterator[Lead]:
    groups = {item.group for item in served}
    for backend in edge.backends:
        if backend.group in groups and backend.enabled is not False:
            owner = owner_of(world, backend)
            if owner is not None:
                services = (Service("tcp", ports=tuple(sorted({(p, p) for p in (backend.http, backend.https)}))),)
                reached = all_of([backend.enabled, _admitted(world, edge, backend, owner)])
                yield Lead(owner, services, reached, f"origin `{backend.name}`")


def _admitted(world: Networks, edge: Edge, backend: Backend, owner: Resource) -> Truth:
    """Whether an origin lets the profile in: by a private link, or by its own firewall."""
    if backend.private_link is not None:
        return backend.approved
    senders = tag_addresses("AzureFrontDoor.Backend")
    if senders is None:
        return True
    if owner.type_key in _SITES:
        headers = {} if isinstance(edge.identity, Unknown) else {FRONT_DOOR_HEADER: edge.identity}
        return doors(owner, world.estate)[0].admits(senders, headers)
    doors_of = [item for item in admissions(owner, world.estate) if item.plane == "data"]
    return any_of([item.admits(senders, from_azure=True) for item in doors_of]) if doors_of else True


_SITES: Final = {type_.lower() for type_ in SITE_TYPES}


def owner_of(world: Networks, backend: Backend) -> Resource | None:
    """The resource of the estate that an origin is, by its private link or its host name."""
    if isinstance(backend.private_link, str):
        found = world.estate.find(backend.private_link)
        if found is not None:
            return found
    return world.host_names.owner(backend.host)


def _walls(world: Networks, edge: Edge, served: list[Entrance]) -> Iterator[Guard]:
    """The web application firewalls before the names of an endpoint, and the names without any."""
    wanted = {domain for item in served for domain in item.domains}
    bare = set(wanted)
    for wall in edge.walls:
        if wanted & wall.domains or not wall.whole:
            bare -= wall.domains if wall.whole else wanted
            yield _wall(world, wall.id)
    if bare:
        names = ", ".join(f"`{item.rpartition('/')[2]}`" for item in sorted(bare))
        yield Guard(edge.resource.id, "", "", None, f"no web application firewall looks at {names}")


def _wall(world: Networks, id_: str | Unknown) -> Guard:
    policy = world.estate.find(id_) if isinstance(id_, str) else None
    if policy is None:
        hole = id_ if isinstance(id_, Unknown) else Unknown(reason="the policy is in no source", decided_by=(id_,))
        shown = "" if isinstance(id_, Unknown) else id_
        return Guard(shown, "", hole, None, "the policy of the web application firewall is in no source")
    settings = inner(properties(policy.body), "policySettings")
    state, mode = text_in(settings, "enabledState"), text_in(settings, "mode")
    if isinstance(state, str) and state.lower() == "disabled":
        return Guard(policy.id, "", "Disabled", policy.origin, f"the policy `{policy.name}` is disabled")
    if isinstance(mode, Unknown):
        return Guard(policy.id, "", mode, policy.origin, f"whether `{policy.name}` refuses requests is not known")
    said = "Detection" if mode is None else mode
    refuses = said.lower() == "prevention"
    meaning = f"the policy `{policy.name}` " + (
        "refuses requests that its rules match" if refuses else "only tells of requests that its rules match"
    )
    return Guard(policy.id, "", said, policy.origin, meaning)
