"""Counts: a range when elements or their number are not known, and what a comparison says of a range."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from everward.policy.operators import ORDERINGS, as_number, incomparable
from everward.policy.truth import decide
from everward.values import Truth, Unknown, combine, unknowns_in

MAX_VALUE_ITERATIONS: Final = 100
"""Elements that a count over a value may visit; nested counts multiply."""

_DECIDABLE: Final = ORDERINGS | {"equals", "notEquals", "in", "notIn", "exists"}
"""Operators whose answer changes only where the number passes a number of the right side."""


class Range(msgspec.Struct, eq=False):
    """At least `low` and at most `high` elements (None: no bound), and the holes that leave it open."""

    low: int = 0
    high: int | None = 0
    holes: list[Unknown] = msgspec.field(default_factory=list)

    def add(self, truth: Truth, element: Any) -> None:
        """Count one element, for which the condition says `truth`."""
        many = isinstance(element, Unknown) and element.many
        if truth is False:
            return
        if isinstance(truth, Unknown):
            self.holes.append(truth)
        elif many:
            self.holes.append(element)
        else:
            self.low += 1
        if many:
            self.high = None
        elif self.high is not None:
            self.high += 1


def count_elements(elements: Iterable[Any], where: Callable[[Any], Truth] | None) -> Range:
    """Count the elements for which `where` holds; a hole with `many` stands for any number of elements."""
    counted = Range()
    for element in elements:
        counted.add(True if where is None else where(single(element)), element)
    return counted


def single(element: Any) -> Any:
    """One element: a hole that stands for any number of them, as each of them is."""
    if isinstance(element, Unknown) and element.many:
        return msgspec.structs.replace(element, many=False)
    return element


def decide_count(operator: str, counted: Range, expected: Any) -> Truth:
    """What a comparison says of a count: decided when it says the same of every number in the range."""
    if counted.high == counted.low:
        return decide(operator, counted.low, expected)
    truths = [decide(operator, number, expected) for number in _samples(operator, counted, expected)]
    if truths and all(truth is truths[0] for truth in truths) and not isinstance(truths[0], Unknown):
        return truths[0]
    return combine([*counted.holes, *unknowns_in(expected)])


_FROM: Final = {"greater": 1, "greaterOrEquals": 0, "less": 0, "lessOrEquals": 1, "equals": 1, "notEquals": 1}


def decided_from(operator: str, expected: Any) -> int | None:
    """The count from which on a comparison with a known number no longer changes; None when that cannot be said."""
    if operator not in _FROM or isinstance(expected, bool) or not isinstance(expected, int):
        return None
    return max(expected + _FROM[operator], 1)


def count_never_fails(operator: str, expected: Any) -> bool:
    """Whether comparing a count with `expected` always gives an answer."""
    return operator not in ORDERINGS or not incomparable(0, expected)


def _samples(operator: str, counted: Range, expected: Any) -> list[int]:
    """Numbers of the range between any two of which the answer does not change; none when that cannot be said."""
    if operator not in _DECIDABLE:
        return []
    points = {counted.low}
    if counted.high is not None:
        points.add(counted.high)
    for item in expected if isinstance(expected, list) else (expected,):
        bound = as_number(item) if isinstance(item, str) else item
        if isinstance(bound, Unknown):
            return []
        if isinstance(bound, int) or (isinstance(bound, float) and math.isfinite(bound)):
            edge = math.floor(bound)
            points.update((edge - 1, edge, edge + 1, edge + 2))
    last = counted.high
    return sorted(point for point in points if point >= counted.low and (last is None or point <= last))
