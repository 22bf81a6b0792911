"""Facts in words: what was found, and how one sees that it is so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from everward.estate import Resource
from everward.values import Unknown, try_parse_id

_SERVICES: Final = 4
"""Ports and services that are named."""

_SOURCES: Final = {
    "internet": "the Internet",
    "azure": "every customer of Azure",
    "tenants": "every customer of Azure",
    "public ranges": "some public addresses",
    "private": "private networks",
}

_SAYINGS: Final = frozenset({"openTo", "egress"})
"""What the fact about a segment says, each of which may be all that somebody asked."""

Properties: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """A fact in words."""

    what: str
    """One sentence without a full stop."""
    how: tuple[str, ...] = ()
    """What proves it: path, deciding objects, a packet, the grant."""


def tell(fact: Resource, paths: Iterable[str] = ()) -> Telling:
    """A fact in words: its own `summary`, else what is made of its properties.

    `paths` are the properties that decided; where a fact says several things, only those are told.
    """
    properties = fact.properties if isinstance(fact.properties, dict) else {}
    summary = properties.get("summary")
    if fact.type_key == "everward.reach/segments":
        asked = _SAYINGS.intersection(path.removeprefix("properties.").partition("[")[0] for path in paths) or _SAYINGS
        properties = {key: value for key, value in properties.items() if key not in _SAYINGS or key in asked}
    say = _WORDS.get(fact.type_key)
    what = summary if isinstance(summary, str) else say(properties) if say is not None else _plain(fact)
    return Telling(what, tuple(dict.fromkeys(_proof(properties))))


def _plain(fact: Resource) -> str:
    return f"{fact.type} `{fact.name}`"


def _exposure(said: Properties) -> str:
    source = _SOURCES.get(str(said.get("source")), str(said.get("source")))
    part = f" ({said['part']})" if said.get("part") else ""
    ports = [_text(item) for item in _items(said.get("services")) or _items(said.get("ports"))]
    shown = ", ".join(ports[:_SERVICES]) + (f" and {len(ports) - _SERVICES} more" if len(ports) > _SERVICES else "")
    on = f" on {shown}" if shown else ""
    return f"{source} can reach {said.get('kind')} `{_text(said.get('targetName'))}`{part}{on}"


def _egress(said: Properties) -> str:
    way, subnet = said.get("way"), _text(said.get("subnetName"))
    if way == "internet":
        return f"whatever runs in `{subnet}` can send to any address of the Internet"
    unused = "" if said.get("consumed") else ", which nothing of the workload asks for"
    tail = "" if said.get("restrictable") else "; no policy can restrict it"
    return f"`{subnet}` reaches every account of {said.get('service')} by a service endpoint{unused}{tail}"


def _address(said: Properties) -> str:
    state = said.get("protection")
    name = _name(said.get("address"))
    if isinstance(state, Unknown):
        return f"it is not known whether `{name}` is protected against floods"
    reason = f": {said['reason']}" if said.get("reason") else ""
    return f"the public address `{name}` is {state}{reason}"


def _remark(said: Properties) -> str:
    by = [f"`{item}`" for item in _items(said.get("by"))]
    tail = f" ({', '.join(by[:_SERVICES])})" if by else ""
    return f"rule `{said.get('rule')}` ({said.get('direction')}): {said.get('reason')}{tail}"


def _segment(said: Properties) -> str:
    name = _text(said.get("segmentName"))
    if isinstance(said.get("openTo"), Unknown):
        return f"it is not known whether other subnets reach `{name}` on every port"
    sources = [f"`{_name(item).rpartition('/')[2]}`" for item in _items(said.get("openTo"))]
    shown = ", ".join(sources[:_SERVICES]) + (
        f" and {len(sources) - _SERVICES} more" if len(sources) > _SERVICES else ""
    )
    parts = [f"{shown} can reach everything in `{name}` on every port"] if sources else []
    if said.get("egress") == "open":
        parts.append(f"whatever runs in `{name}` can send to any address of the Internet")
    return "; ".join(parts) or f"`{name}` has a perimeter"


def _grant(said: Properties) -> str:
    held = "holds" if said.get("lasting") else f"may hold ({said.get('standing')})"
    return f"{_who(said)} {held} `{_text(said.get('role'))}` on {_scope(said.get('scope'))}"


def _right(said: Properties) -> str:
    return (
        f"{_who(said)} may {said.get('operation')} on `{_name(said.get('target'))}`, by "
        f"`{_text(said.get('role'))}` on {_scope(said.get('scope'))}"
    )


def _escalation(said: Properties) -> str:
    gains = [f"`{_text(item)}`" for item in _items(said.get("gains"))]
    tail = f", and acts as {', '.join(gains[:_SERVICES])}" if gains else ""
    by = f", by `{_text(said['role'])}`" if said.get("role") else ""
    return f"{_who(said)} can {said.get('edge')} on `{_name(said.get('target'))}` ({said.get('operation')}){by}{tail}"


def _keyed(said: Properties) -> str:
    also = " although identities have access too" if said.get("identitiesServe") else ""
    return f"whoever holds a key of `{_name(said.get('target'))}` gets in{also}"


def _count(said: Properties) -> str:
    return f"{said.get('assignments')} role assignments in {_scope(said.get('subscription'))}"


def _item(said: Properties) -> str:
    return f"{said.get('kind')} `{_text(said.get('name'))}` in vault `{_name(said.get('vault'))}`"


def _use(said: Properties) -> str:
    what = f"{said.get('kind')} `{_text(said['item'])}`" if said.get("item") else f"a {said.get('kind')}"
    return f"`{_name(said.get('consumer'))}` depends on {what} of vault `{_name(said.get('vault'))}`"


def _vault(said: Properties) -> str:
    return f"{said.get('dependants')} resources depend on vault `{_name(said.get('vault'))}`"


_WORDS: Final[Mapping[str, Callable[[Properties], str]]] = {
    "everward.reach/exposures": _exposure,
    "everward.reach/egress": _egress,
    "everward.reach/publicaddresses": _address,
    "everward.reach/ruleremarks": _remark,
    "everward.reach/segments": _segment,
    "everward.access/grants": _grant,
    "everward.access/rights": _right,
    "everward.access/escalations": _escalation,
    "everward.access/keys": _keyed,
    "everward.access/assignmentcounts": _count,
    "everward.keys/items": _item,
    "everward.keys/uses": _use,
    "everward.keys/vaults": _vault,
}


def _proof(said: Properties) -> Iterator[str]:
    path = [_step(step) for step in _items(said.get("path"))]
    if len(path) > 1:
        yield f"path: {' -> '.join(path)}"
    for step in _items(said.get("decidedBy")):
        own = isinstance(step, dict) and step.get("id") == said.get("target")
        yield f"let in by: {_text(step.get('what')) if own else _step(step)}{_place(step)}"
    if isinstance(said.get("witness"), str):
        checked = "" if said.get("confirmed") else ", which a second evaluator does not confirm"
        yield f"for example the packet {said['witness']} gets in{checked}"
    if isinstance(said.get("path"), str) and said["path"]:
        yield f"it says so in {said['path']}"
    for proof in _items(said.get("proof")):
        yield f"proof: {_text(proof)}"
    if isinstance(said.get("condition"), str):
        yield f"only where {said['condition']}"
    for note in _items(said.get("notes")):
        yield _text(note)


def _step(step: Any) -> str:
    if not isinstance(step, dict):
        return _text(step)
    what, name = _text(step.get("what")), _name(step.get("id"))
    return f"{what} of `{name}`" if name and f"`{name.rpartition('/')[2]}`" not in what else what


def _place(step: Any) -> str:
    if not isinstance(step, dict) or not step.get("file"):
        return ""
    line = f":{step['line']}" if step.get("line") else ""
    return f" ({step['file']}{line})"


def _who(said: Properties) -> str:
    kind = f" ({said['principalKind']})" if said.get("principalKind") else ""
    return f"`{_text(said.get('principalName') or said.get('principal'))}`{kind}"


def _scope(value: Any) -> str:
    parsed = try_parse_id(value) if isinstance(value, str) else None
    if parsed is None:
        return f"`{_text(value)}`"
    kind = parsed.type.rpartition("/")[2].removesuffix("s")
    words = {"subscription": "subscription", "resourceGroup": "resource group", "managementGroup": "management group"}
    return f"{words[kind]} `{parsed.name}`" if kind in words else f"`{'/'.join(parsed.names)}`"


def _name(value: Any) -> str:
    if not isinstance(value, str):
        return "" if value is None else _text(value)
    parsed = try_parse_id(value)
    return value if parsed is None else "/".join(parsed.names)


def _text(value: Any) -> str:
    if isinstance(value, Unknown):
        return value.text or "not known yet"
    return str(value)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
