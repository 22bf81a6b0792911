"""Comparison, and the functions that look at their arguments one by one."""

from __future__ import annotations

from everward.expressions.equality import same
from everward.expressions.functions.arrays import contained
from everward.expressions.functions.registry import Family, Holes
from everward.expressions.kinds import as_boolean, as_string, is_number, kind_of
from everward.expressions.problem import Failure
from everward.expressions.text import compare, fold
from everward.values import Value

LOGIC = Family()
FOLDED = Family()
"""The same functions without case, for a dialect that compares like the operators of policies."""


@LOGIC.add("true", 0, 0)
def true() -> Value:
    """True."""
    return True


@LOGIC.add("false", 0, 0)
def false() -> Value:
    """False."""
    return False


@LOGIC.add("null", 0, 0, present=False)
def null() -> Value:
    """Null."""
    return None


@LOGIC.add("not", 1, 1)
def negation(value: Value) -> Value:
    """The opposite."""
    return not as_boolean(value)


@LOGIC.add("fail", 1, 1, present=False)
def fail(message: Value) -> Value:
    """Fails, with the author's own message."""
    raise Failure(as_string(message))


@LOGIC.add("equals", 2, 2, holes=Holes.OWN)
def equals(left: Value, right: Value) -> Value:
    """Deep equality, with case; integers equal numbers of the same value, booleans equal only booleans."""
    return same(left, right)


@FOLDED.add("equals", 2, 2, holes=Holes.OWN)
def equals_folded(left: Value, right: Value) -> Value:
    """Deep equality without case."""
    return same(left, right, folded=True)


@FOLDED.add("contains", 2, 2, holes=Holes.OWN)
def contains_folded(container: Value, item: Value) -> Value:
    """`contains` without case."""
    return contained(container, item, folded=True)


def ordering(left: Value, right: Value, *, folded: bool = False) -> int:
    """Negative, zero or positive, as `left` sorts before, with or behind `right`.

    Raises:
        Failure: when they are not both numbers or both strings.

    """
    if isinstance(left, str) and isinstance(right, str):
        return compare(fold(left), fold(right)) if folded else compare(left, right)
    if is_number(left) and is_number(right) and isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return (left > right) - (left < right)
    raise Failure(f"{kind_of(left)} and {kind_of(right)} cannot be put in order")


def _add_orderings(family: Family, folded: bool) -> None:
    @family.add("less", 2, 2)
    def less(left: Value, right: Value) -> Value:
        return ordering(left, right, folded=folded) < 0

    @family.add("lessOrEquals", 2, 2)
    def less_or_equals(left: Value, right: Value) -> Value:
        return ordering(left, right, folded=folded) <= 0

    @family.add("greater", 2, 2)
    def greater(left: Value, right: Value) -> Value:
        return ordering(left, right, folded=folded) > 0

    @family.add("greaterOrEquals", 2, 2)
    def greater_or_equals(left: Value, right: Value) -> Value:
        return ordering(left, right, folded=folded) >= 0


_add_orderings(LOGIC, folded=False)
_add_orderings(FOLDED, folded=True)
