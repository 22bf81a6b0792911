"""What was read, before anything is judged: resources, where they come from, what is not known of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

import msgspec

from everward import __version__
from everward.assessment import listed, redact
from everward.estate import Disposition, Estate, Resource
from everward.reports.encode import encode, encode_resource
from everward.reports.estate_diff import join_texts, said_text
from everward.reports.interface import Look
from everward.reports.json import document_list, document_member
from everward.reports.layout import Layout
from everward.reports.words import Places, count, place_text, unresolved_text
from everward.values import Unknown, clean, unknowns_in

T = TypeVar("T")

SCHEMA: Final = "everward/estate/1"
MANY: Final = 25
"""Lines of a list that are shown without `--full`."""


def estate_json(estate: Estate, resources: Sequence[Resource]) -> Iterator[bytes]:
    """The chosen resources of an estate as one JSON document, with the place of every property that is known."""
    yield b"{" + document_member("schema", SCHEMA, first=True)
    yield document_member("version", __version__)
    readings = estate.readings
    yield from document_list(
        "inputs",
        (
            encode({"source": item.source, "label": item.label, "files": item.inputs, "incomplete": item.incomplete})
            for item in readings
        ),
    )
    yield from document_list("unresolved", map(encode, estate.unresolved))
    yield from document_list("addresses", (encode(item) for reading in readings for item in reading.dispositions))
    yield from document_list("joins", (encode(item) for reading in readings for item in reading.joins))
    yield from document_list("resources", (_with_readings(estate, resource) for resource in resources))
    yield from document_list("evidence", (encode_resource(item) for item in estate.evidence))
    yield b"\n}\n"


def _with_readings(estate: Estate, resource: Resource) -> bytes:
    """A resource, and, when several readings have it, where each has it and in which properties they differ."""
    text = encode_resource(resource, origins=True)
    said = estate.said.get(resource.key)
    if said is None:
        return text
    more = {"readings": [{"reading": reading.label, "origin": version.origin} for reading, version in said]}
    differs = [item.path for item in estate.disagreements.get(resource.key, ())]
    whole = more | ({"differs": differs} if differs else {})
    return text[:-1] + b"," + encode(whole)[1:]


def estate_text(estate: Estate, resources: Sequence[Resource], look: Look) -> Iterator[bytes]:
    """The chosen resources by type, then what the other addresses became, then what could not be read."""
    for line in _Page(estate, resources, look).lines():
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


class _Page:
    def __init__(self, estate: Estate, resources: Sequence[Resource], look: Look) -> None:
        self.readings = estate.readings
        self.estate = estate
        self.resources = resources
        self.look = look
        self.layout = Layout(look)
        self.places = Places(resource.origin.file for resource in resources)

    def lines(self) -> Iterator[str]:
        for reading in self.readings:
            if reading.resources or reading.dispositions:
                yield from self.layout.plain(
                    f"{reading.label} ({reading.source}): {count(len(reading.resources), 'resource')}", then="  "
                )
        for reading in self.readings:
            for text in join_texts(reading, self.places):
                yield from self.layout.plain(f"joined: {text}", then="  ")
        if self.estate.disagreements:
            yield from self.layout.plain(
                f"readings differ on {count(len(self.estate.disagreements), 'resource')}: everward estate diff",
                then="  ",
            )
        if self.places.base:
            yield from self.layout.plain(f"places are below {self.places.base}", then="  ")
        by_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            by_type[resource.type_key].append(resource)
        for _, members in sorted(by_type.items()):
            yield ""
            yield from self.layout.plain(f"{members[0].type} ({len(members)})", kind="head")
            shown = self.shorten(members)
            for resource in shown:
                yield from self.resource(resource)
            yield from self.rest(len(members) - len(shown))
        yield from self.evidence()
        yield from self.addresses()
        yield from self.unresolved()

    def evidence(self) -> Iterator[str]:
        """Records about resources, in numbers."""
        counts = Counter(item.type for item in self.estate.evidence)
        if not counts:
            return
        yield ""
        yield from self.layout.plain(f"{count(counts.total(), 'record')} about resources", kind="head")
        for name, number in sorted(counts.items()):
            yield from self.layout.plain(f"{name} ({number:,})", first="  ", then="    ")

    def resource(self, resource: Resource) -> Iterator[str]:
        yield from self.layout.plain(f"{resource.name}  {self.places.text(resource.origin)}", first="  ", then="    ")
        said = self.estate.said.get(resource.key, ())
        others = [self.places.text(version.origin) for _, version in said if version.origin != resource.origin]
        if others:
            yield from self.layout.plain(f"also {listed(list(dict.fromkeys(others)), 3)}", first="    ", then="      ")
        differences = self.estate.disagreements.get(resource.key)
        if differences:
            yield from self.layout.plain(
                f"readings differ: {listed([item.path for item in differences], 3)}", first="    ", then="      "
            )
        for mark in _marks(resource):
            yield from self.layout.plain(mark, first="    ", then="    ")

    def addresses(self) -> Iterator[str]:
        """Addresses in numbers, and those that did not become a resource by name."""
        every = [item for reading in self.readings for item in reading.dispositions]
        if not every:
            return
        counts = Counter(item.disposition for item in every)
        numbers = ", ".join(f"{counts[kind]} {kind.value}" for kind in Disposition if counts[kind])
        yield ""
        yield from self.layout.plain(f"{count(len(every), 'address', 'addresses')}: {numbers}", kind="head")
        others = [item for item in every if item.disposition in _BECAME]
        shown = self.shorten(others)
        for item in shown:
            into = f" {item.into}" if item.into and item.disposition is Disposition.MERGED else ""
            became = item.reason or _BECAME[item.disposition]
            yield from self.layout.plain(f"{item.address}: {became}{into}", first="  ", then="    ")
        yield from self.rest(len(others) - len(shown))

    def unresolved(self) -> Iterator[str]:
        items = self.estate.unresolved
        if not items:
            return
        yield ""
        yield from self.layout.plain("not read or not settled", kind="head")
        shown = self.shorten(items)
        told: set[str] = set()
        for item in shown:
            yield from self.layout.plain(
                unresolved_text(item, self.places), first="! " if item.incomplete else "- ", then="  "
            )
            # Many lack the same: what to do is said once.
            if item.incomplete and item.help is not None and item.help not in told:
                told.add(item.help)
                yield from self.layout.plain(f"-> {item.help}", first="  ", then="     ")
        yield from self.rest(len(items) - len(shown))

    def shorten(self, items: Sequence[T]) -> Sequence[T]:
        return items if self.look.full else items[:MANY]

    def rest(self, number: int) -> Iterator[str]:
        if number > 0:
            yield from self.layout.plain(f"... {number:,} more: --full shows all", first="  ", kind="dim")


_BECAME: Final = {
    Disposition.MERGED: "folded into",
    Disposition.OPAQUE: "no mapping: only its existence is known",
    Disposition.NONE: "nothing in ARM",
}


def _marks(resource: Resource) -> Iterator[str]:
    """What is not known of a resource."""
    if resource.opaque:
        yield "no mapping: only its existence is known"
    if isinstance(resource.condition, Unknown):
        yield f"exists if {listed(resource.condition.decided_by, 2) or resource.condition.reason}"
    if resource.cardinality is not None:
        yield f"any number: {listed(resource.cardinality.decided_by, 2) or resource.cardinality.reason}"
    holes = [hole for hole in unknowns_in(resource.body) if not hole.secret]
    if holes:
        names = dict.fromkeys(name for hole in holes for name in hole.decided_by)
        yield f"{count(len(holes), 'unknown')}" + (f": {listed(list(names), 3)}" if names else "")


def resource_text(estate: Estate, resource: Resource) -> Iterator[bytes]:
    """One resource whole: its body as JSON, who says it, where they differ, and the place of every known property."""
    # What is secret depends on the type and the name, which a body need not repeat.
    whole = redact({**resource.body, "type": resource.type, "name": resource.name})
    shown: dict[str, Any] = {key: whole[key] for key in resource.body}
    yield _line(f"{clean(resource.id)}\n{clean(resource.type)}\n{clean(place_text(resource.origin))}", end="")
    if resource.origin.address:
        yield _line(f"  {clean(resource.origin.address)}", end="")
    yield b"\n\n"
    yield msgspec.json.format(encode(shown), indent=2)
    yield b"\n"
    said = estate.said.get(resource.key, ())
    if said:
        yield b"\nWho says it\n"
        for reading, version in said:
            stands = "  (shown above)" if version.origin == resource.origin else ""
            yield _line(f"  {clean(place_text(version.origin))} ({clean(reading.source)}){stands}")
    differences = estate.disagreements.get(resource.key, ())
    if differences:
        yield b"\nWhere they differ\n"
        for item in differences:
            yield _line(f"  {clean(item.path)}")
            for statement in item.statements:
                value = said_text(statement, item, resource)
                yield _line(f"    {value}  {clean(place_text(statement.origin))} ({clean(statement.reading.source)})")
    if resource.origins:
        yield b"\nWhere it is written\n"
    for path, origin in sorted(resource.origins.items()):
        yield _line(f"  {clean(path)}   {clean(place_text(origin))}")


def _line(text: str, end: str = "\n") -> bytes:
    return f"{text}{end}".encode("utf-8", "replace")
