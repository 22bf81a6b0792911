"""Bastion: the address that users sign in at, and the machines that it opens sessions to.

MicrosoftDocs/azure-docs bastion/bastion-nsg, vnet-peering, shareable-link and private-only-deployment, read 2026-11:
users come in on 443; sessions start in the subnet of the Bastion and go to 22 and 3389 of machines in its network and
in networks that are peered with it. Who may open one is a matter of rights on the machine; a shareable link needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.reach.crossing import passes
from everward.facts.reach.doorports import BASTION_TYPE, REMOTE, TLS
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Entry, Guard, Lead, Step, public_address, subnet_name
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import format_service
from everward.facts.reach.topology import Network
from everward.facts.shape import flag, id_in, inner, properties, text_in
from everward.values import Truth, Unknown, all_of, any_of

KIND: Final = "bastion"
_MACHINES: Final = ("interface", "scale set")


def bastion_entries(world: Networks) -> Iterator[Entry]:
    """An entry for each Bastion with a public address, and for those that Azure hosts itself."""
    for bastion in world.estate.of_type(BASTION_TYPE):
        ends = world.endpoints.of(bastion.id)
        for end in ends:
            for public in end.public:
                address, sku, outside = public_address(world, public)
                own = Step(bastion.id, f"Bastion in `{subnet_name(end)}`", bastion.origin)
                yield Entry(
                    end,
                    address,
                    (outside, own),
                    (TLS,),
                    (TLS,),
                    sku=sku,
                    kind=KIND,
                    admitted_by=(own,),
                    notes=tuple(_notes(bastion)),
                    guards=(_guard(bastion),),
                    platform=True,
                    leads=tuple(_machines(world, end)),
                )
        if not ends and _hosted(world, bastion) is not None:
            yield _shared(world, bastion)


def _guard(bastion: Resource) -> Guard:
    meaning = "signs users in and asks for their rights on the machine before it opens a session"
    linked = flag(properties(bastion.body), "enableShareableLink", default=False)
    if linked is not False:
        meaning = "opens a session for whoever has a shareable link and the machine's credentials"
    return Guard(bastion.id, "", "sign-in", bastion.origin, meaning)


def _notes(bastion: Resource) -> Iterator[str]:
    yield _guard(bastion).meaning
    linked = flag(properties(bastion.body), "enableShareableLink", default=False)
    if isinstance(linked, Unknown):
        yield f"whether it gives out shareable links is not known: {linked.reason}"


def _hosted(world: Networks, bastion: Resource) -> Network | None:
    """The network of a Bastion of the Developer tier, which stands in no subnet."""
    sku = text_in(bastion.body, "sku", "name")
    if not isinstance(sku, str) or sku.lower() != "developer":
        return None
    return world.topology.network(id_in(inner(properties(bastion.body), "virtualNetwork")))


def _shared(world: Networks, bastion: Resource) -> Entry:
    end = Endpoint("bastion", bastion, "", None, None, world.topology.stand_in(), single=True)
    own = Step(bastion.id, "Bastion that Azure hosts for many customers", bastion.origin)
    notes = tuple(_notes(bastion))
    return Entry(
        end,
        world.topology.stand_in(),
        (own,),
        (TLS,),
        (TLS,),
        kind=KIND,
        admitted_by=(own,),
        notes=notes,
        guards=(_guard(bastion),),
    )


def _machines(world: Networks, end: Endpoint) -> Iterator[Lead]:
    """The machines that groups on both sides let it open sessions to."""
    if end.subnet is None:
        return
    for other in world.endpoints.all:
        if other.kind not in _MACHINES or other.subnet is None:
            continue
        joined = _joined(world, end.subnet.network, other.subnet.network)
        if joined is False:
            continue
        for service in REMOTE:
            mask = world.space.mask(service)
            leaving = passes(world.outbound(end), end.addresses, other.addresses, mask)
            arriving = any_of([passes(world.inbound(other), end.addresses, other.addresses, mask)])
            reached: Truth = all_of([joined, leaving, arriving])
            if reached is not False:
                yield Lead(other.resource, (service,), reached, f"session on {format_service(service)}")


def _joined(world: Networks, one: Network, two: Network) -> Truth:
    if one is two:
        return True
    for peering, other, connected in world.topology.peers(one):
        if other is two:
            return connected if connected is not True else peering.access
    return False
