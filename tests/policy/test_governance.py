"""Policy objects among the resources of an estate."""

from typing import Any

from tests.policy.governing import (
    GROUP,
    PREFIX,
    SUBSCRIPTION,
    assignment_document,
    definition_document,
    exemption_document,
    initiative_document,
    reference,
)
from tests.policy.make import ORIGIN, estate, hole, resource

from everward.estate import Resource
from everward.policy import State
from everward.policy.compliance import scan
from everward.policy.governance import read_governance


def as_resource(document: dict[str, Any], kind: str) -> Resource:
    body = {key: value for key, value in document.items() if key not in ("id", "name", "type")}
    return Resource(
        id=document["id"],
        type=f"Microsoft.Authorization/{kind}",
        name=document["id"].rpartition("/")[2],
        body=body,
        origin=ORIGIN,
    )


def test_an_estate_governs_itself() -> None:
    assigned = assignment_document("a1", "policySetDefinitions/i1")
    # Terraform knows the id of what it makes before it is made.
    assigned["properties"]["policyDefinitionId"] = hole(reference=f"{PREFIX}/policySetDefinitions/i1")
    exempt = resource(name="bad2", scope="/subscriptions/s1/resourceGroups/old-rg")
    attested = {
        "id": f"{GROUP}/providers/Microsoft.PolicyInsights/attestations/t",
        "properties": {"policyAssignmentId": assigned["id"], "complianceState": "Compliant"},
    }
    attestation = as_resource(attested, "x")
    attestation.type = "Microsoft.PolicyInsights/attestations"
    enrolled = {"id": f"{GROUP}{PREFIX}/policyEnrollments/n", "properties": {"policyAssignmentId": assigned["id"]}}
    here = estate(
        resource(name="bad1"),
        exempt,
        as_resource(definition_document("d1"), "policyDefinitions"),
        as_resource(initiative_document("i1", reference("d1", "r1")), "policySetDefinitions"),
        as_resource(assigned, "policyAssignments"),
        as_resource(
            exemption_document("e1", "a1", scope="/subscriptions/s1/resourceGroups/old-rg"), "policyExemptions"
        ),
        as_resource(enrolled, "policyEnrollments"),
        attestation,
    )
    found = read_governance(here, {SUBSCRIPTION: "corp"})
    assert not found.problems
    assert len(found.attestations) == len(found.enrollments) == 1
    assert found.hierarchy.contains("corp", GROUP) is True
    compliance = scan(found.rules, found.shelf, here)
    assert {verdict.resource_id: verdict.state for verdict in compliance.verdicts} == {
        resource(name="bad1").id: State.NON_COMPLIANT,
        exempt.id: State.EXEMPT,
    }


def test_what_cannot_be_read_is_told_with_its_place() -> None:
    broken = definition_document("d1")
    broken["properties"]["policyRule"] = {"if": {}}
    open_one = assignment_document("a1", "policyDefinitions/d1")
    open_one["properties"]["policyDefinitionId"] = hole("var.policy")
    opaque = as_resource(exemption_document("e1", "a1"), "policyExemptions")
    opaque.opaque = True
    set_ = initiative_document("i1")
    set_["properties"]["policyDefinitions"] = None
    here = estate(
        as_resource(broken, "policyDefinitions"),
        as_resource(set_, "policySetDefinitions"),
        as_resource(open_one, "policyAssignments"),
        opaque,
    )
    problems = read_governance(here).problems
    assert [problem.subject for problem in problems] == [
        "policyDefinitions `d1`",
        "policySetDefinitions `i1`",
        "policyAssignments `a1`",
        "policyExemptions `e1`",
    ]
    assert all(problem.incomplete and problem.origin == ORIGIN for problem in problems)
    assert problems[2].help == "`var.policy` would decide it"
