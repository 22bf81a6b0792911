"""Schedules of PIM, and what activations ask for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.access.made import AUTH, HOLE, RG, SUB, res

from everward.estate import Estate, Reading
from everward.facts.access.activation import (
    NOT_READ,
    Activation,
    activation_rules,
    duration,
    moment,
    rule_for,
    schedule_of,
)
from everward.values import Unknown

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROLE = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 99), st.integers(0, 99))
def test_durations(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    text = f"P{weeks}W{days}DT{hours}H{minutes}M{seconds}S"
    assert duration(text) == timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize("text", ["", "P", "PT", "8 hours", "P1Y", None, 3, "P999999999D", HOLE])
def test_what_is_no_duration(text: Any) -> None:
    assert duration(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01T12:00:00Z", NOW),
        ("2026-06-01T12:00:00.1234567Z", NOW.replace(microsecond=123456)),
        ("2026-06-01T14:00:00+02:00", NOW),
        ("2026-06-01", NOW.replace(hour=0)),
        ("soon", None),
        (7, None),
    ],
)
def test_points_in_time(text: Any, expected: datetime | None) -> None:
    assert moment(text) == expected


def expiring(**expiration: Any) -> dict[str, Any]:
    return {"scheduleInfo": {"startDateTime": "2026-06-01T08:00:00Z", "expiration": expiration}}


@pytest.mark.parametrize(
    ("body", "bounded", "ended", "in_force"),
    [
        ({}, False, False, True),
        (expiring(type="NoExpiration"), False, False, True),
        (expiring(type="AfterDuration", duration="PT8H"), True, False, True),
        (expiring(type="AfterDuration", duration="PT4H"), True, True, False),
        (expiring(type="AfterDateTime", endDateTime="2026-06-02T00:00:00Z"), True, False, True),
        (expiring(type="AfterDateTime", endDateTime="2026-05-02T00:00:00Z"), True, True, False),
        ({"endDateTime": "2026-05-01"}, True, True, False),
        ({"requestType": "AdminRemove"}, False, False, False),
        ({"status": "Denied", "endDateTime": "2027-01-01"}, True, False, False),
    ],
)
def test_schedules(body: dict[str, Any], bounded: bool, ended: bool, in_force: bool) -> None:
    found = schedule_of(body, NOW)
    assert (found.bounded, found.ended, found.in_force) == (bounded, ended, in_force)


@pytest.mark.parametrize(
    "body",
    [
        {"endDateTime": HOLE},
        {"startDateTime": "2026-07-01"},
        {"status": "PendingApproval"},
        {"requestType": HOLE},
    ],
)
def test_schedules_that_are_open(body: dict[str, Any]) -> None:
    assert isinstance(schedule_of(body, NOW).in_force, Unknown)


def test_an_end_beyond_the_calendar_is_none() -> None:
    assert schedule_of(expiring(type="AfterDuration", duration="P999999W"), NOW).expires is None


def rules(*resources: Any) -> Activation:
    return rule_for(activation_rules(Estate([Reading("inventory", "t", list(resources))])), RG.upper(), ROLE)


APPROVAL = {"id": "Approval_EndUser_Assignment", "setting": {"isApprovalRequired": True}}
FACTOR = {"id": "Enablement_EndUser_Assignment", "enabledRules": ["MultiFactorAuthentication"]}
NOTHING = [
    {"id": "Approval_EndUser_Assignment", "setting": {"isApprovalRequired": False}},
    {"id": "Enablement_EndUser_Assignment", "enabledRules": []},
]


def policy(*listed: Any, **more: Any) -> Any:
    return res(f"{AUTH}/roleManagementPolicies", "p", {"scope": RG, "rules": list(listed), **more})


def test_an_assignment_says_which_policy_counts_for_a_role() -> None:
    own = policy(APPROVAL)
    tied = {"scope": RG, "roleDefinitionId": f"/x/{ROLE}", "policyId": own.id}
    found = rules(own, res(f"{AUTH}/roleManagementPolicyAssignments", "a", tied))
    assert (found.approval, found.multi_factor) == (True, NOT_READ)
    effective = {**tied, "effectiveRules": [FACTOR]}
    found = rules(own, res(f"{AUTH}/roleManagementPolicyAssignments", "a", effective))
    assert (found.approval, found.multi_factor) == (NOT_READ, True)


def test_policies_that_name_their_role() -> None:
    assert rules(policy(APPROVAL, roleDefinitionId=f"/x/{ROLE}")).approval is True
    hole = Unknown(reason="the subscription is not known", text=f"{SUB}/roleDefinitions/{ROLE}")
    assert rules(policy(APPROVAL, roleDefinitionId=hole)).approval is True
    assert rules(policy(APPROVAL)) == Activation()
    assert rules(policy(APPROVAL, roleDefinitionId=f"/x/{ROLE}", scope=SUB)) == Activation()


def test_eligible_is_weak_when_nothing_stands_before_it() -> None:
    assert rules(policy(*NOTHING, roleDefinitionId=f"/x/{ROLE}")).weak is True
    assert rules(policy(*NOTHING, FACTOR, roleDefinitionId=f"/x/{ROLE}")).weak is False
    assert isinstance(Activation().weak, Unknown)


@pytest.mark.parametrize(
    ("rule", "factor"),
    [
        ({"isEnabled": True, "claimValue": "c1"}, True),
        ({"claimValue": "c1"}, True),
        ({"isEnabled": False, "claimValue": ""}, False),
    ],
)
def test_an_authentication_context_is_a_second_factor(rule: dict[str, Any], factor: bool) -> None:
    context = {"id": "AuthenticationContext_EndUser_Assignment", **rule}
    assert rules(policy(*NOTHING, context, roleDefinitionId=f"/x/{ROLE}")).multi_factor is factor
    assert rules(policy(context, *NOTHING, roleDefinitionId=f"/x/{ROLE}")).multi_factor is factor
