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
    part = f" ({said['part']})" if _some(said, "part") is not None else ""
    ports = [_text(item) for item in _items(_some(said, "services", "ports"))]
    shown = ", ".join(ports[:_SERVICES]) + (f" and {len(ports) - _SERVICES} more" if len(ports) > _SERVICES else "")
    on = f" on {shown}" if shown else ""
    return f"{source} can reach {said.get('kind')} `{_text(said.get('targetName'))}`{part}{on}"


def _egress(said: Properties) -> str:
    way, subnet = said.get("way"), _text(said.get("subnetName"))
    if way == "internet":
        return f"whatever runs in `{subnet}` can send to any address of the Internet"
    if way == "privateEndpoint":
        foreign = said.get("foreign")
        whose = "" if foreign is False else " of another tenant" if foreign is True else ", perhaps of another tenant,"
        by = f"by private endpoint `{_name(said.get('endpoint'))}`"
        return f"`{subnet}` reaches `{_name(said.get('target'))}`{whose} {by}"
    unused = "" if said.get("consumed") is not False else ", which nothing of the workload asks for"
    tail = "" if said.get("restrictable") is not False else "; no policy can restrict it"
    return f"`{subnet}` reaches every account of {said.get('service')} by a service endpoint{unused}{tail}"


def _address(said: Properties) -> str:
    state = said.get("protection")
    name = _name(said.get("address"))
    if isinstance(state, Unknown):
        return f"it is not known whether `{name}` is protected against floods"
    reason = f": {said['reason']}" if _some(said, "reason") is not None else ""
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
    if isinstance(said.get("egress"), Unknown):
        parts.append(f"it is not known whether what runs in `{name}` can send to the Internet")
    return "; ".join(parts) or f"`{name}` has a perimeter"


_BYPASS: Final = {
    "open": "anybody can connect to {origin} past {profile}",
    "anyFrontDoor": "every customer of Front Door can connect to {origin} past {profile}",
    "ranges": "some addresses can connect to {origin} past {profile}",
    "none": "nobody connects to {origin} but {profile}",
}


def _origin(said: Properties) -> str:
    named = _some(said, "targetName", "host", "originName")
    origin = f"the origin `{_text(named)}`" if named is not None else "an origin"
    profile = f"`{_text(said['profileName'])}`" if _some(said, "profileName") is not None else "its Front Door"
    told = _BYPASS.get(str(said.get("bypass")))
    if told is None:
        return f"it is not known who can connect to {origin} past {profile}"
    return told.format(origin=origin, profile=profile)


def _pods(said: Properties) -> str:
    open_ = [way for way in ("ingress", "egress") if said.get(f"{way}Isolated") is False]
    ways = {"ingress": "take connections from every pod", "egress": "connect to whatever they like"}
    closed = all(said.get(f"{way}Isolated") is True for way in ways)
    text = "are isolated by policies" if closed else "may be open: not all that decides is known"
    if open_:
        text = " and ".join(ways[way] for way in open_)
    metadata = "; they reach the metadata of their node" if said.get("metadata") is True else ""
    return f"pods of `{_text(said.get('pods'))}` {text}{metadata}"


def _zones(said: Properties) -> str:
    reason = f": {_text(said['reason'])}" if _some(said, "reason") is not None else ""
    if said.get("redundant") is True:
        return f"`{_text(said.get('name'))}` outlives the loss of a zone"
    return f"`{_text(said.get('name'))}` is on the path of users and may be lost with one zone{reason}"


def _deployment(said: Properties) -> str:
    outcome = said.get("outcome")
    ends = {"public": "reaches it in public", "private": "reaches it by a private path"}
    end = "does not get to it" if isinstance(outcome, str) else "may or may not get to it"
    end = ends.get(outcome, end) if isinstance(outcome, str) else end
    why = f": {_text(said['why'])}" if _some(said, "why") is not None else ""
    return f"`{said.get('operation')}` of `{said.get('pipelineName')}` on `{_text(said.get('targetName'))}` {end}{why}"


def _agents(said: Properties) -> str:
    own = said.get("ownNetwork")
    if isinstance(own, Unknown):
        return f"in which network the agents `{_text(said.get('name'))}` stand is not known"
    whose = "of their own" if own is True else "of the workload" if said.get("network") else "of the platform"
    return f"the agents `{_text(said.get('name'))}` stand in a network {whose}"


def _management(said: Properties) -> str:
    broken = [f"`{_name(item)}`" if isinstance(item, str) else _step(item) for item in _items(said.get("brokenBy"))]
    flow = f"{said.get('direction')} {_text(said.get('ports'))} of {said.get('service')} ({_text(said.get('purpose'))})"
    if said.get("passes") is False:
        return f"{flow} does not pass" + (f", because of {', '.join(broken[:_SERVICES])}" if broken else "")
    wide = ", though only the service's own addresses need it" if said.get("openToInternet") is True else ""
    return f"{flow} is open to the Internet{wide}" if wide else f"{flow} passes"


def _appliance(said: Properties) -> str:
    missing = [_text(item) for item in _items(said.get("regionsWithout"))]
    away = f"; none stands in {', '.join(missing[:_SERVICES])}" if missing else ""
    zones = "is lost with one zone" if said.get("zoneRedundant") is False else "stands on a path of the workload"
    return f"appliance `{_text(said.get('name'))}` {zones}{away}"


def _flow(said: Properties) -> str:
    crosses = "pass an appliance" if said.get("crossesAppliance") is True else "pass no appliance that is known"
    return f"flows of `{_text(said.get('sourceName'))}` to other subnets of the workload {crosses}"


def _maintenance(said: Properties) -> str:
    name, ways = _text(said.get("targetName")), said.get("ways")
    if isinstance(ways, Unknown):
        return f"it is not known from where `{name}` can be worked on"
    if ways == []:
        return f"nothing that people or tasks work from gets to `{name}`, which is closed to the public"
    return f"`{name}` can be worked on from {', '.join(map(_step, _items(ways)[:_SERVICES]))}"


def _hybrid(said: Properties) -> str:
    note = f": {_text(said['note'])}" if _some(said, "note") is not None else ""
    return f"{said.get('kind')} `{_name(_some(said, 'name', 'resource'))}`{note}"


def _grant(said: Properties) -> str:
    held = "holds" if said.get("lasting") is True else f"may hold ({said.get('standing')})"
    return f"{_who(said)} {held} `{_text(said.get('role'))}` on {_scope(said.get('scope'))}"


def _right(said: Properties) -> str:
    return (
        f"{_who(said)} may {said.get('operation')} on `{_name(said.get('target'))}`, by "
        f"`{_text(said.get('role'))}` on {_scope(said.get('scope'))}"
    )


def _escalation(said: Properties) -> str:
    gains = [f"`{_text(item)}`" for item in _items(said.get("gains"))]
    more = f" and {len(gains) - _SERVICES} more" if len(gains) > _SERVICES else ""
    tail = f", and acts as {', '.join(gains[:_SERVICES])}{more}" if gains else ""
    by = f", by `{_text(said['role'])}`" if _some(said, "role") is not None else ""
    targets = _items(said.get("targets"))
    on = f"on `{_name(said.get('target'))}`"
    if len(targets) > 1:
        on = f"on {len(targets):,} targets in {_scope(said.get('target'))}"
    return f"{_who(said)} can {said.get('edge')} {on} ({said.get('operation')}){by}{tail}"


def _keyed(said: Properties) -> str:
    also = " although identities have access too" if said.get("identitiesServe") is True else ""
    return f"whoever holds a key of `{_name(said.get('target'))}` gets in{also}"


def _count(said: Properties) -> str:
    return f"{said.get('assignments')} role assignments in {_scope(said.get('subscription'))}"


def _item(said: Properties) -> str:
    return f"{said.get('kind')} `{_text(said.get('name'))}` in vault `{_name(said.get('vault'))}`"


def _use(said: Properties) -> str:
    what = f"{said.get('kind')} `{_text(said['item'])}`" if _some(said, "item") is not None else f"a {said.get('kind')}"
    return f"`{_name(said.get('consumer'))}` depends on {what} of vault `{_name(said.get('vault'))}`"


def _vault(said: Properties) -> str:
    return f"{said.get('dependants')} resources depend on vault `{_name(said.get('vault'))}`"


_WORDS: Final[Mapping[str, Callable[[Properties], str]]] = {
    "everward.reach/exposures": _exposure,
    "everward.reach/egress": _egress,
    "everward.reach/publicaddresses": _address,
    "everward.reach/ruleremarks": _remark,
    "everward.reach/segments": _segment,
    "everward.reach/origins": _origin,
    "everward.reach/pods": _pods,
    "everward.reach/pathzones": _zones,
    "everward.reach/deployments": _deployment,
    "everward.reach/agents": _agents,
    "everward.reach/managementflows": _management,
    "everward.reach/appliances": _appliance,
    "everward.reach/applianceflows": _flow,
    "everward.reach/hybridways": _hybrid,
    "everward.reach/maintenancepaths": _maintenance,
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
        checked = "" if said.get("confirmed") is not False else ", which a second evaluator does not confirm"
        yield f"for example the packet {said['witness']} gets in{checked}"
    if isinstance(said.get("path"), str) and said.get("path"):
        yield f"it says so in {said['path']}"
    for proof in _items(said.get("proof")):
        yield f"proof: {_text(proof)}"
    if isinstance(said.get("condition"), str):
        yield f"only where {said['condition']}"
    for place in _items(said.get("places")):
        yield f"said{_place(place)}"
    for note in _items(said.get("notes")):
        yield _text(note)


def _step(step: Any) -> str:
    if not isinstance(step, dict):
        return _text(step)
    what, name = _text(_some(step, "what", "role") or ""), _name(step.get("id"))
    if not what:
        return f"`{name}`"
    return f"{what} of `{name}`" if name and f"`{name.rpartition('/')[2]}`" not in what else what


def _place(step: Any) -> str:
    file = _some(step, "file") if isinstance(step, dict) else None
    if not isinstance(file, str):
        return ""
    line = f":{step['line']}" if isinstance(step.get("line"), int) else ""
    return f" ({file}{line})"


def _who(said: Properties) -> str:
    kind = f" ({said['principalKind']})" if _some(said, "principalKind") is not None else ""
    return f"`{_text(_some(said, 'principalName', 'principal'))}`{kind}"


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


def _some(said: Properties, *names: str) -> Any:
    """The first of some properties that says anything; what is not known yet does."""
    found = (said.get(name) for name in names)
    return next((value for value in found if isinstance(value, Unknown) or value not in (None, "", [])), None)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
