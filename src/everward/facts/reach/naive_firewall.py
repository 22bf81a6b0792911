"""A plain evaluator of single packets at an Azure Firewall, to check what the engine of sets says.

INVARIANT: it shares no code with that engine: it reads collections as ARM has them, sorts them, and looks at one rule
after another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from everward.facts.reach.naive import Answer, Named, any_of_three, port_in, token
from everward.facts.reach.packet import Packet
from everward.values import Unknown


class Held(NamedTuple):
    """One collection of rules and what stands above it."""

    level: int
    """0 for the topmost policy."""
    group: Any
    """The priority of its group."""
    body: Mapping[str, Any]
    """`priority`, `action`, `rules`."""
    kind: str = ""
    """`nat`, `network` or `application`, where the rules do not say it."""


def decide(held: Iterable[Held], packet: Packet, named: Named, asked: str | None = None) -> Answer:
    """What network rules, then application rules say of a packet; `asked` is the host that the client wants."""
    collections = list(held)
    perhaps: list[Answer] = []
    for kind in ("network", "application"):
        for collection, rule in _in_order(collections, kind):
            matches = _matches(rule, kind, packet, named, asked)
            if matches is False:
                continue
            action = _value(_value(collection.body, "action"), "type")
            said = "Unknown" if not isinstance(action, str) else "Allow" if action.lower() == "allow" else "Deny"
            answer = Answer(said, _name(rule))
            if matches is None or not _settled_place(collection):
                perhaps.append(answer)
                continue
            return _settled(perhaps, answer)
    return _settled(perhaps, Answer("Deny", ""))


def _settled(perhaps: list[Answer], answer: Answer) -> Answer:
    """The answer, unless a rule that may match before it would give another."""
    other = next((item for item in perhaps if item.access != answer.access), None)
    return answer if other is None else Answer("Unknown", other.rule)


def translate(held: Iterable[Held], packet: Packet, named: Named) -> tuple[str, Packet | None]:
    """What translating rules make of a packet: its name and the packet behind; `None` without a match that is sure."""
    for _, rule in _in_order(list(held), "nat"):
        matches = _matches(rule, "nat", packet, named, None)
        if matches is None:
            return "", None
        if matches:
            address, port = _value(rule, "translatedAddress"), _whole(_value(rule, "translatedPort"))
            if not isinstance(address, str) or not 0 < port < 65536:
                return "", None
            return _name(rule), packet._replace(destination=address, port=port)
    return "", None


def _value(body: Any, name: str) -> Any:
    if not isinstance(body, Mapping):
        return body if isinstance(body, Unknown) else None
    return next((value for key, value in body.items() if isinstance(key, str) and key.lower() == name.lower()), None)


def _in_order(held: list[Held], kind: str) -> Iterator[tuple[Held, Mapping[str, Any]]]:
    def place(item: Held) -> tuple[int, int, int]:
        own = _value(item.body, "priority")
        return (item.level, _whole(item.group), _whole(own)) if _settled_place(item) else (-1, -1, -1)

    for item in sorted(held, key=place):
        rules = _value(item.body, "rules")
        for rule in rules if isinstance(rules, list) else []:
            if isinstance(rule, Mapping) and _kind_of(item, rule) == kind:
                yield item, rule


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _settled_place(item: Held) -> bool:
    return _whole(item.group) >= 0 and _whole(_value(item.body, "priority")) >= 0


def _kind_of(item: Held, rule: Mapping[str, Any]) -> str:
    word = _value(rule, "ruleType")
    return item.kind or (word.lower().removesuffix("rule") if isinstance(word, str) else "")


def _name(rule: Mapping[str, Any]) -> str:
    found = _value(rule, "name")
    return found if isinstance(found, str) else ""


def _texts(rule: Mapping[str, Any], name: str) -> list[Any]:
    found = _value(rule, name)
    listed = found if isinstance(found, list) else [] if found is None else [found]
    return [item for item in listed if isinstance(item, str | Unknown)]


def _matches(rule: Mapping[str, Any], kind: str, packet: Packet, named: Named, asked: str | None) -> bool | None:
    answers = [_speaks(rule, kind, packet)]
    answers.append(_end(rule, "source", packet.source, named))
    if kind == "application":
        answers.append(any_of_three(_hosts(rule, asked)))
    else:
        hosts = [_host(text, asked) for text in _texts(rule, "destinationFqdns")]
        answers.append(any_of_three([_end(rule, "destination", packet.destination, named), *hosts]))
    if False in answers:
        return False
    return None if None in answers else True


def _end(rule: Mapping[str, Any], side: str, address: str, named: Named) -> bool | None:
    answers = [token(text, address, named) for text in _texts(rule, f"{side}Addresses")]
    answers += [named(text, address) for text in _texts(rule, f"{side}IpGroups")]
    return any_of_three(answers)


def _hosts(rule: Mapping[str, Any], asked: str | None) -> Iterator[bool | None]:
    for text in [*_texts(rule, "targetFqdns"), *_texts(rule, "targetUrls")]:
        yield _host(text if isinstance(text, Unknown) else text.partition("/")[0], asked)
    for _ in [*_texts(rule, "fqdnTags"), *_texts(rule, "webCategories")]:
        yield None


def _host(text: Any, asked: str | None) -> bool | None:
    if isinstance(text, Unknown):
        return None
    if text.strip() == "*":
        return True
    if asked is None:
        return None
    pattern = ".*".join(re.escape(part) for part in text.strip().lower().split("*"))
    return re.fullmatch(pattern, asked.lower()) is not None


def _speaks(rule: Mapping[str, Any], kind: str, packet: Packet) -> bool | None:
    if kind == "application":
        return any_of_three(_speaks_application(item, packet) for item in _list(rule, "protocols"))
    words = [*_texts(rule, "ipProtocols"), *_texts(rule, "protocols")]
    ports = any_of_three(port_in(text, packet.port) for text in _texts(rule, "destinationPorts"))
    every = [text for text in _texts(rule, "destinationPorts") if not isinstance(text, Unknown)]
    answers: list[bool | None] = []
    for word in words:
        if isinstance(word, Unknown):
            answers.append(None)
            continue
        lowered = word.strip().lower()
        if lowered == "any" and packet.protocol not in ("tcp", "udp"):
            answers.append(any(text.strip() in ("*", "0-65535") for text in every))
        elif lowered in ("any", packet.protocol):
            answers.append(ports if packet.protocol in ("tcp", "udp") else True)
        else:
            answers.append(False)
    return any_of_three(answers)


def _list(rule: Mapping[str, Any], name: str) -> list[Any]:
    found = _value(rule, name)
    return found if isinstance(found, list) else []


_STANDARD = {"http": 80, "https": 443, "mssql": 1433}


def _speaks_application(item: Any, packet: Packet) -> bool | None:
    if packet.protocol != "tcp":
        return False
    word, port = _value(item, "protocolType"), _value(item, "port")
    if isinstance(item, Unknown) or isinstance(word, Unknown) or isinstance(port, Unknown):
        return None
    return packet.port == (_whole(port) if port is not None else _STANDARD.get(str(word).lower()))
