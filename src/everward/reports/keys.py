"""Answers about keys: for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from everward.estate import Resource
from everward.facts.keys.effects import Effect, Event, Timing
from everward.facts.keys.impact import Impact
from everward.facts.keys.items import Item, Vault
from everward.facts.keys.keyring import Keys
from everward.facts.keys.load import Load, Part
from everward.facts.keys.reference import geography_of, reference, replica_of
from everward.facts.keys.rotation import follow_all
from everward.facts.keys.times import text_of
from everward.facts.keys.uses import Delivery
from everward.facts.keys.words import short
from everward.facts.readers import Approach
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import Places, count, place_text
from everward.values import Truth, Unknown, clean

SCHEMA: Final = "everward/keys/1"
HEADS: Final = {
    Event.DISABLED: "disabled, deleted or expired",
    Event.UNREACHABLE: "out of reach",
    Event.READ_ONLY: "read-only during a failover",
    Event.THROTTLED: "throttled",
}
WHENS: Final = {
    Timing.AT_ONCE: "at once",
    Timing.LATER: "later",
    Timing.RESTART: "on start",
    Timing.RENEWAL: "in time",
    Timing.CONTINUES: "goes on",
}
"""When an effect is felt, in the order in which effects are told."""
_NAMES: Final = 6
"""Names of one line when no explanation is asked for."""
_PARTS: Final = frozenset({"encryptionprotector", "config"})
"""Types that people know as the resource that they are a part of."""
_WIDE: Final = 12
"""Columns that a label takes."""


@dataclass(frozen=True)
class Answer:
    """What is told: the impact, what it comes from, and how the vault is reached."""

    keys: Keys
    impact: Impact
    approaches: tuple[Approach, ...] = ()


def impact_text(answer: Answer, look: Look, *, explain: bool = False) -> Iterator[bytes]:
    """What stops, event by event, and when; each use by itself where somebody asks for an explanation."""
    for line in _lines(answer, look, explain=explain):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _lines(answer: Answer, look: Look, *, explain: bool) -> Iterator[str]:
    layout, impact = Layout(look), answer.impact
    places = Places(effect.consumer.origin.file for effect in impact.effects)
    yield from layout.plain(_head(answer), kind="head")
    yield from _paths(answer, layout)
    if impact.item is not None:
        yield from _row(layout, "rotation", _rotation(answer.keys, impact.item))
    if impact.vault is not None and not impact.vault.managed_hsm:
        told = _failover(impact.vault)
        yield from _row(layout, "failover", told) if told else ()
    if impact.vault is not None:
        yield from _row(layout, "backup", _backup(answer.keys, impact.vault))
    for event in Event:
        mine = [effect for effect in impact.effects if effect.event is event]
        if mine:
            yield from layout.plain(HEADS[event], kind="head")
            yield from _effects(mine, layout, explain=explain)
    yield from _load(impact.load, layout, explain=explain)
    if explain:
        yield from _followers(answer, layout, places)
    if not impact.uses:
        yield "  no source shows who uses it"
    elif not explain and len(impact.uses) > 1:
        yield from layout.plain("--explain shows each use, and whether it follows a rotation", "  ", "  ")
    if places.base:
        yield f"places are below {clean(places.base)}"


def _row(layout: Layout, label: str, text: str) -> Iterator[str]:
    yield from layout.plain(text, f"  {label:<{_WIDE}}", " " * (_WIDE + 2))


def _head(answer: Answer) -> str:
    impact = answer.impact
    hang = count(len(impact.dependants), "resource hangs", "resources hang")
    if impact.item is not None:
        return f"{impact.item.kind} `{impact.item.name}` of vault `{short(impact.item.vault)}`: {hang} on it"
    if impact.vault is None:
        return f"vault `{impact.name}`, which no source has: {hang} on it"
    place = answer.keys.stamps.place(impact.vault.resource)
    region = f" in {place}" if isinstance(place, str) else ""
    return f"vault `{impact.vault.resource.name}`{region}: {hang} on it"


def _paths(answer: Answer, layout: Layout) -> Iterator[str]:
    label = "path"
    for approach in answer.approaches:
        source = "from the Internet" if approach.source == "internet" else f"from `{short(approach.source)}`"
        told = ", ".join(_way(name, holds) for name, holds in approach.ways) or "no way is known"
        more = f"; after a failover it may need {approach.reconnects} minutes more" if approach.reconnects else ""
        yield from _row(layout, label, f"{source}: {told}{more}")
        label = ""


def _way(name: str, holds: Truth) -> str:
    if isinstance(holds, Unknown):
        return f"{name} perhaps ({holds.reason})"
    return f"{name} open" if holds else f"{name} closed"


def _rotation(keys: Keys, item: Item) -> str:
    rotation, reach = item.rotation, follow_all(keys, item)
    told = "not known" if isinstance(rotation, Unknown) else rotation
    end = text_of(item.ends)
    parts = [told, f"{reach.followers} of {count(reach.followers + reach.others + reach.unknown, 'use')} follow"]
    if end is not None:
        passed = item.ends is not None and item.ends <= datetime.now(UTC)
        parts.append(f"{'ended' if passed else 'ends'} {end}")
    return ", ".join(parts)


def _failover(vault: Vault) -> str:
    """What becomes of a vault when its region is lost; empty where that is not known."""
    replica = replica_of(vault.resource.location)
    if replica is None:
        return ""
    if not replica:
        return "it stands in one region alone: while that is lost, it is out of reach"
    return f"replicated to {replica}, which answers reads after {reference().failover.minutes} minutes"


def _backup(keys: Keys, vault: Vault) -> str:
    found = keys.backups.of(vault)
    state, geography = found.state, geography_of(vault.resource.location)
    told = {
        "scheduled": f"every {count(found.every or 0, 'day')}, by a pipeline",
        "manual": "by a pipeline that somebody starts",
        "recorded": "no pipeline; a tag records one",
        "none": "none: no pipeline and no tag shows one",
    }
    said = f"not known ({state.reason})" if isinstance(state, Unknown) else told[state]
    at = text_of(found.recorded) if isinstance(found.recorded, datetime) else None
    last = f", last recorded {at}" if at is not None else ""
    place = f"in {geography}" if geography is not None else "in its geography"
    return f"{said}{last}; it can be restored in the same subscription {place} only"


def _effects(found: Sequence[Effect], layout: Layout, *, explain: bool) -> Iterator[str]:
    for timing in Timing:
        groups: dict[str, list[Effect]] = {}
        for effect in found:
            if effect.timing is timing:
                groups.setdefault(effect.what, []).append(effect)
        for what, mine in groups.items():
            yield from _row(layout, WHENS[timing], f"{_named(mine, explain=explain)}: {what}")


def _named(found: Sequence[Effect], *, explain: bool) -> str:
    names = list(dict.fromkeys(name_of(effect.consumer) for effect in found))
    shown = names if explain else names[:_NAMES]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{', '.join(shown)}{more}"


def name_of(resource: Resource) -> str:
    """A resource by its names and the last word of its type; what is only a part of one by that."""
    name, kind = short(resource.id), resource.type.rpartition("/")[2]
    if kind.lower() in _PARTS and "/" in name:
        name, kind = name.rpartition("/")[0], resource.type.split("/")[-2]
    return f"{name} ({kind})"


def _load(load: Load, layout: Layout, *, explain: bool) -> Iterator[str]:
    if not load.parts:
        return
    limits = reference().limits
    yield from layout.plain("requests that clusters make", kind="head")
    if load.most is not None:
        least = f"{load.least:,.1f} to " if load.least is not None and load.least != load.most else ""
        share = f"{load.most / limits.reads:.1%} of the {limits.reads:,} that a vault takes"
        yield from _row(layout, "polling", f"{least}{load.most:,.1f} in {limits.window:g} seconds, {share}")
    if load.burst is not None:
        share = f"{load.burst / limits.reads:.1%} of what it takes in {limits.window:g} seconds"
        yield from _row(layout, "all at once", f"{load.burst:,} when every pod starts, {share}")
    if not load.complete:
        yield from _row(layout, "not whole", "something asks that cannot be counted, or counts as the whole vault")
    for part in load.parts if explain else ():
        yield from _row(layout, "", f"- {_part(part)}")


def _part(part: Part) -> str:
    least, most = part.pods
    pods = "pods that are not known" if most is None else f"{least} to {most} pods" if least != most else f"{most} pods"
    objects = "an unknown number of objects" if part.objects is None else count(part.objects, "object")
    every = f"every {part.seconds:g} seconds" if part.seconds is not None else "when they start"
    atmost = " (as many as the vault has)" if part.at_most else ""
    who = short(part.who.id)
    return (
        f"{who}: {objects}{atmost} {every}" if part.what == "external" else f"{who}: {pods}, {objects}{atmost} {every}"
    )


def _followers(answer: Answer, layout: Layout, places: Places) -> Iterator[str]:
    uses = [use for use in answer.impact.uses if use.delivery is not Delivery.RIGHT]
    if uses:
        yield from layout.plain("who uses it, and whether a new version gets there", kind="head")
    for use in uses:
        following = answer.keys.following(use)
        word = "perhaps" if isinstance(following.follows, Unknown) else "follows" if following.follows else "does not"
        within = f", within {_duration(following.within)}" if following.within is not None else ""
        named = f"{use.kind or 'item'} `{use.item}`" if use.item is not None else "the vault as a whole"
        sure = f"; not certain: {use.certain.reason}" if isinstance(use.certain, Unknown) else ""
        via = f" by {name_of(use.via)}" if use.via is not None else ""
        place = places.text(use.consumer.origin_of(use.path))
        told = f"{name_of(use.consumer)}, {named}{via}: {following.how}{within}{sure} ({place})"
        yield from _row(layout, word, told)


def _duration(seconds: float) -> str:
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}{'' if seconds == size else 's'}"
    return f"{seconds:g} seconds"


def impact_json(answer: Answer) -> Iterator[bytes]:
    """The same as one JSON document."""
    impact = answer.impact
    document = {
        "schema": SCHEMA,
        "vault": impact.vault.resource.id if impact.vault is not None else None,
        "item": impact.item.resource.id if impact.item is not None else None,
        "rotation": _rotation_json(answer.keys, impact.item),
        "paths": [_approach(approach) for approach in answer.approaches],
        "backup": _backup_json(answer.keys, impact.vault),
        "effects": [_effect(answer.keys, effect) for effect in impact.effects],
        "polling": impact.load.least,
        "load": _load_json(impact.load),
    }
    yield encode(document) + b"\n"


def _backup_json(keys: Keys, vault: Vault | None) -> dict[str, Any] | None:
    if vault is None:
        return None
    found = keys.backups.of(vault)
    return {
        "state": _known(found.state),
        "everyDays": found.every,
        "recordedAt": text_of(found.recorded) if isinstance(found.recorded, datetime) else None,
        "missing": found.missing(vault),
        "places": [command.place for command in found.commands],
        "geography": geography_of(vault.resource.location),
        "replica": replica_of(vault.resource.location),
        "restoreTargets": [target.resource.id for target in keys.backups.targets(vault)],
    }


def _rotation_json(keys: Keys, item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    reach = follow_all(keys, item)
    return {
        "rotation": _known(item.rotation),
        "expires": text_of(item.ends),
        "followed": _known(reach.all_follow),
        "followers": reach.followers,
        "others": reach.others,
        "unknown": reach.unknown,
    }


def _known(value: Any) -> Any:
    """A value, or null for one that is not known."""
    return None if isinstance(value, Unknown) else value


def _why(value: Any) -> str | None:
    return value.reason if isinstance(value, Unknown) else None


def _approach(approach: Approach) -> dict[str, Any]:
    ways = [{"way": name, "holds": _known(holds), "unknown": _why(holds)} for name, holds in approach.ways]
    return {"source": approach.source, "ways": ways, "reconnectMinutes": approach.reconnects}


def _effect(keys: Keys, effect: Effect) -> dict[str, Any]:
    use = effect.use
    following = keys.following(use)
    return {
        "event": str(effect.event),
        "consumer": effect.consumer.id,
        "when": str(effect.timing),
        "minutes": effect.minutes,
        "what": effect.what,
        "delivery": str(use.delivery),
        "kind": use.kind or None,
        "item": use.item,
        "path": use.path,
        "pinned": _known(use.pinned),
        "follows": _known(following.follows),
        "how": following.how,
        "certain": use.certain is True,
        "place": place_text(effect.consumer.origin_of(use.path)),
    }


def _load_json(load: Load) -> dict[str, Any]:
    limits = reference().limits
    parts = [
        {
            "who": part.who.id,
            "what": part.what,
            "pods": list(part.pods),
            "objects": part.objects,
            "atMost": part.at_most,
            "seconds": part.seconds,
            "least": part.least,
            "most": part.most,
            "burst": part.burst,
        }
        for part in load.parts
    ]
    said = {"seconds": limits.window, "reads": limits.reads, "source": reference().provenance["limits"]}
    told = {"least": load.least, "most": load.most, "burst": load.burst, "complete": load.complete}
    return {**told, "limit": said, "parts": parts}
