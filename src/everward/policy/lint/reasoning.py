"""Whether comparisons of one value can hold together.

Each comparison with a literal is a test of one value. A set of them cannot hold together when no value passes all.
The values that are tried are the literals, what equals them in another form, and values next to them; that is every
kind of value that could matter as soon as one test lets only finitely many pass, or all compare with numbers. In all
other cases nothing is concluded: a false alarm would be worse than silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from everward.policy.fields import squeeze
from everward.policy.operators import ORDERINGS, as_number, wants_presence
from everward.policy.truth import IncomparableError, decide
from everward.values import MISSING

_FRESH: Final = "\x00 fresh"
"""A text that no policy names."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a value with a literal, perhaps negated."""

    operator: str
    expected: Any
    holds: bool = True
    """False when it stands under `not`."""

    def negated(self) -> Comparison:
        """The comparison that holds when this one does not."""
        return Comparison(self.operator, self.expected, not self.holds)

    def passes(self, value: Any) -> bool:
        """Whether a value passes; one that cannot be compared passes neither way."""
        try:
            return decide(self.operator, value, self.expected) is self.holds
        except IncomparableError:
            return False


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that can stand where tests compare."""

    values: tuple[Any, ...] | None = None
    """All of them, when they are few; None when anything can stand there."""
    counts: bool = False
    """Whether they are counts: whole numbers from 0."""
    is_location: bool = False
    """Whether they are regions, which compare without spaces."""
    always: bool = False
    """Whether something always stands there, as a type does."""


ANYTHING: Final = Domain()


def impossible(tests: Sequence[Comparison], domain: Domain = ANYTHING) -> bool:
    """Whether no value passes all tests. False also when that cannot be told."""
    if domain.is_location:
        tests = [Comparison(test.operator, squeeze(test.expected), test.holds) for test in tests]
    values = _values(tests, domain)
    return values is not None and not any(all(test.passes(value) for test in tests) for value in values)


def _values(tests: Sequence[Comparison], domain: Domain) -> list[Any] | None:
    """Values one of which passes all tests if any value at all does; None when there is no such list."""
    if domain.values is not None:
        return list(domain.values)
    if domain.counts:
        return _counts(tests)
    expected = [test.expected for test in tests]
    if any(test.operator in ("match", "notMatch") for test in tests):
        return None  # these see case, in which equal texts differ
    if not (any(_is_finite(test) for test in tests) or all(_is_plain(test) for test in tests)):
        return None
    out: list[Any] = [] if domain.always else [MISSING]
    out += [_FRESH, 0.123456789, True, False, [], {}]
    for item in _flat(expected):
        out.append(item)
        out += _forms(item)
    numbers = sorted({item for item in out if isinstance(item, int | float) and not isinstance(item, bool)})
    out += [(low + high) / 2 for low, high in pairwise(numbers)]
    return out


def _is_finite(test: Comparison) -> bool:
    """Whether only finitely many values pass, up to what compares as equal."""
    if test.operator == "exists":
        return wants_presence(test.expected) is not test.holds
    return test.operator in (("equals", "in") if test.holds else ("notEquals", "notIn"))


def _is_plain(test: Comparison) -> bool:
    """Whether the test changes its answer only at numbers or single values."""
    if test.operator in ("equals", "notEquals", "in", "notIn", "exists"):
        return True
    number = as_number(test.expected) if isinstance(test.expected, str) else test.expected
    # Texts that spell numbers are ordered as texts beside other texts: only true numbers are plain.
    return test.operator in ORDERINGS and isinstance(number, int | float) and not isinstance(test.expected, str | bool)


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
            yield value
        else:
            yield value


def _forms(value: Any) -> list[Any]:
    """What compares as equal to a value, and what stands next to it."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, int | float):
        return [value - 1, value + 1, value - 0.5, value + 0.5, str(value)]
    if isinstance(value, str):
        number = as_number(value)
        out: list[Any] = [value.upper(), value.lower()]
        if number is not None:
            out += [number, number - 1, number + 1]
        if value.strip().lower() in ("true", "false"):
            out.append(value.strip().lower() == "true")
        return out
    return []


def _counts(tests: Sequence[Comparison]) -> list[Any] | None:
    out = {0, 1}
    for test in tests:
        if test.operator not in ORDERINGS and test.operator not in ("equals", "notEquals", "in", "notIn"):
            return None
        for item in _flat([test.expected]):
            number = as_number(item) if isinstance(item, str) else item
            if isinstance(number, bool) or not isinstance(number, int | float):
                return None
            floor = int(number)
            out.update((floor - 1, floor, floor + 1, floor + 2))
    return [value for value in sorted(out) if value >= 0]
