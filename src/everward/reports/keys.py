"""Answers about keys: for people, for machines, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.facts.keys.impact import THROTTLE, Event, Impact
from everward.reports.drawing import Box, draw
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import Places, count, place_text
from everward.values import clean

SCHEMA: Final = "everward/keys/1"
_HEADS: Final = {
    Event.DISABLED: "disabled, deleted or expired",
    Event.UNREACHABLE: "out of reach",
    Event.READ_ONLY: "read-only during a failover",
    Event.THROTTLED: "throttled",
}


def impact_text(impact: Impact, look: Look) -> Iterator[bytes]:
    """What stops, event by event."""
    for line in _lines(impact, look):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _lines(impact: Impact, look: Look) -> Iterator[str]:
    layout = Layout(look)
    places = Places(effect.consumer.origin.file for effect in impact.effects)
    what = f"{impact.item.kind} `{impact.item.name}`" if impact.item is not None else f"vault `{impact.name}`"
    yield from layout.plain(
        f"{what}: {count(len(impact.dependants), 'resource hangs', 'resources hang')} on it", kind="head"
    )
    for event in Event:
        mine = [effect for effect in impact.effects if effect.event is event]
        if not mine:
            continue
        yield from layout.plain(_HEADS[event], "when  ", " " * 6)
        for effect in mine:
            place = places.text(effect.consumer.origin_of(effect.use.path))
            named = f"{effect.consumer.name} ({effect.consumer.type.rpartition('/')[2]}): {effect.what} ({place})"
            yield from layout.plain(named, "      ", " " * 8)
    if impact.rate is not None:
        share = f"{impact.rate:.1f} reads in ten seconds of {THROTTLE:,} that a vault takes"
        made = f"mounted secrets make at least {share}: each pod and each secret of a class adds as much"
        yield from layout.plain(made, "rate  ", " " * 6)
    if not impact.effects:
        yield "  no source shows who uses it"
    if places.base:
        yield f"places are below {clean(places.base)}"


def impact_json(impact: Impact) -> Iterator[bytes]:
    """The same as one JSON document."""
    effects = [
        {
            "event": str(effect.event),
            "consumer": effect.consumer.id,
            "what": effect.what,
            "path": effect.use.path,
            "pinned": effect.use.pinned,
            "place": place_text(effect.consumer.origin_of(effect.use.path)),
        }
        for effect in impact.effects
    ]
    vault = impact.vault.resource.id if impact.vault is not None else None
    item = impact.item.resource.id if impact.item is not None else None
    document = {"schema": SCHEMA, "vault": vault, "item": item, "effects": effects, "polling": impact.rate}
    yield encode(document) + b"\n"


def impact_svg(impact: Impact) -> Iterator[bytes]:
    """The same as a drawing: what hangs on it when it is disabled."""
    mine = [effect for effect in impact.effects if effect.event is Event.DISABLED]
    rows = [
        [Box(impact.name, "disabled", "unknown"), Box(effect.consumer.name, effect.what, "open")] for effect in mine
    ]
    yield draw(f"what hangs on {impact.name}", rows)
