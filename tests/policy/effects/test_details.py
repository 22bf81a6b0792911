"""What effects are told, as definitions write it."""

from typing import Any

import pytest
from tests.policy.effects.requests import ROLES, TYPE

from everward.policy import Definition, DefinitionError, load_definition


def load(effect: str, details: Any, *, file: str | None = None) -> Definition:
    return load_definition({"if": TYPE, "then": {"effect": effect, "details": details}}, file=file)


def fault(effect: str, details: Any) -> DefinitionError:
    with pytest.raises(DefinitionError) as error:
        load(effect, details)
    return error.value


TAG = {"operation": "addOrReplace", "field": "tags.env", "value": "prod"}


def test_operations_are_read() -> None:
    details = load("modify", {"roleDefinitionIds": ROLES, "conflictEffect": "Audit", "operations": [TAG]}).details
    assert [(item.kind, item.field.raw, item.value.raw) for item in details.operations] == [
        ("addOrReplace", "tags.env", "prod")
    ]
    assert details.conflict is not None
    assert [role.raw for role in details.roles] == ROLES


def test_keys_and_words_compare_without_case() -> None:
    operation = {"Operation": "ADDORREPLACE", "Field": "tags.env", "Value": 1}
    details = load("Modify", {"Operations": [operation], "RoleDefinitionIds": ROLES}).details
    assert details.operations[0].kind == "addOrReplace"


@pytest.mark.parametrize("effect", ["[parameters('effect')]", "audit", "disabled"])
def test_the_shape_says_which_effect_is_meant_where_the_effect_does_not(effect: str) -> None:
    assert load(effect, {"operations": [TAG]}).details.operations
    assert load(effect, [{"field": "tags.env", "value": "x"}]).details.operations[0].kind == "append"
    assert load(effect, {"actionNames": ["Delete"]}).details.actions == ("delete",)
    assert load(effect, {"defaultState": "Compliant"}).details.default_state is not None
    assert load(effect, {"type": "a/b", "evaluationDelay": "PT15M"}).details.delay is not None
    assert load(effect, {"networkGroupId": "/g"}).details.network_group is not None
    assert load(effect, {"kinds": []}).details.operations == ()


def test_details_of_other_effects_are_left_alone() -> None:
    assert load("mutate", {"mutationInfo": {"sourceType": "PublicURL"}, "operations": 5}).details.operations == ()
    assert load("audit", 5).details.operations == ()
    assert load_definition({"if": TYPE, "then": {"effect": "modify"}}).details.operations == ()


@pytest.mark.parametrize(
    ("effect", "details", "message", "path"),
    [
        ("modify", [], "the details of `modify` are not an object", "then.details"),
        ("modify", {"operations": {}}, "`operations` is not an array", "then.details.operations"),
        ("modify", {"operations": [1]}, "an operation is not an object", "then.details.operations[0]"),
        ("modify", {"operations": [{}]}, "the operation has no `operation`", "then.details.operations[0]"),
        (
            "modify",
            {"operations": [{"operation": "addOrReplac", "field": "tags.a"}]},
            "`addOrReplac` is no operation",
            "then.details.operations[0].operation",
        ),
        (
            "modify",
            {"operations": [{"operation": 5}]},
            "`5` is no operation",
            "then.details.operations[0].operation",
        ),
        (
            "modify",
            {"operations": [{"operation": "add"}]},
            "the operation names no `field`",
            "then.details.operations[0]",
        ),
        (
            "modify",
            {"operations": [{"operation": "add", "field": ""}]},
            "`field` is not the name of a field",
            "then.details.operations[0].field",
        ),
        (
            "modify",
            {"operations": [{"operation": "add", "field": "tags.a"}]},
            "`add` needs a `value`",
            "then.details.operations[0]",
        ),
        (
            "modify",
            {"operations": [{"operation": "remove", "field": "location"}]},
            "only tags can be removed",
            "then.details.operations[0].field",
        ),
        (
            "modify",
            {"operations": [{**TAG, "condition": 5}]},
            "the condition of an operation is not an expression",
            "then.details.operations[0].condition",
        ),
        (
            "modify",
            {"operations": [{**TAG, "condition": "[equals(field('type'), 'x')]"}]},
            "the condition of an operation cannot call `field`",
            "then.details.operations[0]",
        ),
        (
            "modify",
            {"operations": [{**TAG, "field": "Microsoft.Storage/storageAccounts/supportsHttpsTraficOnly"}]},
            "`Microsoft.Storage/storageAccounts/supportsHttpsTraficOnly` is no field and no alias",
            "then.details.operations[0]",
        ),
        (
            "modify",
            {"operations": [TAG], "conflictEffect": "ignore"},
            "`ignore` is no value of `conflictEffect`",
            "then.details.conflictEffect",
        ),
        (
            "modify",
            {"operations": [TAG], "conflictEffect": 1},
            "`conflictEffect` is not a text",
            "then.details.conflictEffect",
        ),
        (
            "modify",
            {"operations": [TAG], "roleDefinitionIds": "x"},
            "`roleDefinitionIds` is not an array of texts",
            "then.details.roleDefinitionIds",
        ),
        ("append", [1], "what is appended is not an object", "then.details[0]"),
        ("append", [{"field": "tags.a"}], "what is appended has no `value`", "then.details[0]"),
        (
            "deployIfNotExists",
            {"type": "a/b", "evaluationDelay": "soon"},
            "`soon` is no evaluation delay",
            "then.details.evaluationDelay",
        ),
        (
            "deployIfNotExists",
            {"type": "a/b", "evaluationDelay": "PT6H1M"},
            "`PT6H1M` is longer than 360 minutes",
            "then.details.evaluationDelay",
        ),
        (
            "deployIfNotExists",
            {"type": "a/b", "deploymentScope": "tenant"},
            "`tenant` is no value of `deploymentScope`",
            "then.details.deploymentScope",
        ),
        (
            "deployIfNotExists",
            {"type": "a/b", "deployment": 1},
            "the deployment is not an object",
            "then.details.deployment",
        ),
        (
            "deployIfNotExists",
            {"type": "a/b", "deployment": {"properties": {"parameters": {"a": 1}}}},
            "a parameter of the deployment is not an object",
            "then.details.deployment.properties.parameters.a",
        ),
        ("denyAction", {"actionNames": "delete"}, "`actionNames` is not an array", "then.details.actionNames"),
        (
            "denyAction",
            {"actionNames": ["write"]},
            "`write` is no action that can be denied",
            "then.details.actionNames[0]",
        ),
        (
            "denyAction",
            {"actionNames": ["delete"], "cascadeBehaviors": {"subscription": "deny"}},
            "`subscription` has no cascade behaviour",
            "then.details.cascadeBehaviors.subscription",
        ),
        (
            "denyAction",
            {"actionNames": ["delete"], "cascadeBehaviors": {"resourceGroup": "maybe"}},
            "`maybe` is no value of `resourceGroup`",
            "then.details.cascadeBehaviors.resourceGroup",
        ),
        ("manual", {"defaultState": "Good"}, "`Good` is no value of `defaultState`", "then.details.defaultState"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(effect: str, details: Any, message: str, path: str) -> None:
    error = fault(effect, details)
    assert error.message == message
    assert error.path == path


@pytest.mark.parametrize(
    "delay", ["AfterProvisioningSuccess", "afterprovisioning", "PT0S", "PT6H", "PT360M", "PT1H30M"]
)
def test_delays_that_azure_knows(delay: str) -> None:
    assert load("auditIfNotExists", {"type": "a/b", "evaluationDelay": delay}).details.delay is not None


@pytest.mark.parametrize("delay", ["PT", "P1D", "PT1", "10M", "PT-1M"])
def test_delays_that_it_does_not_know(delay: str) -> None:
    assert "no evaluation delay" in fault("auditIfNotExists", {"type": "a/b", "evaluationDelay": delay}).message


def test_a_deployment_without_parameters_has_none() -> None:
    deployments: list[dict[str, Any]] = [{}, {"properties": {}}, {"properties": {"parameters": None}}]
    for deployment in deployments:
        details = load("deployIfNotExists", {"type": "a/b", "deployment": deployment}).details
        assert details.deployment == deployment
        assert details.deployment_parameters == {}


def test_a_plain_path_is_a_field_to_change() -> None:
    assert load("modify", {"operations": [{**TAG, "field": "properties.some.thing"}]}).details.operations
