"""Exemptions, enrollments and attestations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.policy.governing import GROUP, PREFIX, SUBSCRIPTION, assignment_document, exemption_document
from tests.policy.make import THING, resource

from everward.policy.assignment import load_assignment
from everward.policy.attestation import Attestation, load_attestation
from everward.policy.exemption import Exemption, load_enrollment, load_exemption
from everward.policy.hierarchy import Hierarchy
from everward.policy.outcome import State
from everward.policy.problem import DefinitionError
from everward.values import Unknown

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NOWHERE = Hierarchy()
ASSIGNED = load_assignment(assignment_document("a1", "policySetDefinitions/i1"))


def exemption(assignment: str = "a1", **properties: Any) -> Exemption:
    return load_exemption(exemption_document("e1", assignment, **properties))


@pytest.mark.parametrize(
    ("expires", "in_force"),
    [
        ("", True),
        ("2026-11-25T00:00:00Z", True),
        ("2026-11-24T00:00:00Z", False),
        ("2026-11-24T01:00:00+02:00", False),
        ("2026-11-23", False),
        ("2027-01-01T00:00:00.0000000Z", True),
    ],
)
def test_an_exemption_ends(expires: str, in_force: bool) -> None:
    assert exemption(expiresOn=expires).is_in_force(NOW) is in_force
    assert exemption().is_in_force(NOW + timedelta(days=99_999))


def test_it_is_about_an_assignment_and_perhaps_some_of_its_policies() -> None:
    whole, part = exemption(), exemption(policyDefinitionReferenceIds=["R1"])
    assert whole.concerns(ASSIGNED, "r2", "/d")
    assert part.concerns(ASSIGNED, "r1", "/d")
    assert not part.concerns(ASSIGNED, "r2", "/d")
    assert not exemption("other").concerns(ASSIGNED, "r1", "/d")


@pytest.mark.parametrize(
    ("key", "value", "concerned"),
    [
        ("policyDefinitionId", f"{PREFIX}/policyDefinitions/D1", True),
        ("policyDefinitionName", "d1", True),
        ("policySetDefinitionName", "i1", True),
        ("policySetDefinitionId", f"{PREFIX}/policySetDefinitions/i2", False),
    ],
)
def test_it_may_be_about_whatever_assigns_a_definition(key: str, value: str, concerned: bool) -> None:
    made = exemption(policyAssignmentId=None, **{key: value})
    assert made.concerns(ASSIGNED, "r1", f"{PREFIX}/policyDefinitions/d1") is concerned


def test_it_reaches_what_stands_in_its_scope_and_is_selected() -> None:
    here = resource()
    assert exemption().reaches(here, "", NOWHERE) is True
    assert exemption(scope="/subscriptions/s2").reaches(here, "", NOWHERE) is False
    chosen = [{"selectors": [{"kind": "resourceType", "notIn": [THING]}]}]
    assert exemption(resourceSelectors=chosen).reaches(here, "", NOWHERE) is False
    assert isinstance(exemption(scope="/subscriptions/{var.s}").reaches(here, "", NOWHERE), Unknown)


@pytest.mark.parametrize(
    ("scope", "validation", "fits"),
    [
        (GROUP, "Default", True),
        (SUBSCRIPTION, "Default", True),
        ("/subscriptions/s2", "Default", False),
        ("/subscriptions/s2", "DoNotValidate", True),
    ],
)
def test_its_scope_must_lie_in_that_of_the_assignment(scope: str, validation: str, fits: bool) -> None:
    assert exemption(scope=scope, assignmentScopeValidation=validation).fits(ASSIGNED, NOWHERE) is fits


def test_an_exemption_for_the_tenant_lies_in_no_subscription() -> None:
    document = exemption_document("e", "a1", scope="")
    assert load_exemption(document).fits(ASSIGNED, NOWHERE) is False


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"exemptionCategory": "Because"}, "`Because` is no `exemptionCategory`"),
        ({"expiresOn": "soon"}, "`soon` is no moment"),
        ({"policyAssignmentId": None}, "`policyAssignmentId` is missing"),
        ({"assignmentScopeValidation": "No"}, "`No` is no `assignmentScopeValidation`"),
    ],
)
def test_exemptions_that_cannot_be(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        exemption(**properties)
    assert caught.value.message == message


def test_an_enrollment_names_assignment_and_scope() -> None:
    made = load_enrollment(
        {
            "id": f"{GROUP}{PREFIX}/policyEnrollments/n",
            "properties": {"policyAssignmentId": ASSIGNED.id, "policyDefinitionReferenceIds": ["r1"]},
        }
    )
    assert made.concerns(ASSIGNED, "R1", "")
    assert made.reaches(resource(), "r1", NOWHERE) is True


def attestation(**properties: Any) -> Attestation:
    return load_attestation(
        {
            "id": f"{SUBSCRIPTION}/providers/Microsoft.PolicyInsights/attestations/t",
            "properties": {"policyAssignmentId": ASSIGNED.id, **properties},
        }
    )


def test_an_attestation_is_about_one_resource_under_one_policy() -> None:
    made = attestation(
        policyDefinitionReferenceId="R1",
        complianceState="compliant",
        owner="me",
        comments="seen",
        evidence=[{"description": "report", "sourceUri": "https://x"}, {}],
        expiresOn="2026-12-01T00:00:00Z",
    )
    assert made.state is State.COMPLIANT
    assert made.evidence == ("report https://x",)
    assert made.concerns(SUBSCRIPTION, ASSIGNED.id.upper(), "r1")
    assert not made.concerns(SUBSCRIPTION, ASSIGNED.id, "r2")
    assert not made.concerns(GROUP, ASSIGNED.id, "r1")
    assert made.is_in_force(NOW)
    assert not made.is_in_force(NOW + timedelta(days=30))


def test_an_attestation_without_a_state_leaves_it_to_people() -> None:
    assert attestation().state is State.MANUAL
    with pytest.raises(DefinitionError, match="is no `complianceState`"):
        attestation(complianceState="fine")
    with pytest.raises(DefinitionError, match="`id` is missing"):
        load_attestation({"properties": {"policyAssignmentId": "a"}})
