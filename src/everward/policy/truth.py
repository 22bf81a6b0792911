"""The operators of conditions on values with holes: true, false, or a hole that says what would decide.

A result is known only when it holds however the holes are filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from everward.policy.operators import NEGATED, OPERATORS, ORDERINGS, equals, exists, incomparable, is_absent, same
from everward.values import MISSING, Truth, Unknown, any_of, combine, is_empty, is_known, negate


class IncomparableError(Exception):
    """Two values that have no order: Azure fails the evaluation."""

    def __init__(self, left: Any, right: Any) -> None:
        super().__init__(f"{_kind(left)} and {_kind(right)} have no order")


def decide(operator: str, left: Any, right: Any) -> Truth:
    """What `operator` (spelt as in `OPERATORS`) says of two values.

    Raises:
        IncomparableError: when an ordering is asked of values that have none.

    """
    if _is_plain(left) and _is_plain(right):
        if operator in ORDERINGS and incomparable(left, right):
            raise IncomparableError(left, right)
        return OPERATORS[operator](left, right)
    positive = NEGATED.get(operator)
    if positive is not None:
        return negate(_decide(positive, left, right))
    return _decide(operator, left, right)


def _is_plain(value: Any) -> bool:
    kind = value.__class__
    if kind is Unknown:
        return False
    return is_known(value) if kind is dict or kind is list else True


def _decide(operator: str, left: Any, right: Any) -> Truth:
    if operator == "exists":
        return _exists(left, right)
    if operator == "equals":
        return equals3(left, right)
    if operator == "in":
        return _is_in(left, right)
    if operator == "contains":
        return _contains(left, right)
    if operator == "containsKey":
        return _contains_key(left, right)
    if is_absent(left) or is_absent(right):
        return False
    if operator == "like" and isinstance(left, Unknown) and isinstance(right, str):
        return _ends(left, right)
    holes = [value for value in (left, right) if isinstance(value, Unknown)]
    # What is left compares texts and numbers: a hole inside an array or object does not matter.
    return combine(holes) if holes else decide(operator, _hollow(left), _hollow(right))


def _ends(hole: Unknown, pattern: str) -> Truth:
    """`like` with one leading star: an id that is known from some place on to its end is enough to decide."""
    tail = pattern[1:].lower()
    if hole.reference is None or not pattern.startswith("*") or "*" in tail or "?" in tail:
        return combine([hole])
    # What stands in braces is not known yet; the rest stays as it is.
    known = hole.reference.rpartition("}")[2].lower()
    if known.endswith(tail):
        return True
    return combine([hole]) if tail.endswith(known) else False


def _hollow(value: Any) -> Any:
    return type(value)() if isinstance(value, list | dict) else value


def _exists(left: Any, right: Any) -> Truth:
    if isinstance(right, Unknown):
        return combine([right])
    if isinstance(left, Unknown):
        known = left.present or left.reference is not None
        return exists(True, right) if known else combine([left])
    return exists(left, right)


def equals3(left: Any, right: Any) -> Truth:
    """`equals` on values with holes. Holes that will hold the same id are equal."""
    if isinstance(left, Unknown):
        return _hole_equals(left, right)
    if isinstance(right, Unknown):
        return _hole_equals(right, left)
    if isinstance(left, list | dict) and isinstance(right, list | dict):
        return _same3(left, right)
    return equals(left, right)


def _hole_equals(hole: Unknown, other: Any) -> Truth:
    if isinstance(other, Unknown):
        one, two = hole.reference, other.reference
        if one is not None and two is not None and one.lower() == two.lower():
            return True
        return combine([hole, other])
    if hole.filled and is_empty(other):
        return False
    if hole.reference is not None:
        if isinstance(other, str) and other.lower() == hole.reference.lower():
            return True
        # The hole will hold an id, and ids are texts that begin with a slash.
        if not isinstance(other, str) or other[:1] not in ("/", "{"):
            return False
    return combine([hole])


def _same3(left: Any, right: Any) -> Truth:
    """Equality of structure, without recursion."""
    holes: list[Unknown] = []
    stack = [(left, right)]
    while stack:
        one, two = stack.pop()
        if isinstance(one, Unknown) or isinstance(two, Unknown):
            truth = _hole_equals(one, two) if isinstance(one, Unknown) else _hole_equals(two, one)
        elif isinstance(one, list) and isinstance(two, list):
            truth = _same_length(one, two)
            stack.extend(zip(one, two, strict=False) if truth is True else ())
        elif isinstance(one, dict) and isinstance(two, dict):
            truth = _same_keys(one, two)
            stack.extend((value, two[key]) for key, value in one.items() if key in two)
        else:
            truth = same(one, two)
        if isinstance(truth, Unknown):
            holes.append(truth)
        elif not truth:
            return False
    return combine(holes) if holes else True


def _same_length(left: list[Any], right: list[Any]) -> Truth:
    open_ended = [item for item in (*left, *right) if isinstance(item, Unknown) and item.many]
    return combine(open_ended) if open_ended else len(left) == len(right)


def _same_keys(left: dict[str, Any], right: dict[str, Any]) -> Truth:
    """A key that only one side has makes them differ, unless a hole stands there, which may turn out to be nothing."""
    only = [(left if key in left else right)[key] for key in left.keys() ^ right.keys()]
    if all(isinstance(value, Unknown) for value in only):
        return combine(only) if only else True
    return False


def _elements(value: Any) -> Iterator[Any]:
    return iter(value) if isinstance(value, list) else iter((value,))


def _is_in(left: Any, right: Any) -> Truth:
    if left is None or right is MISSING:
        return False
    if isinstance(right, Unknown):
        return combine([right])
    if left is MISSING:
        if isinstance(right, list):
            holes = [item for item in right if isinstance(item, Unknown)]
            return True if None in _known(right) else combine(holes) if holes else False
        return False
    truths = [_element_equals(item, left) for item in _elements(right) if item is not None]
    # A hole on the left may turn out to be nothing, which is in a list that names null.
    if isinstance(left, Unknown) and not left.filled and isinstance(right, list) and None in _known(right):
        truths.append(combine([left]))
    return any_of(truths)


def _known(items: list[Any]) -> list[Any]:
    return [item for item in items if not isinstance(item, Unknown)]


def _element_equals(element: Any, other: Any) -> Truth:
    truth = equals3(element, other)
    if isinstance(element, Unknown) and element.many and not isinstance(truth, Unknown):
        # There may be no such element at all; a false stays false however many there are.
        return combine([element]) if truth else False
    return truth


def _contains(left: Any, right: Any) -> Truth:
    if is_absent(left) or right is MISSING:
        return False
    if isinstance(left, Unknown):
        return combine([left])
    if isinstance(left, list):
        return any_of(_element_equals(item, right) for item in left)
    if isinstance(left, dict):
        return _contains_key(left, right)
    return combine([right]) if isinstance(right, Unknown) else decide("contains", left, _hollow(right))


def _contains_key(left: Any, right: Any) -> Truth:
    if isinstance(left, Unknown):
        return combine([left])
    if not isinstance(left, dict) or not left:
        return False
    if isinstance(right, Unknown):
        return combine([right])
    return decide("containsKey", dict.fromkeys(left), _hollow(right))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return f"the text `{value}`" if len(value) <= 40 else "a text"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "an array" if isinstance(value, list) else "an object"
