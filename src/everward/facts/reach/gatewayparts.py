"""The parts of an application gateway as its body has them: listeners, ports, pools and the ports behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.services import Service
from everward.facts.shape import id_in, inner, items, name_of, properties
from everward.values import Unknown

GATEWAY_TYPE: Final = "Microsoft.Network/applicationGateways"


class Listener(NamedTuple):
    """One listener of a gateway."""

    name: str
    frontend: str
    """The lower-case name of the frontend configuration."""
    port: int | Unknown
    policy: str | Unknown | None
    """The id of a policy of its own."""


def name_in(value: Any) -> str:
    """The lower-case name of a part of a gateway that an id ends with, whatever else of it is open."""
    found = inner(value, "id") if isinstance(value, Mapping) else value
    if isinstance(found, Unknown):
        found = found.reference or found.text
    return found.rpartition("/")[2].lower() if isinstance(found, str) else ""


def port_in(value: Any) -> int | None:
    """A port, as a number or as a text; None for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 6:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 65535 else None


def listeners(gateway: Resource) -> list[Listener]:
    """The listeners of a gateway, for HTTP and for TCP."""
    body = properties(gateway.body)
    ports = {name_of(item).lower(): inner(properties(item), "port") for item in items(inner(body, "frontendPorts"))}
    found: list[Listener] = []
    for field in ("httpListeners", "listeners"):
        for item in items(inner(body, field)):
            if isinstance(item, Unknown):
                found.append(Listener("", "", item, None))
                continue
            own = properties(item)
            port = ports.get(name_in(inner(own, "frontendPort")))
            number = port if isinstance(port, Unknown) else port_in(port)
            doubt = Unknown(reason="the port of a listener is not known", decided_by=(gateway.id,))
            found.append(
                Listener(
                    name_of(item),
                    name_in(inner(own, "frontendIPConfiguration")),
                    number if number is not None else doubt,
                    id_in(inner(own, "firewallPolicy")),
                )
            )
    return found


def backend_ports(body: Any) -> dict[str, set[int | None]]:
    """The ports that rules use with a pool, by its lower-case name."""
    settings: dict[str, int | None] = {}
    for field in ("backendHttpSettingsCollection", "backendSettingsCollection"):
        for item in items(inner(body, field)):
            port = inner(properties(item), "port")
            settings[name_of(item).lower()] = port_in(port)
    found: dict[str, set[int | None]] = {}

    def note(holder: Any, prefix: str = "") -> None:
        def part(name: str) -> str:
            return name_in(inner(holder, f"default{name[0].upper()}{name[1:]}" if prefix else name))

        pool = part("backendAddressPool")
        used = part("backendHttpSettings") or part("backendSettings")
        if pool:
            found.setdefault(pool, set()).add(settings.get(used))

    for field in ("requestRoutingRules", "routingRules"):
        for rule in items(inner(body, field)):
            note(properties(rule))
    for path_map in items(inner(body, "urlPathMaps")):
        note(properties(path_map), "default")
        for rule in items(inner(properties(path_map), "pathRules")):
            note(properties(rule))
    return found


def opened_ports(estate: Estate) -> Iterator[Service]:
    """Every port that a gateway listens on or sends to."""
    for gateway in estate.of_type(GATEWAY_TYPE):
        yield from (Service("tcp", ports=(ports,)) for ports in ((65200, 65535), (65503, 65534)))
        body = properties(gateway.body)
        numbers = [item.port for item in listeners(gateway)]
        numbers += [port for ports in backend_ports(body).values() for port in ports if port is not None]
        for number in numbers:
            if isinstance(number, int):
                yield Service("tcp", ports=((number, number),))
