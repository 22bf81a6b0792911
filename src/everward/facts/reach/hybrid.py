"""How sites of the company are joined: by private peering of ExpressRoute, by Microsoft peering, or over the Internet.

MicrosoftDocs/azure-docs expressroute/expressroute-circuit-peerings and designing-for-disaster-recovery, read 2026-11:
private peering leads into networks and so to private endpoints, Microsoft peering to public addresses of services; a
circuit ends in one place, which can fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.gateways import CONNECTION_TYPE, GATEWAY_TYPE, gateway_networks
from everward.facts.reach.paths import Networks
from everward.facts.reach.zones import spread
from everward.facts.shape import id_in, inner, items, properties, text_in
from everward.values import Truth, Unknown, any_of

HYBRID: Final = "Reach/hybridWays"
CIRCUIT_TYPE: Final = "Microsoft.Network/expressRouteCircuits"
PEERING_TYPE: Final = f"{CIRCUIT_TYPE}/peerings"
_PRIVATE: Final = "azureprivatepeering"
_MICROSOFT: Final = ("microsoftpeering", "azurepublicpeering")


def hybrid_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for each circuit, and one for each gateway of a network."""
    for circuit in world.estate.of_type(CIRCUIT_TYPE):
        yield fact(circuit, HYBRID, "circuit", _circuit(world, circuit))
    networks = {gateway.key: network for gateway, network in gateway_networks(world.topology)}
    for gateway in world.estate.of_type(GATEWAY_TYPE):
        network = networks.get(gateway.key)
        yield fact(gateway, HYBRID, "gateway", _gateway(world, gateway, network.id if network is not None else None))


def _circuit(world: Networks, circuit: Resource) -> dict[str, Any]:
    peered = any(circuit.key == end for _, end in _connected(world))
    private = True if peered else _has(world, circuit, (_PRIVATE,))
    microsoft = _has(world, circuit, _MICROSOFT)
    body = properties(circuit.body)
    provider = text_in(body, "serviceProviderProperties", "peeringLocation")
    return {
        "kind": "circuit",
        "resource": circuit.id,
        "name": circuit.name,
        "privatePeering": private,
        "microsoftPeering": microsoft,
        "peeringLocation": provider if provider is not None else text_in(body, "peeringLocation"),
        "note": _note(private, microsoft),
    }


def _note(private: Truth, microsoft: Truth) -> str:
    if private is True:
        return "private peering leads into networks"
    if private is False and microsoft is True:
        return "only Microsoft peering: the company comes in at public endpoints, with public addresses"
    return "nothing leads into networks" if private is False else "which peerings it has is in no source"


def _peerings(world: Networks, circuit: Resource) -> list[Any]:
    listed = list(items(inner(properties(circuit.body), "peerings")))
    found = [item if isinstance(item, Unknown) else properties(item) for item in listed]
    return found + [properties(item.body) for item in world.estate.below(circuit.id, PEERING_TYPE)]


def _has(world: Networks, circuit: Resource, kinds: tuple[str, ...]) -> Truth:
    """Whether a circuit has one of some kinds of peering. The provider may make them where no source shows any."""
    listed = _peerings(world, circuit)
    if not listed:
        return Unknown(reason="which peerings the circuit has is in no source", decided_by=(circuit.id,))
    return any_of(_is(item, kinds) for item in listed)


def _is(peering: Any, kinds: tuple[str, ...]) -> Truth:
    kind = text_in(peering, "peeringType")
    state = text_in(peering, "state")
    if isinstance(peering, Unknown) or isinstance(kind, Unknown):
        return kind if isinstance(kind, Unknown) else Unknown(reason="a peering of the circuit is not known")
    if isinstance(state, str) and state.lower() == "disabled":
        return False
    return isinstance(kind, str) and kind.lower() in kinds


def _connected(world: Networks) -> Iterator[tuple[str, str]]:
    """Gateways and the circuits that they are connected to, by lower-case ids: always over private peering."""
    for connection in world.estate.of_type(CONNECTION_TYPE):
        body = properties(connection.body)
        gateway, circuit = id_in(inner(body, "virtualNetworkGateway1")), id_in(inner(body, "peer"))
        if isinstance(gateway, str) and isinstance(circuit, str):
            yield gateway.lower(), circuit.lower()


def _gateway(world: Networks, gateway: Resource, network: str | None) -> dict[str, Any]:
    kind = text_in(properties(gateway.body), "gatewayType")
    express: Truth = kind if isinstance(kind, Unknown) else (kind or "Vpn").lower() == "expressroute"
    own = [circuit for end, circuit in _connected(world) if end == gateway.key]
    circuits = [world.estate.find(id_) for id_ in own]
    places = {_place(item) for item in circuits if item is not None and _place(item) is not None}
    others = _others(world, gateway, network)
    standing = spread(gateway)
    return {
        "kind": "gateway",
        "resource": gateway.id,
        "name": gateway.name,
        "network": network,
        "expressRoute": express,
        "circuits": own,
        "peeringLocations": sorted(str(place) for place in places),
        "onePlace": len(places) == 1 and None not in circuits if express is True else False,
        "onlyOverInternet": express is False and not others,
        "zoneRedundant": standing.redundant if standing is not None else None,
        "note": _gateway_note(express, others),
    }


def _gateway_note(express: Truth, others: bool) -> str:
    if express is False and not others:
        return "a VPN over the Internet is the only way from sites into this network"
    return "a VPN beside ExpressRoute" if express is False else "private peering of ExpressRoute"


def _place(circuit: Resource) -> str | None:
    body = properties(circuit.body)
    found = text_in(body, "serviceProviderProperties", "peeringLocation")
    return found if isinstance(found, str) else None


def _others(world: Networks, gateway: Resource, network: str | None) -> bool:
    """Whether a gateway of ExpressRoute stands in the same network, or may."""
    for other, where in gateway_networks(world.topology):
        kind = text_in(properties(other.body), "gatewayType")
        if other.key != gateway.key and where.id == network:
            return not isinstance(kind, str) or kind.lower() == "expressroute"
    return False
