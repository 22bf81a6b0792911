"""Rules about effects, their modes, their details and the roles they need."""

from typing import Any

import pytest
from tests.policy.lint.linting import READER, STORAGE, TLS, definition, lint, parameter, repaired, rules, said

OPERATION = {"operation": "addOrReplace", "field": TLS, "value": "TLS1_2"}
MODIFY = {"roleDefinitionIds": [READER], "operations": [OPERATION]}
DEPLOYMENT = {"properties": {"mode": "incremental", "template": {"resources": []}}}
DEPLOY = {"type": "Microsoft.Insights/diagnosticSettings", "roleDefinitionIds": [READER], "deployment": DEPLOYMENT}


@pytest.mark.parametrize(
    ("effect", "details", "mode"),
    [
        ("deny", None, "Indexed"),
        ("modify", MODIFY, "Indexed"),
        ("append", [{"field": "tags.a", "value": "b"}], "All"),
        ("deployIfNotExists", DEPLOY, "All"),
        ("auditIfNotExists", {"type": "Microsoft.Insights/diagnosticSettings"}, "All"),
        ("denyAction", {"actionNames": ["delete"], "cascadeBehaviors": {"resourceGroup": "deny"}}, "Indexed"),
        ("manual", {"defaultState": "Unknown"}, "All"),
        ("audit", {"templateInfo": {}}, "Microsoft.Kubernetes.Data"),
        ("mutate", {"mutationInfo": {}}, "Microsoft.Kubernetes.Data"),
        ("addToNetworkGroup", {"networkGroupId": "x"}, "Microsoft.Network.Data"),
    ],
)
def test_sound_effects_have_no_remarks(effect: str, details: Any, mode: str) -> None:
    assert rules(definition(effect=effect, details=details, mode=mode)) == []


@pytest.mark.parametrize(
    ("effect", "details", "mode", "message"),
    [
        ("modify", MODIFY, "Microsoft.Kubernetes.Data", "the effect `modify` cannot be used"),
        ("mutate", {}, "All", "the effect `mutate` cannot be used with the mode `All`"),
        ("addToNetworkGroup", {}, "Indexed", "the effect `addToNetworkGroup` cannot be used"),
        ("denyAction", {"actionNames": ["delete"], "cascadeBehaviors": {}}, "All", "`cascadeBehaviors` needs the mode"),
    ],
)
def test_effects_that_the_mode_lacks_are_told(effect: str, details: Any, mode: str, message: str) -> None:
    (found,) = said(definition(effect=effect, details=details, mode=mode), "effect-mode")
    assert found.startswith(message)


def test_effects_are_looked_for_in_the_parameter() -> None:
    declared = {"effect": parameter(allowedValues=["Audit", "Mutate"], defaultValue="Audit")}
    made = definition(effect="[parameters('Effect')]", parameters=declared)
    assert said(made, "effect-mode") == ["the effect `mutate` cannot be used with the mode `All`"]


@pytest.mark.parametrize(
    ("declared", "messages"),
    [
        (parameter(allowedValues=["Audit", "Deny", "Disabled"], defaultValue="Audit"), []),
        (parameter(allowedValues=["Audit", "Deni"], defaultValue="Audit"), ["`Deni` is no effect"]),
        (parameter(defaultValue="Audi"), ["`Audi` is no effect", "any text can be given for the effect `effect`"]),
        (parameter(allowedValues=["Audit", 7]), ["`7` is no effect"]),
        (
            parameter(allowedValues=["Audit", "AuditIfNotExists"], defaultValue="Audit"),
            ["`audit` and `auditIfNotExists` cannot stand in for one another"],
        ),
    ],
)
def test_the_effects_to_choose_from_belong_together(declared: Any, messages: list[str]) -> None:
    made = definition(effect="[parameters('effect')]", parameters={"effect": declared})
    assert sorted(said(made, "effect-choice")) == sorted(messages)


@pytest.mark.parametrize(("effect", "details"), [("modify", MODIFY), ("deployIfNotExists", DEPLOY)])
@pytest.mark.parametrize("roles", [None, []])
def test_roles_are_missed_where_a_repair_needs_them(effect: str, details: Any, roles: Any) -> None:
    without = {**details, "roleDefinitionIds": roles}
    if roles is None:
        del without["roleDefinitionIds"]
    (remark,) = [item for item in lint(definition(effect=effect, details=without)) if item.rule == "missing-role"]
    assert remark.severity == "error"
    assert remark.message == f"`{effect}` names no role, so its remediation may change nothing"
    assert remark.path.startswith("properties.policyRule.then.details")


def test_roles_are_ids_and_a_bare_guid_is_completed() -> None:
    guid = READER.rpartition("/")[2]
    made = definition(
        effect="modify", details={**MODIFY, "roleDefinitionIds": [guid, "Contributor", "[parameters('r')]", 7]}
    )
    assert said(made, "missing-role") == [
        f"`{guid}` is not the whole id of a role",
        "`Contributor` is not the id of a role",
        "`7` is not the id of a role",
    ]
    assert repaired(made)["properties"]["policyRule"]["then"]["details"]["roleDefinitionIds"][0] == READER
    assert said(definition(effect="modify", details={**MODIFY, "roleDefinitionIds": "x"}), "missing-role") == [
        "`roleDefinitionIds` is not an array"
    ]


@pytest.mark.parametrize(
    ("effect", "details", "message"),
    [
        ("modify", None, "`modify` needs `details`"),
        ("modify", {"roleDefinitionIds": [READER]}, "`modify` has no `operations`"),
        ("modify", {**MODIFY, "operations": []}, "`modify` has no `operations`"),
        ("modify", {**MODIFY, "conflictEffect": "maybe"}, "`maybe` is no `conflictEffect`"),
        ("modify", {**MODIFY, "operations": [{"field": TLS}]}, "the operation has no `operation`"),
        ("modify", {**MODIFY, "operations": [{"operation": "set", "field": TLS}]}, "`set` is no operation"),
        ("modify", {**MODIFY, "operations": [{"operation": "add", "value": 1}]}, "the operation has no `field`"),
        ("modify", {**MODIFY, "operations": [{"operation": "add", "field": "tags.a"}]}, "`add` has no `value`"),
        (
            "modify",
            {**MODIFY, "operations": [{"operation": "Remove", "field": TLS}]},
            f"`remove` cannot be used on `{TLS}`",
        ),
        (
            "modify",
            {**MODIFY, "operations": [{"operation": "remove", "field": "tags.a", "value": 1}]},
            "`remove` takes no `value`",
        ),
        ("append", {"field": "tags.a"}, "the details of `append` are not an array"),
        ("append", [{"field": "tags.a"}], "the entry has no `value`"),
        ("append", ["x"], "the entry has no `field`"),
        ("deployIfNotExists", {**DEPLOY, "deployment": None}, "the deployment has no template"),
        (
            "deployIfNotExists",
            {"type": STORAGE, "roleDefinitionIds": [READER]},
            "`deployIfNotExists` has no `deployment`",
        ),
        (
            "deployIfNotExists",
            {**DEPLOY, "deployment": {"properties": {"template": {}}}},
            "the deployment has no `mode`",
        ),
        ("deployIfNotExists", {**DEPLOY, "deploymentScope": "tenant"}, "`tenant` is no `deploymentScope`"),
        ("auditIfNotExists", {"type": STORAGE, "existenceCondition": {}}, "the existence condition is empty"),
        ("denyAction", {}, "`denyAction` names no action"),
        ("denyAction", {"actionNames": ["write"]}, "`write` is no action that can be denied"),
        ("manual", {"defaultState": "Perhaps"}, "`Perhaps` is no `defaultState`"),
        ("audit", {"a": 1}, "`audit` has no details in this mode: they do nothing"),
    ],
)
def test_details_that_do_not_fit_are_told(effect: str, details: Any, message: str) -> None:
    assert message in [
        text.replace("`Remove`", "`remove`")
        for text in said(definition(effect=effect, details=details), "effect-details")
    ]


def test_details_that_are_no_object_are_told_as_malformed() -> None:
    assert rules(definition(effect="auditIfNotExists", details=[1])) == ["malformed"]
    assert "effect-details" not in rules(definition(effect=7))
