import re
from typing import Any

import pytest
from tests.expressions.helpers import HOLE, evaluate, failure

from everward.values import Unknown, Value

MANY = Unknown(reason="any number", decided_by=("many",), many=True)


def full(text: str) -> str:
    """`$x` is short for the lambda variable `x`."""
    return re.sub(r"\$(\w)", r"lambdaVariables('\1')", text)


CASES: list[tuple[str, Any]] = [
    ("map(createArray('a', 'b'), lambda('x', concat($x, '!')))", ["a!", "b!"]),
    ("map(createArray('a', 'b'), lambda('x', 'i', concat($x, $i)))", ["a0", "b1"]),
    ("map(createArray(), lambda('x', div(1, 0)))", []),
    ("filter(range(0, 6), lambda('x', equals(0, mod($x, 2))))", [0, 2, 4]),
    ("filter(createArray('a', 'b', 'c'), lambda('x', 'i', greater($i, 0)))", ["b", "c"]),
    ("reduce(range(1, 5), 1, lambda('a', 'b', mul($a, $b)))", 120),
    ("reduce(createArray('a', 'b'), '', lambda('a', 'b', 'i', concat($a, $b, $i)))", "a0b1"),
    ("reduce(createArray(), 7, lambda('a', 'b', $b))", 7),
    ("sort(createArray(8, 3, 10, -13, 5), lambda('x', 'y', less($x, $y)))", [-13, 3, 5, 8, 10]),
    ("sort(createArray('b', 'a'), lambda('x', 'y', greater($x, $y)))", ["b", "a"]),
    ("sort(createArray('b1', 'a1', 'b0'), lambda('x', 'y', less(first($x), first($y))))", ["a1", "b1", "b0"]),
    ("toObject(createArray(123, 456), lambda('x', string(div($x, 100))))", {"1": 123, "4": 456}),
    ("toObject(range(0, 2), lambda('x', $x), lambda('x', equals($x, 1)))", {"0": False, "1": True}),
    ("toObject(createArray('a', 'b'), lambda('x', $x), lambda('x', 'i', $i))", {"a": 0, "b": 1}),
    ("toObject(createArray('a', 'a'), lambda('x', $x), lambda('x', 'i', $i))", {"a": 1}),
    ("groupBy(createArray('ax', 'by', 'Az'), lambda('x', first($x)))", {"a": ["ax", "Az"], "b": ["by"]}),
    ("groupBy(range(0, 3), lambda('x', 'i', mod($i, 2)))", {"0": [0, 2], "1": [1]}),
    ("mapValues(createObject('a', 1, 'B', 2), lambda('x', add($x, 1)))", {"a": 2, "B": 3}),
    # Closures see the variables around them, without case, and inner ones hide outer ones.
    ("map(createArray(1, 2), lambda('x', map(createArray(10), lambda('y', add($X, $y)))))", [[11], [12]]),
    ("map(createArray(1), lambda('x', map(createArray(2), lambda('x', $x))[0]))", [2]),
    ("map(createArray(1), lambda('x', add($x, map(createArray(2), lambda('x', $x))[0])))", [3]),
    ("map(createArray(createObject('a', createArray(5))), lambda('x', $x.A[0]))", [5]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_lambdas(text: str, expected: Value) -> None:
    result = evaluate(full(text))
    assert result == expected
    if isinstance(expected, dict):
        assert list(result) == list(expected)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("map(createArray(), 1)", "the function `map` takes a lambda as its argument 2", 20),
        ("map(createArray(), lambda())", "the function `map` takes a lambda as its argument 2", 20),
        ("map(createArray(), lambda(1))", "the lambda of `map` has 1 or 2 variables, not 0", 20),
        ("sort(createArray(), lambda('x', 1))", "the lambda of `sort` has 2 variables, not 1", 21),
        ("map(createArray(), lambda(x(), 1))", "the variables of a lambda are named by strings", 27),
        ("map(createArray(), lambda('x', 'X', 1))", "the variables of a lambda have different names", 20),
        ("map(createArray(), lambda('x', lambdaVariables(1)))", "a lambda variable is named by a string", 32),
        ("map(createArray(), lambda('x', lambdaVariables('y')))", "there is no lambda variable `y` here", 32),
        ("map(lambdaVariables('x'), lambda('x', 1))", "there is no lambda variable `x` here", 5),
        ("map(createArray(), lambda('x', lambda('y', 1)))", "`lambda` is not a value", 32),
        ("map(1, lambda('x', 1))", "`map`: its first argument must be an array, not an integer", 1),
        (
            "filter(createArray(1), lambda('x', 1))",
            "`filter`: what its lambda gives must be a boolean, not an integer",
            1,
        ),
        ("filter(1, lambda('x', 1))", "`filter`: its first argument must be an array, not an integer", 1),
        ("reduce(1, 1, lambda('x', 'y', 1))", "`reduce`: its first argument must be an array, not an integer", 1),
        ("sort(createArray(1, 2), lambda('x', 'y', 1))", "`sort`: what its lambda gives must be a boolean", 1),
        ("toObject(1, lambda('x', 1))", "`toObject`: its first argument must be an array, not an integer", 1),
        (
            "toObject(createArray(null()), lambda('x', lambdaVariables('x')))",
            "`toObject`: the name of a property must",
            1,
        ),
        ("mapValues(1, lambda('x', 1))", "`mapValues`: its first argument must be an object, not an integer", 1),
        ("map(createArray(1), lambda('x', div(1, 0)))", "`div`: division by zero", 33),
    ],
)
def test_lambdas_that_fail(text: str, message: str, position: int) -> None:
    error = failure(text)
    assert error.message.startswith(message)
    assert error.position == position


def hole(text: str, **values: Any) -> Unknown:
    result = evaluate(text, **values)
    assert isinstance(result, Unknown)
    return result


@pytest.mark.parametrize(
    "text",
    [
        "map(parameters('p'), lambda('x', 1))",
        "filter(parameters('p'), lambda('x', true()))",
        "reduce(parameters('p'), 0, lambda('x', 'y', 1))",
        "sort(parameters('p'), lambda('x', 'y', less(lambdaVariables('x'), 1)))",
        "toObject(parameters('p'), lambda('x', 'a'), lambda('x', 1))",
        "groupBy(parameters('p'), lambda('x', 'a'))",
        "mapValues(parameters('p'), lambda('x', 'a'))",
    ],
)
def test_over_an_unknown_array_everything_is_left_to_do(text: str) -> None:
    result = hole(text, p=HOLE)
    assert result.text == f"[{text}]"
    assert result.decided_by == ("parameter p",)


def test_a_map_keeps_what_is_known_of_its_elements() -> None:
    result = evaluate("map(parameters('p'), lambda('x', concat(lambdaVariables('x'), '!')))", p=["a", HOLE])
    assert result[0] == "a!"
    assert isinstance(result[1], Unknown)
    assert result[1].present


def test_elements_of_unknown_number_stay_of_unknown_number() -> None:
    result = evaluate("map(parameters('p'), lambda('x', 'i', createArray(lambdaVariables('i'))))", p=["a", MANY, "b"])
    assert result[0] == [0]
    assert result[1].many
    assert isinstance(result[2][0], Unknown)
    assert not result[2][0].many


def test_an_element_that_may_pass_a_filter_is_none_or_one() -> None:
    result = evaluate("filter(parameters('p'), lambda('x', equals(lambdaVariables('x'), 'a')))", p=["a", "b", HOLE])
    assert result[0] == "a"
    assert len(result) == 2
    assert result[1].many
    assert result[1].decided_by == ("parameter p",)


def test_what_depends_on_every_element_is_open_where_their_number_is() -> None:
    assert hole("reduce(parameters('p'), 0, lambda('x', 'y', 1))", p=[1, MANY]).decided_by == ("many",)
    text = "sort(parameters('p'), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))"
    assert hole(text, p=[MANY]).present
    assert hole("toObject(parameters('p'), lambda('x', 'a'))", p=[1, MANY]).decided_by == ("many",)


def test_an_order_or_a_name_that_is_not_known_leaves_all_open() -> None:
    text = "sort(parameters('p'), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))"
    assert hole(text, p=[1, HOLE]).present
    assert evaluate(text, p=[HOLE]) == [HOLE]
    result = hole("toObject(createArray('a'), lambda('x', concat(lambdaVariables('x'), parameters('p'))))", p=HOLE)
    assert result.text == "[toObject(createArray('a'), lambda('x', concat(lambdaVariables('x'), parameters('p'))))]"
    assert hole("groupBy(createArray('a'), lambda('x', parameters('p')))", p=HOLE).decided_by == ("parameter p",)


def test_values_of_a_named_element_may_be_unknown() -> None:
    result = evaluate("toObject(parameters('p'), lambda('x', 'a'))", p=[HOLE])
    assert result == {"a": HOLE}


def test_a_partial_form_has_the_values_of_the_variables_around_it() -> None:
    inner = "filter(parameters('p'), lambda('y', equals(lambdaVariables('x'), lambdaVariables('y'))))"
    result = evaluate(f"map(createArray('v'), lambda('x', {inner}))", p=HOLE)
    assert result[0].text == "[filter(parameters('p'), lambda('y', equals('v', lambdaVariables('y'))))]"
    # A variable of the inner lambda's own is left alone.
    shadow = "filter(parameters('p'), lambda('x', equals(lambdaVariables('x'), 1)))"
    assert evaluate(f"map(createArray('v'), lambda('x', {shadow}))", p=HOLE)[0].text == f"[{shadow}]"
