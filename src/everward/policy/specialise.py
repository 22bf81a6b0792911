"""Operators with their right side known: the same answers as `truth.decide`, sooner.

Each maker looks at the right side once and returns a test of left values. Whatever a test does not expect it leaves
to `decide`, so that a shortcut can only be right or absent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from everward.policy.fields import squeeze
from everward.policy.operators import NEGATED, as_number, as_text, is_absent, like_pattern, wants_presence
from everward.policy.truth import decide
from everward.values import MISSING, Truth, Unknown, negate

ValueTest: TypeAlias = Callable[[Any], Truth]
"""A test of one value: a value, a hole, or `MISSING`."""


def specialise(operator: str, expected: Any) -> ValueTest:
    """A test that says of each left value what `decide(operator, value, expected)` says."""
    base = NEGATED.get(operator, operator)
    maker = _MAKERS.get(base)
    test = None if maker is None else maker(expected)
    if test is None:
        return lambda value: decide(operator, value, expected)
    return _negated(test) if base != operator else test


def squeezed(operator: str, expected: Any) -> ValueTest:
    """Like `specialise`, for regions, which compare without spaces."""
    test = specialise(operator, squeeze(expected))
    return lambda value: test(squeeze(value))


def _negated(test: ValueTest) -> ValueTest:
    def inverse(value: Any) -> Truth:
        truth = test(value)
        return not truth if truth is True or truth is False else negate(truth)

    return inverse


def _equals(expected: Any) -> ValueTest | None:
    if isinstance(expected, str):
        folded = expected.casefold()

        def text(value: Any) -> Truth:
            return value.casefold() == folded if value.__class__ is str else decide("equals", value, expected)

        return text
    if isinstance(expected, bool):

        def boolean(value: Any) -> Truth:
            return value is expected if value.__class__ is bool else decide("equals", value, expected)

        return boolean
    return None


def _is_in(expected: Any) -> ValueTest | None:
    if not isinstance(expected, list) or not all(isinstance(item, str) for item in expected):
        return None
    folded = frozenset(item.casefold() for item in expected)

    def test(value: Any) -> Truth:
        return value.casefold() in folded if value.__class__ is str else decide("in", value, expected)

    return test


def _exists(expected: Any) -> ValueTest | None:
    if isinstance(expected, Unknown):
        return None
    wanted = wants_presence(expected)

    def test(value: Any) -> Truth:
        if value is MISSING or value is None:
            return not wanted
        return decide("exists", value, expected) if isinstance(value, Unknown) else wanted

    return test


def _contains(expected: Any) -> ValueTest | None:
    text = as_text(expected)
    if text is None:
        return None
    folded = text.casefold()

    def test(value: Any) -> Truth:
        return folded in value.casefold() if value.__class__ is str else decide("contains", value, expected)

    return test


def _like(expected: Any) -> ValueTest | None:
    text = as_text(expected)
    if text is None:
        return None
    pattern = like_pattern(text)

    def test(value: Any) -> Truth:
        return pattern(value.casefold()) if value.__class__ is str else decide("like", value, expected)

    return test


def _ordering(operator: str) -> Callable[[Any], ValueTest | None]:
    def make(expected: Any) -> ValueTest | None:
        bound = as_number(expected) if isinstance(expected, str) else expected
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            return None
        accept = _ACCEPT[operator]

        def test(value: Any) -> Truth:
            # Two texts compare as texts, even when both spell numbers: only numbers take the short way.
            return accept(value, bound) if value.__class__ is int else decide(operator, value, expected)

        return test

    return make


_ACCEPT: Final[dict[str, Callable[[int, int | float], bool]]] = {
    "less": lambda left, right: left < right,
    "lessOrEquals": lambda left, right: left <= right,
    "greater": lambda left, right: left > right,
    "greaterOrEquals": lambda left, right: left >= right,
}

_MAKERS: Final[dict[str, Callable[[Any], ValueTest | None]]] = {
    "equals": _equals,
    "in": _is_in,
    "exists": _exists,
    "contains": _contains,
    "like": _like,
    **{operator: _ordering(operator) for operator in _ACCEPT},
}


def never_fails(operator: str, expected: Any) -> bool:
    """Whether comparing any value with `expected` gives an answer: only orderings can fail."""
    return operator not in _ACCEPT or is_absent(expected)
