"""Questions from sites of the company: what comes through VPN and ExpressRoute gateways, and from clients of a VPN.

MicrosoftDocs/azure-docs virtual-network-peering-overview (gateway transit), point-to-site-about and
expressroute-circuit-peerings, read 2026-11: private peering leads into networks, Microsoft peering to public addresses
of services, from public addresses that the company announces.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.admission import admissions
from everward.facts.reach.crossing import passes
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Step
from everward.facts.reach.exposures import deciding_steps
from everward.facts.reach.gateways import CONNECTION_TYPE, Site, sites
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.routes import Hop
from everward.facts.reach.rules import INBOUND
from everward.facts.reach.services import Service
from everward.facts.reach.topology import Network, Subnet
from everward.facts.reach.witness import check, packet
from everward.facts.shape import id_in, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown, all_of, combine

WORDS: Final = frozenset({"onprem", "on-prem", "on-premises", "onpremises"})
"""What people call the sites of their company."""
CIRCUIT_TYPE: Final = "Microsoft.Network/expressRouteCircuits"


class Found(NamedTuple):
    """A way from a site."""

    name: str
    holds: Truth
    steps: tuple[Step, ...]
    decided_by: tuple[Step, ...] = ()
    witness: Packet | None = None
    confirmed: bool = False
    notes: tuple[str, ...] = ()


def to_endpoint(world: Networks, endpoint: Endpoint, asked: Service) -> Iterator[Found]:
    """Ways from sites to an endpoint in a network that they reach."""
    subnet = endpoint.subnet
    if subnet is None:
        return
    for site in sites(world.topology, subnet.network):
        yield _from_site(world, site, endpoint, subnet, asked)


def _from_site(world: Networks, site: Site, endpoint: Endpoint, subnet: Subnet, asked: Service) -> Found:
    mask = world.space.mask(asked)
    gateway = site.gateway
    own = f"gateway `{gateway.name}`" + (f" of the network `{site.through.name}`" if site.through else "")
    steps = (
        Step(gateway.id, own, gateway.origin),
        Step(endpoint.resource.id, f"arrives at {endpoint.kind}", endpoint.resource.origin),
    )
    gate = world.inbound(endpoint)
    truth, senders = _admitted(world, site, endpoint, mask)
    routed = _answered(world, subnet, senders)
    lent = _lent(world, site, subnet.network)
    named = ((endpoint.resource.id, "groups of the destination", truth), (subnet.id, "routes back", routed))
    decided = tuple(Step(id_, what) for id_, what, said in (*named, (gateway.id, "gateway", lent)) if said is not True)
    holds = all_of([truth, routed, lent])
    witness = None
    confirmed = False
    if holds is True:
        witness = packet(senders, endpoint.addresses, next(iter(world.space.samples(mask))))
        groups = [group for group in (subnet.group, endpoint.group) if isinstance(group, str)]
        kept = groups if endpoint.filtered is not False else groups[1:]
        confirmed = witness is not None and check(world, kept, INBOUND, subnet, witness).access == "Allow"
    notes = () if gate.gate.filters else ("no network security group stands in the way",)
    return Found("on-premises", holds, steps, decided, witness, confirmed, notes)


def _admitted(world: Networks, site: Site, endpoint: Endpoint, mask: int) -> tuple[Truth, Addresses]:
    """Whether a site is let in, and the senders that this is about."""
    gate = world.inbound(endpoint)
    sure, most = site.extent
    doubt = Unknown(reason="what the site announces is in no source", decided_by=(site.gateway.id,))
    if sure:
        known = passes(gate, sure, endpoint.addresses, mask)
        if known is True or sure == most:
            return known, sure
    perhaps = passes(gate, most, endpoint.addresses, mask) if most else False
    return (False if perhaps is False else doubt), most


def _answered(world: Networks, subnet: Subnet, senders: Addresses) -> Truth:
    """Whether answers find their way back through a gateway."""
    truths: list[Truth] = []
    for choice in world.routes(subnet):
        if not choice.addresses.meets(senders):
            continue
        for route in choice.routes:
            if isinstance(route.hop, Unknown):
                truths.append(route.hop)
            elif route.hop is Hop.GATEWAY:
                truths.append(True)
            elif route.hop is Hop.APPLIANCE:
                truths.append(Unknown(reason="an appliance takes the answers", decided_by=(subnet.id,)))
            else:
                truths.append(False)
    holes = [item for item in truths if isinstance(item, Unknown)]
    if True in truths and len(holes) < len(truths):
        return True
    return combine(holes) if holes else False


def _lent(world: Networks, site: Site, network: Network) -> Truth:
    """Whether a gateway of another network is lent: one side gives it away, the other uses it."""
    if site.through is None:
        return True
    truths: list[Truth] = []
    for peering, other, connected in world.topology.peers(network):
        if other is site.through:
            truths += [connected, peering.access, peering.remote_gateways]
    for peering, other, _ in world.topology.peers(site.through):
        if other is network:
            truths.append(peering.gateway_transit)
    return all_of(truths) if truths else False


def to_service(world: Networks, target: Resource) -> Iterator[Found]:
    """Ways from sites to the public endpoint of a service: by Microsoft peering, or over the Internet."""
    announced = list(_announced(world))
    for admission in admissions(target, world.estate):
        own = Step(target.id, "its public endpoint", target.origin)
        decided = deciding_steps(target, admission)
        for circuit, prefixes in announced:
            step = Step(circuit.id, f"Microsoft peering of `{circuit.name}`", circuit.origin)
            yield Found("microsoft peering", admission.admits(prefixes), (step, own), decided)
        everybody: Truth = admission.listens if admission.everyone is True else admission.everyone
        closed = admission.listens is False or admission.openness == "closed"
        doubt = Unknown(reason="the public address that a site is seen from is in no source")
        holds: Truth = False if closed else True if everybody is True else doubt
        yield Found("public", holds, (own,), decided)


def _announced(world: Networks) -> Iterator[tuple[Resource, Addresses]]:
    """Circuits with Microsoft peering and the public addresses that the company announces there."""
    for circuit in world.estate.of_type(CIRCUIT_TYPE):
        for peering in peerings(world, circuit):
            words = text_in(peering, "peeringType")
            if not isinstance(words, str) or words.lower() != "microsoftpeering":
                continue
            texts = texts_in(inner(peering, "microsoftPeeringConfig", "advertisedPublicPrefixes"))
            held = union_of(found for text in texts if isinstance(text, str) and (found := parse_addresses(text)))
            if held:
                yield circuit, held


def peerings(world: Networks, circuit: Resource) -> Iterator[Any]:
    """The peerings of a circuit: inside it, or as resources below it."""
    for item in items(inner(properties(circuit.body), "peerings")):
        yield properties(item)
    for child in world.estate.below(circuit.id, f"{CIRCUIT_TYPE}/peerings"):
        yield properties(child.body)


def loose_circuits(world: Networks) -> list[Resource]:
    """Circuits that no connection names: which networks they lead to is in no source."""
    used: set[str] = set()
    for connection in world.estate.of_type(CONNECTION_TYPE):
        peer = id_in(inner(properties(connection.body), "peer"))
        if isinstance(peer, str):
            used.add(peer.lower())
    return [circuit for circuit in world.estate.of_type(CIRCUIT_TYPE) if circuit.key not in used]
