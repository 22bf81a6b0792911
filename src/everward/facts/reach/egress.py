"""Ways out: where data could go from a subnet, and what could be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.admission import admissions
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.paths import Networks
from everward.facts.reach.routes import Hop
from everward.facts.reach.topology import Subnet
from everward.values import Truth, Unknown, combine


class Way(StrEnum):
    """How data could leave."""

    INTERNET = "internet"
    """To any address on the Internet, past no firewall."""
    STORAGE = "storageServiceEndpoint"
    """To every storage account of every tenant: a service endpoint without a policy."""
    SERVICE = "serviceEndpoint"
    """To every account of a service that no policy can restrict."""


class Egress(NamedTuple):
    """One way out of a subnet."""

    subnet: Subnet
    way: Way
    service: str = ""
    """The service of a service endpoint: `Microsoft.KeyVault`."""
    consumed: Truth = True
    """Whether some service of the estate lets the subnet in by this endpoint; otherwise nobody needs it."""
    certain: Truth = True


_STORAGE: Final = "microsoft.storage"
_SAMPLE: Final = union_of(
    found for text in ("8.8.8.0/24", "80.0.0.0/24") if (found := parse_addresses(text)) is not None
)
"""Public addresses that no service tag has: what passes to them passes to the Internet."""


def ways_out(world: Networks) -> Iterator[Egress]:
    """Every way out of every subnet, in a stable order."""
    admitted = _admitted(world)
    for subnet in world.topology.subnets.values():
        yield from _service_endpoints(subnet, admitted)
        certain = opens_to_internet(world, subnet)
        if certain is not False:
            yield Egress(subnet, Way.INTERNET, certain=certain)


class _Admitted(NamedTuple):
    """Who is let in by services of one namespace."""

    subnets: set[str]
    holes: list[Unknown]
    """What is not known of it."""


def _admitted(world: Networks) -> dict[str, _Admitted]:
    """Subnets that services let in, by the lower-case namespace of the service."""
    found: dict[str, _Admitted] = {}
    for resource in world.estate:
        for admission in admissions(resource, world.estate):
            own = found.setdefault(resource.type_key.partition("/")[0], _Admitted(set(), []))
            own.holes.extend(admission.holes)
            for id_, _ in admission.subnets:
                if isinstance(id_, str):
                    own.subnets.add(id_.lower())
                else:
                    own.holes.append(id_)
    return found


def _consumed(admitted: dict[str, _Admitted], namespace: str, subnet: Subnet) -> Truth:
    own = admitted.get(namespace)
    if own is None or subnet.key in own.subnets:
        return own is not None
    return combine(own.holes) if own.holes else False


_NAMESPACES: Final = {"microsoft.azurecosmosdb": "microsoft.documentdb"}
"""Service endpoints that are called otherwise than the provider of the service."""


def _service_endpoints(subnet: Subnet, admitted: dict[str, _Admitted]) -> Iterator[Egress]:
    for service in subnet.service_endpoints:
        if isinstance(service, Unknown):
            continue
        lowered = service.lower()
        namespace = _NAMESPACES.get(lowered, lowered.removesuffix(".global"))
        consumed = _consumed(admitted, namespace, subnet)
        if lowered.removesuffix(".global") != _STORAGE:
            yield Egress(subnet, Way.SERVICE, service, consumed)
        elif not subnet.endpoint_policies:
            yield Egress(subnet, Way.STORAGE, service, consumed)


def opens_to_internet(world: Networks, subnet: Subnet) -> Truth:
    """Whether connections to any address on the Internet leave a subnet past no firewall."""
    hops = world.leads(subnet, _SAMPLE)
    if Hop.INTERNET not in hops:
        holes = [hop for hop in hops if isinstance(hop, Unknown)]
        return combine(holes) if holes else False
    own = world.endpoints.by_subnet.get(subnet.key, ())
    endpoints = [item for item in own if item.kind != "private endpoint"]
    if not endpoints:
        return False
    answers = [_leaves(world, endpoint) for endpoint in endpoints]
    if True in answers:
        return True
    holes = [answer for answer in answers if isinstance(answer, Unknown)]
    return combine(holes) if holes else False


def _leaves(world: Networks, endpoint: Endpoint) -> Truth:
    way = world.way_out(endpoint)
    if way is False:
        return False
    gate = world.outbound(endpoint)
    least, most = gate.passage(endpoint.addresses, Addresses(_SAMPLE.v4, ()))
    if not most:
        return False
    if least and way is True:
        return True
    written = [hole for item in gate.gate.filters for bound in item.rules for hole in bound.rule.holes]
    holes = [*gate.holes, *gate.gate.doubts, *([way] if isinstance(way, Unknown) else []), *written]
    return combine(holes) if holes else Unknown(reason="rules of the groups are not known whole")
