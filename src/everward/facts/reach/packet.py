"""One packet: what a statement about sets of them is shown with."""

from __future__ import annotations

from typing import NamedTuple


class Packet(NamedTuple):
    """The first packet of a connection."""

    source: str
    """An address as text, IPv4 or IPv6."""
    destination: str
    protocol: str = "tcp"
    """`tcp`, `udp`, `icmp`, `esp`, `ah` or `other`."""
    port: int = 0
    """Destination port, where the protocol has ports."""
    source_port: int = 0

    def __str__(self) -> str:
        from_port = f":{self.source_port}" if self.source_port else ""
        to_port = f":{self.port}" if self.protocol in ("tcp", "udp") else ""
        return f"{self.protocol} {_shown(self.source, from_port)} -> {_shown(self.destination, to_port)}"


def _shown(address: str, port: str) -> str:
    return f"[{address}]{port}" if port and ":" in address else f"{address}{port}"
