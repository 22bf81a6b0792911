"""The ports of doors that Azure runs: Bastion and VPN gateways.

MicrosoftDocs/azure-docs bastion/bastion-nsg, vpn-gateway/point-to-site-about and vpn-gateway-vpn-devices, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Estate
from everward.facts.reach.services import Service

BASTION_TYPE: Final = "Microsoft.Network/bastionHosts"
GATEWAY_TYPE: Final = "Microsoft.Network/virtualNetworkGateways"

TLS: Final = Service("tcp", ports=((443, 443),))
REMOTE: Final = (Service("tcp", ports=((22, 22),)), Service("tcp", ports=((3389, 3389),)))
"""What Bastion opens to machines: SSH and RDP."""
TUNNELS: Final = (Service("udp", ports=((500, 500),)), Service("udp", ports=((4500, 4500),)), Service("esp"))
"""IKE and IPsec."""


def door_services(estate: Estate) -> Iterator[Service]:
    """What the doors of an estate tell apart."""
    if any(True for _ in estate.of_type(BASTION_TYPE)):
        yield from (TLS, *REMOTE)
    if any(True for _ in estate.of_type("Microsoft.ApiManagement/service")):
        yield from (TLS, Service("tcp", ports=((80, 80),)))
    if any(True for _ in estate.of_type(GATEWAY_TYPE)):
        yield from (TLS, *TUNNELS)
