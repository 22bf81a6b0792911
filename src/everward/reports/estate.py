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
from everward.reports.interface import Look
from everward.reports.json import document_list, document_member
from everward.reports.layout import Layout
from everward.reports.words import Places, count, place_text
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
    yield from document_list("resources", (encode_resource(resource, origins=True) for resource in resources))
    yield b"\n}\n"


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
        if self.places.base:
            yield from self.layout.plain(f"places are below {self.places.base}", then="  ")
        by_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            by_type[resource.type].append(resource)
        for name, members in sorted(by_type.items(), key=lambda entry: entry[0].lower()):
            yield ""
            yield from self.layout.plain(f"{name} ({len(members)})", kind="head")
            shown = self.shorten(members)
            for resource in shown:
                yield from self.resource(resource)
            yield from self.rest(len(members) - len(shown))
        yield from self.addresses()
        yield from self.unresolved()

    def resource(self, resource: Resource) -> Iterator[str]:
        yield from self.layout.plain(f"{resource.name}  {self.places.text(resource.origin)}", first="  ", then="    ")
        versions = self.estate.differing.get(resource.key)
        if versions is not None:
            files = listed(list(dict.fromkeys(self.places.text(version.origin) for version in versions)), 3)
            yield from self.layout.plain(f"{len(versions)} versions that differ: {files}", first="    ", then="    ")
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
        for item in shown:
            place = f"{self.places.text(item.origin)}: " if item.origin is not None else ""
            yield from self.layout.plain(
                f"{place}{item.subject}: {item.reason}", first="! " if item.incomplete else "- ", then="  "
            )
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
    holes = list(unknowns_in(resource.body))
    if holes:
        names = dict.fromkeys(name for hole in holes for name in hole.decided_by)
        yield f"{count(len(holes), 'unknown')}" + (f": {listed(list(names), 3)}" if names else "")


def resource_text(resource: Resource) -> Iterator[bytes]:
    """One resource whole: its body as JSON, and the place of every property that is known."""
    # What is secret depends on the type and the name, which a body need not repeat.
    whole = redact({**resource.body, "type": resource.type, "name": resource.name})
    shown: dict[str, Any] = {key: whole[key] for key in resource.body}
    yield f"{clean(resource.id)}\n{clean(resource.type)}\n{clean(place_text(resource.origin))}".encode(
        "utf-8", "replace"
    )
    if resource.origin.address:
        yield f"  {clean(resource.origin.address)}".encode("utf-8", "replace")
    yield b"\n\n"
    yield msgspec.json.format(encode(shown), indent=2)
    yield b"\n"
    if resource.origins:
        yield b"\nWhere it is written\n"
    for path, origin in sorted(resource.origins.items()):
        yield f"  {clean(path)}   {clean(place_text(origin))}\n".encode("utf-8", "replace")
