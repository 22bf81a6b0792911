from typing import Any

import pytest
from tests.expressions.helpers import evaluate, evaluate_policy, failure

from everward.expressions import POLICY
from everward.values import Value

CASES: list[tuple[str, Any]] = [
    ("createObject()", {}),
    ("createObject('a', 1, 'b', null())", {"a": 1, "b": None}),
    ("createObject('a', 1, 'a', 2)", {"a": 2}),
    ("createObject(1, 'one')", {"1": "one"}),
    (
        "items(createObject('b', 1, 'A', 2, 'a', 3))",
        [{"key": "A", "value": 2}, {"key": "a", "value": 3}, {"key": "b", "value": 1}],
    ),
    ("items(createObject())", []),
    ("objectKeys(createObject('b', 1, 'a', 2))", ["b", "a"]),
    (
        "shallowMerge(createArray(createObject('Foo', createObject('x', 1)), createObject('foo', null(), 'b', 1)))",
        {"Foo": None, "b": 1},
    ),
    ("shallowMerge(createArray())", {}),
    ("tryGet(createObject('a', 1), 'A')", 1),
    ("tryGet(createObject('a', 1), 'b')", None),
    ("tryGet(createObject('a', 1), 'b', 'c', 'd')", None),
    ("tryGet(null(), 'b', 'c')", None),
    ("tryGet(createObject('a', createObject('b', createArray(7))), 'a', 'b', 0)", 7),
    ("tryGet(createArray(1, 2), 1)", 2),
    ("tryGet(createArray(1, 2), 2)", None),
    ("tryGet(createArray(1, 2), -1)", None),
    ("tryGet(createArray(1, 2, 3), createObject('value', 1, 'fromEnd', true()))", 3),
    ("tryGet(createArray(1, 2, 3), createObject('value', 4, 'fromEnd', true()))", None),
    ("tryGet(createArray(1, 2, 3), createObject('value', 0, 'fromEnd', false()))", 1),
    ("tryGet(null(), createObject('value', 1, 'fromEnd', true()))", None),
    ("tryGet(createArray(1), 'name')", None),
    ("tryGet(createObject('a', 1), 0)", None),
    ("tryGet(42, 'a')", None),
    ("coalesce(null(), createObject('a', 1), div(1, 0)).a", 1),
    ("coalesce(null(), null())", None),
    ("equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))", True),
    ("equals(createObject('a', 1), createObject('A', 1))", False),
    ("equals(createObject('a', 'x'), createObject('a', 'X'))", False),
    ("equals(createArray(1, 2), createArray(2, 1))", False),
    ("equals(createArray(), createObject())", False),
    ("equals(null(), null())", True),
    ("equals(null(), '')", False),
    ("not(equals(1, 2))", True),
    ("and(true(), true())", True),
    ("and()", True),
    ("or()", False),
    ("and(false(), div(1, 0))", False),
    ("or(true(), fail('x'))", True),
    ("or(false(), false(), true())", True),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_objects_and_logic(text: str, expected: Value) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("createObject('a')", "`createObject`: it takes names and values in turn, so an even number of arguments"),
        ("createObject(null(), 1)", "`createObject`: the name of a property must be a string, not null"),
        ("items(1)", "`items`: its argument must be an object, not an integer"),
        ("objectKeys(createArray())", "`objectKeys`: its argument must be an object, not an array"),
        ("shallowMerge(createArray(1))", "`shallowMerge`: every element must be an object, not an integer"),
        (
            "tryGet(createObject('a', createObject('b', 1)), 'a', 'c')",
            "`tryGet`: the language expression property `c` doesn't exist, available properties are `b`",
        ),
        (
            "tryGet(createArray(1), createObject('fromEnd', true()))",
            "`tryGet`: `value` of an index must be an integer, not null",
        ),
        (
            "tryGet(createArray(1), createObject('value', 1, 'fromEnd', 1))",
            "`tryGet`: `fromEnd` of an index must be a boolean, not an integer",
        ),
        ("not(1)", "`not`: its argument must be a boolean, not an integer"),
        ("if('true', 1, 2)", "`if`: the condition must be a boolean, not a string"),
        ("and(true(), 1)", "`and`: every argument must be a boolean, not an integer"),
        ("or(null())", "`or`: every argument must be a boolean, not null"),
    ],
)
def test_objects_and_logic_that_fail(text: str, message: str) -> None:
    assert failure(text).message == message


def test_in_policies_everything_on_the_way_may_be_missing() -> None:
    text = "tryGet(createObject('a', createObject('b', 1)), 'a', 'c', 'd')"
    assert evaluate_policy(text) is None
    assert POLICY.functions["tryget"].name == "tryGet"
