"""A plain evaluator of single packets, to check what the engine of sets says.

INVARIANT: it shares no code with that engine. It reads the bodies of groups on its own, with the standard library's
networks, one rule after another, and knows neither classes nor bits.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from everward.facts.reach.packet import Packet
from everward.values import Unknown

Named: TypeAlias = Callable[[str | Unknown, str], bool | None]
"""Whether an address (second) is meant by a tag, the id of a group of interfaces or a hole (first); None: unknown."""


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
    mine = [dict(rule) for rule in rules if _may_be(_property(rule, "direction", "Inbound"), direction)]
    mine.sort(key=_priority)
    perhaps: list[Answer] = []
    for rule in mine:
        matches = _matches(rule, packet, named)
        access, name = _property(rule, "access", "Deny"), str(rule.get("name", ""))
        answer = Answer("Unknown" if isinstance(access, Unknown) else str(access).capitalize(), name)
        if matches is None:
            perhaps.append(answer)
        elif matches:
            return _settled(perhaps, answer)
    for name, source, destination, said in _DEFAULTS[direction]:
        one, two = token(source, packet.source, named), token(destination, packet.destination, named)
        if one is False or two is False:
            continue
        if one is None or two is None:
            perhaps.append(Answer(said, name))
            continue
        return _settled(perhaps, Answer(said, name))
    raise AssertionError("the last rule of every group matches everything")


def _settled(perhaps: list[Answer], answer: Answer) -> Answer:
    """The answer, unless one of the rules before it, which may match or not, would give another."""
    other = next((item for item in perhaps if item.access != answer.access), None)
    return answer if other is None else Answer("Unknown", other.rule)


def _may_be(value: Any, direction: str) -> bool:
    return isinstance(value, Unknown) or str(value).lower() == direction


def _priority(rule: Mapping[str, Any]) -> int:
    value = _property(rule, "priority", 0)
    # One of which the place is not known could stand before all others.
    return (
        int(value)
        if isinstance(value, int) or (isinstance(value, str) and value.isdecimal() and len(value) < 10)
        else 0
    )


def _property(rule: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    inner = rule.get("properties", rule)
    inner = inner if isinstance(inner, Mapping) else {}
    for key, value in inner.items():
        if key.lower() == name.lower() and value is not None:
            return value
    return otherwise


def _matches(rule: Mapping[str, Any], packet: Packet, named: Named) -> bool | None:
    written = _property(rule, "protocol", "*")
    answers: list[bool | None] = [None] if isinstance(written, Unknown) else []
    protocol = str(written).lower()
    if not answers and protocol not in ("*", "any") and protocol != packet.protocol:
        return False
    if packet.protocol in ("tcp", "udp"):
        for side, port in (("source", packet.source_port), ("destination", packet.port)):
            answers.append(any_of_three(port_in(text, port) for text in _several(rule, f"{side}PortRange")))
    priority = _property(rule, "priority", 0)
    if isinstance(_property(rule, "direction", ""), Unknown) or not str(priority).isdecimal():
        answers.append(None)
    answers += [_side(rule, "source", packet.source, named), _side(rule, "destination", packet.destination, named)]
    if False in answers:
        return False
    return None if None in answers else True


def _several(rule: Mapping[str, Any], name: str) -> list[Any]:
    single, many = _property(rule, name, ""), _property(rule, f"{name}s", [])
    plural = _property(rule, f"{name}es", []) if name.endswith("Prefix") else many
    listed = plural if isinstance(plural, list) else [plural]
    found = ([single] if single != "" else []) + listed
    return [item if isinstance(item, Unknown) else str(item) for item in found if isinstance(item, str | int | Unknown)]


def port_in(text: Any, port: int) -> bool | None:
    """Whether a written port or range has a port."""
    if isinstance(text, Unknown):
        return None
    text = str(text)
    if text.strip() == "*":
        return True
    first, _, last = text.partition("-")
    if not first.strip().isdecimal() or not (last or first).strip().isdecimal() or len(text) > 40:
        return None
    return int(first) <= port <= int(last or first)


def _side(rule: Mapping[str, Any], side: str, address: str, named: Named) -> bool | None:
    answers = [token(text, address, named) for text in _several(rule, f"{side}AddressPrefix")]
    groups = _property(rule, f"{side}ApplicationSecurityGroups", [])
    for group in groups if isinstance(groups, list) else [groups]:
        id_ = group.get("id") if isinstance(group, Mapping) else group
        if isinstance(id_, str | Unknown):
            answers.append(named(id_, address))
    return any_of_three(answers)


def any_of_three(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of some answers is yes; None where none is and one is not known."""
    found = list(answers)
    return True if True in found else None if None in found else False


def token(text: str | Unknown, address: str, named: Named) -> bool | None:
    """Whether a written prefix, range or name means an address."""
    if isinstance(text, Unknown):
        return named(text, address)
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
