from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import evaluate

from everward.expressions import Call, Literal, Node, parse_expression, print_node, quote
from everward.expressions.limits import MAX_RESIDUAL
from everward.expressions.printer import inner_text, print_member, print_value
from everward.values import Unknown, Value

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_a_printed_value_evaluates_to_itself(value: Value) -> None:
    text = print_value(value, MAX_RESIDUAL)
    assert text is not None
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null()"),
        (True, "true()"),
        ("it's", "'it''s'"),
        (5, "5"),
        (2**31, "json('2147483648')"),
        (1.5, "json('1.5')"),
        ([], "createArray()"),
        ({"a": [1, {}]}, "createObject('a', createArray(1, createObject()))"),
        (Unknown(reason="x", text="[f(1)]"), "f(1)"),
        ([Unknown(reason="x", text="[f(1)]")], "createArray(f(1))"),
        (Unknown(reason="x", text="a{b}"), None),
        (Unknown(reason="x", text="[[a]"), None),
        (Unknown(reason="x"), None),
        ([Unknown(reason="x", text="[f(1)]", many=True)], None),
    ],
)
def test_values_are_printed_in_the_engines_own_forms(value: Value, expected: str | None) -> None:
    assert print_value(value, 1000) == expected


def test_a_value_longer_than_allowed_has_no_text() -> None:
    assert print_value("x" * 10, 12) == "'xxxxxxxxxx'"
    assert print_value("x" * 10, 11) is None
    assert print_value([["x"] * 100] * 100, 50) is None


def test_deep_values_are_printed_without_recursion() -> None:
    value: Value = 1
    for _ in range(3000):
        value = [value]
    text = print_value(value, 100_000)
    assert text == "createArray(" * 3000 + "1" + ")" * 3000


def test_names_that_are_no_names_stand_in_brackets() -> None:
    assert print_member("ok_1") == ".ok_1"
    assert print_member("a b") == "['a b']"
    assert print_member("a", safe=True) == ".?a"
    assert print_member("a'b", safe=True) == "[?'a''b']"
    assert quote("") == "''"


def test_an_access_to_a_literal_is_printed_in_brackets() -> None:
    assert print_node(parse_expression("('a').length").root) == "('a').length"


def test_rewriting_puts_text_in_the_place_of_nodes() -> None:
    def rewrite(node: Node) -> str | None:
        return "9" if node == Call("f", (Literal(1),)) else None

    assert print_node(parse_expression("g(f(1), f(2)[f(1)])").root, rewrite) == "g(9, f(2)[9])"


def test_only_expressions_have_an_inner_text() -> None:
    assert inner_text(Unknown(reason="x", text="[f()]")) == "f()"
    assert inner_text(Unknown(reason="x", text="{var.a}")) is None
