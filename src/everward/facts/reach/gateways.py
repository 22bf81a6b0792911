"""What lies behind the gateways of a network: sites of the company, by VPN or ExpressRoute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE, Addresses, parse_addresses, union_of
from everward.facts.reach.rules import Extent
from everward.facts.reach.topology import Network, Topology, prefixes
from everward.facts.shape import id_in, inner, items, properties, text_in
from everward.values import Unknown

GATEWAY_TYPE: Final = "Microsoft.Network/virtualNetworkGateways"
CONNECTION_TYPE: Final = "Microsoft.Network/connections"
LOCAL_TYPE: Final = "Microsoft.Network/localNetworkGateways"

_PRIVATE: Final = tuple(
    found
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    if (found := parse_addresses(text)) is not None
)
PRIVATE: Final = union_of(_PRIVATE)
"""Addresses that no one has on the Internet: RFC 1918, RFC 6598, RFC 4193.

ASSUMPTION (on-premises-is-private): what a site announces and no source shows lies in them.
"""


class Site(NamedTuple):
    """What is reached through a gateway."""

    gateway: Resource
    extent: Extent
    """The addresses behind it: those that are written, and where routes are exchanged what may be announced."""
    through: Network | None = None
    """The network whose gateway it is, where that is another one (useRemoteGateways)."""


def gateway_networks(topology: Topology) -> Iterator[tuple[Resource, Network]]:
    """Every gateway and the network that it stands in."""
    for gateway in topology.estate.of_type(GATEWAY_TYPE):
        body = properties(gateway.body)
        for item in items(inner(body, "ipConfigurations")):
            subnet = topology.subnet(id_in(inner(properties(item), "subnet")))
            if subnet is not None:
                yield gateway, subnet.network
                break


def sites(topology: Topology, network: Network) -> Iterator[Site]:
    """What a network reaches through gateways: its own, and those of peers that lend theirs."""
    for gateway, owner in gateway_networks(topology):
        if owner is network:
            yield Site(gateway, behind(topology, gateway))
            continue
        for peering, other, connected in topology.peers(network):
            if other is owner and peering.remote_gateways is not False and connected is not False:
                yield Site(gateway, behind(topology, gateway), owner)


def behind(topology: Topology, gateway: Resource) -> Extent:
    """The addresses behind a gateway."""
    sure = most = NOWHERE
    found = False
    for connection in topology.estate.of_type(CONNECTION_TYPE):
        body = properties(connection.body)
        ends = [id_in(inner(body, f"virtualNetworkGateway{number}")) for number in (1, 2)]
        if not any(isinstance(end, str) and end.lower() == gateway.key for end in ends):
            continue
        found = True
        if _without_private_peering(topology, body):
            continue
        local = id_in(inner(body, "localNetworkGateway2"))
        known = _local(topology, local) if isinstance(local, str) else None
        if known is None:
            most = most.union(PRIVATE)
            continue
        sure, most = sure.union(known.sure), most.union(known.most)
    clients, whole = _clients(gateway)
    sure, most = sure.union(clients), most.union(clients if whole else PRIVATE)
    kind = text_in(properties(gateway.body), "gatewayType")
    if clients and not found and isinstance(kind, str) and kind.lower() == "vpn":
        # It is there for clients; sites would need connections.
        return Extent(sure, most)
    if not found or (isinstance(kind, str) and kind.lower() == "expressroute"):
        most = most.union(PRIVATE)
    return Extent(sure, most.union(sure))


def _clients(gateway: Resource) -> tuple[Addresses, bool]:
    """The addresses that clients of a VPN get.

    ASSUMPTION (clients-count-as-site): they are among what `VirtualNetwork` means, as other addresses behind a gateway.
    """
    clients = inner(properties(gateway.body), "vpnClientConfiguration")
    found, whole = prefixes(inner(clients, "vpnClientAddressPool", "addressPrefixes"))
    for item in items(inner(clients, "vngClientConnectionConfigurations")):
        more, known = prefixes(inner(properties(item), "vpnClientAddressPool", "addressPrefixes"))
        found, whole = found.union(more), whole and known
    return found, whole and not isinstance(clients, Unknown)


def _without_private_peering(topology: Topology, connection: Any) -> bool:
    """Whether a connection is to a circuit that is known to have no private peering: nothing comes through then."""
    peer = id_in(inner(connection, "peer"))
    circuit = topology.estate.find(peer) if isinstance(peer, str) else None
    if circuit is None:
        return False
    listed = [properties(item) for item in items(inner(properties(circuit.body), "peerings"))]
    listed += [properties(item.body) for item in topology.estate.below(circuit.id, f"{circuit.type}/peerings")]
    kinds = [text_in(item, "peeringType") for item in listed]
    return bool(kinds) and all(isinstance(kind, str) and kind.lower() != "azureprivatepeering" for kind in kinds)


def _local(topology: Topology, id: str) -> Extent | None:
    local = topology.estate.find(id)
    if local is None:
        return None
    body = properties(local.body)
    found: tuple[Addresses, bool] = prefixes(inner(body, "localNetworkAddressSpace", "addressPrefixes"))
    speaks = inner(body, "bgpSettings") is not None
    return Extent(found[0], found[0] if found[1] and not speaks else found[0].union(PRIVATE))
