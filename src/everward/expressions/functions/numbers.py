"""Functions on numbers: integers of 64 bits, and numbers with a fraction where a policy brings them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from everward.expressions.functions.registry import Family
from everward.expressions.kinds import as_integer, is_number, kind_of
from everward.expressions.limits import INT_MAX, INT_MIN, bounds
from everward.expressions.problem import Failure
from everward.values import Value

NUMBERS = Family()

Number = int | float


def _number(value: Value, place: str = "its argument") -> Number:
    if is_number(value) and isinstance(value, (int, float)):
        return value
    raise Failure(f"{place} must be a number, not {kind_of(value)}")


def _calculate(operation: Callable[[Number, Number], Number], left: Value, right: Value) -> Value:
    one, other = _number(left, "its first argument"), _number(right, "its second argument")
    try:
        return _fit(operation(one, other))
    except OverflowError:
        raise Failure("the result is too large") from None


def _fit(value: Number) -> Value:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Failure("the result is too large")
        return value
    if not INT_MIN <= value <= INT_MAX:
        raise Failure("the result does not fit in 64 bits")
    return value


@NUMBERS.add("add", 2, 2)
def add(left: Value, right: Value) -> Value:
    """The sum."""
    return _calculate(operator.add, left, right)


@NUMBERS.add("sub", 2, 2)
def sub(left: Value, right: Value) -> Value:
    """The difference."""
    return _calculate(operator.sub, left, right)


@NUMBERS.add("mul", 2, 2)
def mul(left: Value, right: Value) -> Value:
    """The product."""
    return _calculate(operator.mul, left, right)


def _divide(left: Value, right: Value, whole: Callable[[int, int], int]) -> Value:
    one, other = as_integer(left, "its first argument"), as_integer(right, "its second argument")
    if other == 0:
        raise Failure("division by zero")
    return _fit(whole(one, other))


def _quotient(one: int, other: int) -> int:
    size = abs(one) // abs(other)
    return size if (one < 0) == (other < 0) else -size


@NUMBERS.add("div", 2, 2)
def div(left: Value, right: Value) -> Value:
    """The whole quotient, cut towards zero."""
    return _divide(left, right, _quotient)


@NUMBERS.add("mod", 2, 2)
def mod(left: Value, right: Value) -> Value:
    """The remainder, with the sign of the dividend."""
    return _divide(left, right, lambda one, other: one - other * _quotient(one, other))


def _choose(values: tuple[Value, ...], pick: Callable[[list[Number]], Number]) -> Value:
    given = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    numbers = [_number(value, "every value") for value in given]
    if not numbers:
        raise Failure("there is no value to choose from")
    return pick(numbers)


@NUMBERS.add("min", 1, None)
def smallest(*values: Value) -> Value:
    """The smallest of the arguments, or of the elements of one array."""
    return _choose(values, min)


@NUMBERS.add("max", 1, None)
def largest(*values: Value) -> Value:
    """The largest of the arguments, or of the elements of one array."""
    return _choose(values, max)


@NUMBERS.add("range", 2, 2)
def span(start: Value, count: Value) -> Value:
    """`count` integers from `start` on."""
    first, length = as_integer(start, "the start"), as_integer(count, "the count")
    most = bounds().expansion
    if not 0 <= length <= most:
        raise Failure(f"the count must be from 0 to {most}, not {length}", limit="expansion" if length > 0 else None)
    if first + length > 2**31 - 1:
        raise Failure("start and count together must not exceed 2147483647")
    return list(range(first, first + length))


@NUMBERS.add("int", 1, 1)
def to_integer(value: Value) -> Value:
    """A number or the text of one as an integer, cut towards zero."""
    if isinstance(value, str):
        return _fit(_integer_in(value))
    number = _number(value)
    if isinstance(number, float) and not math.isfinite(number):
        raise Failure("its argument must be finite")
    return _fit(int(number))


def _integer_in(text: str) -> int:
    digits = text.strip()
    if digits.lstrip("+-").isdecimal() and digits.isascii() and len(digits) < 32:
        try:
            return int(digits)
        except ValueError:
            raise Failure(f"`{text}` is not an integer") from None
    number = _float_in(text)
    if abs(number) > 2**63:
        raise Failure("the result does not fit in 64 bits")
    return int(number)


@NUMBERS.add("float", 1, 1)
def to_float(value: Value) -> Value:
    """A number or the text of one as a number with a fraction."""
    if isinstance(value, str):
        return _fit(_float_in(value))
    number = _number(value)
    try:
        return float(number)
    except OverflowError:
        raise Failure("the result is too large") from None


def _float_in(text: str) -> float:
    # Python reads more than .NET: `1_000`, `nan`, `infinity`.
    if text and not set(text.strip()) - set("0123456789+-.eE"):
        try:
            return float(text)
        except ValueError:
            pass
    raise Failure(f"`{text[:64]}` is not a number")


@NUMBERS.add("bool", 1, 1)
def to_boolean(value: Value) -> Value:
    """`true` and `false` in any case, `0` and `1` as text; of numbers zero is false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        found = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
        if found is None:
            raise Failure(f"`{value[:64]}` is neither true nor false")
        return found
    return _number(value) != 0
