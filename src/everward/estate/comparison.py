"""An estate side by side: which resources differ between its readings, and which only some of them have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from everward.estate.differences import Difference, compare
from everward.estate.estate import Estate
from everward.estate.precedence import remoteness
from everward.estate.reading import Reading
from everward.estate.resource import Resource


@dataclass(frozen=True, slots=True)
class Side:
    """Readings that speak with one voice in a comparison."""

    name: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """A resource of which readings say different things."""

    resource: Resource
    differences: tuple[Difference, ...]
    """Those that mean something, and those that do not."""

    @property
    def telling(self) -> list[Difference]:
        """Those that mean something."""
        return [item for item in self.differences if item.noise is None]


@dataclass(slots=True)
class Comparison:
    """What comparing gave."""

    sides: tuple[Side, ...]
    differing: list[Differing] = field(default_factory=list)
    """Resources with a difference that means something, by type and id."""
    quiet: list[Differing] = field(default_factory=list)
    """Resources whose only differences mean nothing."""
    agreeing: int = 0
    """Resources of which several readings say the same, or nothing that means anything."""
    noise: Counter[str] = field(default_factory=Counter)
    """How many differences mean nothing, by why."""
    only: dict[tuple[str, ...], list[Resource]] = field(default_factory=dict)
    """Resources that some sides lack, by the names of those that have them."""


def sides_of(readings: Iterable[Reading]) -> tuple[Side, ...]:
    """The sides of a comparison that nobody chose: the kinds of source, or the readings when there is one kind."""
    telling = [reading for reading in readings if reading.resources]
    sources = sorted({reading.source for reading in telling}, key=lambda source: (remoteness(source), source))
    if len(sources) > 1:
        return tuple(Side(name, tuple(item for item in telling if item.source == name)) for name in sources)
    return tuple(Side(reading.label, (reading,)) for reading in telling)


def compare_sides(estate: Estate, sides: Sequence[Side], keys: Container[str] | None = None) -> Comparison:
    """Compare what the sides say, of all resources or of those with some lower-case ids.

    Readings of one side are compared too: they may contradict each other.
    """
    comparison = Comparison(tuple(sides))
    side_of = {id(reading): side.name for side in sides for reading in side.readings}
    holders = _holders(estate, side_of)
    for resource in sorted(estate, key=lambda item: (item.type_key, item.key)):
        names = holders.get(resource.key)
        if names is None or (keys is not None and resource.key not in keys):
            continue
        if len(names) < len(sides):
            having = tuple(side.name for side in sides if side.name in names)
            comparison.only.setdefault(having, []).append(resource)
        said = [pair for pair in estate.said.get(resource.key, ()) if id(pair[0]) in side_of]
        if len(said) > 1:
            _take(comparison, resource, compare(said))
    return comparison


def _holders(estate: Estate, side_of: Mapping[int, str]) -> dict[str, set[str]]:
    """By resource: the names of the sides that have it. What only is implied by others has none."""
    found: dict[str, set[str]] = {}
    for reading in estate.readings:
        name = side_of.get(id(reading))
        if name is not None:
            for resource in reading.resources:
                found.setdefault(resource.key, set()).add(name)
    return found


def _take(comparison: Comparison, resource: Resource, differences: Sequence[Difference]) -> None:
    comparison.noise.update(item.noise for item in differences if item.noise is not None)
    entry = Differing(resource, tuple(differences))
    if entry.telling:
        comparison.differing.append(entry)
        return
    comparison.agreeing += 1
    if differences:
        comparison.quiet.append(entry)
