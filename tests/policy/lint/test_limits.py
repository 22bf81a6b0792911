"""Sizes and counts."""

from typing import Any

import pytest
from tests.policy.lint import linting
from tests.policy.lint.linting import RULES_OF, STORAGE, TLS, beside, definition, lint, parameter, said


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (definition(description="x" * 513), "`description` has 513 characters: at most 512 may be"),
        (definition(displayName="x" * 129), "`displayName` has 129 characters: at most 128 may be"),
        ({**definition(), "name": "x" * 65}, "the name has 65 characters: at most 64 may be"),
        (
            definition(parameters={f"p{index}": parameter() for index in range(21)}),
            "there are 21 parameters: at most 20 may be",
        ),
        (
            definition({"anyOf": [{"field": "kind", "equals": str(index)} for index in range(4096)]}),
            "there are 4097 conditions: at most 4096 may be",
        ),
        (
            definition(
                effect="auditIfNotExists",
                details={"type": STORAGE, "existenceCondition": {"anyOf": [{"field": "kind", "equals": "a"}] * 128}},
            ),
            "there are 129 conditions: at most 128 may be",
        ),
        (
            definition(beside(*[{"count": {"field": RULES_OF}, "greater": 1}] * 6)),
            f"there are more than 5 counts over `{RULES_OF}`",
        ),
        (
            definition(beside(*[{"count": {"value": ["a"]}, "equals": "[length('a')]"}] * 11)),
            "there are more than 10 counts over values",
        ),
        (
            definition(beside({"count": {"value": list(range(101))}, "greater": 1})),
            "a count over a value visits 101 elements: at most 100 may be",
        ),
        (
            definition(beside({"field": TLS, "equals": "[" + "not(" * 65 + "true()" + ")" * 65 + "]"})),
            "functions are nested 66 levels deep, more than 64",
        ),
        (
            definition(beside({"field": TLS, "in": [f"[concat('a', '{index}')]" for index in range(2049)]})),
            "the rule calls 2049 functions: at most 2048 may be",
        ),
        (
            {"properties": {"policyDefinitions": [{}] * 1001}},
            "there are 1001 policies: at most 1000 may be",
        ),
    ],
)
def test_what_is_too_large_is_told(document: Any, message: str) -> None:
    assert message in said(document, "limit", only=("limit",))


def test_a_file_that_is_too_large_is_told() -> None:
    (message,) = said(definition(metadata={"category": "a", "version": "1", "x": "y" * 1_048_576}), "limit")
    assert message.endswith("at most 1048576 may be")


def test_built_ins_are_not_held_to_the_limits_of_customers() -> None:
    made = definition(parameters={f"p{index}": parameter() for index in range(21)}, policyType="BuiltIn")
    assert said(made, "limit") == []


def test_people_can_tell_what_it_is() -> None:
    made = definition(displayName=" ", description=None, metadata={})
    assert said(made, "metadata") == [
        "there is no `displayName`",
        "there is no `description`",
        "the metadata has no `category`",
        "the metadata has no `version`",
    ]
    bare = definition(version="1.0.0")
    del bare["properties"]["metadata"]
    assert said(bare, "metadata") == ["the metadata has no `category`"]
    assert lint(linting.definition()) == []
