"""What several readings say of one resource: which of it differs, which version stands for it, what is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from everward.estate.filling import filled
from everward.estate.precedence import distance, remoteness
from everward.estate.resource import Resource
from everward.values import Unknown

MAX_VERSIONS: Final = 8
"""Differing versions of one resource that are judged."""


def says_something(version: Resource) -> bool:
    """Whether a version says more than that the resource exists."""
    return not version.opaque and not isinstance(version.properties, Unknown)


def standing(versions: Sequence[Resource]) -> Resource:
    """The version that stands for a resource: what is deployed beats what was declared.

    Of versions that say the same, the one where a fault would be mended.
    """
    telling = [version for version in versions if says_something(version)]
    if not telling:
        return versions[0]
    nearest = _first(telling, distance)
    alike = [version for version in filled(telling) if _alike(version, nearest)]
    return _first(alike, remoteness) if alike else nearest


def _first(versions: Sequence[Resource], rank: Callable[[str], int]) -> Resource:
    """The version whose source ranks first; of several the one that stands first by file and line."""
    best = min((rank(version.source), version.file or "") for version in versions)
    first = [version for version in versions if (rank(version.source), version.file or "") == best]
    # Lines are worked out only where they decide.
    return first[0] if len(first) == 1 else min(first, key=_place)


def differing(versions: Sequence[Resource]) -> list[Resource]:
    """The versions that differ in what can be judged, in an order that does not depend on that of the readings.

    A version that only says that the resource exists does not contradict one that says what it is like, and a hole
    does not contradict the value of a better informed reading. At most one more than `MAX_VERSIONS` is given; fewer
    than two when the versions agree.
    """
    telling = sorted(filter(says_something, versions), key=mended_first)
    kept: list[Resource] = []
    for version in filled(telling):
        if not any(_alike(version, other) for other in kept):
            kept.append(version)
            if len(kept) > MAX_VERSIONS:
                break
    return kept


def mended_first(version: Resource) -> tuple[int, str, int, str]:
    """A key by which versions stand in the order in which a fault in them would be mended."""
    file, line, address = _place(version)
    return remoteness(version.source), file, line, address


def _place(version: Resource) -> tuple[str, int, str]:
    origin = version.origin
    return origin.file or "", origin.line or 0, origin.address or ""


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
