"""First match over sets of packets: which packets a list of rules lets through, which not, and which perhaps.

Addresses are split into classes that no rule tells apart; for a pair of classes the rules that can match are a bitset,
and the packets left over are a bitset of services. Each bitset of rules is worked out once.

What is not known of a rule is bounded from both sides: the least that is let through (every open denial takes all that
it may, no open permission gives any) and the most (the other way round). What lies between is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from everward.facts.reach.addresses import Addresses, Interval, Intervals, clipped, joined
from everward.facts.reach.rules import Extent, Names, Rule
from everward.facts.reach.services import Service, Space
from everward.values import Unknown


class Passage(NamedTuple):
    """What passes, as sets of services."""

    least: int
    """Certainly let through."""
    most: int
    """Perhaps let through; the rest is certainly not."""


class Bound(NamedTuple):
    """A rule with its names resolved and its services as bits."""

    rule: Rule
    source: Extent
    destination: Extent
    sure: int
    most: int


class Class(NamedTuple):
    """Addresses of one version that no rule tells apart."""

    version: int
    sure: int
    """Rules that certainly match, as bits."""
    most: int
    """Rules that may match, as bits."""
    intervals: Intervals

    @property
    def addresses(self) -> Addresses:
        """The addresses themselves."""
        return Addresses(self.intervals, ()) if self.version == 4 else Addresses((), self.intervals)


class Filter:
    """The rules of one direction, in order."""

    def __init__(self, rules: Iterable[Rule], names: Names, space: Space) -> None:
        self.space = space
        self.rules: list[Bound] = [
            Bound(
                rule,
                rule.source.extent(names),
                rule.destination.extent(names),
                _mask(space, rule.services),
                _mask(space, rule.possible),
            )
            for rule in sorted(rules, key=_order)
        ]
        self.source_extents = [(bound.source.sure, bound.source.most) for bound in self.rules]
        self.destination_extents = [(bound.destination.sure, bound.destination.most) for bound in self.rules]
        self._denying_first = self._ordered(allows_first=False)
        self._allowing_first = self._ordered(allows_first=True)
        self._passages: dict[tuple[int, int], Passage] = {}
        self._split: tuple[dict[Addresses, list[Class]], dict[Addresses, list[Class]]] = ({}, {})

    def _ordered(self, *, allows_first: bool) -> list[int] | None:
        """The order in which rules are met when what is not known of their order favours one side; None for the usual.

        Rules of one priority are not valid together: either may come first.
        """
        indexes = range(len(self.rules))

        def key(index: int) -> tuple[int, bool]:
            rule = self.rules[index].rule
            favoured = rule.allows is None or rule.allows is allows_first
            # One of unknown priority stands before all, or behind all that were written.
            priority = rule.priority if rule.priority is not None else _FIRST if favoured else _LAST
            return priority, not favoured

        order = sorted(indexes, key=key)
        return None if order == list(indexes) else order

    def sources(self, addresses: Addresses) -> list[Class]:
        """Addresses as the source side of the rules tells them apart."""
        return classes(addresses, self.source_extents)

    def destinations(self, addresses: Addresses) -> list[Class]:
        """Addresses as the destination side of the rules tells them apart."""
        return classes(addresses, self.destination_extents)

    def passage(self, sure: int, most: int) -> Passage:
        """What passes between addresses that these rules match."""
        found = self._passages.get((sure, most))
        if found is None:
            found = self._passages[sure, most] = Passage(self._least(sure, most), self._most(sure, most))
        return found

    def crossings(self, sources: Addresses, destinations: Addresses) -> Iterator[tuple[Class, Class, Passage]]:
        """Every pair of classes of one version, and what passes between them. How sets are split is remembered."""
        for source in self._remembered(0, sources, self.source_extents):
            for destination in self._remembered(1, destinations, self.destination_extents):
                if source.version == destination.version:
                    yield source, destination, self.between(source, destination)

    def _remembered(
        self, side: int, addresses: Addresses, extents: Sequence[tuple[Addresses, Addresses]]
    ) -> list[Class]:
        kept = self._split[side]
        found = kept.get(addresses)
        if found is None:
            if len(kept) >= _REMEMBERED:
                kept.clear()
            found = kept[addresses] = classes(addresses, extents)
        return found

    def between(self, source: Class, destination: Class) -> Passage:
        """What passes between two classes."""
        return self.passage(source.sure & destination.sure, source.most & destination.most)

    def _least(self, sure: int, most: int) -> int:
        left, passed = self.space.everything, 0
        for index in _met(most, self._denying_first):
            bound = self.rules[index]
            if bound.rule.allows is not True:
                left &= ~bound.most
            elif sure >> index & 1:
                passed |= left & bound.sure
                left &= ~bound.sure
            if not left:
                break
        return passed

    def _most(self, sure: int, most: int) -> int:
        left, passed = self.space.everything, 0
        for index in _met(most, self._allowing_first):
            bound = self.rules[index]
            if bound.rule.allows is not False:
                passed |= left & bound.most
                left &= ~bound.most
            elif sure >> index & 1:
                left &= ~bound.sure
            if not left:
                break
        return passed


_REMEMBERED: Final = 4096
"""How many sets of addresses a filter keeps the classes of."""
_FIRST: Final = -1
_LAST: Final = 64_999
"""Behind every rule that can be written, before those that every group has."""


def _order(rule: Rule) -> tuple[int, bool]:
    return (rule.priority if rule.priority is not None else _FIRST, rule.allows is True)


def _mask(space: Space, services: Sequence[Service]) -> int:
    mask = 0
    for service in services:
        mask |= space.mask(service)
    return mask


def _met(bits: int, order: list[int] | None) -> Iterator[int]:
    if order is not None:
        yield from (index for index in order if bits >> index & 1)
        return
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def classes(addresses: Addresses, extents: Sequence[tuple[Addresses, Addresses]]) -> list[Class]:
    """Split addresses by the sets that they are in; bit i of a class stands for the i-th extent."""
    found: list[Class] = []
    for version in (4, 6):
        base = addresses.of(version)
        if base:
            found.extend(_split(version, base, extents))
    return found


def _split(version: int, base: Intervals, extents: Sequence[tuple[Addresses, Addresses]]) -> Iterator[Class]:
    always_sure = always_most = 0
    events: list[tuple[int, int, int]] = []
    for index, (sure, most) in enumerate(extents):
        bit = 1 << index
        inside = clipped(base, sure.of(version))
        if inside == base:
            always_sure |= bit
            always_most |= bit
            continue
        _mark(events, inside, bit, 0)
        if most is sure:
            _mark(events, inside, 0, bit)
            continue
        wide = clipped(base, most.of(version))
        if wide == base:
            always_most |= bit
        else:
            _mark(events, wide, 0, bit)
    if not events:
        yield Class(version, always_sure, always_most, base)
        return
    for (sure_bits, most_bits), intervals in _sweep(base, events).items():
        yield Class(version, always_sure | sure_bits, always_most | most_bits, joined(intervals))


def _mark(events: list[tuple[int, int, int]], intervals: Intervals, sure: int, most: int) -> None:
    for first, last in intervals:
        events.append((first, sure, most))
        events.append((last + 1, sure, most))


_NO_MORE: Final = (1 << 129, 0, 0)
"""Stands behind the last mark: behind every address, and behind where a set of all of them ends."""


def _sweep(base: Intervals, events: list[tuple[int, int, int]]) -> dict[tuple[int, int], list[Interval]]:
    events.sort()
    out: dict[tuple[int, int], list[Interval]] = {}
    sure = most = 0
    coming = iter(events)
    place, sure_bits, most_bits = next(coming)
    for first, last in base:
        begin = first
        # Every mark stands twice, where a set begins and where it ends.
        while place <= last:
            if place > begin:
                out.setdefault((sure, most), []).append((begin, place - 1))
                begin = place
            sure ^= sure_bits
            most ^= most_bits
            place, sure_bits, most_bits = next(coming, _NO_MORE)
        out.setdefault((sure, most), []).append((begin, last))
        while place == last + 1:
            sure ^= sure_bits
            most ^= most_bits
            place, sure_bits, most_bits = next(coming, _NO_MORE)
    return out


class Before(Protocol):
    """Rules that are met before all groups and may take the decision from them."""

    @property
    def filters(self) -> tuple[Filter, Filter]:
        """What they deny, and what they let past all groups."""

    @property
    def doubts(self) -> tuple[Unknown, ...]:
        """What is not known of them."""

    def after(self, denied: Passage, always: Passage, groups: Passage) -> Passage:
        """What passes, by what they deny, what they let past, and what the groups say."""


class Gate:
    """Filters that a packet must pass one after another: a missing one lets everything through."""

    def __init__(self, filters: Sequence[Filter], space: Space, before: Before | None = None) -> None:
        self.filters = tuple(filters)
        self.space = space
        self.before = before
        self._all = self.filters if before is None else (*self.filters, *before.filters)

    @property
    def doubts(self) -> tuple[Unknown, ...]:
        """What is not known of the rules before the groups."""
        return () if self.before is None else self.before.doubts

    def passages(self, sources: Addresses, destinations: Addresses) -> Iterator[tuple[Class, Class, Passage]]:
        """Every pair of classes of one version, and what passes between them.

        The bits of the classes are those of all filters, each behind the one before.
        """
        one = classes(sources, [extent for item in self._all for extent in item.source_extents])
        two = classes(destinations, [extent for item in self._all for extent in item.destination_extents])
        for source in one:
            for destination in two:
                if source.version == destination.version:
                    yield source, destination, self.between(source, destination)

    def between(self, source: Class, destination: Class) -> Passage:
        """What passes between two classes of this gate."""
        sure, most = source.sure & destination.sure, source.most & destination.most
        found: list[Passage] = []
        for item in self._all:
            bits = (1 << len(item.rules)) - 1
            found.append(item.passage(sure & bits, most & bits))
            sure >>= len(item.rules)
            most >>= len(item.rules)
            if self.before is None and not found[-1].most:
                break
        least = upper = self.space.everything
        for passage in found[: len(self.filters)]:
            least &= passage.least
            upper &= passage.most
        if self.before is None:
            return Passage(least, upper)
        return self.before.after(found[-2], found[-1], Passage(least, upper))
