"""Packets that show who gets to the public endpoint of a service, each checked by the plain evaluator.

Which address an endpoint has is not written anywhere: its name stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.admission import Admission, Openness
from everward.facts.reach.hostnames import service_names
from everward.facts.reach.naive_services import Child, lets_in, site_lets_in
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.serviceports import service_of
from everward.facts.reach.tags import tag_addresses
from everward.facts.reach.witness import client
from everward.facts.shape import inner, properties

ANYBODY: Final = Addresses(((0xC6336407, 0xC6336407),), ())
"""198.51.100.7: a client on the Internet, of a block for documentation (RFC 5737)."""
_CHILDREN: Final = ("firewallRules", "ipv6FirewallRules", "networkRuleSets")


def service_witness(world: Networks, resource: Resource, admission: Admission) -> tuple[Packet | None, bool]:
    """A packet that a service lets in, and whether the plain evaluator agrees; none where one of them cannot tell."""
    senders = {
        Openness.PUBLIC: ANYBODY,
        Openness.WIDE: admission.addresses.sure,
        Openness.RESTRICTED: admission.addresses.sure,
        Openness.AZURE: tag_addresses("AzureCloud"),
    }.get(admission.openness)
    found = client(senders) if senders is not None else None
    if found is None:
        return None, False
    said = lets_in(resource.type, resource.body, _children(world, resource), found[0], _in_azure)
    if said is None:
        return None, False
    port = service_of(resource).ports[0][0]
    return Packet(found[0], next(iter(service_names(resource)), resource.name), "tcp", port), said


def site_witness(world: Networks, site: Resource, door: str, senders: Addresses) -> tuple[Packet | None, bool]:
    """A packet that a site or its deployment site lets in, and whether the plain evaluator agrees."""
    found = client(senders)
    if found is None:
        return None, False
    below = world.estate.below(site.id, f"{site.type}/config")
    bodies = [site.body, *(item.body for item in below if item.name.lower() == "web")]
    said = site_lets_in(bodies, scm=door == "scm", client=found[0], tagged=_tagged)
    if said is None:
        return None, False
    written = inner(properties(site.body), "defaultHostName")
    name = written if isinstance(written, str) and written else next(iter(service_names(site)), site.name)
    first, dot, rest = name.partition(".")
    return Packet(found[0], f"{first}.scm{dot}{rest}" if door == "scm" else name, "tcp", 443), said


def _children(world: Networks, resource: Resource) -> Iterator[Child]:
    for kind in _CHILDREN:
        for item in world.estate.below(resource.id, f"{resource.type}/{kind}"):
            if item.condition is True:
                yield kind.lower(), item.body


def _in_azure(address: str) -> bool:
    return _tagged("AzureCloud", address) is True


def _tagged(tag: str, address: str) -> bool | None:
    held, parsed = tag_addresses(tag), parse_addresses(address)
    return None if held is None or parsed is None else held.covers(parsed)
