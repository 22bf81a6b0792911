"""Conditions in words."""

from typing import Any

import pytest

from everward.criteria.words import describe, describe_rule


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        ({"field": "kind", "equals": "x"}, ["- `kind` is `x`"]),
        ({"field": "kind", "equals": ""}, ["- `kind` is empty"]),
        ({"field": "kind", "notIn": ["a", True]}, ["- `kind` is none of `a`, `true`"]),
        ({"field": "kind", "exists": True}, ["- `kind` is present"]),
        ({"field": "kind", "exists": "false"}, ["- `kind` is absent"]),
        ({"value": "[field('a')]", "greater": 3}, ["- `[field('a')]` is more than `3`"]),
        ({"allOf": [{"field": "a", "equals": "b"}]}, ["- `a` is `b`"]),
        (
            {"anyOf": [{"field": "a", "equals": "b"}, {"not": {"field": "c", "like": "d*"}}]},
            ["- any of:", "  - `a` is `b`", "  - not:", "    - `c` matches `d*`"],
        ),
        ({"count": {"field": "a[*]"}, "equals": 0}, ["- the number of `a[*]` is `0`"]),
        (
            {"count": {"field": "a[*]", "where": {"field": "a[*].b", "equals": 1}}, "less": 2},
            ["- the number of `a[*]` is less than `2`, counting those for which:", "  - `a[*].b` is `1`"],
        ),
        (
            {
                "count": {"value": [1, 2], "name": "port", "where": {"value": "[current('port')]", "equals": 1}},
                "greater": 0,
            },
            [
                "- the number of the elements `port` of `1`, `2` is more than `0`, counting those for which:",
                "  - `[current('port')]` is `1`",
            ],
        ),
    ],
)
def test_a_condition_is_said(condition: dict[str, Any], lines: list[str]) -> None:
    assert list(describe(condition)) == lines


def test_a_rule_about_a_related_resource_says_what_is_missing() -> None:
    rule = {
        "if": {"field": "type", "equals": "A/b"},
        "then": {
            "effect": "auditIfNotExists",
            "details": {
                "type": "C/d",
                "name": "default",
                "existenceScope": "Subscription",
                "existenceCondition": {"field": "location", "equals": "x"},
            },
        },
    }
    text = describe_rule(rule)
    assert "and no `C/d` with the name `default` exists in its subscription for which:" in text
    assert text.endswith("- `location` is `x`\n")


def test_a_rule_that_asks_for_any_related_resource_needs_no_condition() -> None:
    rule = {"if": {"field": "type", "equals": "A/b"}, "then": {"effect": "x", "details": {"type": "C/d"}}}
    assert "and no `C/d` exists on it, below it or in its resource group\n" in describe_rule(rule)
