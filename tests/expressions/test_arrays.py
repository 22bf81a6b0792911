from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import evaluate, failure

from everward.expressions import same
from everward.values import Value

CASES: list[tuple[str, Any]] = [
    ("createArray()", []),
    ("createArray(1, null())", [1, None]),
    ("array('a')", ["a"]),
    ("array(createArray('a'))", ["a"]),
    ("array(null())", [None]),
    ("concat(createArray(1), createArray(), createArray(2, 1))", [1, 2, 1]),
    ("contains(createArray('a', 1), 1)", True),
    ("contains(createArray('A'), 'a')", False),
    ("contains(createArray(createObject('x', 1)), createObject('x', 1))", True),
    ("contains(createArray(1), true())", False),
    ("contains(createArray(), 1)", False),
    ("contains(createObject('Key', 1), 'kEY')", True),
    ("contains(createObject('Key', 1), 'k')", False),
    ("contains(createObject('1', 1), 1)", True),
    ("contains(null(), 'k')", False),
    ("empty(createArray())", True),
    ("empty(createObject())", True),
    ("empty(null())", True),
    ("empty(0)", False),
    ("empty(createArray(null()))", False),
    ("length(createArray(1, 2))", 2),
    ("length(createObject('a', 1))", 1),
    ("first(createArray(1, 2))", 1),
    ("last(createArray(1, 2))", 2),
    ("first(createArray())", None),
    ("last(createArray())", None),
    ("take(createArray(1, 2, 3), 2)", [1, 2]),
    ("take(createArray(1), 9)", [1]),
    ("take(createArray(1), -1)", []),
    ("skip(createArray(1, 2, 3), 2)", [3]),
    ("skip(createArray(1), 9)", []),
    ("skip(createArray(1), -9)", [1]),
    ("indexOf(createArray('a', 'b', 'a'), 'a')", 0),
    ("lastIndexOf(createArray('a', 'b', 'a'), 'a')", 2),
    ("indexOf(createArray('a'), 'A')", -1),
    ("indexOf(createArray(createArray(1)), createArray(1))", 0),
    ("indexFromEnd(createArray(1, 2, 3), 1)", 3),
    ("tryIndexFromEnd(createArray(1, 2, 3), 3)", 1),
    ("tryIndexFromEnd(createArray(1), 2)", None),
    ("tryIndexFromEnd(createArray(1), 0)", None),
    ("tryIndexFromEnd(null(), 1)", None),
    ("flatten(createArray(createArray(1), createArray(), createArray(2, createArray(3))))", [1, 2, [3]]),
    ("distinct(createArray('a', 'A', 'a', 1, true(), json('1.0')))", ["a", "A", 1, True]),
    ("union(createArray(1, 2, 1), createArray(3, 2))", [1, 2, 3]),
    ("union(createArray(1, 1))", [1]),
    ("union(createArray(createObject('a', 1)), createArray(createObject('a', 1)))", [{"a": 1}]),
    ("intersection(createArray(3, 1, 2, 3), createArray(2, 3))", [3, 2]),
    ("intersection(createArray(1), createArray(2))", []),
    ("union(createObject('a', 1), createObject('A', 2, 'b', 3))", {"a": 2, "b": 3}),
    (
        "union(createObject('o', createObject('x', 1, 'l', createArray(1))), "
        "createObject('O', createObject('X', null(), 'y', 2, 'l', createArray(2))))",
        {"o": {"x": None, "l": [2], "y": 2}},
    ),
    ("union(createObject('o', createObject('x', 1)), createObject('o', 5))", {"o": 5}),
    ("union(createObject('o', 5), createObject('o', createObject('x', 1)))", {"o": {"x": 1}}),
    (
        "intersection(createObject('a', 1, 'B', 2, 'c', createArray(1)), "
        "createObject('c', createArray(1), 'b', 2, 'a', 9))",
        {"B": 2, "c": [1]},
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_arrays(text: str, expected: Value) -> None:
    assert same(evaluate(text), expected) is True


def test_union_keeps_the_order_and_spelling_of_names_and_touches_nothing() -> None:
    one: Value = {"B": {"x": 1}, "a": 1}
    other: Value = {"b": {"y": 2}, "C": 3}
    merged = evaluate("union(parameters('one'), parameters('other'))", one=one, other=other)
    assert list(merged) == ["B", "a", "C"]
    assert merged["B"] == {"x": 1, "y": 2}
    assert one == {"B": {"x": 1}, "a": 1}
    assert other == {"b": {"y": 2}, "C": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("length(null())", "`length`: its argument must be a string, an array or an object, not null"),
        ("length(1)", "`length`: its argument must be a string, an array or an object, not an integer"),
        ("first(1)", "`first`: its argument must be an array, not an integer"),
        ("take(createArray(), 'x')", "`take`: the count must be an integer, not a string"),
        ("skip(1, 1)", "`skip`: its first argument must be an array, not an integer"),
        ("indexOf(1, 'a')", "`indexOf`: its first argument must be a string, not an integer"),
        ("indexOf('a', 1)", "`indexOf`: what to find must be a string, not an integer"),
        ("indexFromEnd(createArray(1), 2)", "`indexFromEnd`: array index `2` from the end is out of bounds"),
        ("indexFromEnd(createArray(1), 0)", "`indexFromEnd`: array index `0` from the end is out of bounds"),
        ("flatten(createArray(1))", "`flatten`: every element must be an array, not an integer"),
        ("distinct('a')", "`distinct`: its argument must be an array, not a string"),
        ("union(createArray(), createObject())", "`union`: its arguments must be all arrays or all objects"),
        ("union('a', 'b')", "`union`: its arguments must be all arrays or all objects"),
        ("intersection(createArray(), 1)", "`intersection`: its arguments must be all arrays or all objects"),
        ("contains(1, 1)", "`contains`: its first argument must be a string, an array or an object, not an integer"),
        ("contains(createObject(), true())", "`contains`: what to find must be a string, not a boolean"),
    ],
)
def test_arrays_that_fail(text: str, message: str) -> None:
    assert failure(text).message == message


SETS = st.lists(st.sampled_from([0, 1, True, "a", "A", None, 1.0, (1,)]), max_size=6).map(
    lambda items: [list(item) if isinstance(item, tuple) else item for item in items]
)


@given(SETS, SETS)
def test_union_and_intersection_are_those_of_sets(one: list[Value], other: list[Value]) -> None:
    union = evaluate("union(parameters('a'), parameters('b'))", a=one, b=other)
    shared = evaluate("intersection(parameters('a'), parameters('b'))", a=one, b=other)

    def among(item: Value, items: list[Value]) -> bool:
        return any(same(item, candidate) is True for candidate in items)

    assert all(among(item, union) for item in [*one, *other])
    assert all(among(item, one) and among(item, other) for item in shared)
    assert all(among(item, shared) for item in one if among(item, other))
    for items in (union, shared):
        assert evaluate("distinct(parameters('x'))", x=items) == items
