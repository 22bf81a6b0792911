"""Functions over numbers."""

from __future__ import annotations

from typing import Any

from everward.sources.terraform.language import doubles, numbers
from everward.sources.terraform.language.functions.registry import STEP_ELEMENTS, Context, function, sequence, whole
from everward.sources.terraform.language.numbers import Number
from everward.sources.terraform.language.operations import calculate
from everward.sources.terraform.language.types import NUMBER
from everward.sources.terraform.language.values import Data, ListValue, ValueProblem, convert, is_null, shorten

_LONGEST_RANGE = 1024
"""Terraform's own limit."""


@function("abs", "n")
def absolute(value: Number) -> Data:
    """Without its sign."""
    return calculate(numbers.absolute, value)


@function("ceil", "n")
def ceil(value: Number) -> Data:
    """The next whole number above."""
    return calculate(numbers.ceil, value)


@function("floor", "n")
def floor(value: Number) -> Data:
    """The next whole number below."""
    return calculate(numbers.floor, value)


@function("signum", "n")
def signum(value: Number) -> Data:
    """-1, 0 or 1, of a whole number."""
    count = whole(value)
    return numbers.sized((count > 0) - (count < 0))


@function("max", "*n")
def largest(*values: Number) -> Data:
    """The largest."""
    return max(_some(values))


@function("min", "*n")
def smallest(*values: Number) -> Data:
    """The smallest."""
    return min(_some(values))


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueProblem("at least one number is needed")
    return values


@function("sum", "a")
def total(value: Data) -> Data:
    """The sum of a list."""
    items = sequence(value)
    if not items:
        raise ValueProblem("an empty list has no sum")
    if any(is_null(item) for item in items):
        raise ValueProblem("an element is null")
    result, *rest = [convert(item, NUMBER) for item in items]
    for item in rest:
        result = calculate(numbers.add, result, item)
    return result


@function("pow", "nn")
def power(base: Number, exponent: Number) -> Data:
    """A power, in double precision as Terraform has it."""
    return _of_double(doubles.power(_double(base), _double(exponent)))


def _of_double(value: float) -> Number:
    return calculate(lambda: numbers.of_float(value))


def _double(value: Number) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueProblem("a number is too large for double precision") from None


@function("log", "nn")
def log(value: Number, base: Number) -> Data:
    """A logarithm, in double precision as Terraform has it."""
    return _of_double(doubles.quotient(doubles.logarithm(_double(value)), doubles.logarithm(_double(base))))


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@function("parseint", "an")
def parseint(text: Data, base: Number) -> Data:
    """The whole number that text stands for in a base from 2 to 62."""
    if not isinstance(text, str):
        raise ValueProblem("text is needed")
    radix = whole(base)
    if not 2 <= radix <= 62:
        raise ValueProblem("the base lies outside 2 to 62")
    digits = _DIGITS[:radix]
    body = text[1:] if text[:1] in ("-", "+") else text
    if radix <= 36:
        body = body.lower()
    if not body or any(char not in digits for char in body) or len(body) > 4096:
        raise ValueProblem(f"`{shorten(text)}` is not a number in base {radix}")
    result = 0
    for char in body:
        result = result * radix + digits.index(char)
    return numbers.sized(-result if text.startswith("-") else result, max(numbers.COUNTED, result.bit_length()))


def _whole_range(context: Context, start: int, limit: int, step: int, bits: int) -> Data:
    """The numbers of a range without fractions, which is most of them."""
    found = range(start, limit, step)
    if len(found) > _LONGEST_RANGE:
        # Found out as often as it is asked for, it is work as well.
        context.spend(_LONGEST_RANGE // STEP_ELEMENTS)
        raise ValueProblem(f"more than {_LONGEST_RANGE} numbers")
    further = list(found[1:]) if bits == numbers.WIDTH else [numbers.sized(value, bits) for value in found[1:]]
    return ListValue([start, *further], NUMBER)


@function("range", "*n", context=True)
def number_range(context: Context, *limits: Number) -> Data:
    """The numbers from a start up to, and without, a limit."""
    if not 1 <= len(limits) <= 3:
        raise ValueProblem("one to three numbers are needed")
    start, limit = (limits[0], limits[1]) if len(limits) > 1 else (numbers.sized(0), limits[0])
    step = limits[2] if len(limits) > 2 else numbers.sized(1 if start <= limit else -1)
    if limit == start:
        return ListValue((), NUMBER)
    if step == 0 or (step > 0) != (limit > start):
        raise ValueProblem("the step leads away from the limit")
    if isinstance(start, int) and isinstance(limit, int) and isinstance(step, int):
        bits = max(numbers.width(start), numbers.width(step))
        if max(start.bit_length(), limit.bit_length()) <= bits:
            return _whole_range(context, start, limit, step, bits)
    items: list[Data] = []
    current = start
    while current < limit if step > 0 else current > limit:
        if len(items) >= _LONGEST_RANGE:
            # Found out as often as it is asked for, it is work as well.
            context.spend(_LONGEST_RANGE // STEP_ELEMENTS)
            raise ValueProblem(f"more than {_LONGEST_RANGE} numbers")
        items.append(current)
        current = calculate(numbers.add, current, step)
    return ListValue(items, NUMBER)
