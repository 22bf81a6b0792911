"""A plain evaluator of single packets, to check what the engine of sets says.

INVARIANT: it shares no code with that engine. It reads the bodies of groups on its own, with the standard library's
networks, one rule after another, and knows neither classes nor bits.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from everward.facts.reach.packet import Packet

Named: TypeAlias = Callable[[str, str], bool | None]
"""Whether an address (second) is meant by a tag or the id of an application security group (first); None: unknown."""


class Answer(NamedTuple):
    """What a group says of a packet."""

    access: str
    """`Allow`, `Deny`, or `Unknown` when a rule that is not known whole could decide."""
    rule: str = ""
    """The rule that decides, or the first that is not known whole."""


_DEFAULTS: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "inbound": (
        ("AllowVnetInBound", "VirtualNetwork", "VirtualNetwork", "Allow"),
        ("AllowAzureLoadBalancerInBound", "AzureLoadBalancer", "*", "Allow"),
        ("DenyAllInBound", "*", "*", "Deny"),
    ),
    "outbound": (
        ("AllowVnetOutBound", "VirtualNetwork", "VirtualNetwork", "Allow"),
        ("AllowInternetOutBound", "*", "Internet", "Allow"),
        ("DenyAllOutBound", "*", "*", "Deny"),
    ),
}


def first_match(rules: Iterable[Mapping[str, Any]], direction: str, packet: Packet, named: Named) -> Answer:
    """What the rules of a group, as ARM has them, and those that every group has say of a packet."""
    mine = [dict(rule) for rule in rules]
    mine = [rule for rule in mine if _property(rule, "direction", "Inbound").lower() == direction]
    mine.sort(key=lambda rule: int(_property(rule, "priority", 0)))
    for rule in mine:
        matches = _matches(rule, packet, named)
        if matches is None:
            return Answer("Unknown", str(rule.get("name", "")))
        if matches:
            return Answer(_property(rule, "access", "Deny").capitalize(), str(rule.get("name", "")))
    for name, source, destination, access in _DEFAULTS[direction]:
        one, two = _token(source, packet.source, named), _token(destination, packet.destination, named)
        if one is False or two is False:
            continue
        if one is None or two is None:
            return Answer("Unknown", name)
        return Answer(access, name)
    raise AssertionError("the last rule of every group matches everything")


def _property(rule: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    inner = rule.get("properties", rule)
    for key, value in inner.items():
        if key.lower() == name.lower() and value is not None:
            return value
    return otherwise


def _matches(rule: Mapping[str, Any], packet: Packet, named: Named) -> bool | None:
    protocol = str(_property(rule, "protocol", "*")).lower()
    if protocol not in ("*", "any") and protocol != packet.protocol:
        return False
    if packet.protocol in ("tcp", "udp"):
        for side, port in (("source", packet.source_port), ("destination", packet.port)):
            if not any(_in_range(text, port) for text in _several(rule, f"{side}PortRange")):
                return False
    answers = [_side(rule, "source", packet.source, named), _side(rule, "destination", packet.destination, named)]
    if False in answers:
        return False
    return None if None in answers else True


def _several(rule: Mapping[str, Any], name: str) -> list[str]:
    single, many = _property(rule, name, ""), _property(rule, f"{name}s", [])
    plural = _property(rule, f"{name}es", []) if name.endswith("Prefix") else many
    return [str(item) for item in ([single] if single != "" else []) + list(plural)]


def _in_range(text: str, port: int) -> bool:
    if text.strip() == "*":
        return True
    first, _, last = text.partition("-")
    return int(first) <= port <= int(last or first)


def _side(rule: Mapping[str, Any], side: str, address: str, named: Named) -> bool | None:
    answers = [_token(text, address, named) for text in _several(rule, f"{side}AddressPrefix")]
    groups = _property(rule, f"{side}ApplicationSecurityGroups", [])
    answers += [named(str(group["id"]), address) for group in groups]
    if True in answers:
        return True
    return None if None in answers else False


def _token(text: str, address: str, named: Named) -> bool | None:
    if text.strip().lower() in ("*", "any"):
        return True
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        pass
    else:
        return ipaddress.ip_address(address) in network
    first, dash, last = text.partition("-")
    if dash:
        try:
            low, high, mine = (ipaddress.ip_address(item.strip()) for item in (first, last, address))
        except ValueError:
            return named(text, address)
        return mine.version == low.version and int(low) <= int(mine) <= int(high)
    return named(text, address)
