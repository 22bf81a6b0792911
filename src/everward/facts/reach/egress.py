"""Ways out: where data could go from a subnet, and what could be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from everward.estate import Resource
from everward.estate.estate import SUBSCRIPTION_TYPE
from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.admission import admissions
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.paths import Networks
from everward.facts.reach.privatelink import links
from everward.facts.reach.routes import Hop
from everward.facts.reach.topology import Subnet
from everward.facts.shape import inner, properties
from everward.values import Truth, Unknown, combine, try_parse_id


class Way(StrEnum):
    """How data could leave."""

    INTERNET = "internet"
    """To any address on the Internet, past no firewall."""
    STORAGE = "storageServiceEndpoint"
    """To every storage account of every tenant: a service endpoint without a policy."""
    SERVICE = "serviceEndpoint"
    """To every account of a service that no policy can restrict."""
    PRIVATE = "privateEndpoint"
    """To the one resource that a private endpoint leads to, whoever owns it."""


class Egress(NamedTuple):
    """One way out of a subnet."""

    subnet: Subnet
    way: Way
    service: str = ""
    """The service of a service endpoint: `Microsoft.KeyVault`."""
    consumed: Truth = True
    """Whether some service of the estate lets the subnet in by this endpoint; otherwise nobody needs it."""
    certain: Truth = True
    by: Resource | None = None
    """The private endpoint, where it is one."""
    target: str = ""
    """The id, or alias, of what a private endpoint leads to."""
    foreign: Truth = False
    """Whether that belongs to another tenant."""


_STORAGE: Final = "microsoft.storage"
_BELOW: Final = "/subscriptions/"
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
    yield from _private_endpoints(world)


def _private_endpoints(world: Networks) -> Iterator[Egress]:
    """Private endpoints, and whether what they lead to is of another tenant than the subscriptions of the sources.

    MicrosoftDocs/azure-docs private-link/private-link-faq, read 2026-11: an endpoint may lead to a resource of another
    tenant, by its id or by an alias, once its owner approves.
    """
    own = {item.key.split("/")[2] for item in world.estate if item.key.startswith(_BELOW) and item.key.count("/") > 2}
    tenants = {
        item.key.rpartition("/")[2]: tenant
        for item in world.estate.of_type(SUBSCRIPTION_TYPE)
        if isinstance(tenant := inner(properties(item.body), "tenantId"), str)
    }
    for link in links(world.estate):
        subnet = world.topology.subnet(link.subnet)
        if subnet is None or not isinstance(link.target, str):
            continue
        found = world.estate.find(link.target)
        foreign = False if found is not None else _is_foreign(link.target, own, tenants)
        yield Egress(subnet, Way.PRIVATE, by=link.endpoint, target=link.target, foreign=foreign)


def _is_foreign(target: str, own: set[str], tenants: dict[str, str]) -> Truth:
    parsed = try_parse_id(target)
    owner = (parsed.subscription or "").lower() if parsed is not None else ""
    if owner in own or "{" in owner:
        return False
    known = {tenants[item] for item in own if item in tenants}
    if owner in tenants and known:
        return tenants[owner] not in known
    what = f"subscription `{owner}`" if owner else f"what stands behind the alias `{target}`"
    return Unknown(reason=f"whether {what} is of the own tenant is in no source", decided_by=(target,))


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
