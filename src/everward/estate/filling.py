"""Holes of a reading that a better informed one fills: a plan knows what the configuration leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from everward.estate.precedence import distance, informs
from everward.estate.resource import Resource
from everward.values import MISSING, Origin, Step, Unknown, format_path, member

_MAX_DEPTH: Final = 200
"""Levels of a body in which holes are filled."""


MAX_INFORMANTS: Final = 8
"""Better informed versions of one resource whose values are taken."""


def fill(version: Resource, others: Sequence[Resource]) -> Resource:
    """A version whose holes have the values of readings that are better informed; itself when none has them.

    Each reading is judged as well, so a value that is filled in hides none. What is filled keeps the place of the
    reading that it came from. Whether a resource exists is such a hole too.
    """
    return _filled(version, _informants(version.source, others))


def filled(versions: Sequence[Resource]) -> list[Resource]:
    """Every version with its holes filled by the others."""
    informants = {source: _informants(source, versions) for source in {version.source for version in versions}}
    return [_filled(version, informants[version.source]) for version in versions]


def _informants(source: str, versions: Sequence[Resource]) -> list[Resource]:
    """Who fills the holes of a source, in the order in which they do."""
    better = [version for version in versions if informs(version.source, source)]
    return sorted(better, key=_farthest_first)[:MAX_INFORMANTS]


def _filled(version: Resource, informants: Sequence[Resource]) -> Resource:
    made = version
    for other in informants:
        filling = _Filling(other)
        body = filling.value(made.body, other.body, ())
        if filling.places or (made.condition is not True and other.condition is True):
            made = _with(made, body, filling.places, other)
    return made


def _farthest_first(version: Resource) -> tuple[int, str]:
    # A plan was made from the configuration itself; what is deployed may have come from another state of it.
    return -distance(version.source), version.file or ""


def _with(version: Resource, body: Any, places: Mapping[str, Resource], other: Resource) -> Resource:
    made = version.with_body(body)
    made.origins = FilledOrigins(version.origins, places)
    if made.condition is not True and other.condition is True:
        made.condition = True
    return made


class _Filling:
    """Fills from one other version."""

    def __init__(self, other: Resource) -> None:
        self.other = other
        self.places: dict[str, Resource] = {}
        """Lower-case path of what was filled to the version that it came from."""

    def value(self, own: Any, given: Any, way: tuple[Step, ...]) -> Any:
        """The value with holes filled; the same object when nothing was."""
        if isinstance(own, Unknown):
            if given is MISSING or given is None or own.many:
                return own
            if isinstance(given, Unknown) and (own.reference is not None or given.reference is None):
                # Of two holes, the one that says which resource is meant says more.
                return own
            self.places[format_path(way).lower()] = self.other
            return given
        if len(way) > _MAX_DEPTH:
            return own
        if isinstance(own, dict) and isinstance(given, dict):
            return self._members(own, given, way)
        if isinstance(own, list) and isinstance(given, list):
            return self._items(own, given, way)
        return own

    def _members(self, own: dict[str, Any], given: dict[str, Any], way: tuple[Step, ...]) -> dict[str, Any]:
        out = own
        for key, item in own.items():
            new = self.value(item, member(given, key), (*way, key))
            if new is not item:
                out = dict(own) if out is own else out
                out[key] = new
        return out

    def _items(self, own: list[Any], given: list[Any], way: tuple[Step, ...]) -> list[Any]:
        if own and all(isinstance(item, Unknown) and item.many for item in own):
            # Nothing is known but that there may be some: the others know which.
            self.places[format_path(way).lower()] = self.other
            return given
        out = own
        for index, item in enumerate(own):
            other = _counterpart(index, own, given)
            new = self.value(item, other, (*way, index))
            if new is not item:
                out = list(own) if out is own else out
                out[index] = new
        return out


def _counterpart(index: int, own: Sequence[Any], given: Sequence[Any]) -> Any:
    """The element of another list that is this one: by its name, or in its place when all that is known agrees."""
    item = own[index]
    name = item.get("name") if isinstance(item, dict) else None
    if isinstance(name, str):
        named = [other for other in given if isinstance(other, dict) and other.get("name") == name]
        return named[0] if len(named) == 1 else MISSING
    if len(own) == len(given) and all(_may_be(one, other) for one, other in zip(own, given, strict=True)):
        return given[index]
    return MISSING


def _may_be(one: Any, other: Any, depth: int = 0) -> bool:
    """Whether a value with holes can be another."""
    if isinstance(one, Unknown):
        return not one.many
    if isinstance(other, Unknown) or depth > _MAX_DEPTH:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_may_be(item, member(other, key), depth + 1) for key, item in one.items() if item is not None)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _may_be(mine, theirs, depth + 1) for mine, theirs in zip(one, other, strict=True)
        )
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return bool(one == other)


class FilledOrigins(Mapping[str, Origin]):
    """The places of a version, and of what was filled into it."""

    def __init__(self, own: Mapping[str, Origin], filled: Mapping[str, Resource]) -> None:
        self._own = own
        self._filled = filled

    def __getitem__(self, path: str) -> Origin:
        probe = path
        while probe:
            if probe in self._filled:
                return self._filled[probe].origin_of(path)
            cut = max(probe.rfind("."), probe.rfind("["))
            probe = probe[:cut] if cut > 0 else ""
        return self._own[path]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (path for path in self._filled if path not in self._own)

    def __len__(self) -> int:
        return len(self._own) + sum(path not in self._own for path in self._filled)
