from typing import Any

import pytest
from tests.policy.make import hole

from everward.policy.truth import IncomparableError, decide
from everward.values import MISSING, Unknown

X, Y = hole("var.x"), hole("var.y")
MANY = hole("var.m", many=True)
PRESENT = hole("var.p", present=True)
ID = hole("id", present=True, reference="/subscriptions/s/resourceGroups/{var.g}")
SAME_ID = hole("other", present=True, reference="/SUBSCRIPTIONS/s/resourceGroups/{var.g}")
ROLE = hole("id", present=True, reference="/subscriptions/{s}/providers/roleDefinitions/b24")
KNOWN_ID = hole("id", present=True, reference="/subscriptions/s/resourceGroups/g")


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("exists", PRESENT, True, True),
        ("exists", PRESENT, "false", False),
        ("exists", ID, True, True),
        ("exists", X, True, None),
        ("exists", [MANY], True, True),
        ("exists", "a", X, None),
        ("equals", ID, SAME_ID, True),
        ("notEquals", ID, SAME_ID, False),
        ("equals", ID, KNOWN_ID, None),
        ("equals", KNOWN_ID, "/subscriptions/S/resourcegroups/G", True),
        ("equals", ID, "/subscriptions/s/resourceGroups/other", None),
        ("equals", ID, "", False),
        ("equals", ID, None, False),
        ("equals", "None", ID, False),
        ("equals", ID, 5, False),
        ("equals", X, Y, None),
        ("like", ROLE, "*/roledefinitions/B24", True),
        ("like", ROLE, "*b24", True),
        ("like", ROLE, "*/8e3", False),
        ("notLike", ROLE, "*/8e3", True),
        ("like", ROLE, "*b2?", None),
        ("like", ROLE, "*/s/providers/roleDefinitions/b24", None),
        ("like", ROLE, "*/s/resources/roleDefinitions/b24", False),
        ("like", ROLE, "*/providers/*/b24", None),
        ("like", ROLE, "/subscriptions/*", None),
        ("like", ID, "*/g", None),
        ("like", X, "*/b24", None),
        ("equals", X, X, None),
        ("equals", PRESENT, None, None),
        ("equals", [X], "a", False),
        ("equals", [X, 1], [2, 2], False),
        ("equals", [X, 1], [2, 1], None),
        ("equals", [X], [1, 2], False),
        ("equals", [MANY], [1, 2], None),
        ("equals", [ID], [SAME_ID], True),
        ("equals", {"a": X, "b": 1}, {"a": 1, "b": 2}, False),
        ("equals", {"a": X}, {"a": 1}, None),
        ("equals", {"a": X}, {}, None),
        ("equals", {"a": X, "b": 1}, {}, False),
        ("equals", {"a": [X]}, {"a": {}}, False),
        ("in", X, [], False),
        ("in", X, ["a"], None),
        ("in", ID, [SAME_ID, "b"], True),
        ("in", ID, ["a", "b"], False),
        ("in", ID, [None], None),
        ("in", "a", ["a", X], True),
        ("in", "a", ["b", X], None),
        ("in", "a", [MANY], None),
        ("in", "a", X, None),
        ("in", None, X, False),
        ("in", None, [X], False),
        ("in", MISSING, [X], None),
        ("in", MISSING, [X, None], True),
        ("in", MISSING, ["a", [X]], False),
        ("in", MISSING, {"a": X}, False),
        ("notIn", "a", ["a", X], False),
        ("notIn", "a", MISSING, True),
        ("contains", ["a", X], "A", True),
        ("contains", ["a", X], "b", None),
        ("contains", [hole(many=True, present=True, reference=ID.reference)], ID, None),
        ("contains", [hole(many=True, present=True, reference=ID.reference)], "x", False),
        ("contains", X, "b", None),
        ("contains", None, X, False),
        ("contains", "abc", X, None),
        ("contains", "abc", [X], False),
        ("contains", {"a": X}, "A", True),
        ("contains", {"a": X}, "b", False),
        ("contains", {"a": 1}, X, None),
        ("containsKey", X, "a", None),
        ("containsKey", {}, X, False),
        ("containsKey", "text", X, False),
        ("containsKey", {"a": X}, "A", True),
        ("notContainsKey", {"a": X}, "A", False),
        ("like", X, "a", None),
        ("like", None, X, False),
        ("like", "a", X, None),
        ("like", [X], "*", False),
        ("like", "a", [X], False),
        ("less", X, 5, None),
        ("less", X, None, False),
        ("less", MISSING, X, False),
        ("match", X, "#", None),
    ],
)
def test_operators_on_holes(operator: str, left: Any, right: Any, expected: bool | None) -> None:
    truth = decide(operator, left, right)
    if expected is None:
        assert isinstance(truth, Unknown)
    else:
        assert truth is expected


def test_a_hole_names_all_that_would_decide() -> None:
    truth = decide("equals", [X, Y], [1, 2])
    assert isinstance(truth, Unknown)
    assert set(truth.decided_by) == {"var.x", "var.y"}


@pytest.mark.parametrize(
    ("left", "right", "says"),
    [
        ("abc", 5, "the text `abc` and the number 5"),
        (True, "x" * 41, "a boolean and a text"),
        ([1], {}, "an array and an object"),
        ([X], 5, "an array and the number 5"),
    ],
)
def test_values_without_an_order_fail(left: Any, right: Any, says: str) -> None:
    with pytest.raises(IncomparableError, match=f"^{says} have no order$"):
        decide("greater", left, right)


def test_deep_holes_need_no_recursion() -> None:
    one: Any = X
    two: Any = 1
    for _ in range(50_000):
        one, two = [one], [two]
    assert isinstance(decide("equals", one, two), Unknown)


def test_a_hole_that_is_filled_is_not_empty() -> None:
    filled = Unknown(reason="secret", present=True, filled=True)
    nothings: tuple[Any, ...] = ("", None, [], {})
    for empty in nothings:
        assert decide("equals", filled, empty) is False
        assert decide("notEquals", filled, empty) is True
        assert decide("equals", empty, filled) is False
    assert isinstance(decide("equals", filled, "a"), Unknown)
    assert isinstance(decide("equals", Unknown(reason="r", present=True), ""), Unknown)
    assert decide("exists", filled, True) is True
    assert decide("in", filled, ["", None]) is False
