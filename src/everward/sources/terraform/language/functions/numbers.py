"""Functions over numbers."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from everward.sources.terraform.language.functions.registry import function, whole
from everward.sources.terraform.language.operations import as_number, binary
from everward.sources.terraform.language.types import NUMBER
from everward.sources.terraform.language.values import Data, ListValue, ValueProblem, shorten, tidy

_LONGEST_RANGE = 1024
"""Terraform's own limit."""


@function("abs", "n")
def absolute(value: Any) -> Data:
    """Without its sign."""
    return abs(value)


@function("ceil", "n")
def ceil(value: Any) -> Data:
    """The next whole number above."""
    return int(Decimal(value).to_integral_value(ROUND_CEILING))


@function("floor", "n")
def floor(value: Any) -> Data:
    """The next whole number below."""
    return int(Decimal(value).to_integral_value(ROUND_FLOOR))


@function("signum", "n")
def signum(value: Any) -> Data:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


@function("max", "*n")
def largest(*values: Any) -> Data:
    """The largest."""
    return max(_some(values))


@function("min", "*n")
def smallest(*values: Any) -> Data:
    """The smallest."""
    return min(_some(values))


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueProblem("at least one number is needed")
    return values


@function("sum", "l")
def total(values: list[Data]) -> Data:
    """The sum of a list."""
    if not values:
        raise ValueProblem("an empty list has no sum")
    result: Data = 0
    for value in values:
        result = binary("+", result, value)
    return result


@function("pow", "nn")
def power(base: Any, exponent: Any) -> Data:
    """A power, in double precision as Terraform has it."""
    return _from_float(lambda: math.pow(base, exponent))


@function("log", "nn")
def log(value: Any, base: Any) -> Data:
    """A logarithm, in double precision as Terraform has it."""
    return _from_float(lambda: math.log(value) / math.log(base))


def _from_float(work: Any) -> Data:
    try:
        return tidy(Decimal(repr(work())))
    except (ValueError, OverflowError, ZeroDivisionError):
        raise ValueProblem("the result is not a number") from None


@function("parseint", "an")
def parseint(text: Data, base: Any) -> Data:
    """The whole number that text stands for in a base from 2 to 62."""
    if not isinstance(text, str):
        raise ValueProblem("text is needed")
    radix = whole(base)
    if not 2 <= radix <= 62:
        raise ValueProblem("the base lies outside 2 to 62")
    digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[:radix]
    body = text.removeprefix("-").removeprefix("+")
    if radix <= 36:
        body = body.lower()
    if not body or any(char not in digits for char in body) or len(body) > 4096:
        raise ValueProblem(f"`{shorten(text)}` is not a number in base {radix}")
    result = 0
    for char in body:
        result = result * radix + digits.index(char)
    return -result if text.startswith("-") else result


@function("range", "*n")
def number_range(*limits: Any) -> Data:
    """The numbers from a start up to, and without, a limit."""
    if not 1 <= len(limits) <= 3:
        raise ValueProblem("one to three numbers are needed")
    start, limit = (limits[0], limits[1]) if len(limits) > 1 else (0, limits[0])
    step = as_number(limits[2]) if len(limits) > 2 else 1 if start <= limit else -1
    if step == 0 or (step > 0 and limit < start) or (step < 0 and limit > start):
        if limit == start:
            return ListValue((), NUMBER)
        raise ValueProblem("the step leads away from the limit")
    items: list[Data] = []
    current = start
    while current < limit if step > 0 else current > limit:
        if len(items) >= _LONGEST_RANGE:
            raise ValueProblem(f"more than {_LONGEST_RANGE} numbers")
        items.append(current)
        current = binary("+", current, step)
    return ListValue(items, NUMBER)
