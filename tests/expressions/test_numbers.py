from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import evaluate, failure

from everward.values import Value

BIG = 2**63 - 1
INTS = st.integers(min_value=-(2**31), max_value=2**31)

CASES: list[tuple[str, Any]] = [
    ("add(3, 4)", 7),
    ("add(json('1.5'), 1)", 2.5),
    ("add(-2.5, 3.5)", 1),
    ("sub(7, 3)", 4),
    ("mul(-5, 3)", -15),
    ("div(8, 3)", 2),
    ("div(-8, 3)", -2),
    ("div(8, -3)", -2),
    ("mod(7, 3)", 1),
    ("mod(-7, 3)", -1),
    ("mod(7, -3)", 1),
    ("div(json('8.0'), 3)", 2),
    ("min(3, 1, 2)", 1),
    ("max(createArray(3, 5, 2))", 5),
    ("min(7)", 7),
    ("range(5, 3)", [5, 6, 7]),
    ("range(5, 0)", []),
    ("int('4')", 4),
    ("int(' -4 ')", -4),
    ("int('+4')", 4),
    ("int('3.9')", 3),
    ("int('1e3')", 1000),
    ("int(json('-3.9'))", -3),
    ("int('9223372036854775807')", BIG),
    ("float('2.5')", 2.5),
    ("float(2)", 2.0),
    ("bool('True')", True),
    ("bool('0')", False),
    ("bool(7)", True),
    ("bool(0)", False),
    ("bool(false())", False),
    ("less(1, 2)", True),
    ("lessOrEquals(2, 2)", True),
    ("greater(2, json('1.5'))", True),
    ("greaterOrEquals(1, 2)", False),
    ("equals(1, json('1.0'))", True),
    ("equals(1, true())", False),
    ("equals('1', 1)", False),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_numbers(text: str, expected: Value) -> None:
    result = evaluate(text)
    assert result == expected
    assert isinstance(result, bool) is isinstance(expected, bool)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("add('1', 2)", "`add`: its first argument must be a number, not a string"),
        ("add(1, true())", "`add`: its second argument must be a number, not a boolean"),
        ("add(9223372036854775807, 1)", "`add`: the result does not fit in 64 bits"),
        ("mul(9223372036854775807, -2)", "`mul`: the result does not fit in 64 bits"),
        ("sub(-9223372036854775808, 1)", "`sub`: the result does not fit in 64 bits"),
        ("div(-9223372036854775808, -1)", "`div`: the result does not fit in 64 bits"),
        ("div(1, 0)", "`div`: division by zero"),
        ("mod(1, 0)", "`mod`: division by zero"),
        ("div(json('1.5'), 1)", "`div`: its first argument must be an integer, not a number"),
        ("mul(1e300, 1e300)", "`mul`: the result is too large"),
        ("min(createArray())", "`min`: there is no value to choose from"),
        ("max('a')", "`max`: every value must be a number, not a string"),
        ("range(0, 10001)", "`range`: the count must be from 0 to 10000, not 10001"),
        ("range(0, -1)", "`range`: the count must be from 0 to 10000, not -1"),
        ("range(2147483647, 1)", "`range`: start and count together must not exceed 2147483647"),
        ("int('x')", "`int`: `x` is not a number"),
        ("int('--5')", "`int`: `--5` is not an integer"),
        ("int('')", "`int`: `` is not a number"),
        ("int('1_0')", "`int`: `1_0` is not a number"),
        ("int('٣')", "`int`: `٣` is not a number"),
        ("int('1e30')", "`int`: the result does not fit in 64 bits"),
        ("int('9223372036854775808')", "`int`: the result does not fit in 64 bits"),
        ("int(null())", "`int`: its argument must be a number, not null"),
        ("int(true())", "`int`: its argument must be a number, not a boolean"),
        ("float('nan')", "`float`: `nan` is not a number"),
        ("float('1e')", "`float`: `1e` is not a number"),
        ("float('1e999')", "`float`: the result is too large"),
        ("bool('yes')", "`bool`: `yes` is neither true nor false"),
        ("bool(null())", "`bool`: its argument must be a number, not null"),
        ("less(1, 'a')", "`less`: an integer and a string cannot be put in order"),
        ("less(null(), null())", "`less`: null and null cannot be put in order"),
        ("greater(true(), false())", "`greater`: a boolean and a boolean cannot be put in order"),
    ],
)
def test_numbers_that_fail(text: str, message: str) -> None:
    assert failure(text).message == message


def test_numbers_from_outside_may_be_of_any_size() -> None:
    huge = 10**400
    assert "too large" in failure("add(parameters('a'), json('1.5'))", a=huge).message
    assert "64 bits" in failure("add(parameters('a'), 1)", a=huge).message
    assert "too large" in failure("float(parameters('a'))", a=huge).message
    assert "finite" in failure("int(parameters('a'))", a=float("inf")).message
    assert evaluate("less(1, parameters('a'))", a=huge) is True


@given(INTS, INTS.filter(bool))
def test_quotient_and_remainder_belong_together(one: int, other: int) -> None:
    quotient = evaluate("div(parameters('a'), parameters('b'))", a=one, b=other)
    remainder = evaluate("mod(parameters('a'), parameters('b'))", a=one, b=other)
    assert quotient * other + remainder == one
    assert abs(remainder) < abs(other)
    assert remainder == 0 or (remainder < 0) is (one < 0)


@given(INTS)
def test_an_integer_survives_its_text(value: int) -> None:
    assert evaluate("int(string(parameters('a')))", a=value) == value
