"""VPN gateways: the ports that tunnels begin at.

MicrosoftDocs/azure-docs vpn-gateway/vpn-gateway-about-vpn-gateway-settings (groups on the gateway subnet are not
supported), point-to-site-about, and expressroute/expressroute-faqs (the public address of an ExpressRoute gateway is
for the platform only), read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE
from everward.facts.reach.doorports import GATEWAY_TYPE, TLS, TUNNELS
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Entry, Guard, Step, public_address
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service
from everward.facts.shape import id_in, inner, items, name_of, properties, text_in, texts_in
from everward.values import Unknown

KIND: Final = "vpn gateway"


def tunnel_entries(world: Networks) -> Iterator[Entry]:
    """An entry for each public address of a VPN gateway."""
    for gateway in world.estate.of_type(GATEWAY_TYPE):
        body = properties(gateway.body)
        kind = text_in(body, "gatewayType")
        if isinstance(kind, str) and kind.lower() == "expressroute":
            continue
        holes = (kind,) if isinstance(kind, Unknown) else ()
        for item in items(inner(body, "ipConfigurations")):
            public = item if isinstance(item, Unknown) else id_in(inner(properties(item), "publicIPAddress"))
            if public is not None:
                yield _entry(world, gateway, item, public, holes)


def _entry(world: Networks, gateway: Resource, item: Any, public: str | Unknown, holes: tuple[Unknown, ...]) -> Entry:
    address, sku, outside = public_address(world, public)
    body = properties(gateway.body)
    subnet_id = id_in(inner(properties(item), "subnet"))
    subnet = world.topology.subnet(subnet_id)
    held = subnet.addresses if subnet is not None else NOWHERE
    name = name_of(item)
    inside = held or world.topology.stand_in()
    # Groups do not act on the subnet of a gateway.
    end = Endpoint("gateway", gateway, name, subnet, subnet_id, inside, single=False, filtered=False)
    own = Step(gateway.id, "VPN gateway", gateway.origin)
    services = tuple(_services(body))
    meanings = tuple(_meanings(body))
    guards = tuple(Guard(gateway.id, "", "credentials", gateway.origin, meaning) for meaning in meanings)
    return Entry(
        end,
        address,
        (outside, own),
        services,
        services,
        sku=sku,
        kind=KIND,
        admitted_by=(own,),
        holes=holes,
        notes=meanings,
        guards=guards,
        platform=True,
    )


def _services(body: Any) -> Iterator[Service]:
    yield from TUNNELS
    clients = inner(body, "vpnClientConfiguration")
    if clients is None:
        return
    protocols = texts_in(inner(clients, "vpnClientProtocols"))
    if not protocols or any(not isinstance(word, str) or word.lower() in ("openvpn", "sstp") for word in protocols):
        yield TLS


def _meanings(body: Any) -> Iterator[str]:
    yield "a tunnel needs the shared key or the certificate of a connection"
    if inner(body, "vpnClientConfiguration") is not None:
        words = texts_in(inner(body, "vpnClientConfiguration", "vpnAuthenticationTypes"))
        known = [word for word in words if isinstance(word, str)]
        yield f"clients sign in by {', '.join(known)}" if known else "how clients sign in is not written"
