"""Sets of addresses: sorted intervals of integers, IPv4 and IPv6 apart."""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final, NamedTuple, TypeAlias

Interval: TypeAlias = tuple[int, int]
"""First and last address, both in it."""
Intervals: TypeAlias = tuple[Interval, ...]
"""Sorted, apart from one another and not touching."""

LAST_V4: Final = 2**32 - 1
LAST_V6: Final = 2**128 - 1
_LAST: Final = {4: LAST_V4, 6: LAST_V6}


class Addresses(NamedTuple):
    """A set of IPv4 and of IPv6 addresses."""

    v4: Intervals = ()
    v6: Intervals = ()

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    def of(self, version: int) -> Intervals:
        """The intervals of one version, 4 or 6."""
        return self.v4 if version == 4 else self.v6

    def union(self, other: Addresses) -> Addresses:
        """The addresses of either."""
        return Addresses(joined((*self.v4, *other.v4)), joined((*self.v6, *other.v6)))

    def intersection(self, other: Addresses) -> Addresses:
        """The addresses of both."""
        return Addresses(_common(self.v4, other.v4), _common(self.v6, other.v6))

    def complement(self) -> Addresses:
        """Every other address."""
        return Addresses(_rest(self.v4, LAST_V4), _rest(self.v6, LAST_V6))

    def difference(self, other: Addresses) -> Addresses:
        """The addresses that `other` has not."""
        return self.intersection(other.complement())

    def covers(self, other: Addresses) -> bool:
        """Whether every address of `other` is in it."""
        return not other.difference(self)

    def meets(self, other: Addresses) -> bool:
        """Whether they have an address in common."""
        return _touch(self.v4, other.v4) or _touch(self.v6, other.v6)

    def has(self, address: int, version: int = 4) -> bool:
        """Whether one address is in it."""
        intervals = self.of(version)
        index = bisect_right(intervals, (address, _LAST[version])) - 1
        return index >= 0 and intervals[index][1] >= address

    def size(self, version: int = 4) -> int:
        """How many addresses of a version are in it."""
        return sum(last - first + 1 for first, last in self.of(version))

    def first(self) -> tuple[int, int] | None:
        """Its lowest address and the version of that, IPv4 before IPv6; None when it is empty."""
        if self.v4:
            return self.v4[0][0], 4
        return (self.v6[0][0], 6) if self.v6 else None

    def cidrs(self) -> Iterator[str]:
        """The shortest list of prefixes that says the same."""
        for first, last in self.v4:
            yield from map(
                str, ipaddress.summarize_address_range(ipaddress.IPv4Address(first), ipaddress.IPv4Address(last))
            )
        for first, last in self.v6:
            yield from map(
                str, ipaddress.summarize_address_range(ipaddress.IPv6Address(first), ipaddress.IPv6Address(last))
            )


NOWHERE: Final = Addresses()
EVERYWHERE: Final = Addresses(((0, LAST_V4),), ((0, LAST_V6),))


_WIDE: Final = 2**26
"""From so many IPv4 addresses on a set of sources is the Internet: nobody owns as many, Azure has fewer."""
_WIDE_V6: Final = 2**112
"""The same for IPv6: a `/16`, of which registries give nobody as much."""


def is_anybody(addresses: Addresses, total: int = LAST_V4) -> bool:
    """Whether a set is so large that anybody has an address of it; `total` is how many addresses there are at most."""
    return addresses.size() >= min(_WIDE, total) or addresses.size(6) >= _WIDE_V6


def joined(intervals: Iterable[Interval]) -> Intervals:
    """Intervals in any order as a set: sorted, with those that overlap or touch made one."""
    out: list[Interval] = []
    for first, last in sorted(intervals):
        if out and first <= out[-1][1] + 1:
            if last > out[-1][1]:
                out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return tuple(out)


_FEW: Final = 8
"""So many times as large as another a set has to be for looking up its intervals to pay."""


def _common(one: Intervals, two: Intervals) -> Intervals:
    small, large = (one, two) if len(one) <= len(two) else (two, one)
    if not small:
        return ()
    if len(small) * _FEW < len(large):
        return clipped(small, large)
    out: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(two):
        first, last = max(one[i][0], two[j][0]), min(one[i][1], two[j][1])
        if first <= last:
            out.append((first, last))
        if one[i][1] < two[j][1]:
            i += 1
        else:
            j += 1
    return tuple(out)


def clipped(base: Intervals, other: Intervals) -> Intervals:
    """What two sets have in common, fast where the first is small and the second is large."""
    if not other:
        return ()
    if len(other) == 1 and other[0][0] <= base[0][0] and other[0][1] >= base[-1][1]:
        return base
    out: list[Interval] = []
    size = len(other)
    for first, last in base:
        begin = bisect_left(other, (first, -1))
        if begin and other[begin - 1][1] >= first:
            begin -= 1
        end = bisect_right(other, (last, other[-1][1]), begin)
        if begin == end:
            continue
        # All but the first and the last lie inside whole: they stay the tuples that they are.
        out.extend(other[begin:end])
        at = begin - end
        if out[at][0] < first:
            out[at] = (first, out[at][1])
        if out[-1][1] > last:
            out[-1] = (out[-1][0], last)
        if end == size and out[-1][1] < last:
            break
    return tuple(out)


def _touch(one: Intervals, two: Intervals) -> bool:
    """Whether two sets have an address in common, without making the set of them."""
    small, large = (one, two) if len(one) <= len(two) else (two, one)
    if len(small) * _FEW < len(large):
        return any(_holds_some(large, first, last) for first, last in small)
    i = j = 0
    while i < len(one) and j < len(two):
        if one[i][1] < two[j][0]:
            i += 1
        elif two[j][1] < one[i][0]:
            j += 1
        else:
            return True
    return False


def _holds_some(intervals: Intervals, first: int, last: int) -> bool:
    """Whether a set has an address between two, these included."""
    index = bisect_left(intervals, (first, -1))
    return (index > 0 and intervals[index - 1][1] >= first) or (index < len(intervals) and intervals[index][0] <= last)


def _rest(intervals: Intervals, end: int) -> Intervals:
    out: list[Interval] = []
    begin = 0
    for first, last in intervals:
        if first > begin:
            out.append((begin, first - 1))
        begin = last + 1
    if begin <= end:
        out.append((begin, end))
    return tuple(out)


def parse_addresses(text: str) -> Addresses | None:
    """An address, a prefix (`10.0.0.0/8`; bits behind its length do not count) or a range `a-b`; None for all else."""
    first, dash, last = text.strip().partition("-")
    if dash:
        return _range(first.strip(), last.strip())
    quick = _prefix(first)
    if quick is not None:
        return quick
    try:
        network = ipaddress.ip_network(first, strict=False)
    except ValueError:
        return None
    interval = (int(network.network_address), int(network.broadcast_address))
    return Addresses((interval,), ()) if network.version == 4 else Addresses((), (interval,))


def _prefix(text: str) -> Addresses | None:
    """An address or a prefix as it is mostly written; None for what has to be looked at with more care.

    Published tags have many thousands of prefixes, and the way of the standard library is slow.
    """
    host, slash, length = text.partition("/")
    width = 128 if ":" in host else 32
    if slash and not (length.isascii() and length.isdecimal() and len(length) < 4 and int(length) <= width):
        return None
    try:
        address = int.from_bytes(inet_pton(AF_INET6 if width == 128 else AF_INET, host))
    except (OSError, ValueError):
        return None
    rest = (1 << (width - int(length))) - 1 if slash else 0
    interval = (address & ~rest, address | rest)
    return Addresses((interval,), ()) if width == 32 else Addresses((), (interval,))


def _range(first: str, last: str) -> Addresses | None:
    try:
        begin, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
    except ValueError:
        return None
    if begin.version != end.version or int(begin) > int(end):
        return None
    interval = (int(begin), int(end))
    return Addresses((interval,), ()) if begin.version == 4 else Addresses((), (interval,))


def union_of(sets: Iterable[Addresses]) -> Addresses:
    """The addresses of any of several sets."""
    v4: list[Interval] = []
    v6: list[Interval] = []
    for item in sets:
        v4.extend(item.v4)
        v6.extend(item.v6)
    return Addresses(joined(v4), joined(v6))


def format_address(address: int, version: int) -> str:
    """An address as people write it."""
    return str(ipaddress.IPv4Address(address) if version == 4 else ipaddress.IPv6Address(address))
