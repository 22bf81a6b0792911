"""What stands at an address: interfaces, what is behind load balancers, nodes of clusters, or just a subnet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.balancers import BALANCER_TYPE, FRONTEND_TYPE, NAT_FIELDS, passed_service
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Step, subnet_name
from everward.facts.reach.ingress import nodes_of
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import ANY_PROTOCOL, Ports, Service, join_ports
from everward.facts.shape import id_in, ids_in, inner, items, properties, text_in
from everward.values import Unknown

GATEWAY_TYPE = "microsoft.network/applicationgateways"


class Place(NamedTuple):
    """Where packets to an address end."""

    endpoint: Endpoint
    ports: Ports
    """The ports that they arrive on."""
    steps: tuple[Step, ...]


def places_at(world: Networks, address: str | Unknown | None, ports: Ports) -> list[Place]:
    """The places that packets to an address, on some ports, end at; none where no source knows the address."""
    if isinstance(address, Unknown):
        key = world.endpoints.places.named_by(address)
        ends = [] if key is None else world.endpoints.of(key)
        return [place for end in ends for place in _behind(world, end, ports)]
    held = parse_addresses(address) if address is not None else None
    first = None if held is None else held.first()
    if address is None or held is None or first is None:
        return []
    found = [place for end in world.endpoints.at(*first) for place in _behind(world, end, ports)]
    found += [] if found else _cluster(world, address, ports)
    found += [] if found else _gateway(world, address, ports)
    if not found:
        subnet = world.topology.subnet_of(*first)
        if subnet is not None and subnet.known:
            end = Endpoint("address", subnet.resource, address, subnet, subnet.id, held, single=True)
            found = [Place(end, ports, (Step(subnet.id, f"`{address}` in `{subnet.name}`", subnet.resource.origin),))]
    return found


def arrival(endpoint: Endpoint) -> Step:
    """The last step of a way to an endpoint."""
    what = f"{endpoint.kind} in `{subnet_name(endpoint)}`"
    return Step(endpoint.resource.id, what, endpoint.resource.origin)


def _behind(world: Networks, endpoint: Endpoint, ports: Ports) -> Iterator[Place]:
    """An endpoint itself, or what a load balancer passes its packets on to."""
    if endpoint.resource.type_key != BALANCER_TYPE.lower():
        yield Place(endpoint, ports, (arrival(endpoint),))
        return
    body = properties(endpoint.resource.body)
    for field in ("loadBalancingRules", *NAT_FIELDS):
        for rule in items(inner(body, field)):
            found = properties(rule)
            front = id_in(inner(found, "frontendIPConfiguration"))
            named = front.rpartition("/")[2].lower() if isinstance(front, str) else ""
            if named != endpoint.name.lower():
                continue
            yield from _passed(world, endpoint.resource, found, ports, f"rule `{text_in(rule, 'name')}`")


def _passed(world: Networks, balancer: Resource, rule: Any, ports: Ports, what: str) -> Iterator[Place]:
    outer, inside = passed_service(rule, "frontendPort"), passed_service(rule, "backendPort")
    if not common_ports(outer.ports, ports):
        return
    arriving = ports if outer.ports == inside.ports == Service(ANY_PROTOCOL).ports else inside.ports
    pools = {id_in(inner(rule, "backendAddressPool")), *ids_in(inner(rule, "backendAddressPools"))}
    wanted = {pool.lower() for pool in pools if isinstance(pool, str)}
    middle = Step(balancer.id, f"internal load balancer, {what}", balancer.origin)
    for end in world.endpoints.all:
        if wanted & world.pools_of(end):
            yield Place(end, arriving, (middle, arrival(end)))


def common_ports(one: Ports, two: Ports) -> Ports:
    """The ports of both."""
    return join_ports((max(a, c), min(b, d)) for a, b in one for c, d in two if a <= d and c <= b)


def _cluster(world: Networks, address: str, ports: Ports) -> list[Place]:
    """The nodes behind an internal load balancer that a Service of a cluster makes."""
    found: list[Place] = []
    for front in world.estate.of_type(FRONTEND_TYPE):
        body = properties(front.body)
        if inner(body, "address") != address:
            continue
        opened = [passed_service(rule, "frontendPort") for rule in items(inner(body, "rules"))]
        if not any(common_ports(service.ports, ports) for service in opened):
            continue
        middle = Step(front.id, "internal load balancer of a Service", front.origin)
        for end in nodes_of(world, front, text_in(body, "cluster")):
            # The address floats: nodes are met under it, on the port of the Service.
            met = Endpoint(end.kind, end.resource, end.name, end.subnet, end.subnet_id, _one(address), single=True)
            found.append(Place(met, ports, (middle, arrival(end))))
    return found


def _one(address: str) -> Addresses:
    return parse_addresses(address) or Addresses()


def _gateway(world: Networks, address: str, ports: Ports) -> list[Place]:
    """An application gateway with a private frontend at the address."""
    found: list[Place] = []
    for end in world.endpoints.all:
        if end.resource.type_key != GATEWAY_TYPE:
            continue
        fronts = items(inner(properties(end.resource.body), "frontendIPConfigurations"))
        if any(text_in(properties(item), "privateIPAddress") == address for item in fronts):
            found.append(Place(end, ports, (arrival(end),)))
    return found
