"""API Management inside a network: its public address is there, and the groups of its subnet decide who connects.

MicrosoftDocs/azure-docs api-management/virtual-network-reference and api-management-using-with-vnet, read 2026-11: in
external mode clients need 443 (and 80, where it is used) from the Internet to the subnet. In the tiers of the second
generation the same setting only leads out of the service, whose public endpoint stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses
from everward.facts.reach.entrances import Entry, Step, public_address, subnet_name
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service
from everward.facts.shape import id_in, inner, properties, text_in
from everward.values import Unknown

SERVICE_TYPE: Final = "Microsoft.ApiManagement/service"
KIND: Final = "api management"
_PORTS: Final = (Service("tcp", ports=((80, 80),)), Service("tcp", ports=((443, 443),)))


def is_outside_in(service: Resource) -> bool:
    """Whether a service stands in a subnet and answers at a public address: then its firewall is that of the subnet."""
    mode = text_in(properties(service.body), "virtualNetworkType")
    tier = text_in(service.body, "sku", "name")
    second = isinstance(tier, str) and tier.lower().endswith("v2")
    held = id_in(inner(properties(service.body), "virtualNetworkConfiguration", "subnetResourceId"))
    return isinstance(mode, str) and mode.lower() == "external" and not second and isinstance(held, str)


def management_entries(world: Networks) -> Iterator[Entry]:
    """An entry for each service in external mode."""
    for service in world.estate.of_type(SERVICE_TYPE):
        if not is_outside_in(service):
            continue
        switched = text_in(properties(service.body), "publicNetworkAccess")
        if isinstance(switched, str) and switched.lower() == "disabled":
            continue
        named = id_in(inner(properties(service.body), "publicIpAddressId"))
        address, sku, outside = (
            public_address(world, named)
            if named is not None
            else (*_own(world), Step(service.id, "its public address"))
        )
        for end in world.endpoints.of(service.id):
            own = Step(service.id, f"API Management in `{subnet_name(end)}`", service.origin)
            yield Entry(
                end,
                address,
                (outside, own),
                _PORTS,
                _PORTS,
                sku=sku,
                kind=KIND,
                admitted_by=(own,),
                holes=(switched,) if isinstance(switched, Unknown) else (),
                platform=True,
            )


def _own(world: Networks) -> tuple[Addresses, str]:
    return world.topology.stand_in(), "Standard"
