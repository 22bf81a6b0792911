"""Conditions in words."""

from typing import Any

import pytest

from everward.assessment import Reason, listed, reason_text, value_text
from everward.assessment.phrases import path_text

HOLE = {"$unknown": {"reason": "variable without value", "text": "0 to 2"}}


@pytest.mark.parametrize(
    ("operator", "expected", "actual", "text"),
    [
        ("equals", False, False, "p is false"),
        ("notEquals", True, None, "p is not set, so not true"),
        ("notEquals", "Deny", "Allow", 'p is "Allow", not "Deny"'),
        ("in", ["a", "b"], "a", 'p is "a"'),
        ("notIn", ["a", "b", "c"], "z", 'p is "z", not "a", "b" or "c"'),
        ("notIn", "a", None, 'p is not set, so not "a"'),
        ("like", "a*", "ab", 'p is "ab"'),
        ("notLike", "a*", "b", 'p is "b", not like "a*"'),
        ("match", "##", "12", 'p is "12"'),
        ("notMatch", "##", "ab", 'p is "ab", not like "##"'),
        ("matchInsensitively", "a", "A", 'p is "A"'),
        ("notMatchInsensitively", "a", "b", 'p is "b", not like "a"'),
        ("contains", "x", ["x"], 'p contains "x"'),
        ("notContains", "x", [], 'p is [], without "x"'),
        ("containsKey", "x", {"x": 1}, 'p is {"x":1} (containsKey "x")'),
        ("notContainsKey", "x", None, 'p has no "x"'),
        ("exists", False, None, "p is not set"),
        ("exists", "true", 3, "p is 3"),
        ("less", 7, 3, "p is 3, less than 7"),
        ("lessOrEquals", 7, 7, "p is 7, at most 7"),
        ("greater", 0, 10, "p is 10, more than 0"),
        ("greaterOrEquals", 3, 3, "p is 3, at least 3"),
        ("equals", 1, HOLE, "p is unknown (variable without value) (equals 1)"),
        ("odd", 1, 2, "p is 2 (odd 1)"),
        ("count equals", 0, 0, "none of p counts"),
        ("count greater", 0, 2, "2 of p counts"),
        ("count less", 2, 1, "1 of p count, fewer than 2"),
        ("count notEquals", 2, 1, "1 of p count, not 2"),
        ("count greaterOrEquals", 2, HOLE, "0 to 2 of p count, at least 2"),
        ("count equals", 1, {"$unknown": {}}, "an unknown number of p counts"),
        ("count equals", 1, None, "not set of p counts"),
        ("count odd", 1, 1, "1 of p count, odd 1"),
    ],
)
def test_a_condition_says_what_stands_there(operator: str, expected: Any, actual: Any, text: str) -> None:
    assert reason_text(Reason(path="p", operator=operator, expected=expected, actual=actual)) == text


@pytest.mark.parametrize(
    ("operator", "expected", "actual", "text"),
    [
        ("equals", True, None, "p is not set, so not true"),
        ("notEquals", "a", "a", 'p is "a"'),
        ("exists", True, None, "p is not set"),
        ("exists", False, 1, "p is 1"),
        ("less", 7, 9, "p is 9, at least 7"),
        ("count greater", 0, 0, "none of p count, at most 0"),
        ("odd", 1, 2, "p is 2 (not odd 1)"),
    ],
)
def test_under_a_not_it_is_turned_round(operator: str, expected: Any, actual: Any, text: str) -> None:
    assert reason_text(Reason(path="p", operator=operator, expected=expected, actual=actual, negated=True)) == text


def test_a_message_wins() -> None:
    assert reason_text(Reason(path="p", operator="exists", expected=True, actual=False, message="nothing found")) == (
        "nothing found"
    )


def test_values_are_short() -> None:
    assert value_text("x" * 100) == '"' + "x" * 56 + "..."
    assert value_text([1, "a"]) == '[1,"a"]'
    assert value_text({"a": None}) == '{"a":null}'
    assert value_text("x" * 100, 200) == f'"{"x" * 100}"'


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("properties.a[0].b", "properties.a[0].b"),
        ("[last(split(field('Microsoft.A/b/roleId'), '/'))]", "roleId (computed)"),
        ("[concat(field('x.a'), field('x.a'), field('y/b'))]", "a and b (computed)"),
        ("[utcNow()]", "a computed value"),
    ],
)
def test_an_expression_is_named_after_the_fields_that_it_reads(path: str, text: str) -> None:
    assert path_text(path) == text


def test_lists_in_sentences() -> None:
    assert listed([], 3) == ""
    assert listed(["a"], 3) == "a"
    assert listed(["a", "b"], 3) == "a and b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert listed(["a", "b", "c"], 5, "or") == "a, b or c"
