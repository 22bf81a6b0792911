from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.make import hole

from everward.policy.counting import Range, count_elements, decide_count, single
from everward.policy.operators import OPERATORS
from everward.policy.truth import IncomparableError
from everward.values import Unknown

X = hole("var.x")
MANY = hole("var.m", many=True)


def test_known_elements_are_counted() -> None:
    counted = count_elements(["a", "b", "a"], lambda value: value == "a")
    assert (counted.low, counted.high, counted.holes) == (2, 2, [])


def test_a_hole_makes_the_count_a_range() -> None:
    counted = count_elements(["a", X, MANY], None)
    assert (counted.low, counted.high) == (2, None)
    counted = count_elements(["a", "b"], lambda value: X if value == "b" else True)
    assert (counted.low, counted.high) == (1, 2)
    counted = count_elements([MANY], lambda value: X)
    assert (counted.low, counted.high) == (0, None)
    assert count_elements([MANY], lambda value: False).high == 0


def test_a_condition_sees_one_element_of_many() -> None:
    seen: list[Any] = []

    def see(value: Any) -> bool:
        seen.append(value)
        return True

    count_elements([MANY, "a"], see)
    assert [isinstance(value, Unknown) and value.many for value in seen] == [False, False]
    assert single(X) is X


@pytest.mark.parametrize(
    ("operator", "low", "high", "expected", "says"),
    [
        ("greater", 1, None, 0, True),
        ("greater", 1, None, 1, None),
        ("less", 3, None, 3, False),
        ("lessOrEquals", 0, 2, "2", True),
        ("equals", 1, 2, 3, False),
        ("equals", 1, 3, 2, None),
        ("notEquals", 2, None, 1, True),
        ("equals", 0, None, "none", False),
        ("equals", 0, None, 1.5, False),
        ("in", 1, None, [0, -1], False),
        ("in", 1, 2, [1, 2], True),
        ("in", 1, 2, [1, X], None),
        ("equals", 1, 2, X, None),
        ("like", 1, 2, "*", None),
        ("exists", 0, None, True, True),
        ("less", 0, None, float("inf"), True),
        ("less", 0, 2, 10**400, True),
    ],
)
def test_a_range_is_decided_when_all_of_it_agrees(
    operator: str, low: int, high: int | None, expected: Any, says: bool | None
) -> None:
    truth = decide_count(operator, Range(low, high, [X]), expected)
    assert isinstance(truth, Unknown) if says is None else truth is says


def test_a_number_and_what_has_no_order_fail() -> None:
    with pytest.raises(IncomparableError):
        decide_count("less", Range(1, 2, [X]), "many")


@given(
    operator=st.sampled_from(sorted(OPERATORS)),
    low=st.integers(0, 5),
    more=st.one_of(st.none(), st.integers(0, 4)),
    expected=st.one_of(
        st.integers(-1, 8),
        st.floats(-2, 8),
        st.sampled_from(["2", "x", True, None]),
        st.lists(st.integers(0, 6), max_size=3),
    ),
)
def test_a_decided_range_says_what_each_number_of_it_says(
    operator: str, low: int, more: int | None, expected: Any
) -> None:
    try:
        truth = decide_count(operator, Range(low, None if more is None else low + more, [X]), expected)
    except IncomparableError:
        return
    if not isinstance(truth, Unknown):
        for number in range(low, low + (15 if more is None else more) + 1):
            assert OPERATORS[operator](number, expected) is truth
