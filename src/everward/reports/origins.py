"""Origins of Front Door for people: who gets around it, and what stops requests there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from everward.estate import Resource
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.reach import why
from everward.reports.words import Places, count
from everward.values import Unknown, clean

_HEADS: Final = {"open": "OPEN", "anyFrontDoor": "OTHERS", "ranges": "SOME", "none": "CLOSED"}
_MEANINGS: Final = {
    "open": "anybody can connect around Front Door",
    "anyFrontDoor": "every customer of Front Door can connect, through a profile of their own",
    "ranges": "only addresses that rules name can connect around Front Door",
    "none": "nobody gets in around Front Door",
}


def origins_text(facts: Sequence[Resource], look: Look) -> Iterator[bytes]:
    """Each origin in a paragraph."""
    layout = Layout(look)
    places = Places(fact.origin.file for fact in facts)
    for fact in facts:
        for line in _lines(fact, layout, places):
            yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"
    yield f"{count(len(facts), 'origin')} of Front Door\n".encode()
    if places.base:
        yield f"places are below {clean(places.base)}\n".encode()


def _lines(fact: Resource, layout: Layout, places: Places) -> Iterator[str]:
    body: Any = fact.properties
    bypass = body["bypass"]
    head = _HEADS[bypass] if isinstance(bypass, str) else "UNKNOWN"
    title = body["targetName"] or _shown(body)
    yield from layout.plain(f"{title} behind {body['profileName']}", f"{head:8}", " " * 8, "head")
    said = _MEANINGS[bypass] if isinstance(bypass, str) else why(bypass)
    yield from layout.plain(said, "  around  ", " " * 10)
    for path in body["paths"]:
        yield from layout.plain(", ".join(step["what"] for step in path), "  way     ", " " * 10)
    yield from layout.plain(_requests(body), "  header  ", " " * 10) if body["paths"] else ()
    for guard in body["guards"]:
        if guard["meaning"]:
            yield from layout.plain(guard["meaning"], "  check   ", " " * 10)
        if guard.get("byDefault"):
            yield from layout.plain(f"with the chart's own values: {guard['byDefault']}", "          ", " " * 10)
    if body["privateLink"] is not False:
        approved = "an approved private link" if body["privateLink"] is True else "a private link, perhaps not approved"
        yield from layout.plain(f"the profile comes by {approved}", "  link    ", " " * 10)
    for note in body["notes"]:
        yield from layout.plain(note, "  note    ", " " * 10)
    yield from layout.plain(places.text(fact.origin), "  at      ", " " * 10)


def _requests(body: Any) -> str:
    refused = body["requestsRefused"]
    if isinstance(refused, Unknown):
        return f"whether requests without the profile's id are refused is not known: {why(refused)}"
    if refused:
        return "requests without the profile's id are refused; connections are not, and whoever learns the id gets in"
    return "nothing asks for the profile's id: requests around it are answered"


def _shown(body: Any) -> str:
    """An origin of which no resource was read."""
    host = body["host"]
    return host if isinstance(host, str) else f"origin `{body['originName']}`"
