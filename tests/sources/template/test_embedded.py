"""Templates that are at hand as values: those of requests, and those inside policies."""

from __future__ import annotations

import json
import lzma
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import GROUP, OPTIONS, SUBSCRIPTION, nested, template

from everward.estate import Estate, Reading, Resource
from everward.policy import compile_definition, load_definition
from everward.policy.effects import remediation
from everward.sources.interface import ReadOptions
from everward.sources.template import expand_deployment, expand_template
from everward.values import Origin, Unknown

SETTING = {
    "type": "Microsoft.Storage/storageAccounts/providers/diagnosticSettings",
    "apiVersion": "2021-05-01-preview",
    "name": "[concat(parameters('name'), '/Microsoft.Insights/toAnalytics')]",
    "location": "[parameters('location')]",
    "properties": {"workspaceId": "[parameters('workspace')]"},
}
PARAMETERS = {key: {"type": "string"} for key in ("name", "location", "workspace")}
DEFINITION = {
    "mode": "Indexed",
    "parameters": {"workspace": {"type": "String"}},
    "policyRule": {
        "if": {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
        "then": {
            "effect": "deployIfNotExists",
            "details": {
                "type": "Microsoft.Insights/diagnosticSettings",
                "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/x"],
                "deployment": {
                    "properties": {
                        "mode": "incremental",
                        "template": template((SETTING,), parameters=PARAMETERS),
                        "parameters": {
                            "name": {"value": "[field('name')]"},
                            "location": {"value": "[field('location')]"},
                            "workspace": {"value": "[parameters('workspace')]"},
                        },
                    }
                },
            },
        },
    },
}


def remediated(location: Any) -> dict[str, Any]:
    """The deployment that the policy makes for a storage account, as the API takes it."""
    account = Resource(
        id=f"{GROUP}/providers/Microsoft.Storage/storageAccounts/a1",
        type="Microsoft.Storage/storageAccounts",
        name="a1",
        body={"location": location, "properties": {}},
        origin=Origin(source="inventory"),
    )
    policy = compile_definition(load_definition(json.dumps(DEFINITION)), {"workspace": "/w"})
    plan = remediation(policy, account, Estate([Reading("inventory", "x", [account])]))
    assert plan is not None
    assert plan.deployment is not None
    return {"scope": plan.deployment.scope, **plan.deployment.body}


def test_the_deployment_of_a_policy_expands_to_what_it_deploys() -> None:
    request = remediated("swedencentral")
    expansion = expand_deployment(request, request["scope"], ReadOptions())
    assert not expansion.reading.unresolved
    (setting,) = expansion.reading.resources
    assert setting.type == "Microsoft.Insights/diagnosticSettings"
    assert setting.id == (
        f"{GROUP}/providers/Microsoft.Storage/storageAccounts/a1/providers/Microsoft.Insights"
        "/diagnosticSettings/toAnalytics"
    )
    assert (setting.location, setting.get("properties.workspaceId")) == ("swedencentral", "/w")


def test_what_the_policy_does_not_know_stays_open() -> None:
    request = remediated(Unknown(reason="a variable has no value", decided_by=("var.location",)))
    (setting,) = expand_deployment(request, request["scope"], ReadOptions()).reading.resources
    assert isinstance(setting.location, Unknown)
    assert setting.location.decided_by == ("var.location",)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("/", "/providers/A.B/c/x"),
        (f"/subscriptions/{SUBSCRIPTION}", f"/subscriptions/{SUBSCRIPTION}/providers/A.B/c/x"),
        (GROUP, f"{GROUP}/providers/A.B/c/x"),
        (
            "/providers/Microsoft.Management/managementGroups/mg1",
            "/providers/Microsoft.Management/managementGroups/mg1/providers/A.B/c/x",
        ),
    ],
)
def test_a_request_says_what_it_deploys_to(scope: str, expected: str) -> None:
    body = {
        "location": "northeurope",
        "properties": {"template": template(({"type": "A.B/c", "apiVersion": "1", "name": "x"},))},
    }
    expansion = expand_deployment(body, scope, OPTIONS)
    assert [resource.id for resource in expansion.reading.resources] == [expected]


def test_a_request_has_a_name_and_a_place() -> None:
    made = template(outputs={"o": {"type": "string", "value": "[concat(deployment().name, deployment().location)]"}})
    body = {"location": "northeurope", "properties": {"template": made}}
    scope = f"/subscriptions/{SUBSCRIPTION}"
    assert expand_deployment(body, scope, ReadOptions(), name="d1").outputs() == {"o": "d1northeurope"}
    assert isinstance(expand_deployment(body, scope, ReadOptions()).outputs()["o"], Unknown)


def test_what_is_no_deployment_is_refused() -> None:
    with pytest.raises(ValueError, match="holds no template"):
        expand_deployment({"properties": {}}, GROUP, OPTIONS)
    with pytest.raises(ValueError, match="no scope"):
        expand_deployment({"properties": {"template": template()}}, f"{GROUP}/providers/A.B/c/x", OPTIONS)


def test_a_template_at_hand_gives_variables_and_outputs() -> None:
    inner = template(outputs={"o": {"type": "string", "value": "deep"}})
    made = template(
        (nested("n", inner),),
        parameters={"p": {"type": "int"}},
        variables={"v": "[add(parameters('p'), 1)]"},
        outputs={"o": {"type": "string", "value": "[reference('n').outputs.o.value]"}},
    )
    expansion = expand_template(made, OPTIONS, {"p": 1})
    assert (expansion.variables(), expansion.outputs()) == ({"v": 2}, {"o": "deep"})


def test_the_templates_of_all_built_in_policies_expand() -> None:
    cases = os.environ.get("EVERWARD_CASES")
    if not cases:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the built-in definitions")
    said: Counter[str] = Counter()
    count = resources = 0
    with lzma.open(Path(cases) / "corpus" / "builtin-definitions.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            details = json.loads(line)["definition"]["properties"]["policyRule"]["then"].get("details")
            if not isinstance(details, dict) or "deployment" not in details:
                continue
            count += 1
            expansion = expand_template(details["deployment"]["properties"]["template"], OPTIONS)
            resources += len(expansion.reading.resources)
            said.update(note.reason.split(":")[0] for note in expansion.reading.unresolved)
    assert count > 850
    assert resources > 1_300
    # Nobody gives values here; the rest are faults of the definitions, and a type that hangs on a parameter.
    assert set(said) == {
        "a parameter has a type that templates do not have",
        "parameter without value",
        "the function `field` is not available in templates",
        "the type of the resource is not known",
    }
