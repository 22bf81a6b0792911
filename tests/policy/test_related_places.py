"""Where related resources count: what stands on the group or the subscription, below the resource, or nowhere known."""

from __future__ import annotations

from typing import Any

import pytest

from everward.estate import Estate, Reading, Resource, Unresolved
from everward.policy import State, compile_definition, load_definition
from everward.values import Origin, parse_id

HERE = Origin(source="terraform")
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/app-rg"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st1"
LOCK = "Microsoft.Authorization/locks"
SETTING = "Microsoft.Insights/diagnosticSettings"


def resource(identifier: str, kind: str) -> Resource:
    return Resource(id=identifier, type=kind, name=parse_id(identifier).name, body={"properties": {}}, origin=HERE)


def below(scope: str, kind: str) -> Resource:
    return resource(f"{scope}/providers/{kind}/one", kind)


def state(
    subject: Resource, related: str, *others: Resource, scope: str | None = None, open_part: bool = False
) -> State:
    details: dict[str, Any] = {"type": related}
    if scope is not None:
        details["existenceScope"] = scope
    rule = {"if": {"field": "type", "equals": subject.type}, "then": {"effect": "auditIfNotExists", "details": details}}
    reading = Reading(
        source="terraform", label="test", resources=[*([] if subject.origin is not HERE else [subject]), *others]
    )
    if open_part:
        reading.unresolved.append(Unresolved(subject="module `m`", reason="not found", incomplete=True))
    estate = Estate([reading])
    judged = estate.find(subject.id)
    assert judged is not None
    return compile_definition(load_definition(rule)).evaluate(judged, estate).state


STORED = resource(STORE, "Microsoft.Storage/storageAccounts")


@pytest.mark.parametrize("scope", [STORE, GROUP, SUBSCRIPTION])
def test_a_lock_holds_for_what_stands_below_it_when_the_subscription_is_searched(scope: str) -> None:
    assert state(STORED, LOCK, below(scope, LOCK), scope="Subscription") is State.COMPLIANT


@pytest.mark.parametrize("scope", [GROUP, SUBSCRIPTION])
def test_without_a_scope_only_what_stands_on_the_resource_counts(scope: str) -> None:
    assert state(STORED, LOCK, below(STORE, LOCK)) is State.COMPLIANT
    assert state(STORED, LOCK, below(scope, LOCK)) is State.NON_COMPLIANT


def test_what_stands_on_another_resource_does_not_count() -> None:
    other = below(f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st10", LOCK)
    assert state(STORED, LOCK, other, scope="Subscription") is State.NON_COMPLIANT


def test_what_stands_below_the_resource_counts_when_the_subscription_is_searched() -> None:
    setting = below(f"{STORE}/blobServices/default", SETTING)
    assert state(STORED, SETTING, setting, scope="Subscription") is State.COMPLIANT
    assert state(STORED, SETTING, setting) is State.NON_COMPLIANT


def test_a_setting_of_a_resource_is_none_of_the_subscription() -> None:
    subject = resource(SUBSCRIPTION, "Microsoft.Resources/subscriptions")
    assert state(subject, SETTING, below(STORE, SETTING)) is State.NON_COMPLIANT
    assert state(subject, SETTING, below(SUBSCRIPTION, SETTING)) is State.COMPLIANT


def test_what_stands_nowhere_known_may_stand_here() -> None:
    setting = below("{azurerm_storage_account.store.id}", SETTING)
    assert state(STORED, SETTING, setting, scope="Subscription") is State.UNKNOWN
    assert state(STORED, SETTING, setting) is State.UNKNOWN


def test_what_could_not_be_read_may_belong_to_the_subscription_that_is_implied() -> None:
    subject = Resource(
        id=SUBSCRIPTION,
        type="Microsoft.Resources/subscriptions",
        name="s",
        body={},
        origin=Origin(source="terraform", address="implied"),
    )
    assert state(subject, SETTING, STORED, open_part=True) is State.UNKNOWN
    assert state(subject, SETTING, STORED) is State.NON_COMPLIANT


@pytest.mark.parametrize(("represented", "expected"), [(True, State.NON_COMPLIANT), (False, State.UNKNOWN)])
def test_more_of_what_the_reading_has_is_no_place_for_another_type(represented: bool, expected: State) -> None:
    rule = {
        "if": {"field": "type", "equals": STORED.type},
        "then": {"effect": "auditIfNotExists", "details": {"type": LOCK}},
    }
    missing = Unresolved(subject="module.m", reason="how many is not known", incomplete=True, represented=represented)
    estate = Estate([Reading(source="terraform", label="test", resources=[STORED], unresolved=[missing])])
    assert compile_definition(load_definition(rule)).evaluate(STORED, estate).state is expected


MANAGEMENT = "/providers/Microsoft.Management/managementGroups/platform"
ASSIGNMENT = "Microsoft.Authorization/policyAssignments"


@pytest.mark.parametrize("scope", [MANAGEMENT, ""], ids=["management group", "tenant"])
@pytest.mark.parametrize("kind", [ASSIGNMENT, "Microsoft.Authorization/roleAssignments"])
def test_what_stands_above_the_subscription_may_hold_in_it(scope: str, kind: str) -> None:
    subscription = resource(SUBSCRIPTION, "Microsoft.Resources/subscriptions")
    group = resource(GROUP, "Microsoft.Resources/subscriptions/resourceGroups")
    above = below(scope, kind)
    assert state(STORED, kind, above, scope="Subscription") is State.UNKNOWN
    assert state(subscription, kind, above) is State.UNKNOWN
    assert state(group, kind, above) is State.UNKNOWN
    # On the resource itself nothing stands all the same.
    assert state(STORED, kind, above) is State.NON_COMPLIANT
    # What certainly holds needs no other.
    assert state(STORED, kind, above, below(SUBSCRIPTION, kind), scope="Subscription") is State.COMPLIANT


def test_what_stands_above_the_subscription_is_named_by_what_would_settle_it() -> None:
    rule = {
        "if": {"field": "type", "equals": STORED.type},
        "then": {
            "effect": "auditIfNotExists",
            "details": {
                "type": ASSIGNMENT,
                "existenceScope": "Subscription",
                "existenceCondition": {"field": "name", "equals": "one"},
            },
        },
    }
    held = resource(MANAGEMENT, "Microsoft.Management/managementGroups")
    estate = Estate([Reading(source="terraform", label="t", resources=[STORED, held, below(MANAGEMENT, ASSIGNMENT)])])
    outcome = compile_definition(load_definition(rule)).evaluate(STORED, estate)
    assert outcome.hole is not None
    assert outcome.hole.decided_by == ("the subscriptions below management group `platform`",)
    rule["then"]["details"]["existenceCondition"] = {"field": "name", "equals": "another"}  # type: ignore[index]
    assert compile_definition(load_definition(rule)).evaluate(STORED, estate).state is State.NON_COMPLIANT


def test_what_stands_above_but_is_no_extension_is_in_no_subscription() -> None:
    other = below(MANAGEMENT, "Microsoft.Blueprint/blueprints")
    assert state(STORED, other.type, other, scope="Subscription") is State.NON_COMPLIANT
    order = below("/providers/Microsoft.Capacity/reservationOrders/r", ASSIGNMENT)
    assert state(STORED, ASSIGNMENT, order, scope="Subscription") is State.NON_COMPLIANT
