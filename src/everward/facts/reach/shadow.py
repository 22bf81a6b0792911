"""Rules that never decide, that change nothing, and that contradict what stands before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import reduce
from operator import and_
from typing import NamedTuple

from everward.facts.reach.addresses import NOWHERE, Addresses, joined
from everward.facts.reach.filters import Bound, Class, Filter, classes
from everward.facts.reach.rules import Rule
from everward.facts.reach.services import Service


class Kind(StrEnum):
    """What is wrong with a rule."""

    SHADOWED = "shadowed"
    """Rules before it take every packet that it is about."""
    CONFLICTING = "conflicting"
    """It is shadowed, and some of those before it say the contrary: what its author wanted does not happen."""
    PARTLY = "partlyShadowed"
    """Rules before it that say the contrary take some of its packets."""
    REDUNDANT = "redundant"
    """Without it, the same packets pass."""
    EMPTY = "empty"
    """It is about no packet at all."""


class Remark(NamedTuple):
    """What is wrong with one rule."""

    kind: Kind
    rule: Rule
    by: tuple[Rule, ...] = ()
    """The rules that take its packets, in order."""
    live: tuple[tuple[Addresses, Addresses, tuple[Service, ...]], ...] = ()
    """For a rule that is partly shadowed, what is left of it: sources, destinations, services."""


MAX_LIVE = 20
"""Parts of what is left of a rule that are told."""


def remarks(filter_: Filter) -> Iterator[Remark]:
    """What is wrong with the written rules of a filter. Only what is certain is told.

    Of two rules for the same packets the later one is shadowed; the earlier one is not redundant because of it.
    """
    dead: set[int] = set()
    found: dict[int, Remark] = {}
    written = [(index, bound) for index, bound in enumerate(filter_.rules) if not bound.rule.default and _exact(bound)]
    for index, bound in written:
        remark = _never(filter_, index, bound)
        if remark is not None:
            dead.add(index)
            found[index] = remark
    for index, bound in written:
        remark = found.get(index) or _partly(filter_, index, bound, dead)
        if remark is not None:
            yield remark


def _exact(bound: Bound) -> bool:
    rule = bound.rule
    known = rule.allows is not None and rule.priority is not None and rule.direction is not None
    return known and bound.sure == bound.most and bound.source.exact and bound.destination.exact


def _never(filter_: Filter, index: int, bound: Bound) -> Remark | None:
    """A rule that never decides."""
    if not bound.sure or not bound.source.sure or not bound.destination.sure:
        return Remark(Kind.EMPTY, bound.rule)
    before = _before(filter_, index, bound)
    uncovered, used = _left(bound, before)
    if uncovered:
        return None
    by = tuple(before[place].rule for place in _bits(used))
    contrary = any(rule.allows is not bound.rule.allows for rule in by)
    return Remark(Kind.CONFLICTING if contrary else Kind.SHADOWED, bound.rule, by)


def _partly(filter_: Filter, index: int, bound: Bound, dead: set[int]) -> Remark | None:
    """A rule that changes nothing, or decides only some of its packets."""
    before = _before(filter_, index, bound)
    if _changes_nothing(filter_, index, bound, before, dead):
        return Remark(Kind.REDUNDANT, bound.rule)
    contrary = [other for other in before if other.rule.allows is not bound.rule.allows]
    if not contrary:
        return None
    live = tuple(_live(filter_, bound, contrary))
    return Remark(Kind.PARTLY, bound.rule, tuple(other.rule for other in contrary), live)


def _before(filter_: Filter, index: int, bound: Bound) -> list[Bound]:
    return [other for other in _overlapping(filter_.rules[:index], bound) if _takes(other, bound)]


def _takes(other: Bound, bound: Bound) -> bool:
    """Whether a rule certainly stands before: rules of one priority are not valid together, and neither does."""
    return other.rule.priority is not None and other.rule.priority != bound.rule.priority


def _overlapping(rules: Sequence[Bound], bound: Bound) -> Iterator[Bound]:
    for other in rules:
        if not other.sure & bound.sure or not _meet(other.source.sure, bound.source.sure):
            continue
        if _meet(other.destination.sure, bound.destination.sure):
            yield other


def _meet(one: Addresses, two: Addresses) -> bool:
    return one is two or one.meets(two)


def _grid(bound: Bound, others: Sequence[Bound]) -> tuple[list[Class], list[Class]]:
    """The addresses of a rule, as others tell them apart."""
    sources = classes(bound.source.sure, [(other.source.sure, other.source.sure) for other in others])
    destinations = classes(
        bound.destination.sure, [(other.destination.sure, other.destination.sure) for other in others]
    )
    return sources, destinations


def _left(bound: Bound, before: Sequence[Bound]) -> tuple[bool, int]:
    """Whether some packet of a rule is left by those before it; and which of them take packets, as bits."""
    used = 0
    for both in _cells(bound, before):
        left = bound.sure
        for place in _bits(both):
            services = before[place].sure
            if left & services:
                used |= 1 << place
                left &= ~services
                if not left:
                    break
        if left:
            return True, 0
    return False, used


def _cells(bound: Bound, others: Sequence[Bound]) -> Iterator[int]:
    """Which others are about a pair of addresses of a rule, as bits: each such set once.

    Nothing is left behind one that takes all services of the rule, so a set ends with the first of those. That makes
    most sets the same: of many pairs few have to be looked at.
    """
    sources, destinations = _grid(bound, others)
    whole = _whole(bound, others)
    seen: set[int] = set()
    for version in (4, 6):
        rows = {part.sure for part in sources if part.version == version}
        columns = {part.sure for part in destinations if part.version == version}
        if not rows or not columns:
            continue
        ends = whole & reduce(and_, columns), whole & reduce(and_, rows)
        rows, columns = {_cut(row, ends[0]) for row in rows}, {_cut(column, ends[1]) for column in columns}
        for row in rows:
            for both in {row & column for column in columns}:
                cell = _cut(both, whole)
                if cell not in seen:
                    seen.add(cell)
                    yield cell


def _whole(bound: Bound, others: Sequence[Bound]) -> int:
    """Those that are about all services of a rule, as bits."""
    return sum(1 << place for place, other in enumerate(others) if not bound.sure & ~other.sure)


def _cut(bits: int, ends: int) -> int:
    """The bits up to the lowest that is one of `ends`, with that one."""
    low = bits & ends
    return bits & ((low & -low) * 2 - 1) if low else bits


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _changes_nothing(filter_: Filter, index: int, bound: Bound, before: Sequence[Bound], dead: set[int]) -> bool:
    """Whether every packet that reaches a rule would meet the same answer behind it."""
    later = [other for place, other in enumerate(filter_.rules) if place > index and place not in dead]
    behind = list(_overlapping(later, bound))
    if any(not _exact(other) for other in behind):
        return False
    others = [*before, *behind]
    return all(_same_behind(bound, others, len(before), both) for both in _cells(bound, others))


def _same_behind(bound: Bound, others: Sequence[Bound], cut: int, both: int) -> bool:
    left = bound.sure
    for place in _bits(both):
        other = others[place]
        if place >= cut and left & other.sure and other.rule.allows is not bound.rule.allows:
            return False
        left &= ~other.sure
        if not left:
            return True
    return not left


def _live(
    filter_: Filter, bound: Bound, before: Sequence[Bound]
) -> Iterator[tuple[Addresses, Addresses, tuple[Service, ...]]]:
    """What is left of a rule: for each set of services, the addresses that it is left between."""
    sources, destinations = _grid(bound, before)
    whole = _whole(bound, before)
    told = 0
    for source in sources:
        rows: dict[int, list[Class]] = {}
        for destination in destinations:
            if source.version != destination.version:
                continue
            both = source.sure & destination.sure
            if both & whole:
                continue
            left = bound.sure
            for place in _bits(both):
                left &= ~before[place].sure
            if left:
                rows.setdefault(left, []).append(destination)
        for left, ends in rows.items():
            if told == MAX_LIVE:
                return
            told += 1
            yield _addresses([source]), _addresses(ends), filter_.space.describe(left)


def _addresses(parts: Sequence[Class]) -> Addresses:
    found = NOWHERE
    for part in parts:
        own = joined(part.intervals)
        found = found.union(Addresses(own, ()) if part.version == 4 else Addresses((), own))
    return found
