"""Policy objects among the resources of an estate."""

from pathlib import Path
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

from everward.estate import Estate, Resource
from everward.policy import State
from everward.policy.compliance import scan
from everward.policy.governance import read_governance
from everward.sources import ReadOptions, read_workload


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


CODE = """
resource "azurerm_policy_definition" "tag" {
  name         = "tag"
  policy_type  = "Custom"
  mode         = "All"
  display_name = "Groups need a tag"
  parameters   = jsonencode({ effect = { type = "String", defaultValue = "Audit" } })
  policy_rule = jsonencode({
    if = { allOf = [
      { field = "type", equals = "Microsoft.Resources/subscriptions/resourceGroups" },
      { field = "tags['owner']", exists = "false" },
    ] }
    then = { effect = "[parameters('effect')]" }
  })
}

resource "azurerm_policy_set_definition" "set" {
  name         = "set"
  policy_type  = "Custom"
  display_name = "Set"
  policy_definition_reference {
    policy_definition_id = azurerm_policy_definition.tag.id
    reference_id         = "tag"
    parameter_values     = jsonencode({ effect = { value = "Deny" } })
  }
}

resource "azurerm_subscription_policy_assignment" "all" {
  name                 = "all"
  policy_definition_id = azurerm_policy_set_definition.set.id
  subscription_id      = "/subscriptions/11111111-1111-1111-1111-111111111111"
  enforce              = false
  non_compliance_message { content = "tag it" }
}

resource "azurerm_resource_group_policy_exemption" "old" {
  name                            = "old"
  resource_group_id               = azurerm_resource_group.old.id
  policy_assignment_id            = azurerm_subscription_policy_assignment.all.id
  exemption_category              = "Mitigated"
  expires_on                      = "2999-01-01T00:00:00Z"
  policy_definition_reference_ids = ["tag"]
}

resource "azurerm_resource_group" "new" {
  name     = "new"
  location = "westeurope"
}

resource "azurerm_resource_group" "old" {
  name     = "old"
  location = "westeurope"
}
"""


def test_terraform_code_governs_what_it_makes(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE)
    options = ReadOptions(subscription="11111111-1111-1111-1111-111111111111")
    here = Estate(read_workload([tmp_path], options))
    found = read_governance(here)
    assert not found.problems
    compliance = scan(found.rules, found.shelf, here)
    assert not compliance.problems
    new, old = sorted(compliance.verdicts, key=lambda verdict: verdict.resource_id)
    assert (new.state, new.effect, new.enforced, new.message) == (State.NON_COMPLIANT, "deny", False, "tag it")
    assert old.state is State.EXEMPT
    assert old.exemption is not None
    assert (old.exemption.category, old.exemption.origin and old.exemption.origin.line) == ("Mitigated", 36)
