"""What several readings say of one resource: which of it differs, and what judgement makes of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from everward.estate.resource import Resource
from everward.values import Unknown

MAX_VERSIONS: Final = 8
"""Differing versions of one resource that are judged."""


def says_something(version: Resource) -> bool:
    """Whether a version says more than that the resource exists."""
    return not version.opaque and not isinstance(version.properties, Unknown)


def differing(versions: Sequence[Resource]) -> list[Resource]:
    """The versions that differ in what can be judged, in an order that does not depend on that of the readings.

    A version that only says that the resource exists does not contradict one that says what it is like. At most
    one more than `MAX_VERSIONS` is given; fewer than two when the versions agree.
    """
    kept: list[Resource] = []
    for version in sorted(filter(says_something, versions), key=_place):
        if not any(_alike(version, other) for other in kept):
            kept.append(version)
            if len(kept) > MAX_VERSIONS:
                break
    return kept


def _place(version: Resource) -> tuple[str, str, int, str]:
    origin = version.origin
    return origin.source, origin.file or "", origin.line or 0, origin.address or ""


def _alike(one: Resource, two: Resource) -> bool:
    return (
        one.type_key == two.type_key
        and one.condition == two.condition
        and one.cardinality == two.cardinality
        and one.body == two.body
    )


def names_of(versions: Iterable[tuple[str, Resource]]) -> list[str]:
    """What people call the inputs of versions: labels of readings, or files when one reading has several."""
    pairs = list(versions)
    labels = [label for label, _ in pairs]
    if len(set(labels)) == len(labels):
        return labels
    return list(dict.fromkeys(version.origin.file or label for label, version in pairs))
