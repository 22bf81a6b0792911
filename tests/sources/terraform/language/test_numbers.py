"""Numbers are binary and have a width; what functions over them give is right to the last bit."""

# ruff: noqa: E501 - cases stand together as in a table

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everward.sources.terraform.language import doubles, numbers
from everward.sources.terraform.language.numbers import Number, NumberProblem
from everward.sources.terraform.language.values import number_text, to_number

WHOLE = st.integers(-(2**600), 2**600)
WRITTEN = st.builds(
    lambda digits, places: to_number(f"{digits}e-{places}"), st.integers(-(10**20), 10**20), st.integers(0, 30)
)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), WRITTEN)


def nearest(exact: Fraction, bits: int = 512) -> Fraction:
    """The binary number of a width that is nearest, ties to even: worked out the plain way."""
    if not exact:
        return exact
    scale = bits - (abs(exact.numerator).bit_length() - exact.denominator.bit_length())
    for shift in (scale - 1, scale, scale + 1):
        scaled = exact * Fraction(2) ** shift
        if 2 ** (bits - 1) <= abs(scaled) < 2**bits:
            return Fraction(round(scaled)) / Fraction(2) ** shift
    raise AssertionError("no such scale")


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_sums_differences_and_products_are_rounded_once(one: Number, two: Number) -> None:
    left, right = Fraction(one), Fraction(two)
    assert Fraction(numbers.add(one, two)) == nearest(left + right)
    assert Fraction(numbers.subtract(one, two)) == nearest(left - right)
    assert Fraction(numbers.multiply(one, two)) == nearest(left * right)


@settings(deadline=None)
@given(NUMBERS, NUMBERS.filter(bool))
def test_quotients_are_rounded_once(one: Number, two: Number) -> None:
    assert Fraction(numbers.divide(one, two)) == nearest(Fraction(one) / Fraction(two))


@settings(deadline=None)
@given(WHOLE)
def test_whole_numbers_have_512_bits(value: int) -> None:
    assert Fraction(to_number(str(value))) == nearest(Fraction(value))


@settings(deadline=None)
@given(NUMBERS)
def test_a_number_is_read_back_as_it_was_written(value: Number) -> None:
    assert Fraction(to_number(number_text(value))) == Fraction(value)


@settings(deadline=None)
@given(NUMBERS)
def test_floor_ceiling_and_absolute_value(value: Number) -> None:
    exact = Fraction(value)
    assert numbers.floor(value) == math.floor(exact)
    assert numbers.ceil(value) == math.ceil(exact)
    assert Fraction(numbers.absolute(value)) == abs(exact)
    assert numbers.truncated(value) == math.trunc(exact)
    assert Fraction(numbers.negate(value)) == -exact


def test_a_width_of_its_own_shows_in_quotients() -> None:
    narrow = numbers.divide(numbers.sized(1), numbers.sized(3))
    wide = numbers.divide(1, 3)
    assert numbers.width(numbers.sized(1)) == numbers.COUNTED == 64
    assert len(number_text(narrow)) < len(number_text(wide))
    assert abs(Fraction(narrow) - Fraction(1, 3)) < Fraction(1, 2**64)


INFINITY = Decimal("Infinity")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda: numbers.divide(1, 0), INFINITY),
        (lambda: numbers.divide(-1, 0), -INFINITY),
        (lambda: numbers.divide(1, INFINITY), 0),
        (lambda: numbers.add(INFINITY, 1), INFINITY),
        (lambda: numbers.subtract(1, INFINITY), -INFINITY),
        (lambda: numbers.multiply(INFINITY, -2), -INFINITY),
        (lambda: numbers.floor(INFINITY), INFINITY),
        (lambda: numbers.absolute(-INFINITY), INFINITY),
        (lambda: numbers.negate(INFINITY), -INFINITY),
    ],
)
def test_what_is_infinite_can_be_worked_with(result: object, expected: Number) -> None:
    assert callable(result)
    assert result() == expected


@pytest.mark.parametrize(
    "result",
    [
        lambda: numbers.divide(0, 0),
        lambda: numbers.subtract(INFINITY, INFINITY),
        lambda: numbers.multiply(INFINITY, 0),
        lambda: numbers.divide(INFINITY, INFINITY),
    ],
)
def test_what_is_no_number_is_a_problem(result: object) -> None:
    assert callable(result)
    with pytest.raises(NumberProblem):
        result()


def close(one: float, two: float) -> bool:
    return math.isclose(one, two, rel_tol=1e-15) or one == two or (math.isnan(one) and math.isnan(two))


@settings(deadline=None)
@given(st.floats(min_value=1e-300, max_value=1e300))
def test_logarithms_are_those_of_the_library_but_for_the_last_bits(value: float) -> None:
    assert close(doubles.logarithm(value), math.log(value)) or abs(math.log(value)) < 1e-15


@settings(deadline=None)
@given(st.floats(min_value=1e-10, max_value=1e10), st.floats(min_value=-20, max_value=20))
def test_powers_are_those_of_the_library_but_for_the_last_bits(base: float, exponent: float) -> None:
    assert math.isclose(doubles.power(base, exponent), base**exponent, rel_tol=1e-13)


@settings(deadline=None)
@given(st.floats(min_value=-700, max_value=700))
def test_exponentials_are_those_of_the_library_but_for_the_last_bits(value: float) -> None:
    assert math.isclose(doubles.exponential(value), math.exp(value), rel_tol=1e-15)


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        (NAN, 0, 1.0), (1, NAN, 1.0), (NAN, 2, NAN), (2, NAN, NAN), (0, 3, 0.0), (-0.0, 3, -0.0), (0, 2, 0.0), (0, -1, INF),
        (-0.0, -1, -INF), (0, -2, INF), (2, INF, INF), (0.5, INF, 0.0), (2, -INF, 0.0), (0.5, -INF, INF), (-1, INF, 1.0),
        (INF, 2, INF), (INF, -2, 0.0), (-INF, 3, -INF), (-INF, 2, INF), (-INF, -3, -0.0), (-8, 0.5, NAN), (2, 1e300, INF),
        (2, -1e300, 0.0), (-1, 1e300, 1.0), (0.5, 1e300, 0.0), (2, 2000, INF), (2, -2000, 0.0), (5, 1, 5.0), (4, 0.5, 2.0), (4, -0.5, 0.5),
        (1e200, 3, INF), (-2, 3, -8.0),
    ],
)  # fmt: skip
def test_powers_of_what_is_special(base: float, exponent: float, expected: float) -> None:
    result = doubles.power(base, exponent)
    assert close(result, expected)
    assert math.copysign(1, result) == math.copysign(1, expected) or math.isnan(expected)


@pytest.mark.parametrize(("value", "expected"), [(0, -INF), (-1, NAN), (INF, INF), (NAN, NAN), (1, 0.0)])
def test_logarithms_of_what_is_special(value: float, expected: float) -> None:
    assert close(doubles.logarithm(value), expected)


@pytest.mark.parametrize(
    ("value", "expected"), [(INF, INF), (-INF, 0.0), (NAN, NAN), (1000, INF), (-2000, 0.0), (0, 1.0)]
)
def test_exponentials_of_what_is_special(value: float, expected: float) -> None:
    assert close(doubles.exponential(value), expected)


@pytest.mark.parametrize(
    ("one", "two", "expected"), [(1, 0, INF), (-1, 0, -INF), (1, -0.0, -INF), (0, 0, NAN), (NAN, 0, NAN), (6, 3, 2.0)]
)
def test_quotients_of_what_is_special(one: float, two: float, expected: float) -> None:
    assert close(doubles.quotient(one, two), expected)
