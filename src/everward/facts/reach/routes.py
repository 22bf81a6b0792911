"""Effective routes of a subnet, and the one that an address takes.

MicrosoftDocs/azure-docs virtual-network/virtual-networks-udr-overview, read 2026-11; the system routes that drop are
those that the service returned (`172.16.0.0/12` was not among them, so where it decides nothing is certain).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.filters import classes
from everward.facts.reach.gateways import sites
from everward.facts.reach.tags import published, tag_addresses
from everward.facts.reach.topology import Network, Subnet, Topology
from everward.facts.shape import flag, inner, items, properties, text_in
from everward.values import Truth, Unknown

TABLE_TYPE: Final = "Microsoft.Network/routeTables"
ROUTE_TYPE: Final = f"{TABLE_TYPE}/routes"


class Hop(StrEnum):
    """Where a route leads."""

    LOCAL = "VnetLocal"
    PEERING = "VNetPeering"
    ENDPOINT = "VirtualNetworkServiceEndpoint"
    GATEWAY = "VirtualNetworkGateway"
    APPLIANCE = "VirtualAppliance"
    INTERNET = "Internet"
    NONE = "None"


class Origin(StrEnum):
    """Who made a route."""

    SYSTEM = "Default"
    GATEWAY = "VirtualNetworkGateway"
    USER = "User"


class Route(NamedTuple):
    """One route: a prefix, or the prefixes of a service tag."""

    name: str
    hop: Hop | Unknown
    origin: Origin
    prefixes: tuple[str, ...]
    addresses: Addresses
    target: str | Unknown | None = None
    """The address of the appliance, or the id of the network or gateway."""
    tag: bool = False
    """Whether a service tag names its prefixes: an explicit prefix of the same length beats it."""
    certain: Truth = True
    placed: bool = True
    """Whether its prefixes are known: those that are not may be longer than all that are."""


SERVICE_TAGS: Final = {
    "microsoft.storage": "Storage",
    "microsoft.sql": "Sql",
    "microsoft.keyvault": "AzureKeyVault",
    "microsoft.azurecosmosdb": "AzureCosmosDB",
    "microsoft.eventhub": "EventHub",
    "microsoft.servicebus": "ServiceBus",
    "microsoft.containerregistry": "AzureContainerRegistry",
    "microsoft.web": "AppService",
    "microsoft.cognitiveservices": "CognitiveServicesFrontend",
}
"""The tag whose prefixes the routes of a service endpoint have."""

_SYSTEM: Final = (
    ("0.0.0.0/0", Hop.INTERNET),
    ("::/0", Hop.INTERNET),
    ("10.0.0.0/8", Hop.NONE),
    ("100.64.0.0/10", Hop.NONE),
    ("192.168.0.0/16", Hop.NONE),
)
_DOUBTFUL: Final = ("172.16.0.0/12", Hop.NONE)


def _of(prefix: str) -> Addresses:
    found = parse_addresses(prefix)
    return found if found is not None else Addresses()


def effective_routes(topology: Topology, subnet: Subnet) -> list[Route]:
    """The routes of a subnet: of its network, its peers, gateways, service endpoints, and of its table."""
    network = subnet.network
    table = topology.estate.find(subnet.route_table) if isinstance(subnet.route_table, str) else None
    written = list(_written(topology, table)) if table is not None else []
    found = [_local(network), *_system(written)]
    found += _peered(topology, network)
    silent = flag(properties(table.body) if table else {}, "disableBgpRoutePropagation", default=False)
    if silent is not True:
        found += _announced(topology, network, silent)
    found += _endpoints(subnet)
    return [*found, *written]


def _system(written: list[Route]) -> Iterator[Route]:
    """The routes that every subnet has.

    Where a user route takes everything to an appliance or a gateway, the routes that drop private addresses are not
    there: the routing example of the page shows both kinds of subnets, and its way to a private site needs it.
    """
    taken = any(
        "0.0.0.0/0" in route.prefixes and route.hop in (Hop.APPLIANCE, Hop.GATEWAY) and route.certain is True
        for route in written
    )
    for prefix, hop in _SYSTEM:
        if hop is not Hop.NONE or not taken:
            yield Route("", hop, Origin.SYSTEM, (prefix,), _of(prefix))
    if not taken:
        doubt = Unknown(reason="the platform does not always have this system route")
        yield Route("", _DOUBTFUL[1], Origin.SYSTEM, (_DOUBTFUL[0],), _of(_DOUBTFUL[0]), certain=doubt)


def _local(network: Network) -> Route:
    return Route("", Hop.LOCAL, Origin.SYSTEM, tuple(network.addresses.cidrs()), network.addresses)


def _peered(topology: Topology, network: Network) -> Iterator[Route]:
    for peering, other, connected in topology.peers(network):
        if connected is False or peering.access is False or other is None:
            continue
        certain = connected if connected is not True else peering.access
        prefixes = tuple(other.addresses.cidrs())
        yield Route(peering.name, Hop.PEERING, Origin.SYSTEM, prefixes, other.addresses, other.id, certain=certain)


def _announced(topology: Topology, network: Network, silent: Truth) -> Iterator[Route]:
    for site in sites(topology, network):
        certain: Truth = silent if isinstance(silent, Unknown) else True
        extent = site.extent
        if extent.sure:
            yield _gateway(site.gateway, extent.sure, certain)
        perhaps = extent.most.difference(extent.sure)
        if perhaps:
            doubt = Unknown(reason="what a site announces is in no source", decided_by=(site.gateway.id,))
            yield _gateway(site.gateway, perhaps, doubt)


def _gateway(gateway: Resource, addresses: Addresses, certain: Truth) -> Route:
    prefixes = tuple(addresses.cidrs())
    return Route(gateway.name, Hop.GATEWAY, Origin.GATEWAY, prefixes, addresses, gateway.id, certain=certain)


def _endpoints(subnet: Subnet) -> Iterator[Route]:
    for service in subnet.service_endpoints:
        name = SERVICE_TAGS.get(service.lower()) if isinstance(service, str) else None
        addresses = tag_addresses(name) if name is not None else None
        if name is not None and addresses is not None:
            entry = published().tags[name.lower()]
            prefixes = (*entry.get("v4", ()), *entry.get("v6", ()))
            yield Route(f"{service}", Hop.ENDPOINT, Origin.SYSTEM, prefixes, addresses, tag=True)


def _written(topology: Topology, table: Resource) -> Iterator[Route]:
    listed = [item for item in items(inner(properties(table.body), "routes")) if isinstance(item, dict)]
    names = {str(item.get("name", "")).lower() for item in listed}
    children = topology.estate.below(table.id, ROUTE_TYPE)
    listed += [{"name": child.name, **child.body} for child in children if child.name.lower() not in names]
    for item in listed:
        body = properties(item)
        prefix = text_in(body, "addressPrefix")
        hop = text_in(body, "nextHopType")
        target = text_in(body, "nextHopIpAddress")
        kind = hop if isinstance(hop, Unknown) else _HOPS.get((hop or "").lower())
        if kind is None:
            continue
        yield _user(str(item.get("name", "")), prefix, kind, target)


_HOPS: Final = {
    **{hop.value.lower(): hop for hop in Hop},
    "vnetlocal": Hop.LOCAL,
    "virtualnetwork": Hop.LOCAL,
}


def _user(name: str, prefix: str | Unknown | None, hop: Hop | Unknown, target: str | Unknown | None) -> Route:
    if isinstance(prefix, str):
        parsed = parse_addresses(prefix)
        if parsed is not None:
            return Route(name, hop, Origin.USER, (prefix,), parsed, target)
        tagged = tag_addresses(prefix)
        if tagged is not None:
            entry = published().tags.get(prefix.lower(), {})
            prefixes = (*entry.get("v4", ()), *entry.get("v6", ()))
            return Route(name, hop, Origin.USER, prefixes, tagged, target, tag=True)
    doubt = prefix if isinstance(prefix, Unknown) else Unknown(reason=f"`{prefix}` is no prefix and no service tag")
    return Route(name, hop, Origin.USER, ("0.0.0.0/0", "::/0"), _ANY, target, certain=doubt, placed=False)


_ANY: Final = Addresses(((0, 2**32 - 1),), ((0, 2**128 - 1),))


class Choice(NamedTuple):
    """The routes that addresses take: more than one where it is not certain which."""

    addresses: Addresses
    routes: tuple[Route, ...]


class _Piece(NamedTuple):
    """The prefixes of a route that have one length."""

    route: Route
    length: int
    addresses: Addresses


def choices(routes: list[Route], addresses: Addresses) -> Iterator[Choice]:
    """Split addresses by the route that they take. What no route leads to is left out."""
    pieces = [piece for route in routes for piece in _pieces(route)]
    for part in classes(addresses, [(piece.addresses, piece.addresses) for piece in pieces]):
        chosen = _choose([piece for index, piece in enumerate(pieces) if part.sure >> index & 1])
        if chosen:
            held = part.intervals
            yield Choice(Addresses(held, ()) if part.version == 4 else Addresses((), held), chosen)


def choose(routes: list[Route], address: int, version: int = 4) -> tuple[Route, ...]:
    """The route that an address takes; several where it is not certain which, the likeliest first."""
    pieces = (piece for route in routes for piece in _pieces(route))
    return _choose([piece for piece in pieces if piece.addresses.has(address, version)])


def _choose(matching: list[_Piece]) -> tuple[Route, ...]:
    longest: dict[int, _Piece] = {}
    for piece in sorted(matching, key=lambda piece: piece.length):
        longest[id(piece.route)] = piece
    ranked = sorted(longest.values(), key=_rank, reverse=True)
    certain = next((index for index, piece in enumerate(ranked) if piece.route.certain is True), None)
    ranked = ranked if certain is None else ranked[: certain + 1]
    if ranked and ranked[0].route.origin is Origin.GATEWAY:
        own = [piece for piece in longest.values() if piece.route.hop in _PREFERRED and piece.route.certain is True]
        if own:
            return (max(own, key=_rank).route,)
    return tuple(piece.route for piece in ranked)


_LONGEST: Final = 129
_PREFERRED: Final = (Hop.LOCAL, Hop.PEERING, Hop.ENDPOINT)
"""System routes that win over what gateways announce, however long its prefix."""
_BY_ORIGIN: Final = {Origin.USER: 2, Origin.GATEWAY: 1, Origin.SYSTEM: 0}


def _rank(piece: _Piece) -> tuple[int, int, bool]:
    return piece.length, _BY_ORIGIN[piece.route.origin], not piece.route.tag


def _pieces(route: Route) -> list[_Piece]:
    """A route by the lengths of its prefixes."""
    if not route.placed:
        return [_Piece(route, _LONGEST, route.addresses)]
    return [_Piece(route, length, addresses) for length, addresses in _by_length(route.prefixes)]


@lru_cache(maxsize=4096)
def _by_length(prefixes: tuple[str, ...]) -> tuple[tuple[int, Addresses], ...]:
    found: dict[int, list[Addresses]] = {}
    for prefix in prefixes:
        parsed = parse_addresses(prefix)
        if parsed is not None:
            found.setdefault(ipaddress.ip_network(prefix, strict=False).prefixlen, []).append(parsed)
    return tuple((length, union_of(parts)) for length, parts in found.items())
