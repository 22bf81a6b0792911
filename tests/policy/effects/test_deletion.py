"""denyAction: what keeps a resource or a group from being deleted."""

from typing import Any

import pytest
from tests.policy.effects.requests import TYPE, thing
from tests.policy.make import GROUP, THING, estate, hole, policy, resource

from everward.estate import Resource, Unresolved
from everward.policy import Policy
from everward.policy.effects import Enforced, RequestContext, RequestDecision, Result, Verdict, evaluate_request

DELETE = RequestContext("delete")
GROUP_RESOURCE = resource("Microsoft.Resources/subscriptions/resourceGroups", id=GROUP)


def protects(
    cascade: Any = None, condition: Any = TYPE, mode: str = "Indexed", actions: Any = ("delete",), **options: Any
) -> Policy:
    details: dict[str, Any] = {"actionNames": list(actions)}
    if cascade is not None:
        details["cascadeBehaviors"] = {"resourceGroup": cascade}
    return policy(condition, "denyAction", details, mode=mode, **options)


def delete(subject: Resource, *policies: Policy | Enforced, others: Any = (), **options: Any) -> RequestDecision:
    return evaluate_request(subject, policies, estate(*others, **options), DELETE)


def test_a_protected_resource_is_not_deleted() -> None:
    decision = delete(thing(), protects())
    assert decision.verdict is Verdict.DENIED
    assert [event.result for event in decision.events] == [Result.DENIED]
    assert delete(thing(), protects(mode="All")).verdict is Verdict.DENIED
    assert delete(thing(), protects(condition={"field": "tags.keep", "exists": True})).verdict is Verdict.ALLOWED


def test_other_effects_do_not_mind_deletion_nor_does_it_mind_writing() -> None:
    assert delete(thing(), policy(TYPE, "deny"), policy(TYPE, "audit")).verdict is Verdict.ALLOWED
    assert evaluate_request(thing(), [protects()], estate()).verdict is Verdict.ALLOWED


def test_children_go_with_their_parent() -> None:
    child = resource("Case.Test/things/parts", "one/p")
    parts = protects(condition={"field": "type", "equals": "Case.Test/things/parts"}, mode="All")
    assert delete(thing(), parts, others=[child]).verdict is Verdict.ALLOWED
    assert delete(child, parts, others=[thing()]).verdict is Verdict.DENIED
    assert delete(child, protects(), others=[thing()]).verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("policy_", "verdict"),
    [
        (protects(), Verdict.DENIED),
        (protects("deny"), Verdict.DENIED),
        (protects("Allow"), Verdict.ALLOWED),
        (protects(mode="All"), Verdict.ALLOWED),
        (protects("deny", mode="All"), Verdict.ALLOWED),
    ],
)
def test_a_group_is_kept_by_what_is_in_it_where_the_policy_cascades(policy_: Policy, verdict: Verdict) -> None:
    decision = delete(GROUP_RESOURCE, policy_, others=[thing(location="here"), GROUP_RESOURCE])
    assert decision.verdict is verdict
    if verdict is Verdict.DENIED:
        assert decision.events[0].resource == thing().id


def test_a_group_is_not_kept_by_what_has_no_tags_and_location_or_stands_elsewhere() -> None:
    lock = resource("Microsoft.Authorization/locks", "l")
    elsewhere = thing(scope="/subscriptions/s1/resourceGroups/app-rg2")
    anything = protects(condition={"allOf": []})
    assert delete(GROUP_RESOURCE, anything, others=[lock, elsewhere]).verdict is Verdict.ALLOWED


def test_a_group_itself_is_kept_by_a_policy_about_groups() -> None:
    groups = protects(
        condition={"field": "type", "equals": "Microsoft.Resources/subscriptions/resourceGroups"}, mode="All"
    )
    assert delete(GROUP_RESOURCE, groups).verdict is Verdict.DENIED


def test_subscriptions_and_what_could_lock_everybody_out_are_never_kept() -> None:
    anything = protects(condition={"allOf": []}, mode="All")
    subscription = resource("Microsoft.Resources/subscriptions", id="/subscriptions/s1")
    assert delete(subscription, anything, protects(), others=[thing()]).verdict is Verdict.ALLOWED
    for kind in ("Microsoft.Authorization/policyAssignments", "Microsoft.Authorization/locks"):
        assert delete(resource(kind, "x"), anything).verdict is Verdict.ALLOWED
    assert delete(resource("Microsoft.Authorization/roleAssignments", "x"), anything).verdict is Verdict.DENIED


def test_what_is_not_enforced_is_recorded() -> None:
    decision = delete(thing(), Enforced(protects(), enforced=False))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.events[0].enforced is False
    assert delete(thing(), Enforced(protects(), enforced=hole("enrolment"))).verdict is Verdict.UNKNOWN


def test_failures_deny() -> None:
    fails = protects(condition={"value": "[int('x')]", "equals": 1})
    decision = delete(thing(), fails)
    assert (decision.verdict, decision.events[0].result) == (Verdict.DENIED, Result.FAILED)
    assert "no action" in delete(thing(), protects(actions=())).events[0].message
    odd = delete(GROUP_RESOURCE, protects("[concat('may', 'be')]"), others=[thing()])
    assert "`maybe` is no cascade behaviour" in odd.events[0].message


def test_holes() -> None:
    kept = protects(condition={"field": "properties.keep", "equals": True})
    assert delete(thing({"keep": hole("var.keep")}), kept).verdict is Verdict.UNKNOWN
    maybe = resource(THING, "one", {}, condition=hole("var.count"))
    decision = delete(GROUP_RESOURCE, protects(), others=[maybe])
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by == ("var.count",)
    cascade = protects("[parameters('c')]", parameters={"c": {"type": "string"}})
    assert delete(GROUP_RESOURCE, cascade, others=[thing()]).verdict is Verdict.UNKNOWN
    effect = policy(
        TYPE, "[parameters('e')]", {"actionNames": ["delete"]}, parameters={"e": {"type": "string"}}, mode="Indexed"
    )
    assert delete(thing(), effect).verdict is Verdict.UNKNOWN
    other = policy(TYPE, "[parameters('e')]", parameters={"e": {"type": "string"}})
    assert delete(thing(), other).verdict is Verdict.ALLOWED


def test_what_could_not_be_read_may_be_protected() -> None:
    gap = Unresolved("module.x", "not found", incomplete=True)
    decision = delete(GROUP_RESOURCE, protects(), unresolved=(gap,))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by == ("module.x",)
    assert delete(GROUP_RESOURCE, policy(TYPE, "deny"), unresolved=(gap,)).verdict is Verdict.ALLOWED
    quiet = Enforced(protects(), enforced=False)
    assert delete(GROUP_RESOURCE, quiet, unresolved=(gap,)).verdict is Verdict.ALLOWED


def test_policies_of_providers_do_not_keep_resources() -> None:
    data = policy(
        {"allOf": []}, "denyAction", {"actionNames": ["delete"]}, mode="Microsoft.KeyVault.Data", strict=False
    )
    assert delete(thing(), data).verdict is Verdict.ALLOWED
