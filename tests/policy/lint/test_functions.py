"""Functions that policies have, and where they may stand."""

from typing import Any

import pytest
from tests.policy.lint.linting import READER, RULES_OF, TLS, beside, definition, lint, rules, said


def valued(text: str) -> dict[str, Any]:
    return definition(beside({"value": text, "equals": "x"}))


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("[resourceId('a', 'b')]", "policies have no function `resourceId`", "only deployment templates have it"),
        ("[listKeys('a', 'b')]", "policies have no function `listKeys`", "only deployment templates have it"),
        ("[concta('a')]", "policies have no function `concta`", "did you mean `concat`?"),
        ("[fiel('a')]", "policies have no function `fiel`", "did you mean `field`?"),
        ("[zzzzzz()]", "policies have no function `zzzzzz`", "see the functions"),
        ("[split('a')]", "the function `split` takes 2 arguments, not 1", None),
    ],
)
def test_functions_that_policies_lack_are_told(text: str, message: str, help: str | None) -> None:
    (remark,) = [item for item in lint(valued(text)) if item.rule == "function-unavailable"]
    assert remark.message == message
    if help is not None:
        assert remark.help is not None
        assert remark.help.startswith(help)


@pytest.mark.parametrize(
    "text", ["[if(true(), 'a', 'b')]", "[coalesce(field('name'), 'x')]", "[string(and(true(), false()))]"]
)
def test_functions_that_policies_have_are_left_alone(text: str) -> None:
    assert rules(valued(text)) == []


def test_what_does_not_parse_is_malformed() -> None:
    assert rules(valued("[concat('a']")) == ["malformed"]


def test_discouraged_functions_are_told() -> None:
    (remark,) = lint(valued("[dateTimeAdd(utcNow(), 'P1D')]"))
    assert (remark.rule, remark.severity) == ("function-discouraged", "warning")


def test_templates_of_deployments_have_functions_of_their_own() -> None:
    deployment = {"properties": {"mode": "incremental", "template": {"outputs": {"a": "[resourceId('a', 'b')]"}}}}
    details = {"type": "Microsoft.Insights/diagnosticSettings", "roleDefinitionIds": [READER], "deployment": deployment}
    assert rules(definition(effect="deployIfNotExists", details=details)) == []


@pytest.mark.parametrize(
    ("condition", "messages"),
    [
        ({"value": "[current()]", "equals": 1}, ["`current` has no count around it"]),
        ({"field": TLS, "equals": "[current('x')]"}, ["`current` has no count around it"]),
        (
            {"count": {"value": [1], "name": "n", "where": {"value": "[current('m')]", "equals": 1}}, "greater": 0},
            ["no count around `current` is named `m`"],
        ),
        ({"count": {"value": [1], "name": "n", "where": {"value": "[current('N')]", "equals": 1}}, "greater": 0}, []),
        ({"count": {"value": "[current()]"}, "greater": 0}, ["`current` has no count around it"]),
        (
            {
                "count": {"field": RULES_OF, "where": {"value": f"[current('{RULES_OF}.value')]", "equals": 1}},
                "greater": 0,
            },
            [],
        ),
        ({"field": "[concat('tags.', current())]", "equals": 1}, ["`current` has no count around it"]),
        ({"count": {"field": "[current()]"}, "greater": 0}, ["`current` has no count around it"]),
    ],
)
def test_current_needs_a_count_of_its_name(condition: Any, messages: list[str]) -> None:
    assert said(definition(beside(condition)), "function-place") == messages


def test_conditions_of_operations_do_not_read_the_resource() -> None:
    operation = {"operation": "add", "field": "tags.a", "value": "b", "condition": "[equals(field('name'), 'x')]"}
    details = {"roleDefinitionIds": [READER], "operations": [operation, {**operation, "condition": "[true()]"}]}
    messages = said(definition(effect="modify", details=details), "function-place")
    assert messages == ["the condition of an operation cannot call `field`"]


def test_initiatives_have_no_resource() -> None:
    reference = {
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/a",
        "parameters": {"x": {"value": "[field('name')]"}},
    }
    made = {"properties": {"policyDefinitions": [reference]}}
    assert said(made, "initiative-function") == ["an initiative cannot call `field`"]
