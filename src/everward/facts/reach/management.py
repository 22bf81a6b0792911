"""Traffic that services need inside the networks they are put into, and what breaks it.

What each service needs is a dated table (`data/management-flows.json`). A flow is broken where nothing of it passes the
groups of the subnet, or where a route leads it away from where it has to go; some of it passing is enough, since
services need the part of a tag that is their region's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.paths import Networks
from everward.facts.reach.routes import Hop
from everward.facts.reach.rules import INBOUND, OUTBOUND
from everward.facts.reach.services import Service, format_service, parse_ports
from everward.facts.reach.tags import HOST, tag_addresses
from everward.facts.reach.words import slug
from everward.facts.shape import inner, items, properties
from everward.values import Truth, Unknown, all_of, combine, data_file, negate

MANAGEMENT: Final = "Reach/managementFlows"
_OWN: Final = "own subnet"


class Flow(NamedTuple):
    """One kind of traffic that a service needs."""

    direction: str
    peer: str
    """A service tag, `Internet`, or the subnet itself."""
    service: Service
    purpose: str
    exclusive: bool
    """Whether nobody but the peer uses these ports, so that everybody else can be kept out."""
    direct: bool
    """Whether it must go to the Internet straight, past no appliance and no gateway."""


class Needs(NamedTuple):
    """What a service needs, under which conditions."""

    type: str
    name: str
    when: Mapping[str, list[str]]
    unless: Mapping[str, list[str]]
    public: bool
    """Whether only one with a public frontend needs it."""
    flows: tuple[Flow, ...]
    enforced: bool
    """Whether the service puts rules and routes for it in place, and keeps others out."""
    source: str


@lru_cache(maxsize=1)
def known_needs() -> tuple[Needs, ...]:
    """The table."""
    document = msgspec.json.decode(data_file("management-flows.json").read_bytes())
    return tuple(
        Needs(
            item["type"],
            item["name"],
            item.get("when", {}),
            item.get("unless", {}),
            item.get("public", False),
            tuple(_flow(flow) for flow in item["flows"]),
            item.get("enforced", False),
            item["source"],
        )
        for item in document["services"]
    )


def _flow(written: Mapping[str, Any]) -> Flow:
    ports = parse_ports(written["ports"]) or ()
    return Flow(
        INBOUND if written["direction"] == "inbound" else OUTBOUND,
        written["peer"],
        Service(written["protocol"], ports=ports),
        written["purpose"],
        written.get("exclusive", False),
        written.get("direct", False),
    )


class Found(NamedTuple):
    """A flow of a service in its subnet."""

    endpoint: Endpoint
    needs: Needs
    flow: Flow
    applies: Truth
    passes: Truth
    broken_by: tuple[str, ...]
    """Ids of the group or the route table that keeps it out."""
    wider: Truth
    """Whether the Internet gets in on ports that are for the peer alone."""


def management_flows(world: Networks) -> Iterator[Found]:
    """Every flow that a service in a subnet of the estate needs."""
    for needs in known_needs():
        for resource in world.estate.of_type(needs.type):
            applies = _applies(needs, resource)
            if applies is False:
                continue
            seen: set[str] = set()
            for endpoint in world.endpoints.of(resource.id):
                if endpoint.subnet is None or endpoint.subnet.key in seen:
                    continue
                seen.add(endpoint.subnet.key)
                for flow in needs.flows:
                    yield _found(world, endpoint, needs, flow, applies)


def _applies(needs: Needs, resource: Resource) -> Truth:
    truths = [_says(resource, path, wanted) for path, wanted in needs.when.items()]
    truths += [negate(_says(resource, path, wanted)) for path, wanted in needs.unless.items()]
    truths += [_is_public(resource)] if needs.public else []
    return all_of(truths)


def _is_public(resource: Resource) -> Truth:
    """Whether a gateway has a public frontend, as far as frontends are told."""
    fronts = list(items(inner(properties(resource.body), "frontendIPConfigurations")))
    holes = [item for item in fronts if isinstance(item, Unknown)]
    if not fronts or any(
        inner(properties(item), "publicIPAddress") is not None for item in fronts if item not in holes
    ):
        return True
    return combine(holes) if holes else False


def _says(resource: Resource, path: str, wanted: list[str]) -> Truth:
    value = inner(resource.body, *path.split("."))
    if isinstance(value, Unknown):
        return value
    return value is not None and str(value).lower() in {word.lower() for word in wanted}


def _found(world: Networks, endpoint: Endpoint, needs: Needs, flow: Flow, applies: Truth) -> Found:
    subnet, peer = endpoint.subnet, _peer(endpoint, flow)
    if peer is None or subnet is None:
        hole = Unknown(reason=f"the service tag `{flow.peer}` is not in the published list", decided_by=(flow.peer,))
        return Found(endpoint, needs, flow, applies, hole, (), False)
    grouped = _passes(world, endpoint, flow, peer)
    routed = _routed(world, endpoint, flow, peer)
    group = subnet.group if isinstance(subnet.group, str) else subnet.id
    table = subnet.route_table if isinstance(subnet.route_table, str) else subnet.network.id
    broken = tuple(id_ for id_, truth in ((group, grouped), (table, routed)) if truth is False)
    wider: Truth = False
    if flow.exclusive and flow.direction == INBOUND:
        wider = _passes(world, endpoint, flow, _SAMPLE)
    return Found(endpoint, needs, flow, applies, all_of([grouped, routed]), broken, wider)


def _prefix(text: str) -> Addresses:
    return parse_addresses(text) or Addresses()


_SAMPLE: Final = _prefix("80.0.0.0/24")
"""Public addresses that no service tag has: what passes from or to them does so from or to the Internet."""


def _peer(endpoint: Endpoint, flow: Flow) -> Addresses | None:
    if flow.peer == _OWN:
        return endpoint.addresses
    if flow.peer == "Internet":
        return _SAMPLE
    if flow.peer == "AzureLoadBalancer":
        return HOST
    found = tag_addresses(flow.peer)
    return None if found is None else Addresses(found.v4, ())


def _passes(world: Networks, endpoint: Endpoint, flow: Flow, peer: Addresses) -> Truth:
    """Whether groups let some of a flow through; all of its ports."""
    own = Addresses(endpoint.addresses.v4, ())
    gate = world.gate(endpoint, flow.direction)
    pair = (peer, own) if flow.direction == INBOUND else (own, peer)
    mask = world.space.mask(flow.service)
    parts = gate.parts(*pair)
    if any(part.passage.least & mask == mask for part in parts):
        return True
    if not any(part.passage.most & mask == mask for part in parts):
        return False
    rules = [bound.rule for item in gate.gate.filters for bound in item.rules]
    holes = [*gate.holes, *gate.gate.doubts, *(hole for rule in rules for hole in rule.holes)]
    where = (endpoint.resource.id,)
    return combine(holes) if holes else Unknown(reason="rules of the groups are not known whole", decided_by=where)


def _routed(world: Networks, endpoint: Endpoint, flow: Flow, peer: Addresses) -> Truth:
    """Whether routes lead a flow, or its answers, where they have to go."""
    subnet = endpoint.subnet
    if subnet is None or flow.peer in (_OWN, "AzureLoadBalancer"):
        return True
    if flow.direction == INBOUND and not flow.direct:
        return True
    hops = world.leads(subnet, peer)
    if hops & {Hop.INTERNET, Hop.ENDPOINT}:
        return True
    holes = [hop for hop in hops if isinstance(hop, Unknown)]
    if holes:
        return combine(holes)
    if flow.direct or hops <= {Hop.NONE}:
        return False
    return Unknown(reason="what the appliance or the gateway on the way lets through decides", decided_by=(subnet.id,))


def management_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for each flow that a service in a network needs."""
    seen: dict[str, int] = {}
    for item in management_flows(world):
        name = slug(f"{item.flow.direction}-{item.flow.peer}-{format_service(item.flow.service)}")
        key = f"{item.endpoint.resource.key}#{name}"
        seen[key] = seen.get(key, 0) + 1
        yield fact(
            item.endpoint.resource,
            MANAGEMENT,
            name if seen[key] == 1 else f"{name}-{seen[key]}",
            _body(item),
            condition=item.applies if isinstance(item.applies, Unknown) else True,
        )


def _body(item: Found) -> dict[str, Any]:
    subnet = item.endpoint.subnet
    return {
        "resource": item.endpoint.resource.id,
        "resourceType": item.endpoint.resource.type,
        "service": item.needs.name,
        "subnet": subnet.id if subnet is not None else None,
        "direction": item.flow.direction,
        "peer": item.flow.peer,
        "ports": format_service(item.flow.service),
        "purpose": item.flow.purpose,
        "passes": item.passes,
        "brokenBy": list(item.broken_by),
        "enforcedByService": item.needs.enforced,
        "openToInternet": item.wider,
        "source": item.needs.source,
    }
