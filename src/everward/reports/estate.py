"""What was read, before anything is judged: resources, where they come from, what is not known of them."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from everward import __version__
from everward.assessment import listed, redact
from everward.estate import Disposition, Estate, Resource
from everward.reports.encode import encode, encode_resource
from everward.reports.interface import Look
from everward.reports.json import document_list, document_member
from everward.reports.words import count, place_text
from everward.values import Unknown, clean, unknowns_in

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
    yield from document_list("unresolved", (encode(item) for reading in readings for item in reading.unresolved))
    yield from document_list("addresses", (encode(item) for reading in readings for item in reading.dispositions))
    yield from document_list("resources", (encode_resource(resource, origins=True) for resource in resources))
    yield b"\n}\n"


def estate_text(estate: Estate, resources: Sequence[Resource], look: Look) -> Iterator[bytes]:
    """The chosen resources by type, then what the other addresses became, then what could not be read."""
    for line in _estate_lines(estate, resources, look):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _estate_lines(estate: Estate, resources: Sequence[Resource], look: Look) -> Iterator[str]:
    for reading in estate.readings:
        if reading.resources or reading.dispositions:
            yield f"{reading.label} ({reading.source}): {count(len(reading.resources), 'resource')}"
    by_type: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        by_type[resource.type].append(resource)
    for name, members in sorted(by_type.items(), key=lambda entry: entry[0].lower()):
        yield ""
        yield f"{clean(name)} ({len(members)})"
        shown = members if look.full else members[:MANY]
        for resource in shown:
            yield from _resource_lines(resource, look)
        yield from _rest(len(members) - len(shown))
    yield from _address_lines(estate, look)
    yield from _unresolved_lines(estate, look)


def _resource_lines(resource: Resource, look: Look) -> Iterator[str]:
    marks = []
    holes = list(unknowns_in(resource.body))
    if resource.opaque:
        marks.append("no mapping: only its existence is known")
    if isinstance(resource.condition, Unknown):
        marks.append(f"exists if {listed(resource.condition.decided_by, 2) or resource.condition.reason}")
    if resource.cardinality is not None:
        marks.append(f"any number: {listed(resource.cardinality.decided_by, 2) or resource.cardinality.reason}")
    if holes:
        names = dict.fromkeys(name for hole in holes for name in hole.decided_by)
        marks.append(f"{count(len(holes), 'unknown')}" + (f": {listed(list(names), 3)}" if names else ""))
    yield from textwrap.wrap(
        f"{clean(resource.name)}   {clean(place_text(resource.origin))}",
        look.width,
        initial_indent="  ",
        subsequent_indent="      ",
        break_on_hyphens=False,
    )
    for mark in marks:
        yield from textwrap.wrap(
            clean(mark), look.width, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False
        )


def _address_lines(estate: Estate, look: Look) -> Iterator[str]:
    """Addresses in numbers, and those that did not become a resource by name."""
    every = [item for reading in estate.readings for item in reading.dispositions]
    if not every:
        return
    counts = Counter(item.disposition for item in every)
    yield ""
    yield f"{count(len(every), 'address', 'addresses')}: " + ", ".join(
        f"{counts[kind]} {kind.value}" for kind in Disposition if counts[kind]
    )
    words = {Disposition.MERGED: "folded into", Disposition.OPAQUE: "no mapping", Disposition.NONE: "nothing in ARM"}
    others = [item for item in every if item.disposition in words]
    shown = others if look.full else others[:MANY]
    for item in shown:
        into = f" {item.into}" if item.into and item.disposition is Disposition.MERGED else ""
        text = clean(f"{item.address}: {words[item.disposition]}{into}")
        yield from textwrap.wrap(
            text, look.width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
        )
    yield from _rest(len(others) - len(shown))


def _unresolved_lines(estate: Estate, look: Look) -> Iterator[str]:
    items = [item for reading in estate.readings for item in reading.unresolved]
    if not items:
        return
    yield ""
    yield "Not read or not settled"
    shown = items if look.full else items[:MANY]
    for item in shown:
        place = f"{place_text(item.origin)}: " if item.origin is not None else ""
        mark = "!" if item.incomplete else "-"
        yield from textwrap.wrap(
            clean(f"{place}{item.subject}: {item.reason}"),
            look.width,
            initial_indent=f"{mark} ",
            subsequent_indent="  ",
            break_on_hyphens=False,
        )
    yield from _rest(len(items) - len(shown))


def _rest(number: int) -> Iterator[str]:
    if number > 0:
        yield f"  ... {number:,} more: --full shows all"


def resource_text(resource: Resource) -> Iterator[bytes]:
    """One resource whole: its body as JSON, and the place of every property that is known."""
    shown: dict[str, Any] = redact(resource.body)
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
