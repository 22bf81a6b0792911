"""Rules about names: aliases, types, parameters, spelling."""

import json
from typing import Any

import pytest
from tests.policy.lint.linting import (
    IS_STORAGE,
    OLD_TLS,
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

from everward.policy.lint import Linter, apply_fixes


def test_a_sound_definition_has_no_remarks() -> None:
    assert lint(definition()) == []


def test_an_unknown_alias_is_told_with_its_line_and_the_one_that_was_meant() -> None:
    text = json.dumps(definition(beside({"field": f"{TLS}s", "equals": "x"})), indent=2)
    (remark,) = lint(text)
    assert (remark.rule, remark.severity) == ("unknown-alias", "error")
    assert remark.path == "properties.policyRule.if.allOf[1].field"
    assert text.splitlines()[remark.line - 1].strip() == f'"field": "{TLS}s",'
    assert remark.help == f"did you mean `{TLS}`?"
    assert not remark.fixable


@pytest.mark.parametrize(
    "condition",
    [
        {"count": {"field": "Microsoft.Nowhere/things/list[*]"}, "greater": 0},
        {"value": "[field('Microsoft.Nowhere/things/x')]", "equals": "y"},
        {
            "count": {
                "field": f"{STORAGE}/networkAcls.ipRules[*]",
                "where": {"value": "[current('Microsoft.Nowhere/things/a[*].b')]", "equals": 1},
            },
            "greater": 0,
        },
    ],
)
def test_aliases_are_looked_for_in_counts_and_expressions(condition: Any) -> None:
    (message,) = said(definition(beside(condition)), "unknown-alias")
    assert "Microsoft.Nowhere" in message


def test_aliases_are_looked_for_in_what_modify_writes() -> None:
    operation = {"operation": "add", "field": "Microsoft.Nowhere/things/x", "value": 1}
    details = {"roleDefinitionIds": ["x"], "operations": [operation, "no object"]}
    assert said(definition(effect="modify", details=details), "unknown-alias")


def test_an_alias_that_is_like_no_other_is_told_with_what_fields_there_are() -> None:
    (remark,) = lint(definition(beside({"field": "colour", "equals": "x"})))
    assert remark.help is not None
    assert remark.help.startswith("fields are type, name")


def test_modes_of_providers_have_aliases_that_no_list_has() -> None:
    made = definition({"field": "Microsoft.KeyVault.Data/vaults/keys/x", "equals": 1}, mode="Microsoft.KeyVault.Data")
    assert said(made, "unknown-alias") == []


@pytest.mark.parametrize("slip", ["Microsoft.Storage/storageAccount", "Microsoft.Storrage/storageAccounts"])
def test_a_type_with_a_slip_is_told(slip: str) -> None:
    (remark,) = lint(definition({"allOf": [{"field": "type", "in": [slip, STORAGE]}, OLD_TLS]}))
    assert remark.rule == "unknown-type"
    assert remark.path.endswith("allOf[0].in[0]")
    assert remark.help == f"did you mean `{STORAGE}`?"


@pytest.mark.parametrize("kind", ["Contoso.Own/things", STORAGE.upper(), "Microsoft.Synapse/workspaces/scopePools"])
def test_a_type_that_is_known_or_like_no_other_is_left_alone(kind: str) -> None:
    assert said(definition({"field": "type", "equals": kind}), "unknown-type") == []


def test_a_parameter_that_is_not_declared_is_told() -> None:
    declared = {"version": parameter(defaultValue="x"), "other": parameter(defaultValue="y")}
    condition = beside(
        {"field": TLS, "equals": "[parameters('versoin')]"}, {"field": "name", "equals": "[parameters('OTHER')]"}
    )
    chosen = ("undeclared-parameter", "unused-parameter")
    found = {item.rule: item for item in lint(definition(condition, parameters=declared), only=chosen)}
    undeclared, unused = (found[rule] for rule in chosen)
    assert (undeclared.rule, undeclared.help) == ("undeclared-parameter", "did you mean `version`?")
    assert (unused.rule, unused.severity) == ("unused-parameter", "warning")
    (alone,) = lint(definition(beside({"field": TLS, "equals": "[parameters('x')]"})))
    assert alone.help == "declare it under `parameters`"


def test_a_bare_rule_declares_nothing() -> None:
    rule = {"if": beside({"field": TLS, "equals": "[parameters('x')]"}), "then": {"effect": "audit"}}
    assert rules(rule) == []


def test_a_name_that_is_computed_could_be_any_parameter() -> None:
    condition = beside({"field": TLS, "equals": "[parameters(concat('ver', 'sion'))]"})
    assert said(definition(condition, parameters={"version": parameter()}), "unused-parameter") == []


def test_a_parameter_that_is_kept_for_the_past_is_left_alone() -> None:
    old = parameter()
    old["metadata"]["deprecated"] = True
    assert said(definition(parameters={"old": old}), "unused-parameter") == []


def test_spelling_is_repaired_and_nothing_else_is_touched() -> None:
    text = json.dumps(
        {
            **definition(),
            "properties": {
                **definition()["properties"],
                "mode": "all",
                "policyRule": {
                    "If": {
                        "allof": [
                            IS_STORAGE,
                            {"FIELD": TLS, "notequals": "[tolower('A')]"},
                            {"count": {"Value": "[createarray(1)]", "Where": OLD_TLS}, "greater": 0},
                        ]
                    },
                    "Then": {"Effect": "AUDIT"},
                },
            },
        },
        indent=4,
    ).replace("\n", "\r\n")
    mended, number = apply_fixes(Linter(), text, "policy.json")
    assert number == 12
    for wrong, right in (
        ('"all"', '"All"'),
        ('"If"', '"if"'),
        ('"allof"', '"allOf"'),
        ('"FIELD"', '"field"'),
        ('"notequals"', '"notEquals"'),
        ("tolower", "toLower"),
        ('"Value"', '"value"'),
        ("createarray", "createArray"),
        ('"Where"', '"where"'),
        ('"Then"', '"then"'),
        ('"Effect"', '"effect"'),
        ('"AUDIT"', '"audit"'),
    ):
        text = text.replace(wrong, right)
    assert mended == text


def test_effects_with_a_capital_are_fine() -> None:
    assert lint(definition(effect="Deny")) == []


def test_what_is_written_with_escapes_is_told_and_not_repaired() -> None:
    text = json.dumps(definition(beside({"field": TLS, "equals": "[tolower('A')]"}))).replace(
        "[tolower", "[to\\u006cower"
    )
    (remark,) = lint(text)
    assert (remark.rule, remark.fixable) == ("name-case", False)
    escaped = json.dumps(definition()).replace('"notEquals"', '"not\\u0045quals"').replace("policyRule", "policyRule")
    assert lint(escaped) == []
    wrong = json.dumps(definition()).replace('"notEquals"', '"not\\u0065quals"')
    (remark,) = lint(wrong)
    assert not remark.fixable


def test_a_repaired_definition_says_the_same() -> None:
    made = definition({"ALLOF": [IS_STORAGE, OLD_TLS]})
    assert repaired(made) == definition()


def test_hundreds_of_unknown_aliases_are_all_told_and_some_with_a_suggestion() -> None:
    parts = [{"field": f"{TLS}{index}", "equals": "x"} for index in range(150)]
    found = lint(definition({"anyOf": parts}), only=("unknown-alias",))
    assert len(found) == 150
    assert sum("did you mean" in (remark.help or "") for remark in found) == 100
