"""What a compliance scan records of one resource, and what would mend it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.policy.effects.requests import ROLES, TYPE, append, modify, operation, replace, thing, told
from tests.policy.effects.test_follow_ups import deploys
from tests.policy.make import estate, hole, policy, resource

from everward.estate import Resource
from everward.policy import EvaluationContext, EvaluationError, Policy, State
from everward.policy.effects import remediation, scan_resource

ASSIGNMENT = "/subscriptions/s1/providers/Microsoft.Authorization/policyAssignments/a"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def states(subject: Resource, *policies: Policy, others: Any = ()) -> list[str]:
    return [str(outcome.state) for outcome in scan_resource(subject, policies, estate(subject, *others))]


def test_states_by_effect() -> None:
    subject = thing({"a": 1})
    assert states(
        subject,
        append("properties.b", 1),
        modify(replace("properties.b", 1)),
        policy(TYPE, "denyAction", {"actionNames": ["delete"]}),
        policy(TYPE, "disabled"),
        policy(TYPE, "deny"),
        policy(TYPE, "audit"),
        policy(TYPE, "auditIfNotExists", {"type": "Case.Test/others"}),
        policy({"value": "[int('x')]", "equals": 1}, "audit"),
    ) == [
        "nonCompliant",
        "nonCompliant",
        "protected",
        "compliant",
        "nonCompliant",
        "nonCompliant",
        "nonCompliant",
        "error",
    ]
    assert subject.body == {"properties": {"a": 1}}


def sets(value: Any, conflict: str = "deny", **options: Any) -> Policy:
    return modify(replace("properties.a", value), conflict=conflict, **options)


def test_two_that_deny_conflict() -> None:
    assert states(thing({"a": 0}), sets(1), sets(2), modify(replace("properties.b", 1))) == [
        "conflicting",
        "conflicting",
        "nonCompliant",
    ]
    assert states(thing({"a": 0}), sets(1), sets(2, "audit"), sets(3, "disabled")) == ["nonCompliant"] * 3
    assert states(thing({"a": 0}), sets(1), sets(2), sets(3, "audit")) == ["conflicting"] * 3
    assert states(thing({"a": 1}), sets(1), sets(1)) == ["nonCompliant"] * 2


def test_conflicts_that_are_not_known() -> None:
    maybe = {"field": "properties.env", "equals": "prod"}
    assert states(thing({"a": 0, "env": hole()}), sets(1), sets(2, condition=maybe)) == ["unknown", "unknown"]
    assert states(thing({"a": 0, "env": hole()}), sets(1), sets(2, "audit", condition=maybe)) == [
        "nonCompliant",
        "unknown",
    ]
    details = {"conflictEffect": "[parameters('c')]", "operations": [replace("properties.a", 2)]}
    doubtful = policy(TYPE, "modify", details, parameters={"c": {"type": "string"}})
    assert states(thing({"a": 0}), sets(1), doubtful) == ["unknown", "unknown"]


def test_operations_that_cannot_be_evaluated_conflict_with_none() -> None:
    assert states(thing({"a": 0}), sets(1), sets("[int('x')]")) == ["nonCompliant", "nonCompliant"]


# Manual.


def manual(default: Any = None, reference: str = "", **options: Any) -> Policy:
    context = EvaluationContext(now=NOW, assignment_id=ASSIGNMENT, definition_reference_id=reference)
    details = None if default is None else {"defaultState": default}
    return policy(TYPE, "manual", details, context=context, **options)


def attestation(state: Any, name: str = "x", **properties: Any) -> Resource:
    body = {"policyAssignmentId": ASSIGNMENT.upper(), "complianceState": state, **properties}
    return resource("Microsoft.PolicyInsights/attestations", name, body, scope=thing().id)


@pytest.mark.parametrize(
    ("default", "state"),
    [
        (None, "manual"),
        ("Unknown", "manual"),
        ("compliant", "compliant"),
        ("NonCompliant", "nonCompliant"),
        ("Non-compliant", "nonCompliant"),
        ("[concat('Com', 'pliant')]", "compliant"),
        ("[concat('Com', 'plete')]", "error"),
    ],
)
def test_the_default_state_of_a_manual_policy(default: Any, state: str) -> None:
    assert states(thing(), manual(default)) == [state]


def test_a_default_state_may_not_be_known() -> None:
    assert states(thing(), manual("[parameters('d')]", parameters={"d": {"type": "string"}})) == ["unknown"]


@pytest.mark.parametrize(
    ("attested", "state"), [("Compliant", "compliant"), ("NonCompliant", "nonCompliant"), ("unknown", "manual")]
)
def test_an_attestation_in_force_says_more(attested: str, state: str) -> None:
    assert states(thing(), manual("NonCompliant"), others=[attestation(attested)]) == [state]


def test_attestations_end() -> None:
    for until, state in (
        ("2025-12-31T23:59:59Z", "manual"),
        ("2026-01-01T00:00:01Z", "compliant"),
        ("2027-01-01", "compliant"),
    ):
        assert states(thing(), manual(), others=[attestation("Compliant", expiresOn=until)]) == [state]
    assert states(thing(), manual(), others=[attestation("Compliant", expiresOn=None)]) == ["compliant"]


def test_attestations_are_about_one_assignment_and_reference() -> None:
    other = attestation("Compliant", policyAssignmentId="/other")
    assert states(thing(), manual(), others=[other]) == ["manual"]
    referred = attestation("Compliant", policyDefinitionReferenceId="Ref")
    assert states(thing(), manual(reference="ref"), others=[referred]) == ["compliant"]
    assert states(thing(), manual(), others=[referred]) == ["manual"]
    assert states(thing(), manual(reference="other"), others=[referred]) == ["manual"]
    assert states(thing(), policy(TYPE, "manual"), others=[attestation("Compliant")]) == ["manual"]


def test_of_several_attestations_the_worst_counts() -> None:
    both = [attestation("Compliant"), attestation("NonCompliant", "y")]
    assert states(thing(), manual(), others=both) == ["nonCompliant"]


def test_attestations_that_cannot_be_read_are_errors() -> None:
    for wrong in (
        attestation("Fine"),
        attestation(5),
        attestation("Compliant", expiresOn="soon"),
        attestation("Compliant", expiresOn=5),
    ):
        assert states(thing(), manual(), others=[wrong]) == ["error"]


def test_attestations_with_holes() -> None:
    for open_one in (
        attestation(hole()),
        attestation("Compliant", expiresOn=hole()),
        attestation("Compliant", policyAssignmentId=hole()),
    ):
        assert states(thing(), manual(), others=[open_one]) == ["unknown"]
        worse = attestation("NonCompliant", "y")
        assert states(thing(), manual(), others=[open_one, worse]) == ["nonCompliant"]


# Remediation.


def test_what_a_remediation_would_change() -> None:
    made = modify(replace("properties.a", 1), operation("add", "properties.b", 1), replace("properties.c.d", 1))
    mended = remediation(made, thing({"a": 0, "b": 2}), estate(thing()))
    assert mended is not None
    assert [(change.path, change.before, change.after) for change in mended.changes] == [("properties.a", 0, 1)]
    assert mended.roles == tuple(ROLES)
    assert mended.blocked == (
        "`properties.b` has another value already",
        "what holds `properties.c.d` is absent",
    )


def test_what_a_remediation_would_deploy() -> None:
    mended = remediation(deploys(), thing(), estate(thing()))
    assert mended is not None
    assert mended.deployment is not None
    assert mended.roles == tuple(ROLES)


def test_what_nothing_mends() -> None:
    for made in (
        append("properties.a", 1),
        policy(TYPE, "deny"),
        modify(replace("tags.a", 1), condition={"anyOf": []}),
    ):
        assert remediation(made, thing(), estate(thing())) is None
    data = policy({"allOf": []}, "audit", mode="Microsoft.KeyVault.Data", strict=False)
    assert remediation(data, thing(), estate(thing())) is None
    with pytest.raises(EvaluationError):
        remediation(modify(replace("tags.a", "[int('x')]")), thing(), estate(thing()))


def test_a_remediation_that_may_not_be_needed() -> None:
    maybe = modify(replace("properties.a", 1), condition={"field": "properties.env", "equals": "prod"})
    mended = remediation(maybe, thing({"env": hole("var.env")}), estate(thing()))
    assert mended is not None
    assert mended.hole is not None
    assert mended.hole.decided_by == ("var.env",)


def test_manual_policies_on_requests_tell_their_state() -> None:
    from tests.policy.effects.requests import request

    (event,) = request(thing(), manual("Compliant")).events
    assert event.state is State.COMPLIANT
    wrong = request(thing(), manual(), others=[attestation("Fine")])
    assert wrong.verdict == "denied"
    assert told(wrong) == {}
