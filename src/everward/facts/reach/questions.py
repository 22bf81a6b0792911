"""Questions of people: can this reach that, by which way, and what decides it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses
from everward.facts.reach.admission import READERS, Admission, Openness, admissions
from everward.facts.reach.apps import SITE_TYPES, doors
from everward.facts.reach.bastion import KIND as BASTION_KIND
from everward.facts.reach.closing import why_closed
from everward.facts.reach.crossing import firewall_on_the_way, passes, seen_from, to_internet, to_place
from everward.facts.reach.deciding import gate_steps
from everward.facts.reach.endpoints import PUBLIC_IP_TYPE, Endpoint
from everward.facts.reach.entrances import Step, is_held
from everward.facts.reach.exposures import (
    Exposure,
    Grade,
    all_entries,
    deciding_steps,
    exposures,
    service_of,
)
from everward.facts.reach.firewalls import Firewall
from everward.facts.reach.hostnames import service_names
from everward.facts.reach.onprem import WORDS, loose_circuits, to_endpoint, to_service
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks, OpenGate
from everward.facts.reach.podquestions import between_pods
from everward.facts.reach.privatelink import links, reaches, resolves
from everward.facts.reach.routes import SERVICE_TAGS, Hop
from everward.facts.reach.rules import INBOUND, OUTBOUND
from everward.facts.reach.services import ANY_PROTOCOL, Service, format_service, join_ports
from everward.facts.reach.tags import tag_addresses
from everward.facts.reach.topology import Subnet
from everward.facts.reach.witness import check, check_firewall, packet
from everward.facts.shape import ids_in, inner, properties
from everward.policy.hierarchy import Hierarchy
from everward.values import Truth, Unknown, UsageError, all_of, any_of, combine, try_parse_id

INTERNET: Final = "internet"
ON_PREMISES: Final = "on-premises"


class Verdict(StrEnum):
    """The answer."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass
class Way:
    """One way from here to there."""

    name: str
    """`public`, `private endpoint`, `service endpoint`, `network`."""
    holds: Truth
    steps: tuple[Step, ...] = ()
    decided_by: tuple[Step, ...] = ()
    witness: Packet | None = None
    confirmed: bool = False
    exposure: Exposure | None = None
    notes: tuple[str, ...] = ()
    guarded: bool = False
    """Whether somebody has it only after signing in elsewhere: then it does not make the answer open."""


@dataclass
class Reply:
    """What came out."""

    source: str
    target: str
    service: Service
    ways: list[Way] = field(default_factory=list)

    @property
    def truth(self) -> Truth:
        """Whether some way holds that nobody has to sign in for."""
        return any_of([way.holds for way in self.ways if not way.guarded])

    @property
    def verdict(self) -> Verdict:
        """The answer in one word."""
        truth = self.truth
        return Verdict.UNKNOWN if isinstance(truth, Unknown) else Verdict.OPEN if truth else Verdict.CLOSED


def ask(world: Networks, source: str, target: str, service: Service) -> list[Reply]:
    """Whether a source reaches a target: `internet`, `onprem`, or what an id or a name says; a reply for each target.

    Raises:
        UsageError: when nothing is called so.

    """
    replies: list[Reply] = []
    if source.strip().lower() == INTERNET:
        replies += [
            Reply(INTERNET, resource.id, service, list(_from_internet(world, resource, service)))
            for resource in find(world, target)
        ]
        return replies
    if source.strip().lower() in WORDS:
        return [
            Reply(ON_PREMISES, resource.id, service, list(_from_sites(world, resource, service)))
            for resource in find(world, target)
        ]
    for one in between_pods(world, source, target, service):
        way = Way("pod network", one.holds, one.steps, one.decided_by, notes=one.notes)
        replies.append(Reply(one.source, one.target, service, [way]))
    if replies:
        return replies
    origins = _places(world, source)
    for resource in find(world, target):
        for origin in origins:
            ways = list(_from_inside(world, origin, resource, service))
            if not ways and not _modelled(world, resource):
                kind = resource.type.rpartition("/")[2]
                ways = [Way("network", Unknown(reason=f"ways into `{kind}` are not modelled"))]
            replies.append(Reply(_called(origin), resource.id, service, ways))
    return replies


def _from_sites(world: Networks, target: Resource, asked: Service) -> Iterator[Way]:
    """From sites of the company: to interfaces, private endpoints, public endpoints."""
    ends = [end for key in sorted(_parts(target)) for end in world.endpoints.of(key) if end.receives]
    linked = [link for link in links(world.estate) if link.target == target.id or _is(link.target, target) is True]
    ends += [end for link in linked for end in world.endpoints.of(link.endpoint.id)]
    found = [way for end in ends for way in to_endpoint(world, end, asked)]
    if _common((service_of(target),), asked)[0]:
        found += to_service(world, target)
    for way in found:
        yield Way(way.name, way.holds, way.steps, way.decided_by, way.witness, way.confirmed, notes=way.notes)
    for circuit in loose_circuits(world):
        reason = f"which networks the circuit `{circuit.name}` is connected to is in no source"
        hole = Unknown(reason=reason, decided_by=(circuit.id,))
        yield Way("on-premises", hole, (Step(circuit.id, "ExpressRoute circuit", circuit.origin),))
    if not found and not _modelled(world, target):
        kind = target.type.rpartition("/")[2]
        yield Way("on-premises", Unknown(reason=f"ways into `{kind}` are not modelled"))
    elif not found:
        yield Way("on-premises", False, notes=("no gateway of its network, or of a peer of that, was read",))


def find(world: Networks, text: str) -> list[Resource]:
    """The resources that a user means: by id, or by name.

    Raises:
        UsageError: when nothing is called so.

    """
    exact = world.estate.find(text)
    if exact is not None:
        return [exact]
    key = text.strip().rstrip("/").lower()
    named = [item for item in world.estate if item.name.lower() == key]
    found = named or [item for item in world.estate if item.key.endswith(f"/{key}") or item.origin.address == text]
    if not found:
        near = [item.name for item in world.estate if key in item.name.lower()][:5]
        advice = (
            f"did you mean {', '.join(f'`{name}`' for name in near)}?" if near else "`everward estate show` lists them"
        )
        raise UsageError(f"nothing is called `{text}`", help=advice)
    return found


Place = Endpoint | Subnet


def _called(place: Place) -> str:
    return place.id


def _places(world: Networks, text: str) -> list[Place]:
    """The endpoints that a user means, or the subnets."""
    exact = world.topology.subnet(text)
    wanted = text.strip().lower()
    # Each stamp has a subnet of the same name: the answer for one is not that for all.
    listed = [exact] if exact else [item for item in world.topology.subnets.values() if item.name.lower() == wanted]
    found: list[Place] = []
    for subnet in listed:
        own = [item for item in world.endpoints.all if item.subnet is subnet and item.kind != "private endpoint"]
        # Those behind the same group of their own send alike.
        found += {str(item.group).lower(): item for item in reversed(own)}.values() or [subnet]
    if found:
        return found
    for resource in find(world, text):
        found.extend(end for key in sorted(_parts(resource)) for end in world.endpoints.of(key))
    if not found:
        raise UsageError(f"`{text}` stands in no subnet", help="name an interface, a cluster, a scale set or a subnet")
    return found


def _common(services: Sequence[Service], asked: Service) -> tuple[tuple[Service, ...], bool]:
    """What services have in common with what is asked for, and whether that is all of it."""
    found: list[tuple[int, int]] = []
    for service in services:
        if service.protocol in (ANY_PROTOCOL, asked.protocol) or asked.protocol == ANY_PROTOCOL:
            found += [
                (max(first, a), min(last, b))
                for first, last in asked.ports
                for a, b in service.ports
                if a <= last and first <= b
            ]
    ports = join_ports(found)
    return (asked._replace(ports=ports),) if ports else (), ports == join_ports(asked.ports)


def _parts(target: Resource) -> set[str]:
    """The lower-case ids of what takes the packets for a resource: a machine has interfaces."""
    profile = inner(properties(target.body), "networkProfile", "networkInterfaces")
    return {target.key, *(id_.lower() for id_ in ids_in(profile) if isinstance(id_, str))}


_PASSED: Final = (
    "microsoft.network/azurefirewalls",
    "microsoft.network/loadbalancers",
    "microsoft.network/publicipaddresses",
)
"""What only passes packets on: it is reached where something behind it is."""


def _leads(target: Resource, end: Resource, path: Sequence[Step]) -> bool:
    """Whether a way leads to a target, or through it where it passes packets on."""
    through = target.type_key in _PASSED and any(step.id.lower() == target.key for step in path)
    return through or end.key in _parts(target)


def _from_internet(world: Networks, target: Resource, asked: Service) -> Iterator[Way]:
    found = False
    listed = list(exposures(world))
    yield from handed_on(listed, target, asked)
    for exposure in listed:
        if not _leads(target, exposure.target, exposure.path):
            continue
        common, whole = _common(exposure.services, asked)
        if not common:
            continue
        notes = [] if exposure.grade is Grade.INTERNET else [f"only from {_GRADES[exposure.grade]}"]
        if not whole:
            notes.append(f"only on {', '.join(format_service(item) for item in common)}")
        yield Way(
            "public",
            exposure.certain,
            exposure.path,
            exposure.decided_by,
            exposure.witness,
            exposure.confirmed,
            exposure,
            (*notes, *exposure.notes),
        )
        found = True
    if found:
        return
    closed = list(closed_ways(world, target, asked))
    yield from closed
    if not closed and not _modelled(world, target):
        kind = target.type.rpartition("/")[2]
        yield Way("public", Unknown(reason=f"ways from the Internet into `{kind}` are not modelled"))


def _modelled(world: Networks, target: Resource) -> bool:
    """Whether every way from the Internet into a resource would have been found."""
    if target.type_key in READERS or target.type_key in {type_.lower() for type_ in SITE_TYPES}:
        return True
    if target.type_key.startswith(_ADDRESSLESS) or target.type_key in _DOORS:
        return True
    if target.type_key == PUBLIC_IP_TYPE.lower():
        return is_held(world, target)
    ends = [end for key in _parts(target) for end in world.endpoints.of(key)]
    return bool(ends) and all(end.kind in _FOUND for end in ends)


def handed_on(listed: Sequence[Exposure], target: Resource, asked: Service) -> Iterator[Way]:
    """Ways by which gateways hand requests on to a target, and Bastions sessions: connections end before it."""
    for exposure in listed:
        for lead in exposure.leads:
            if lead.resource.key not in _parts(target) or not _common(lead.services, asked)[0]:
                continue
            guarded = exposure.kind == BASTION_KIND
            notes = (f"{'sessions' if guarded else 'requests'} get there, not connections", *exposure.notes)
            last = Step(lead.resource.id, lead.how, lead.resource.origin)
            yield Way(
                exposure.kind,
                all_of([exposure.certain, lead.reached]),
                (*exposure.path, last),
                exposure.decided_by,
                exposure.witness,
                exposure.confirmed,
                exposure,
                notes,
                guarded,
            )


_ADDRESSLESS: Final = (
    "microsoft.authorization/",
    "microsoft.managedidentity/",
    "microsoft.network/applicationsecuritygroups",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/privatednszones",
    "microsoft.network/routetables",
)
"""Types that have no address: nothing can be sent to them."""
_FOUND: Final = ("interface", "scale set", "nodes", "private endpoint")
_DOORS: Final = (
    "microsoft.network/applicationgateways",
    "microsoft.network/azurefirewalls",
    "microsoft.network/bastionhosts",
    "microsoft.network/natgateways",
    "microsoft.network/virtualnetworkgateways",
)
"""Doors that Azure runs, every public address of which is looked at. A NAT gateway only lets out."""


def closed_ways(world: Networks, target: Resource, asked: Service) -> Iterator[Way]:
    """Doors that let nobody in from the Internet, and what closes them."""
    for admission in admissions(target, world.estate):
        steps = (Step(target.id, "its public endpoint", target.origin),)
        if not _common((service_of(target),), asked)[0]:
            yield Way("public", False, steps, notes=(f"it answers on {format_service(service_of(target))} only",))
        elif admission.openness in (Openness.CLOSED, Openness.ENDPOINTS):
            yield Way("public", False, steps, deciding_steps(target, admission))
    if target.type_key in {type_.lower() for type_ in SITE_TYPES}:
        yield from _closed_sites(world, target, asked)
    for entry in all_entries(world):
        if _leads(target, entry.endpoint.resource, entry.path):
            yield Way("public", False, entry.path, notes=(why_closed(world, entry, asked),))


def _closed_sites(world: Networks, site: Resource, asked: Service) -> Iterator[Way]:
    """The site and its deployment site, and why they let nobody in."""
    listed = (
        [] if _common((service_of(site),), asked)[0] else [f"it answers on {format_service(service_of(site))} only"]
    )
    for door in doors(site, world.estate):
        why = "it has no public endpoint" if door.listens is False else "its access restrictions let nobody in"
        step = Step(site.id, f"access restrictions of the {door.name}", site.origin)
        yield Way("public", False, (step,), notes=tuple(listed) or (f"{door.name}: {why}",))


_GRADES: Final = {
    Grade.AZURE: "addresses of Azure, which every customer of it can have",
    Grade.RANGES: "some public addresses",
    Grade.INTERNET: "anywhere",
}


def _from_inside(world: Networks, origin: Place, target: Resource, asked: Service) -> Iterator[Way]:
    subnet = origin.subnet if isinstance(origin, Endpoint) else origin
    if subnet is None:
        return
    for endpoint in (end for key in sorted(_parts(target)) for end in world.endpoints.of(key)):
        if endpoint.receives:
            yield _between(world, origin, subnet, endpoint, asked)
    yield from _private(world, origin, subnet, target, asked)
    yield from _doors(world, origin, subnet, target, asked)


def _gate(world: Networks, origin: Place, direction: str) -> OpenGate:
    if isinstance(origin, Endpoint):
        return world.gate(origin, direction)
    stand_in = Endpoint("subnet", origin.resource, "", origin, origin.id, origin.addresses, single=False)
    return world.gate(stand_in, direction)


def _between(world: Networks, origin: Place, subnet: Subnet, endpoint: Endpoint, asked: Service) -> Way:
    """From a place to an endpoint: out of one, along a route, into the other."""
    mask = world.space.mask(asked)
    ends = (origin.addresses, endpoint.addresses, mask)
    gates = (_gate(world, origin, OUTBOUND), world.inbound(endpoint))
    leaving, arriving = (passes(gate, *ends) for gate in gates)
    firewall = firewall_on_the_way(world, subnet, endpoint.addresses)
    first = Step(subnet.id, f"leaves `{subnet.name}`", subnet.resource.origin)
    last = Step(endpoint.resource.id, f"arrives at {endpoint.kind}", endpoint.resource.origin)
    out = gate_steps(gates[0], *ends, leaving, Step(subnet.id, "groups of the source"))
    if firewall is not None and endpoint.subnet is not None:
        start, place = (subnet, origin.addresses), (endpoint.subnet, endpoint.addresses)
        through = to_place(world, firewall, start, place, gates[1], mask)
        middle = Step(firewall.resource.id, "through the firewall", firewall.resource.origin)
        decided = (*(out if leaving is not True else ()), *through.steps)
        holds = all_of([leaving, through.holds])
        witness, confirmed = _shown(world, origin, endpoint, mask, firewall) if holds is True else (None, False)
        return Way("network", holds, (first, middle, last), decided, witness, confirmed, notes=through.notes)
    routed = _routed(world, subnet, endpoint)
    holds = all_of([leaving, routed, arriving])
    table = subnet.route_table if isinstance(subnet.route_table, str) else subnet.network.id
    into = gate_steps(gates[1], *ends, arriving, Step(endpoint.resource.id, "groups of the destination"))
    parts = ((out, leaving), ((Step(table, "routes"),) if routed is not True else (), routed), (into, arriving))
    # What lets packets through is told where they arrive, else what stands in their way.
    decided = tuple(step for steps, truth in parts if holds is True or truth is not True for step in steps)
    witness, confirmed = _shown(world, origin, endpoint, mask) if holds is True else (None, False)
    return Way("network", holds, (first, last), decided, witness, confirmed)


def _shown(
    world: Networks, origin: Place, endpoint: Endpoint, mask: int, firewall: Firewall | None = None
) -> tuple[Packet | None, bool]:
    """A packet, and whether the plain evaluators let it through the firewall and into the destination."""
    found = packet(origin.addresses, endpoint.addresses, next(iter(world.space.samples(mask))))
    if found is None:
        return None, False
    groups = (endpoint.subnet.group if endpoint.subnet else None, endpoint.group)
    kept = [group for group in groups if isinstance(group, str)]
    seen = [found]
    if firewall is not None:
        if check_firewall(world, firewall.resource, found).access != "Allow":
            return found, False
        behind = packet(firewall.addresses, endpoint.addresses, next(iter(world.space.samples(mask))))
        seen += [behind] if behind is not None else []
    said = [check(world, kept, INBOUND, endpoint.subnet, item).access == "Allow" for item in seen]
    return found, any(said)


def _routed(world: Networks, subnet: Subnet, endpoint: Endpoint) -> Truth:
    if endpoint.subnet is None:
        where = (endpoint.subnet_id,) if isinstance(endpoint.subnet_id, str) else (endpoint.id,)
        return Unknown(reason="the subnet of the destination is in no source", decided_by=where)
    truths: list[Truth] = []
    for _, hops in world.hops(subnet, endpoint.addresses):
        for hop in hops:
            if isinstance(hop, Unknown):
                truths.append(hop)
            elif hop in (Hop.LOCAL, Hop.PEERING):
                truths.append(True)
            elif hop is Hop.NONE:
                truths.append(False)
            elif hop is Hop.INTERNET:
                # The route leads to the Internet, where no private address is: its public one is another way.
                doubt = Unknown(reason="it may be reached at its public address", decided_by=(endpoint.id,))
                truths.append(doubt if endpoint.public else False)
            else:
                truths.append(Unknown(reason=f"what stands behind the {hop} decides", decided_by=(subnet.id,)))
    return _agreed(truths, subnet)


def _agreed(truths: Sequence[Truth], subnet: Subnet) -> Truth:
    """What routes come to, each of which may be the one that is taken. Without any, nothing gets through."""
    holes = [item for item in truths if isinstance(item, Unknown)]
    if holes:
        return combine(holes)
    if True in truths and False in truths:
        return Unknown(reason="it is not certain which route is taken", decided_by=(subnet.id,))
    return True in truths


def _private(world: Networks, origin: Place, subnet: Subnet, target: Resource, asked: Service) -> Iterator[Way]:
    """Through private endpoints that lead to the target."""
    for link in links(world.estate):
        leads = _is(link.target, target)
        if leads is False:
            continue
        truths: list[Truth] = [leads, link.approved, reaches(world.topology, subnet.network, link.subnet)]
        mask, gate = world.space.mask(asked), _gate(world, origin, OUTBOUND)
        ends = world.endpoints.of(link.endpoint.id)
        truths += [passes(gate, origin.addresses, endpoint.addresses, mask) for endpoint in ends]
        # The group of the endpoint's subnet acts only where the subnet says so; the gate knows.
        truths += [passes(world.inbound(end), origin.addresses, end.addresses, mask) for end in ends]
        named = resolves(world.estate, subnet.network, link.endpoint)
        notes = () if named is True else ("names lead to the public address: no zone of the endpoint is linked here",)
        if isinstance(named, Unknown):
            notes = (f"whether names lead there is not known: {named.reason}",)
        step = Step(link.endpoint.id, "private endpoint", link.endpoint.origin)
        if leads is not True and all_of(truths) is False:
            continue
        yield Way("private endpoint", all_of(truths), (step,), notes=notes)


def _is(id_: str | Unknown, target: Resource) -> Truth:
    """Whether an id, parts of which may be open, is that of a resource."""
    if isinstance(id_, Unknown):
        return id_
    if id_.lower() == target.key:
        return True
    parsed = try_parse_id(id_)
    if parsed is None or parsed.type.lower() != target.type_key:
        return False
    if Hierarchy().contains(id_, target.id) is False:
        return False
    return Unknown(reason="which resource the endpoint leads to is not known yet", decided_by=(id_,))


def _doors(world: Networks, origin: Place, subnet: Subnet, target: Resource, asked: Service) -> Iterator[Way]:
    """Through the public endpoint of a service: by a service endpoint, or over the Internet."""
    listed = [item.lower() for item in subnet.service_endpoints if isinstance(item, str)]
    common, _ = _common((service_of(target),), asked)
    for admission in admissions(target, world.estate):
        steps = (Step(target.id, "its public endpoint", target.origin),)
        decided = tuple(Step(target.id, path, target.origin_of(path)) for path in admission.deciding)
        name = _namespace(target)
        if not common:
            yield Way("public", False, steps, notes=(f"it answers on {format_service(service_of(target))} only",))
            continue
        mask = world.space.mask(common[0])
        public = _public_of(name)
        firewall = None if name in listed else firewall_on_the_way(world, subnet, public)
        if firewall is not None:
            yield _walled(world, origin, subnet, target, admission, firewall, mask)
            continue
        leaves = _leaves(world, origin, subnet, public, mask)
        if name in listed:
            holds = all_of([leaves, admission.admits_subnet(subnet.id)])
            yield Way("service endpoint", holds, steps, decided)
        else:
            yield Way("public", all_of([leaves, _over_internet(world, origin, admission)]), steps, decided)
    if any(target.type_key == type_.lower() for type_ in SITE_TYPES):
        yield Way("public", Unknown(reason="the public address that the subnet leaves by decides"))


_SAMPLE: Final = Addresses(((8 << 24, (9 << 24) - 1),), ())
"""Part of the Internet, where no service tag says which addresses a service has."""


def _public_of(service: str) -> Addresses:
    """The public addresses of a service, or what stands for them."""
    tag = SERVICE_TAGS.get(service)
    public = tag_addresses(tag) if tag is not None else None
    return Addresses(public.v4, ()) if public is not None else _SAMPLE


def _walled(
    world: Networks,
    origin: Place,
    subnet: Subnet,
    target: Resource,
    admission: Admission,
    firewall: Firewall,
    mask: int,
) -> Way:
    """Through a firewall to the public endpoint of a service, which sees the public address of that."""
    public = _public_of(_namespace(target))
    leaving = passes(_gate(world, origin, OUTBOUND), Addresses(origin.addresses.v4, ()), public, mask)
    start = (subnet, Addresses(origin.addresses.v4, ()))
    through = to_internet(world, firewall, start, public, mask, service_names(target))
    steps = (
        Step(firewall.resource.id, "through the firewall", firewall.resource.origin),
        Step(target.id, "its public endpoint", target.origin),
    )
    seen = seen_from(world, firewall)
    admitted = _anybody(origin, admission) if seen is None else admission.admits(seen)
    decided = (*through.steps, *deciding_steps(target, admission))
    return Way("public", all_of([leaving, through.holds, admitted]), steps, decided, notes=through.notes)


def _namespace(target: Resource) -> str:
    namespace = target.type_key.partition("/")[0]
    return "microsoft.azurecosmosdb" if namespace == "microsoft.documentdb" else namespace


def _leaves(world: Networks, origin: Place, subnet: Subnet, addresses: Addresses, mask: int) -> Truth:
    """Whether packets to the public addresses of a service leave a place: by its groups and by its routes."""
    passing = passes(_gate(world, origin, OUTBOUND), Addresses(origin.addresses.v4, ()), addresses, mask)
    truths: list[Truth] = []
    for _, hops in world.hops(subnet, addresses):
        for hop in hops:
            if isinstance(hop, Unknown):
                truths.append(hop)
            elif hop in (Hop.INTERNET, Hop.ENDPOINT):
                truths.append(True)
            elif hop is Hop.NONE:
                truths.append(False)
            else:
                truths.append(Unknown(reason=f"what stands behind the {hop} decides", decided_by=(subnet.id,)))
    return all_of([passing, _agreed(truths, subnet)])


def _over_internet(world: Networks, origin: Place, admission: Admission) -> Truth:
    out: Truth = world.way_out(origin) if isinstance(origin, Endpoint) else True
    return all_of([out, _anybody(origin, admission)])


def _anybody(origin: Place, admission: Admission) -> Truth:
    """Whether a service lets in who comes from a public address that is not known."""
    if admission.listens is False:
        return False
    if admission.everyone is True:
        return admission.listens
    if admission.openness == "wide":
        return True
    if admission.openness == "closed":
        return False
    return Unknown(reason="the public address that the subnet leaves by decides", decided_by=(origin.id,))
