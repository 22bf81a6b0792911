"""auditIfNotExists and deployIfNotExists after a request, and the deployment that they render."""

from typing import Any

import pytest
from tests.policy.effects.requests import ROLES, TYPE, request, thing
from tests.policy.make import GROUP, estate, hole, policy, resource

from everward.estate import Unresolved
from everward.policy import EvaluationContext, Policy, State
from everward.policy.effects import Enforced, FollowUp, Result, Verdict, evaluate_request
from everward.values import Unknown

TEMPLATE = {
    "parameters": {"name": {"type": "string"}},
    "resources": [{"name": "[concat(parameters('name'), '/x')]", "type": "Case.Test/things/parts"}],
}
PART = "Case.Test/things/parts"


def deploys(*, condition: Any = TYPE, existence: Any = None, options: Any = None, **details: Any) -> Policy:
    made: dict[str, Any] = {
        "type": PART,
        "roleDefinitionIds": ROLES,
        "deployment": {
            "properties": {
                "mode": "incremental",
                "template": TEMPLATE,
                "parameters": {"name": {"value": "[field('name')]"}},
            }
        },
    }
    if existence is not None:
        made["existenceCondition"] = existence
    return policy(condition, "deployIfNotExists", {**made, **details}, **(options or {}))


def follow(subject: Any, made: Policy | Enforced, *others: Any) -> FollowUp:
    (follow_up,) = request(subject, made, others=others).follow_ups
    return follow_up


def test_what_is_missing_is_deployed() -> None:
    decision = request(thing(), deploys())
    assert decision.verdict is Verdict.ALLOWED
    assert [event.result for event in decision.events] == [Result.FOLLOWS]
    (follow_up,) = decision.follow_ups
    assert (follow_up.state, follow_up.effect, follow_up.delay) == (State.NON_COMPLIANT, "deployIfNotExists", "PT10M")
    deployment = follow_up.deployment
    assert deployment is not None
    assert deployment.scope == GROUP
    assert deployment.roles == tuple(ROLES)
    assert deployment.body == {
        "properties": {"mode": "incremental", "template": TEMPLATE, "parameters": {"name": {"value": "one"}}}
    }
    assert deployment.id == f"{GROUP}/providers/Microsoft.Resources/deployments/{deployment.name}"
    assert deployment.hole is None


def test_names_of_deployments_tell_policies_and_resources_apart_and_are_repeatable() -> None:
    names = [
        follow(thing(name=name), deploys(options={"context": EvaluationContext(assignment_id=assignment)}))
        for name, assignment in (("one", "/a"), ("one", "/A"), ("two", "/a"), ("one", "/b"))
    ]
    first, same, *others = [item.deployment.name for item in names if item.deployment is not None]
    assert first == same
    assert len({first, *others}) == 3
    assert all(len(name) <= 64 for name in (first, *others))


def test_what_is_there_is_compliant() -> None:
    part = resource(PART, "one/p", {"on": True})
    assert follow(thing(), deploys(), part).state is State.COMPLIANT
    on = {"field": "properties.on", "equals": True}
    assert follow(thing(), deploys(existence=on), part).deployment is None
    off = follow(thing(), deploys(existence={"field": "properties.on", "equals": False}), part)
    assert off.state is State.NON_COMPLIANT
    assert off.deployment is not None


def test_audit_deploys_nothing() -> None:
    made = policy(TYPE, "auditIfNotExists", {"type": PART, "evaluationDelay": "AfterProvisioning"})
    follow_up = follow(thing(), made)
    assert (follow_up.state, follow_up.deployment, follow_up.delay) == (State.NON_COMPLIANT, None, "AfterProvisioning")


def test_nothing_follows_where_the_condition_does_not_hold_or_the_request_is_denied() -> None:
    assert request(thing({"a": 1}), deploys(condition={"field": "properties.a", "equals": 2})).follow_ups == ()
    assert request(thing(), deploys(), policy(TYPE, "deny")).follow_ups == ()


def test_do_not_enforce_deploys_by_remediation_alone() -> None:
    follow_up = follow(thing(), Enforced(deploys(), enforced=False))
    assert follow_up.enforced is False
    assert follow_up.deployment is not None
    assert "remediation" in follow_up.message


def test_the_resource_is_the_one_that_the_request_leaves() -> None:
    itself = deploys(
        condition=TYPE,
        existence={"field": "properties.a", "equals": 2},
        type="Case.Test/things",
        name="[field('name')]",
    )
    before = thing({"a": 1})
    assert follow(thing({"a": 2}), itself, before).state is State.COMPLIANT
    assert follow(thing({"a": 1}), itself, thing({"a": 2})).state is State.NON_COMPLIANT


def test_holes_leave_it_open() -> None:
    maybe = {"field": "properties.a", "equals": 1}
    open_condition = follow(thing({"a": hole("var.a")}), deploys(condition=maybe))
    assert open_condition.state is State.UNKNOWN
    assert open_condition.deployment is not None
    part = resource(PART, "one/p", {"on": hole("var.on")})
    open_related = follow(thing(), deploys(existence={"field": "properties.on", "equals": True}), part)
    assert open_related.state is State.UNKNOWN
    assert open_related.hole is not None
    assert open_related.hole.decided_by == ("var.on",)


def test_what_could_not_be_read_may_hold_the_related_resource() -> None:
    gap = Unresolved("module x", "not found", incomplete=True)
    here = estate(resource("Case.Test/others", "o"), unresolved=(gap,))
    (follow_up,) = evaluate_request(thing(), [deploys()], here).follow_ups
    assert follow_up.state is State.UNKNOWN


def test_parameters_may_hold_holes_and_references() -> None:
    deployment = {
        "properties": {
            "Parameters": {
                "a": {"value": {"x": ["[field('properties.a')]"]}},
                "k": {"reference": {"keyVault": {"id": "[parameters('vault')]"}, "secretName": "s"}},
            },
            "template": TEMPLATE,
        }
    }
    made = deploys(
        deployment=deployment,
        options={"parameters": {"vault": {"type": "string"}}, "given": {"vault": "/v"}},
    )
    rendered = follow(thing({"a": hole("var.a")}), made).deployment
    assert rendered is not None
    parameters = rendered.body["properties"]["Parameters"]
    assert parameters["k"] == {"reference": {"keyVault": {"id": "/v"}, "secretName": "s"}}
    assert isinstance(parameters["a"]["value"]["x"][0], Unknown)
    assert rendered.hole is not None
    assert rendered.hole.decided_by == ("var.a",)


def test_a_deployment_to_a_subscription() -> None:
    deployment = {"location": "westeurope", "properties": {"mode": "incremental", "template": TEMPLATE}}
    rendered = follow(thing(), deploys(deploymentScope="subscription", deployment=deployment)).deployment
    assert rendered is not None
    assert rendered.scope == "/subscriptions/s1"
    assert rendered.body["location"] == "westeurope"


def test_a_deployment_to_another_group() -> None:
    rendered = follow(thing(), deploys(type="Case.Test/others", resourceGroupName="other-rg")).deployment
    assert rendered is not None
    assert rendered.scope == "/subscriptions/s1/resourceGroups/other-rg"
    options = {"parameters": {"rg": {"type": "string"}}}
    open_group = deploys(type="Case.Test/others", resourceGroupName="[parameters('rg')]", options=options)
    unknown = follow(thing(), open_group).deployment
    assert unknown is not None
    assert isinstance(unknown.id, Unknown)
    symbolic = follow(thing(scope="/subscriptions/s1/resourceGroups/{var.rg}"), deploys()).deployment
    assert symbolic is not None
    assert symbolic.hole is not None
    assert symbolic.hole.decided_by == ("var.rg",)


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"deploymentScope": "Subscription"}, "a deployment to a subscription needs a `location`"),
        ({"deploymentScope": "[concat('ten', 'ant')]"}, "`tenant` is no deployment scope"),
        ({"deployment": None}, "the details have no `deployment`"),
        ({"deployment": {}}, "the deployment has no `properties`"),
        ({"evaluationDelay": "[concat('so', 'on')]"}, "`soon` is no evaluation delay"),
        ({"evaluationDelay": "[int('1')]"}, "the evaluation delay is not a text"),
        ({"name": "[int('x')]"}, "`[int('x')]` fails"),
    ],
)
def test_what_cannot_be_rendered_is_an_error_and_denies_nothing(details: dict[str, Any], message: str) -> None:
    made = deploys(**{key: value for key, value in details.items() if value is not None})
    if details.get("deployment", 0) is None:
        made = policy(TYPE, "deployIfNotExists", {"type": PART})
    decision = request(thing(), made)
    assert decision.verdict is Verdict.ALLOWED
    (follow_up,) = decision.follow_ups
    assert follow_up.state is State.ERROR
    assert message in follow_up.message


def test_places_that_are_not_known() -> None:
    options = {"parameters": {"p": {"type": "string"}}}
    scope = follow(thing(), deploys(deploymentScope="[parameters('p')]", options=options)).deployment
    assert scope is not None
    assert isinstance(scope.scope, Unknown)
    assert follow(thing(), deploys(evaluationDelay="[parameters('p')]", options=options)).delay == ""


def test_a_resource_without_a_group_has_no_place_to_deploy_to() -> None:
    subscription = resource("Microsoft.Resources/subscriptions", id="/subscriptions/s1")
    where = {"field": "type", "equals": "Microsoft.Resources/subscriptions"}
    assert "no resource group" in follow(subscription, deploys(condition=where)).message
    group = resource("Microsoft.Management/managementGroups", "root", scope="")
    there = {"field": "type", "equals": "Microsoft.Management/managementGroups"}
    deployment = {"location": "here", "properties": {"template": {}}}
    tenant = follow(group, deploys(condition=there, deploymentScope="Subscription", deployment=deployment))
    assert "no subscription" in tenant.message
