"""Arrays that may be missing."""

from typing import Any

import pytest
from tests.policy.lint.linting import RULES_OF, TLS, beside, definition, lint, said

ARRAY = RULES_OF.removesuffix("[*]")
VALUE = f"{RULES_OF}.value"
BAD = {"field": VALUE, "notEquals": "0.0.0.0"}


@pytest.mark.parametrize(
    "condition",
    [
        BAD,
        {"field": VALUE, "notIn": ["a"]},
        {"field": VALUE, "exists": False},
        {"not": {"field": VALUE, "equals": "a"}},
        {"anyOf": [{"field": ARRAY, "exists": True}, BAD]},
        {"allOf": [{"field": ARRAY, "exists": False}, BAD]},
        {"allOf": [{"not": {"field": ARRAY, "exists": True}}, BAD]},
        {"allOf": [{"count": {"field": RULES_OF}, "greaterOrEquals": 0}, BAD]},
        {"allOf": [{"field": TLS, "exists": True}, {"not": {"field": VALUE, "exists": True}}]},
    ],
)
def test_a_negated_test_without_a_guard_is_told(condition: Any) -> None:
    (message,) = said(definition(beside(condition)), "missing-array-guard")
    assert message.endswith("also holds where there is no such array")


@pytest.mark.parametrize(
    "condition",
    [
        {"field": VALUE, "equals": "a"},
        {"not": BAD},
        {"allOf": [{"field": ARRAY, "exists": "true"}, BAD]},
        {"allOf": [{"field": VALUE, "exists": "true"}, BAD]},
        {"allOf": [{"not": {"field": ARRAY, "exists": False}}, {"anyOf": [BAD]}]},
        {"allOf": [{"count": {"field": RULES_OF}, "greater": 0}, BAD]},
        {"allOf": [{"field": VALUE, "like": "1*"}, BAD]},
        {"count": {"field": RULES_OF, "where": BAD}, "greater": 0},
        {"field": "tags['a[*]']", "notEquals": "x"},
        {"field": TLS, "notEquals": "x"},
    ],
)
def test_what_is_guarded_is_left_alone(condition: Any) -> None:
    assert said(definition(beside(condition)), "missing-array-guard") == []


def test_the_advice_names_the_array() -> None:
    (remark,) = lint(definition(beside(BAD)))
    assert remark.help == f"add a condition under `allOf` that `{ARRAY}` exists, or use `count`"
    assert remark.path.endswith("allOf[1].field")


def test_an_inner_array_needs_a_guard_of_its_own() -> None:
    outer = "Microsoft.Network/networkSecurityGroups/securityRules[*]"
    inner = f"{outer}.sourceAddressPrefixes[*]"
    condition = {"count": {"field": outer, "where": {"field": inner, "notEquals": "a"}}, "greater": 0}
    (remark,) = lint(definition(beside(condition)), only=("missing-array-guard",))
    assert remark.help is not None
    assert f"`{outer}.sourceAddressPrefixes` exists" in remark.help
