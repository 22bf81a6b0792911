"""Where readings of one estate disagree: what each says, where it says so, and what only some of them have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from everward import __version__
from everward.assessment import listed, value_text
from everward.assessment.redaction import redact_at
from everward.estate import Comparison, Difference, Differing, Estate, Reading, Resource, Statement
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.json import document_list, document_member
from everward.reports.layout import Layout
from everward.reports.words import Places, count
from everward.values import MISSING, Origin, Unknown, clean, try_parse_id

T = TypeVar("T")

SCHEMA: Final = "everward/estate-diff/1"
MANY: Final = 25
"""Entries of a list that are shown without `--full`."""
_SOME: Final = 8
"""Properties of one resource that are shown without `--full`."""
_LONGEST: Final = 300
"""Characters of a value that are shown without `--full`."""
_EQUAL: Final = 40
"""Characters that two long values may begin alike before their beginning is left out."""


def diff_text(estate: Estate, comparison: Comparison, look: Look, *, noise: bool = False) -> Iterator[bytes]:
    """For people: in how many resources readings differ, then each with every value and its place."""
    for line in _Page(estate, comparison, look, noise=noise).lines():
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


class _Page:
    def __init__(self, estate: Estate, comparison: Comparison, look: Look, *, noise: bool) -> None:
        self.estate = estate
        self.comparison = comparison
        self.look = look
        self.noise = noise
        self.layout = Layout(look)
        self.readings = [reading for side in comparison.sides for reading in side.readings]
        self.places = Places(resource.file for reading in self.readings for resource in reading.resources[:1])

    def lines(self) -> Iterator[str]:
        yield from self.layout.plain(headline(self.comparison), kind="head")
        yield ""
        for position, reading in enumerate(self.readings):
            text = f"{reading.source} {self.places.path(reading.label)}: {count(len(reading.resources), 'resource')}"
            yield from self.layout.row("" if position else "Read", text)
        yield from self.joined()
        if self.comparison.noise:
            advice = "" if self.noise else " (--noise shows them)"
            yield from self.layout.row("Left out", f"{noise_text(self.comparison.noise)}{advice}")
        if self.places.base:
            yield from self.layout.row("Places", f"are below {self.places.base}")
        yield from self.differing()
        yield from self.only()

    def joined(self) -> Iterator[str]:
        lines = [text for reading in self.readings for text in join_texts(reading, self.places)]
        for position, text in enumerate(lines):
            yield from self.layout.row("" if position else "Joined", text)

    def differing(self) -> Iterator[str]:
        entries = self.comparison.differing + (self.comparison.quiet if self.noise else [])
        entries = sorted(entries, key=lambda entry: (entry.resource.type_key, entry.resource.key))
        shown = self.shorten(entries, MANY)
        kind = None
        for entry in shown:
            if entry.resource.type_key != kind:
                kind = entry.resource.type_key
                yield ""
                yield from self.layout.plain(entry.resource.type, kind="head")
            yield from self.entry(entry)
        yield from self.rest(len(entries) - len(shown), "resource")

    def entry(self, entry: Differing) -> Iterator[str]:
        yield from self.layout.plain(name_of(entry.resource), first="  ", then="    ")
        differences = [item for item in entry.differences if self.noise or item.noise is None]
        shown = self.shorten(differences, _SOME)
        for item in shown:
            tail = f"   ({item.noise})" if item.noise is not None else ""
            yield from self.layout.plain(f"{item.path}{tail}", first="    ", then="      ")
            yield from self.statements(entry.resource, item)
        yield from self.rest(len(differences) - len(shown), "property", "properties", indent="    ")

    def statements(self, resource: Resource, difference: Difference) -> Iterator[str]:
        """Each value once, with the places that say it."""
        groups: dict[str, list[Statement]] = defaultdict(list)
        for statement in difference.statements:
            groups[said_text(statement, difference, resource)].append(statement)
        texts = shortened(list(groups)) if not self.look.full else list(groups)
        longest = min(max(map(len, texts)), 24)
        for text, members in zip(texts, groups.values(), strict=True):
            where = ", ".join(f"{self.places.text(item.origin)} ({item.reading.source})" for item in members)
            first = "      " if len(text) > longest else f"      {text:<{longest}}  "
            if len(text) > longest:
                yield from self.layout.plain(text, first="      ", then="        ")
                first = "        "
            # The value is already on the line: only the places are folded.
            yield from self.placed(first, where)

    def placed(self, first: str, where: str) -> Iterator[str]:
        lines = list(self.layout.plain(where, first=" " * len(clean(first)), then=" " * (len(clean(first)) + 2)))
        if lines:
            lines[0] = clean(first) + lines[0][len(clean(first)) :]
        yield from lines

    def only(self) -> Iterator[str]:
        names = [side.name for side in self.comparison.sides]
        for having, resources in sorted(self.comparison.only.items(), key=lambda item: (len(item[0]), item[0])):
            lacking = [name for name in names if name not in having]
            yield ""
            yield from self.layout.plain(
                f"In {listed(list(map(self.places.path, having)), 4)}, not in "
                f"{listed(list(map(self.places.path, lacking)), 4, 'or')}: {count(len(resources), 'resource')}",
                kind="head",
            )
            shown = self.shorten(resources, MANY)
            for resource in shown:
                yield from self.layout.plain(
                    f"{name_of(resource)}  {resource.type}  {self.places.text(self.mended(resource))}",
                    first="  ",
                    then="    ",
                )
            if len(resources) > len(shown):
                yield from self.rest(len(resources) - len(shown), "resource", indent="  ", of=resources[len(shown) :])

    def mended(self, resource: Resource) -> Origin:
        """Where people would look for it first."""
        said = self.estate.said.get(resource.key)
        return said[0][1].origin if said else resource.origin

    def shorten(self, items: Sequence[T], most: int) -> Sequence[T]:
        return items if self.look.full else items[:most]

    def rest(
        self, number: int, noun: str, plural: str | None = None, indent: str = "", of: Sequence[Resource] = ()
    ) -> Iterator[str]:
        if number <= 0:
            return
        more = count(number, f"more {noun}", f"more {plural}" if plural else None)
        kinds = Counter(resource.type for resource in of).most_common(3)
        told = f" ({', '.join(f'{size:,} {kind}' for kind, size in kinds)}...)" if kinds else ""
        yield from self.layout.plain(f"... {more}{told}: --full shows all", indent, indent + "    ", "dim")


def headline(comparison: Comparison) -> str:
    """The comparison in one line."""
    number = len(comparison.differing)
    properties = sum(len(entry.telling) for entry in comparison.differing)
    both = number + comparison.agreeing
    if len(comparison.sides) < 2 and not both:
        return "There is only one reading: nothing to compare"
    only = sum(map(len, comparison.only.values()))
    tail = f"; {only:,} only in some readings" if only else ""
    if not both:
        return f"No resource is in several readings{tail}"
    if not number:
        return f"Readings agree on all {count(both, 'resource')} that several have{tail}"
    where = count(properties, "property", "properties")
    return f"Readings differ on {number:,} of {count(both, 'resource')} that several have, in {where}{tail}"


def noise_text(noise: Counter[str]) -> str:
    """`62 differences that mean nothing: 58 empty or absent, 4 spelling`."""
    parts = ", ".join(f"{number:,} {why}" for why, number in noise.most_common())
    return f"{count(noise.total(), 'difference')} that mean{'s' if noise.total() == 1 else ''} nothing: {parts}"


def join_texts(reading: Reading, places: Places) -> Iterator[str]:
    """How resources of a reading were found in others."""
    ways = Counter(item.how for item in reading.joins)
    words = {"name": "type, name and scope", "address": "address"}
    how = " and ".join(f"{number:,} by {words.get(way, way)}" for way, number in ways.most_common())
    told = [f"{item.part} is {item.value}" for item in reading.bindings if not item.value.startswith("/")]
    if how or told:
        tail = f": so {listed(told, 3)}" if told else ""
        yield f"{places.path(reading.label)}: {how or 'none'}{tail}"


def name_of(resource: Resource) -> str:
    """A resource below its type: all its names, and the group that it stands in."""
    parsed = try_parse_id(resource.id)
    if parsed is None:
        return resource.id
    name = "/".join(parsed.names)
    holder = try_parse_id(parsed.scope) if parsed.scope else None
    if holder is not None and holder.resource_group is not None and holder.name != holder.resource_group:
        name = f"{name} on {'/'.join(holder.names)}"
    group = parsed.resource_group
    return f"{name} in {group}" if group is not None and group != parsed.name else name


def said_text(statement: Statement, difference: Difference, resource: Resource) -> str:
    """What a reading says of a property, without secrets."""
    value = statement.value
    if value is MISSING:
        return "(absent)"
    if isinstance(value, Unknown):
        names = f": {listed(list(value.decided_by), 3)}" if value.decided_by else ""
        return f"(not known{names})"
    shown = redact_at(value, difference.path, resource.type_key, resource.name)
    text = value_text(shown) if not isinstance(shown, (dict, list)) else encode(shown).decode()
    return clean(text)


def shortened(texts: Sequence[str]) -> list[str]:
    """Long values cut, so that where they begin to differ can be seen."""
    if len(texts) < 2 or max(map(len, texts)) <= _LONGEST:
        return list(texts)
    alike = 0
    first = min(texts, key=len)
    while alike < len(first) and all(text[alike] == first[alike] for text in texts):
        alike += 1
    start = max(alike - _EQUAL, 0) if alike > _EQUAL * 2 else 0
    out = []
    for text in texts:
        piece = text[start : start + _LONGEST]
        out.append(("..." if start else "") + piece + ("..." if start + _LONGEST < len(text) else ""))
    # Two values that differ far behind would read alike.
    return out if len(set(out)) == len(out) else list(texts)


def diff_json(estate: Estate, comparison: Comparison, *, noise: bool = False) -> Iterator[bytes]:
    """The comparison as one JSON document."""
    yield b"{" + document_member("schema", SCHEMA, first=True)
    yield document_member("version", __version__)
    yield from document_list(
        "sides",
        (
            encode({"name": side.name, "readings": [reading.label for reading in side.readings]})
            for side in comparison.sides
        ),
    )
    yield from document_list("readings", (encode(_reading(reading)) for reading in estate.readings))
    entries = comparison.differing + (comparison.quiet if noise else [])
    entries = sorted(entries, key=lambda entry: (entry.resource.type_key, entry.resource.key))
    yield from document_list("differing", (encode(_entry(entry, noise=noise)) for entry in entries))
    only = (
        {"in": list(having), "id": resource.id, "type": resource.type, "name": resource.name, "origin": resource.origin}
        for having, resources in sorted(comparison.only.items())
        for resource in resources
    )
    yield from document_list("only", map(encode, only))
    yield from document_list("unresolved", map(encode, estate.unresolved))
    yield document_member("ignored", dict(sorted(comparison.noise.items())))
    yield document_member(
        "summary",
        {
            "differing": len(comparison.differing),
            "agreeing": comparison.agreeing,
            "properties": sum(len(entry.telling) for entry in comparison.differing),
            "only": {" and ".join(having): len(found) for having, found in sorted(comparison.only.items())},
        },
    )
    yield b"\n}\n"


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "source": reading.source,
        "label": reading.label,
        "resources": len(reading.resources),
        "joins": reading.joins,
        "bindings": reading.bindings,
        "incomplete": reading.incomplete,
    }


def _entry(entry: Differing, *, noise: bool) -> dict[str, Any]:
    resource = entry.resource
    return {
        "id": resource.id,
        "type": resource.type,
        "name": resource.name,
        "differences": [
            {
                "path": item.path,
                **({"noise": item.noise} if item.noise is not None else {}),
                "statements": [_statement(statement, item, resource) for statement in item.statements],
            }
            for item in entry.differences
            if noise or item.noise is None
        ],
    }


def _statement(statement: Statement, difference: Difference, resource: Resource) -> dict[str, Any]:
    value = statement.value
    told: dict[str, Any] = {"source": statement.reading.source, "reading": statement.reading.label}
    if value is MISSING:
        told["absent"] = True
    else:
        told["value"] = redact_at(value, difference.path, resource.type_key, resource.name)
    told["origin"] = statement.origin
    return told
