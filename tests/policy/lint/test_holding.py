"""Rules about conditions that never hold or always do, and about what operators are given."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.lint.linting import (
    IS_STORAGE,
    OLD_TLS,
    RULES_OF,
    STORAGE,
    TLS,
    beside,
    definition,
    lint,
    parameter,
    repaired,
    rules,
    said,
)

from everward.policy.lint.reasoning import ANYTHING, Comparison, Domain, impossible
from everward.policy.operators import OPERATORS
from everward.values import MISSING

EXISTS = {"field": TLS, "exists": True}
KIND = "kind"


def never(*conditions: Any, **options: Any) -> list[str]:
    return said(definition(beside(*conditions), **options), "never-holds")


@pytest.mark.parametrize(
    "conditions",
    [
        [{"field": KIND, "equals": "a"}, {"field": "KIND", "equals": "b"}],
        [{"field": KIND, "in": ["a", "b"]}, {"field": KIND, "equals": "c"}],
        [{"field": KIND, "equals": "a"}, {"field": KIND, "notEquals": "A"}],
        [{"field": KIND, "equals": "a"}, {"not": {"field": KIND, "like": "a*"}}],
        [{"field": KIND, "exists": True}, {"field": KIND, "exists": "false"}],
        [{"field": KIND, "exists": False}, {"field": KIND, "equals": "a"}],
        [{"field": KIND, "in": ["8_1", "8_2"]}, {"field": KIND, "like": "9*"}],
        [{"field": KIND, "greater": 5}, {"field": KIND, "less": 3}],
        [{"field": "location", "equals": "West Europe"}, {"field": "location", "notIn": ["westeurope"]}],
        [{"field": "tags.a", "equals": "x"}, {"field": "tags['A']", "equals": "y"}],
        [{"field": "type", "equals": "Microsoft.KeyVault/vaults"}],
        [{"value": "[field('name')]", "equals": "a"}, {"value": "[field('name')]", "equals": "b"}],
        [{"anyOf": [{"field": "type", "equals": "Contoso.Own/things"}, OLD_TLS]}],
        [{"count": {"field": RULES_OF}, "equals": 0}, {"count": {"field": RULES_OF}, "greater": 1}],
    ],
)
def test_conditions_that_contradict_those_around_are_told(conditions: Any) -> None:
    (message,) = never(*conditions)
    assert "never holds beside" in message
    assert "(line " in message


@pytest.mark.parametrize(
    "condition",
    [
        {"field": KIND, "in": []},
        {"field": "type", "exists": False},
        {"count": {"field": RULES_OF}, "less": 0},
        {"count": {"value": [1, 2], "where": {"value": "[current()]", "equals": 1}}, "equals": -1},
        {"value": "a", "equals": "b"},
        {"not": {"field": "id", "exists": True}},
        {"not": {"anyOf": [{"field": KIND, "in": []}]}},
        {"count": {"field": RULES_OF, "where": {"field": f"{RULES_OF}.value", "in": []}}, "greater": 0},
    ],
)
def test_conditions_that_never_hold_by_themselves_are_told(condition: Any) -> None:
    (message,) = never(condition)
    assert message.endswith("never holds")


@pytest.mark.parametrize(
    "conditions",
    [
        [{"field": KIND, "equals": "a"}, {"field": KIND, "in": ["A", "b"]}],
        [{"field": KIND, "equals": "443"}, {"field": KIND, "equals": 443}],
        [{"field": KIND, "equals": "true"}, {"field": KIND, "equals": True}],
        [{"field": KIND, "equals": ""}, {"field": KIND, "exists": False}],
        [{"field": KIND, "equals": "abc"}, {"field": KIND, "match": "?B?"}],
        [{"field": KIND, "greater": 5}, {"field": KIND, "less": 5.1}],
        [{"field": KIND, "contains": "a"}, {"field": KIND, "notContains": "ab"}],
        [{"field": KIND, "equals": "a"}, {"field": "name", "equals": "b"}],
        [{"field": f"{RULES_OF}.value", "equals": "a"}, {"field": f"{RULES_OF}.value", "equals": "b"}],
        [{"anyOf": [{"field": KIND, "equals": "a"}, {"field": KIND, "equals": "b"}]}],
        [{"field": KIND, "equals": "a"}, {"not": {"allOf": [{"field": KIND, "equals": "b"}, OLD_TLS]}}],
        [{"field": KIND, "equals": "[parameters('x')]"}, {"field": KIND, "equals": "b"}],
        [{"field": KIND, "greater": "a"}, {"field": KIND, "less": "b"}],
        [{"count": {"field": RULES_OF}, "greater": "x"}],
        [
            {"count": {"field": RULES_OF, "where": {"field": KIND, "equals": "a"}}, "equals": 0},
            {"count": {"field": RULES_OF}, "equals": 1},
        ],
    ],
)
def test_conditions_that_can_hold_together_are_left_alone(conditions: Any) -> None:
    assert never(*conditions) == []


def test_a_parameter_holds_only_what_is_allowed() -> None:
    declared = {"it": parameter(allowedValues=["a", "b"])}
    condition = {"value": "[parameters('IT')]", "equals": "c"}
    (remark,) = lint(definition(beside(condition), parameters=declared))
    assert (remark.rule, remark.help) == ("never-holds", "allowed are `a`, `b`")
    assert never({**condition, "equals": "A"}, parameters=declared) == []
    assert said(
        definition(beside({"value": "[parameters('it')]", "in": ["a", "b"]}), parameters=declared), "always-holds"
    )
    free = {"it": parameter()}
    assert never(condition, parameters=free) == []
    assert never(condition, parameters={"it": parameter("Array", allowedValues=["a"])}) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"field": KIND, "notIn": []},
        {"field": "name", "exists": "true"},
        {"count": {"field": RULES_OF}, "greaterOrEquals": 0},
        {"anyOf": [{"field": KIND, "equals": "a"}, {"field": KIND, "notEquals": "a"}]},
        {"anyOf": [{"field": KIND, "exists": True}, {"not": {"field": KIND, "exists": True}}]},
        {"anyOf": [{"field": KIND, "notEquals": "a"}, {"field": KIND, "notEquals": "b"}, OLD_TLS]},
    ],
)
def test_conditions_that_always_hold_are_told(condition: Any) -> None:
    (message,) = said(definition(beside(condition)), "always-holds")
    assert message.endswith("always holds")


@pytest.mark.parametrize(
    "condition",
    [
        {"anyOf": [{"field": KIND, "equals": "a"}, {"field": KIND, "equals": "b"}]},
        {"anyOf": [{"field": KIND, "less": 5}, {"field": KIND, "greaterOrEquals": 5}]},
        {"field": KIND, "notEquals": "a"},
    ],
)
def test_conditions_that_can_fail_are_left_alone(condition: Any) -> None:
    assert said(definition(beside(condition)), "always-holds") == []


def test_a_rule_that_is_constant_is_told_once() -> None:
    (remark,) = lint(definition({"value": "true", "equals": True}))
    assert (remark.rule, remark.message) == ("constant-condition", "`true equals true` is true for every resource")
    assert rules(definition({"value": "a", "less": 5})) == ["never-holds"]
    assert said(definition({"value": "[field('name')]", "equals": "a"}), "constant-condition") == []


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"exists": "yes"}, "`exists` is given `yes`, which counts as false"),
        ({"exists": 1}, "`exists` is given `1`, which counts as false"),
        ({"in": {"a": 1}}, "`in` is not given an array"),
        ({"equals": ["a"]}, "`equals` is given an array"),
        ({"notEquals": ["a"]}, "`notEquals` is given an array"),
        ({"greater": True}, "`greater` has no order for `true`"),
        ({"like": "*a*"}, "`like` is given more than one `*`"),
        ({"notLike": "a"}, "`notLike` without `*` compares for equality"),
        ({"contains": "a*"}, "`contains` takes `*` as it stands"),
    ],
)
def test_operators_that_are_given_the_wrong_thing_are_told(condition: Any, message: str) -> None:
    assert said(definition(beside({"field": TLS, **condition})), "operator-value") == [message]


def test_a_single_value_of_in_is_put_in_an_array() -> None:
    made = definition(beside({"field": KIND, "notIn": "a"}))
    assert repaired(made) == definition(beside({"field": KIND, "notIn": ["a"]}))


@pytest.mark.parametrize("condition", [{"exists": "TRUE"}, {"in": ["a"]}, {"in": "[parameters('x')]"}, {"like": "a*"}])
def test_operators_that_are_given_the_right_thing_are_left_alone(condition: Any) -> None:
    assert said(definition(beside({"field": TLS, **condition})), "operator-value") == []


def test_where_conditions_are_given_in_the_existence_condition_they_are_told_too() -> None:
    details = {"type": STORAGE, "existenceCondition": {"allOf": [OLD_TLS, {"field": TLS, "equals": "TLS1_2"}]}}
    (message,) = said(definition(IS_STORAGE, effect="auditIfNotExists", details=details), "never-holds")
    assert "never holds beside" in message


TEXTS = st.sampled_from(["", "a", "A", "ab", "1", "1.0", "true", "b*", "a*", "x y"])
SCALARS = st.one_of(TEXTS, st.integers(-2, 3), st.booleans(), st.just(1.5))
VALUES = st.one_of(SCALARS, st.just(None), st.just(MISSING), st.lists(SCALARS, max_size=2), st.just({"a": 1}))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    operator = draw(st.sampled_from(sorted(OPERATORS)))
    expected: Any = draw(SCALARS)
    if operator in ("in", "notIn"):
        expected = draw(st.lists(SCALARS, max_size=3))
    return Comparison(operator, expected, draw(st.booleans()))


@given(st.lists(comparisons(), min_size=1, max_size=4), VALUES)
@settings(max_examples=500, deadline=None)
def test_what_is_called_impossible_no_value_passes(tests: list[Comparison], value: Any) -> None:
    if all(test.passes(value) for test in tests):
        assert not impossible(tests, ANYTHING)


@given(st.lists(comparisons(), min_size=1, max_size=3), st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_what_is_called_impossible_no_count_passes(tests: list[Comparison], value: int) -> None:
    if all(test.passes(value) for test in tests):
        assert not impossible(tests, Domain(counts=True))


def test_thousands_of_comparisons_are_looked_at_in_time() -> None:
    parts = [{"field": "name", "notEquals": f"v{index}"} for index in range(3000)]
    assert said(definition({"allOf": parts}), "never-holds") == []
    assert len(said(definition({"allOf": [*parts, {"field": "name", "equals": "v5"}]}), "never-holds")) == 1
