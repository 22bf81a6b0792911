from typing import Any

import pytest

from everward.policy.operators import (
    NEGATED,
    OPERATORS,
    as_number,
    as_text,
    compare,
    incomparable,
    like_pattern,
    same,
)
from everward.values import MISSING

TABLE: list[tuple[str, Any, Any, bool]] = [
    ("equals", "Straße", "STRASSE", True),
    ("equals", "443", 443, True),
    ("equals", 443, " 443 ", True),
    ("equals", "4.5", 4.5, True),
    ("equals", "0x1bb", 443, False),
    ("equals", "TRUE", True, True),
    ("equals", "yes", True, False),
    ("equals", True, 1, False),
    ("equals", 1, 1.0, True),
    ("equals", None, "", True),
    ("equals", MISSING, "", True),
    ("equals", "", None, True),
    ("equals", MISSING, None, True),
    ("equals", MISSING, "x", False),
    ("equals", None, 0, False),
    ("equals", [1, {"a": "x"}], [1, {"a": "x"}], True),
    ("equals", ["A"], ["a"], False),
    ("equals", ["a"], "a", False),
    ("equals", {"a": 1}, {"A": 1}, False),
    ("in", "a", ["b", "A"], True),
    ("in", "a", "A", True),
    ("in", None, [None], False),
    ("in", MISSING, ["x", None], True),
    ("in", MISSING, ["x"], False),
    ("in", MISSING, "x", False),
    ("in", "", [None], False),
    ("in", 42, ["42"], True),
    ("in", ["a"], ["a"], False),
    ("contains", "Hello", "ELL", True),
    ("contains", "a1", 1, True),
    ("contains", 42, "4", True),
    ("contains", 42, 4, False),
    ("contains", True, "ru", True),
    ("contains", ["x", "Y"], "y", True),
    ("contains", [[1]], [1], True),
    ("contains", {"Key": 0}, "kEY", True),
    ("contains", "a", None, False),
    ("contains", None, "a", False),
    ("containsKey", {"Key": 0}, "key", True),
    ("containsKey", "Key", "key", False),
    ("containsKey", {"Key": 0}, None, False),
    ("like", "Hello World", "h*W*d", True),
    ("like", "Hello", "hello", True),
    ("like", "", "*", True),
    ("like", None, "*", False),
    ("like", ["a"], "*", False),
    ("like", 42, "4*", True),
    ("like", "a.b", "a?b", True),
    ("like", "aXXb", "a?b", False),
    ("like", "abcabd", "*ab?", True),
    ("like", "abc", "*b?*", True),
    ("like", "ab", "ab*b", False),
    ("like", "xaby", "x*c*y", False),
    ("like", "xaby", "y*b*", False),
    ("like", "xaby", "?b*c?", False),
    ("match", "a1-X", "?#-.", True),
    ("match", "A", "a", False),
    ("match", "é", "?", False),
    ("match", 12, "##", True),
    ("matchInsensitively", "ABC", "abc", True),
    ("matchInsensitively", None, "abc", False),
    ("less", 1, 2, True),
    ("less", "9", 10, True),
    ("less", "9", "10", False),
    ("less", None, 5, False),
    ("less", False, True, True),
    ("greater", "banana", "APPLE", True),
    ("greaterOrEquals", "2023-07-01-preview", "2023-07-01", True),
    ("exists", "", "true", True),
    ("exists", [], True, True),
    ("exists", None, "False", True),
    ("exists", MISSING, 42, True),
    ("exists", 0, False, False),
]


@pytest.mark.parametrize(("operator", "left", "right", "expected"), TABLE)
def test_operators(operator: str, left: Any, right: Any, expected: bool) -> None:
    assert OPERATORS[operator](left, right) is expected


@pytest.mark.parametrize(("negated", "operator"), sorted(NEGATED.items()))
def test_a_negated_operator_is_the_negation(negated: str, operator: str) -> None:
    for _, left, right, _ in TABLE:
        assert OPERATORS[negated](left, right) is not OPERATORS[operator](left, right)


def test_a_right_side_that_is_missing_satisfies_neither_form_of_containment() -> None:
    for operator in ("contains", "notContains", "containsKey", "notContainsKey"):
        assert OPERATORS[operator]("a", MISSING) is False


def test_what_has_no_order() -> None:
    assert compare("a", 1) is None
    assert compare(True, 1) is None
    assert compare([1], [1]) is None
    assert incomparable("a", 1)
    assert not incomparable(None, 1)
    assert not incomparable("a", "b")
    assert OPERATORS["less"]("a", 1) is False


def test_what_spells_a_number() -> None:
    assert [as_number(text) for text in ("1", "-2.50", "1e3", "", "abc", "1_000", "inf", "٣")] == [
        1,
        -2.5,
        1000.0,
        None,
        None,
        None,
        None,
        None,
    ]
    assert as_number("1e999") == float("inf")


def test_what_has_a_text() -> None:
    values: list[Any] = [True, False, 1, 1.5, None, []]
    assert [as_text(value) for value in values] == ["true", "false", "1", "1.5", None, None]


def test_many_stars_cost_little() -> None:
    assert not like_pattern("*a" * 200 + "b")("a" * 20_000)
    assert like_pattern("*a?" * 50 + "*")("ab" * 2_000)


def test_structure_is_compared_without_recursion() -> None:
    one: Any = []
    two: Any = []
    for _ in range(100_000):
        one, two = [one], [two]
    assert same(one, two)
    assert not same(one, [two])
