"""Several renderings of one file made one: what is the same in all is known, what differs is a hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from everward.sources.manifests.helm.holes import Hole
from everward.sources.manifests.placed import PlacedList, PlacedMap, map_of
from everward.sources.manifests.yamltext import Document
from everward.values import MISSING, Unknown, combine


@dataclass(slots=True)
class Variant:
    """One rendering with the questions that it asked, and their answers."""

    documents: list[Document]
    asked: dict[str, Hole]
    answers: dict[str, bool]


@dataclass(slots=True)
class Merged:
    """A document, and whether it is there at all."""

    document: Document
    condition: Unknown | None = None


def merge_variants(variants: Sequence[Variant]) -> list[Merged]:
    """The documents of all renderings, each once, in order."""
    if len(variants) == 1:
        return [Merged(document) for document in variants[0].documents]
    asked = {key: hole for variant in variants for key, hole in variant.asked.items()}
    cause = combine(hole.unknown for hole in asked.values())
    groups: dict[tuple[Any, ...], list[tuple[int, Document]]] = {}
    for number, variant in enumerate(variants):
        seen: dict[tuple[str, ...], int] = {}
        for document in variant.documents:
            name = _name(document)
            seen[name] = seen.get(name, 0) + 1
            groups.setdefault((*name, seen[name]), []).append((number, document))
    out: list[Merged] = []
    for found in groups.values():
        document = found[0][1]
        document.value = merge([item.value for _, item in found], cause)
        out.append(Merged(document, cause if len(found) < len(variants) else None))
    return out


def _name(document: Document) -> tuple[str, ...]:
    """What makes two documents the same object."""
    value = map_of(document.value)
    meta = map_of(value.get("metadata"))
    return tuple(map(_text, (value.get("kind"), meta.get("name"), meta.get("namespace"))))


def _text(value: Any) -> str:
    return str(value.text or value.decided_by) if isinstance(value, Unknown) else str(value)


def merge(values: Sequence[Any], cause: Unknown) -> Any:
    """One value for several: itself where all are equal, a hole where they differ.

    Recursion: as deep as the values, which reading has limited.
    """
    first = values[0]
    if all(same(first, other) for other in values[1:]):
        return first
    if all(isinstance(value, PlacedMap) for value in values):
        made = PlacedMap(first.spot)
        made.last = first.last
        for key in dict.fromkeys(key for value in values for key in value):
            spot = next(value.spot_of(key) for value in values if key in value)
            items = [value.get(key, MISSING) for value in values]
            made.put(key, cause_of(items, cause) if MISSING in items else merge(items, cause), spot)
        return made
    if all(isinstance(value, PlacedList) for value in values):
        return _merge_lists(values, cause)
    return cause_of(values, cause)


def _merge_lists(values: Sequence[Any], cause: Unknown) -> PlacedList:
    shortest = min(map(len, values))
    longest = max(values, key=len)
    made = PlacedList(longest.spot)
    for index in range(shortest):
        made.add(merge([value[index] for value in values], cause), longest.spot_of(index))
    if len(longest) > shortest:
        hole = Unknown(reason=cause.reason, decided_by=cause.decided_by, many=True, origin=cause.origin)
        made.add(hole, longest.spot_of(shortest))
    return made


def cause_of(values: Sequence[Any], cause: Unknown) -> Unknown:
    """The hole that stands for values which differ; the longest text among them is kept for people."""
    texts = [value if isinstance(value, str) else value.text for value in values if isinstance(value, str | Unknown)]
    longest = max((text for text in texts if text), key=len, default=None)
    holes = [cause, *(value for value in values if isinstance(value, Unknown))]
    return combine(holes, present=MISSING not in values and None not in values, text=longest)


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same; a boolean is no number, and equal holes are the same."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(item, second[key]) for key, item in first.items())
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)
