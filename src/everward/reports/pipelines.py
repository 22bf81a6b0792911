"""What pipelines reach of what they deploy to, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from everward.estate import Resource
from everward.reports.encode import encode_resource
from everward.reports.interface import Look
from everward.reports.json import document_list, document_member
from everward.reports.layout import Layout
from everward.reports.reach import SCHEMA
from everward.reports.words import Places, count
from everward.values import Origin, Unknown, clean

_ORDER: Final = {"fails": 0, "unknown": 1, "public": 2, "private": 3}
_SHOWN: Final = 3


def outcome_of(fact: Resource) -> str:
    """`private`, `public`, `fails` or `unknown`."""
    outcome = fact.get("properties.outcome")
    return outcome if isinstance(outcome, str) else "unknown"


def pipelines_text(facts: Sequence[Resource], look: Look) -> Iterator[bytes]:
    """One paragraph for what a pipeline does at one target with one outcome, the worst first."""
    layout = Layout(look)
    places = Places([*(fact.origin.file for fact in facts), *(place.file for fact in facts for place in _places(fact))])
    for group in _groups(facts):
        for line in _paragraph(group, layout, places):
            yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"
    words = [f"{sum(outcome_of(fact) == name for fact in facts)} {name}" for name in _ORDER]
    yield f"{count(len(facts), 'command')} at data planes: {', '.join(words)}\n".encode()
    if places.base:
        yield f"places are below {clean(places.base)}\n".encode()


def _groups(facts: Iterable[Resource]) -> list[list[Resource]]:
    found: dict[tuple[Any, ...], list[Resource]] = {}
    for fact in facts:
        body: Any = fact.properties
        key = (
            _ORDER[outcome_of(fact)],
            str(body["pipeline"]),
            str(body["pool"]),
            str(body["target"]),
            str(body["why"]),
        )
        found.setdefault(key, []).append(fact)
    return [found[key] for key in sorted(found, key=lambda key: key[0])]


def _paragraph(group: list[Resource], layout: Layout, places: Places) -> Iterator[str]:
    body: Any = group[0].properties
    outcome = outcome_of(group[0])
    head = f"{body['targetName']} ({body['targetType'].rpartition('/')[2]})"
    yield from layout.plain(head, f"{outcome.upper():8} ", " " * 9, "bad" if outcome == "fails" else "head")
    pool = f"`{body['pool']}`" if body["pool"] is not None else "a pool that is not named"
    yield from layout.plain(f"{pool} ({body['poolKind']}), {places.text(group[0].origin)}", "  agents  ", " " * 10)
    label = "command"
    for fact in group:
        own: Any = fact.properties
        shown = ", ".join(places.text(place) for place in _places(fact)[:_SHOWN])
        yield from layout.plain(f"{own['operation']} ({shown})", f"  {label:8}", " " * 10)
        label = ""
    yield from layout.plain(body["why"], "  why     ", " " * 10)
    hole = body["outcome"]
    if isinstance(hole, Unknown) and hole.decided_by:
        yield from layout.plain(", ".join(hole.decided_by[:_SHOWN]), "  needs   ", " " * 10)


def _places(fact: Resource) -> list[Origin]:
    listed: Any = fact.get("properties.places")
    found = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [Origin(source="pipelines", file=item.get("file"), line=item.get("line")) for item in found]


def pipelines_json(facts: Sequence[Resource]) -> Iterator[bytes]:
    """The facts as one JSON document."""
    rows = (encode_resource(fact) for fact in facts)
    yield from (b"{", document_member("schema", SCHEMA, first=True), *document_list("deployments", rows), b"\n}\n")
