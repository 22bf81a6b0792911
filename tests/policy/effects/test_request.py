"""Requests to create or update: the order of effects, failures, holes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.policy.effects.requests import TYPE, append, modify, replace, request, results, thing
from tests.policy.make import estate, hole, policy

from everward.policy import EvaluationContext, EvaluationError, Policy
from everward.policy.effects import Enforced, RequestContext, Result, Verdict, evaluate_request
from everward.values import Unknown

HTTP = {"field": "properties.https", "equals": False}
FAILS = {"value": "[substring('abc', 5, 1)]", "equals": "x"}
ID = "/subscriptions/s1/resourceGroups/app-rg/providers/Case.Test/things/one"


def simple(effect: str, condition: Any = HTTP, **options: Any) -> Policy:
    return policy(condition, effect, **options)


def test_deny_denies_and_audit_records() -> None:
    subject = thing({"https": False})
    denied = request(subject, simple("deny"))
    assert (denied.verdict, results(denied)) == (Verdict.DENIED, [Result.DENIED])
    audited = request(subject, simple("audit"))
    assert (audited.verdict, results(audited)) == (Verdict.ALLOWED, [Result.AUDITED])
    passed = request(thing({"https": True}), simple("deny"), simple("audit"))
    assert (passed.verdict, passed.events) == (Verdict.ALLOWED, ())


def test_disabled_does_nothing_and_is_not_evaluated() -> None:
    decision = request(thing({"https": False}), simple("Disabled"), simple("disabled", FAILS))
    assert (decision.verdict, decision.events) == (Verdict.ALLOWED, ())


def test_what_modify_leaves_is_what_deny_and_audit_see() -> None:
    mends = modify(replace("properties.https", True))
    decision = request(thing({"https": False}), simple("deny"), simple("audit"), mends)
    assert decision.verdict is Verdict.ALLOWED
    assert results(decision) == [Result.CHANGED]
    spoils = append("properties.https", False)
    assert request(thing(), simple("deny"), spoils).verdict is Verdict.DENIED


def test_what_is_denied_is_not_audited_as_well() -> None:
    decision = request(thing({"https": False}), simple("audit"), simple("manual"), simple("deny"), simple("deny"))
    assert results(decision) == [Result.DENIED, Result.DENIED]
    assert [event.policy for event in decision.events] == [2, 3]


def test_a_conflict_does_not_keep_deny_from_being_told() -> None:
    decision = request(thing({"https": False, "a": 1}), append("properties.a", 2), simple("deny"))
    assert results(decision) == [Result.CONFLICT, Result.DENIED]


def test_effects_come_in_the_order_of_azure() -> None:
    related = {"type": "Case.Test/others"}
    decision = request(
        thing({"https": False}),
        simple("auditIfNotExists", details=related),
        simple("manual"),
        simple("audit"),
        modify(replace("properties.a", 1)),
        append("properties.b", 1),
    )
    assert [event.effect for event in decision.events] == ["modify", "append", "audit", "manual", "auditIfNotExists"]


@pytest.mark.parametrize("effect", ["deny", "audit", "manual", "auditIfNotExists", "deployIfNotExists", "modify"])
def test_a_function_that_fails_denies_whatever_the_effect(effect: str) -> None:
    details = {"type": "a/b"} if effect.endswith("Exists") else {"operations": [replace("tags.a", 1)]}
    made = policy(FAILS, effect, details)
    decision = request(thing(), made)
    assert decision.verdict is Verdict.DENIED
    (event,) = decision.events
    assert event.result is Result.FAILED
    assert event.effect == effect
    assert event.message.startswith("it cannot be evaluated, which denies: `[substring('abc', 5, 1)]` fails")
    quiet = request(thing(), Enforced(made, enforced=False))
    assert quiet.verdict is Verdict.ALLOWED
    assert (quiet.events[0].result, quiet.events[0].enforced) == (Result.FAILED, False)


def test_an_effect_that_fails_denies() -> None:
    decision = request(thing(), simple("[substring(field('name'), 9, 1)]", TYPE))
    assert decision.verdict is Verdict.DENIED
    assert decision.events[0].effect == ""
    assert request(thing(), simple("[concat('no', 'effect')]", TYPE)).verdict is Verdict.DENIED


def test_a_value_that_fails_denies() -> None:
    assert request(thing(), append("properties.a", "[int('x')]")).verdict is Verdict.DENIED
    maybe = append("properties.a", "[int(field('name'))]", {"field": "properties.env", "equals": "x"})
    assert request(thing({"env": hole("var.env")}), maybe).verdict is Verdict.UNKNOWN


def test_do_not_enforce_records_and_lets_pass() -> None:
    decision = request(thing({"https": False}), Enforced(simple("deny"), enforced=False, name="trial"))
    assert decision.verdict is Verdict.ALLOWED
    (event,) = decision.events
    assert (event.name, event.result, event.enforced) == ("trial", Result.DENIED, False)


def test_whether_it_is_enforced_may_not_be_known() -> None:
    decision = request(thing({"https": False}), Enforced(simple("deny"), enforced=hole("enrolment")))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by == ("enrolment",)


def test_a_hole_is_never_a_pass() -> None:
    decision = request(thing({"https": hole("var.https")}), simple("deny"), simple("audit"), simple("manual"))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by == ("var.https",)
    assert results(decision) == [Result.UNKNOWN, Result.UNKNOWN, Result.UNKNOWN]
    surely = request(thing({"https": hole("var.https")}), simple("deny"), simple("deny", TYPE))
    assert (surely.verdict, surely.hole) == (Verdict.DENIED, None)


def test_a_hole_that_only_audit_meets_does_not_hold_the_request_up() -> None:
    assert request(thing({"https": hole()}), simple("audit")).verdict is Verdict.ALLOWED


def test_an_effect_that_is_not_known_could_deny() -> None:
    made = simple("[parameters('effect')]", parameters={"effect": {"type": "string"}})
    assert request(thing({"https": False}), made).verdict is Verdict.UNKNOWN
    assert request(thing({"https": True}), made).verdict is Verdict.ALLOWED
    changing = policy(
        TYPE,
        "[parameters('effect')]",
        {"operations": [replace("properties.a", 1)]},
        parameters={"effect": {"type": "string"}},
    )
    decision = request(thing({"a": 0}), changing)
    assert decision.verdict is Verdict.UNKNOWN
    assert isinstance(decision.body["properties"]["a"], Unknown)


def test_mode_and_type_decide_whether_a_policy_is_asked() -> None:
    indexed = simple("deny", {"allOf": []}, mode="Indexed")
    assert request(thing(), indexed).verdict is Verdict.DENIED
    lock = {"id": f"{ID}/providers/Microsoft.Authorization/locks/l", "properties": {}}
    assert evaluate_request(lock, [indexed], estate()).verdict is Verdict.ALLOWED


def test_a_body_says_which_resource_it_is() -> None:
    decision = evaluate_request(
        {"ID": ID, "properties": {"https": False}}, [simple("deny", {"allOf": [TYPE, HTTP]})], estate()
    )
    assert decision.verdict is Verdict.DENIED
    for body in ({}, {"id": 5}, {"id": "nonsense"}):
        with pytest.raises(EvaluationError):
            evaluate_request(body, [], estate())


def test_the_time_and_version_of_the_request_reach_policies() -> None:
    late = simple("deny", {"value": "[utcNow()]", "greater": "2026"})
    old = simple("deny", {"value": "[requestContext().apiVersion]", "less": "2020"})
    who = simple(
        "deny", {"value": "[policy().assignmentId]", "notEquals": "/a"}, context=EvaluationContext(assignment_id="/a")
    )
    context = RequestContext(
        evaluation=EvaluationContext(now=datetime(2025, 1, 1, tzinfo=UTC), api_version="2021-01-01")
    )
    assert request(thing(), late, old, who, context=context).verdict is Verdict.ALLOWED
    assert request(thing(), who, context=context).verdict is Verdict.ALLOWED
    then = RequestContext(evaluation=EvaluationContext(now=datetime(2027, 1, 1, tzinfo=UTC), api_version="2019-01-01"))
    assert results(request(thing(), late, old, context=then)) == [Result.DENIED, Result.DENIED]


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ({"field": "tags.env", "exists": False}, True),
        ({"field": "tags", "exists": False}, True),
        ({"field": "[concat('tags[', 'env', ']')]", "exists": False}, True),
        ({"value": "[field('tags.env')]", "equals": ""}, True),
        ({"not": {"anyOf": [{"field": "tags['env']", "exists": True}]}}, True),
        ({"count": {"field": "properties.r[*]", "where": {"field": "tags.env", "exists": True}}, "equals": 0}, True),
        (TYPE, False),
        ({"count": {"value": [1], "where": {"value": "[current()]", "equals": 1}}, "equals": 1}, False),
    ],
)
def test_a_patch_of_tags_alone_concerns_policies_on_tags(condition: Any, asked: bool) -> None:
    patch = RequestContext(method="patch", patch={"Tags": {"a": "b"}})
    decision = request(thing(), simple("deny", condition), context=patch)
    assert decision.verdict is (Verdict.DENIED if asked else Verdict.ALLOWED)
    for context in (RequestContext("PATCH", {"tags": {}, "properties": {}}), RequestContext("PATCH"), RequestContext()):
        assert request(thing(), simple("deny", condition), context=context).verdict is Verdict.DENIED


def test_events_name_the_policy() -> None:
    made = policy(TYPE, "audit")
    assert request(thing(), Enforced(made, name="mine")).events[0].name == "mine"
    assert request(thing(), made).events[0].name == ""
