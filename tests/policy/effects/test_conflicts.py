"""Several policies that change one property."""

from itertools import permutations
from typing import Any

import pytest
from tests.policy.effects.requests import append, modify, operation, replace, request, results, thing, told
from tests.policy.make import hole, policy

from everward.policy import Policy
from everward.policy.effects import Enforced, Result, Verdict
from everward.values import Unknown

MAYBE = {"field": "properties.env", "equals": "prod"}


def sets(value: Any, conflict: str = "deny", **options: Any) -> Policy:
    return modify(replace("properties.a", value), conflict=conflict, **options)


def test_two_that_deny_deny_the_request() -> None:
    decision = request(thing({"a": 0}), sets(1), sets(2))
    assert decision.verdict is Verdict.DENIED
    assert decision.body == {"properties": {"a": 0}}
    assert results(decision) == [Result.CONFLICT, Result.CONFLICT]
    assert decision.events[0].message == "another policy modifies `properties.a` as well, and both deny"


def test_deny_is_what_a_policy_says_that_says_nothing() -> None:
    silent = modify(replace("properties.a", 1))
    assert request(thing(), silent, sets(2)).verdict is Verdict.DENIED
    assert request(thing(), silent, sets(2, "audit")).body["properties"] == {"a": 1}


@pytest.mark.parametrize("weak", ["audit", "disabled"])
def test_a_single_one_that_denies_wins_and_the_others_change_nothing_at_all(weak: str) -> None:
    other = modify(replace("properties.a", 2), replace("properties.b", 2), conflict=weak)
    decision = request(thing(), other, sets(1))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.body["properties"] == {"a": 1}
    assert results(decision) == [Result.SKIPPED, Result.CHANGED]


def test_of_those_that_only_audit_none_changes_anything() -> None:
    decision = request(thing(), sets(1, "audit"), sets(2, "audit"), modify(replace("properties.b", 3)))
    assert decision.body["properties"] == {"b": 3}
    assert results(decision) == [Result.SKIPPED, Result.SKIPPED, Result.CHANGED]


def test_the_order_of_policies_makes_no_difference() -> None:
    made = [sets(1, "audit"), sets(2), modify(replace("properties.b", 3)), append("properties.c", 4), sets(5, "audit")]
    bodies = [request(thing({"a": 0}), *order).body for order in permutations(made)]
    assert all(body == {"properties": {"a": 2, "b": 3, "c": 4}} for body in bodies)


def test_policies_see_the_request_as_it_was_sent() -> None:
    first = modify(replace("properties.a", "x"))
    second = modify(
        replace("properties.b", "[field('properties.a')]"), condition={"field": "properties.a", "equals": 1}
    )
    for order in ([first, second], [second, first]):
        assert request(thing({"a": 1}), *order).body["properties"] == {"a": "x", "b": 1}


def test_where_nothing_would_change_there_is_no_conflict() -> None:
    assert request(thing({"a": 1}), sets(1), sets(1)).verdict is Verdict.ALLOWED


def test_a_property_and_what_holds_it_are_one() -> None:
    whole = modify(replace("properties.acls", {"action": "Deny"}))
    part = modify(replace("properties.acls.action", "Allow"))
    assert request(thing({"acls": {}}), whole, part).verdict is Verdict.DENIED
    elements = modify(replace("properties.acls.r[*]", 1))
    assert request(thing({"acls": {"r": []}}), whole, elements).verdict is Verdict.DENIED


def test_elements_of_one_array_do_not_conflict() -> None:
    decision = request(thing({"r": []}), modify(operation("add", "properties.r[*]", 1)), append("properties.r[*]", 2))
    assert decision.body["properties"] == {"r": [1, 2]}
    assert told(decision) == {"properties.r[0]": (None, 1), "properties.r[1]": (None, 2)}


def test_appends_agree_on_one_value() -> None:
    assert request(thing(), append("properties.a", 1), append("properties.a", 1)).body["properties"] == {"a": 1}
    assert request(thing(), append("properties.a", 1), append("properties.a", 2)).verdict is Verdict.DENIED
    assert request(thing(), append("properties.a", 1), append("properties.a", hole())).verdict is Verdict.UNKNOWN


def test_append_beside_modify_is_one_that_denies() -> None:
    assert request(thing(), append("properties.a", 1), sets(2)).verdict is Verdict.DENIED
    assert request(thing(), append("properties.a", 1), sets(2, "audit")).body["properties"] == {"a": 1}


def test_names_of_one_property_compare_without_case() -> None:
    assert request(
        thing(tags={"Env": "x"}), modify(replace("tags.env", 1)), modify(replace("tags.ENV", 2))
    ).verdict is (Verdict.DENIED)


def test_a_conflict_with_one_that_may_not_apply_is_not_decided() -> None:
    subject = thing({"env": hole("var.env")})
    assert request(subject, sets(1), sets(2, condition=MAYBE)).verdict is Verdict.UNKNOWN
    weak = request(subject, sets(1, "audit"), sets(2, "audit", condition=MAYBE))
    assert weak.verdict is Verdict.ALLOWED
    assert isinstance(weak.body["properties"]["a"], Unknown)
    strong = request(subject, sets(1), sets(2, "audit", condition=MAYBE))
    assert strong.body["properties"]["a"] == 1


def test_a_conflict_effect_that_is_not_known_leaves_the_conflict_open() -> None:
    details = {"conflictEffect": "[parameters('c')]", "operations": [replace("properties.a", 2)]}
    doubtful = policy({"allOf": []}, "modify", details, parameters={"c": {"type": "string"}})
    decision = request(thing(), sets(1), doubtful)
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by == ("parameter c",)


def test_a_name_that_is_not_known_may_be_any_property() -> None:
    details = {"operations": [replace("[concat('tags.', parameters('t'))]", 2)]}
    wild = policy({"allOf": []}, "modify", details, parameters={"t": {"type": "string"}})
    assert request(thing(), sets(1), wild).verdict is Verdict.UNKNOWN
    assert request(thing(), wild, wild).verdict is Verdict.UNKNOWN


def test_policies_that_are_not_enforced_conflict_with_none() -> None:
    decision = request(thing(), Enforced(sets(1), enforced=False, name="trial"), sets(2))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.body["properties"] == {"a": 2}
    (trial, other) = decision.events
    assert (trial.name, trial.result, trial.enforced) == ("trial", Result.SKIPPED, False)
    assert [change.after for change in trial.changes] == [1]
    assert other.result is Result.CHANGED


def test_whether_a_policy_is_enforced_may_not_be_known() -> None:
    decision = request(thing({"a": 0}), Enforced(sets(1), enforced=hole("enrolled")))
    assert decision.verdict is Verdict.ALLOWED
    assert isinstance(decision.body["properties"]["a"], Unknown)
