"""A plain look at doors that Azure runs, to check what is said of them: whether they answer on a port at all.

INVARIANT: it shares no code with what it checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from everward.facts.reach.packet import Packet
from everward.values import Unknown


def answers(type_: str, body: Mapping[str, Any], packet: Packet) -> bool | None:
    """Whether a door of a type answers a packet, by its body alone; None when that is not known."""
    kind = type_.rpartition("/")[2].lower()
    properties = _get(body, "properties")
    if kind == "bastionhosts":
        return (packet.protocol, packet.port) == ("tcp", 443)
    if kind == "virtualnetworkgateways":
        tunnel = packet.protocol == "esp" or (packet.protocol == "udp" and packet.port in (500, 4500))
        clients = (
            packet.protocol == "tcp" and packet.port == 443 and _get(properties, "vpnClientConfiguration") is not None
        )
        return tunnel or clients
    if kind == "service":
        return packet.protocol == "tcp" and packet.port in (80, 443)
    if kind == "applicationgateways":
        return packet.protocol == "tcp" and packet.port in set(_ports(properties))
    return None


def edge_answers(body: Mapping[str, Any], routes: Iterable[Mapping[str, Any]], packet: Packet) -> bool | None:
    """Whether an endpoint of Front Door, or a classic one, answers; None when its body does not say.

    `routes` are the bodies below an endpoint; the classic resource has its own inside.
    """
    own = _get(body, "properties")
    word = {80: "http", 443: "https"}.get(packet.port) if packet.protocol == "tcp" else None
    if word is None:
        return False
    classic = [_inside(item) for item in _list(own, "routingRules")]
    for route in (*(_get(item, "properties") for item in routes), *classic):
        state, outer = _get(route, "enabledState"), _get(own, "enabledState")
        fields = [_get(route, name) for name in ("supportedProtocols", "acceptedProtocols")]
        written = [item for field in fields if isinstance(field, list) for item in field]
        if any(isinstance(item, Unknown) for item in (state, outer, *fields, *written)):
            return None
        spoken = [str(item) for item in written] or ["http", "https"]
        if {str(state).lower(), str(outer).lower()} <= {"enabled", "none"} and word in map(str.lower, spoken):
            return True
    return False


def _ports(properties: Any) -> Iterator[int]:
    written: dict[str, Any] = {}
    for item in _list(properties, "frontendPorts"):
        written[str(_get(item, "name")).lower()] = _get(_inside(item), "port")
    for field in ("httpListeners", "listeners"):
        for item in _list(properties, field):
            named = _get(_get(_inside(item), "frontendPort"), "id")
            text = (named.reference or named.text or "") if isinstance(named, Unknown) else str(named)
            port = written.get(text.split("/")[-1].lower())
            if isinstance(port, int):
                yield port
            elif isinstance(port, str) and port.isdecimal() and len(port) < 6:
                yield int(port)


def _inside(item: Any) -> Any:
    found = _get(item, "properties")
    return found if isinstance(found, Mapping) else item


def _list(value: Any, name: str) -> list[Any]:
    found = _get(value, name)
    return found if isinstance(found, list) else []


def _get(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return next((found for key, found in value.items() if isinstance(key, str) and key.lower() == name.lower()), None)
