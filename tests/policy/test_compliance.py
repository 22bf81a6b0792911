"""Scans: what every assignment says of every resource, and by which precedence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.policy.governing import (
    GROUP,
    PREFIX,
    SUBSCRIPTION,
    assignment_document,
    definition_document,
    exemption_document,
    initiative_document,
    reference,
    shelf,
)
from tests.policy.make import THING, estate, hole, resource

from everward.estate import Resource
from everward.policy import EvaluationContext, State
from everward.policy.assignment import load_assignment
from everward.policy.attestation import load_attestation
from everward.policy.compliance import Compliance, Rules, Verdict, of_resource, scan
from everward.policy.exemption import load_enrollment, load_exemption
from everward.policy.hierarchy import Hierarchy
from everward.policy.rollup import (
    by_assignment,
    by_definition,
    by_group,
    by_initiative,
    by_scope,
    roll_up,
    strongest,
)
from everward.values import Unknown

NOW = EvaluationContext(now=datetime(2026, 11, 24, tzinfo=UTC))
BAD, FINE = resource(name="bad1", location="eastus"), resource(name="fine", location="westus")
A1 = f"{SUBSCRIPTION}{PREFIX}/policyAssignments/a1"


def run(
    *documents: dict[str, Any],
    resources: tuple[Resource, ...] = (BAD, FINE),
    target: str = "policyDefinitions/d1",
    exemptions: tuple[dict[str, Any], ...] = (),
    attestations: tuple[dict[str, Any], ...] = (),
    enrollments: tuple[dict[str, Any], ...] = (),
    also: tuple[dict[str, Any], ...] = (),
    hierarchy: Hierarchy | None = None,
    **assigned: Any,
) -> Compliance:
    rules = Rules(
        [load_assignment(item) for item in (assignment_document("a1", target, **assigned), *also)],
        [load_exemption(item) for item in exemptions],
        [load_attestation(item) for item in attestations],
        [load_enrollment(item) for item in enrollments],
        hierarchy or Hierarchy(),
    )
    return scan(rules, shelf(*documents), estate(*resources), context=NOW)


def states(found: Compliance) -> dict[str, State]:
    return {verdict.resource_id.rpartition("/")[2]: verdict.state for verdict in found.verdicts}


def only(found: Compliance) -> Verdict:
    (verdict,) = found.verdicts
    return verdict


D1 = definition_document()


def test_what_is_assigned_is_judged() -> None:
    found = run(D1, nonComplianceMessages=[{"message": "rename it"}])
    assert states(found) == {"bad1": State.NON_COMPLIANT, "fine": State.COMPLIANT}
    bad = of_resource(found.verdicts, BAD.id)[0]
    assert (bad.message, bad.effect, bad.enforced, bad.assignment.id) == ("rename it", "audit", True, A1)
    assert not found.problems


def test_what_is_not_about_a_resource_leaves_no_record() -> None:
    other = resource("Case.Test/others", "bad2")
    assert states(run(D1, resources=(BAD, other))) == {"bad1": State.NON_COMPLIANT}
    assert not run(D1, scope="/subscriptions/s2").verdicts
    assert not run(D1, notScopes=[GROUP]).verdicts
    selected = [{"selectors": [{"kind": "resourceLocation", "in": ["westus"]}]}]
    assert states(run(D1, resourceSelectors=selected)) == {"fine": State.COMPLIANT}


def test_a_scope_that_is_open_leaves_the_verdict_open() -> None:
    found = run(D1, scope="/providers/Microsoft.Management/managementGroups/corp")
    assert states(found) == {"bad1": State.UNKNOWN, "fine": State.UNKNOWN}
    hole_ = found.verdicts[0].hole
    assert hole_ is not None
    assert hole_.decided_by == ("the parent of /subscriptions/s1",)
    known = Hierarchy({SUBSCRIPTION: "corp"})
    found = run(D1, scope="/providers/Microsoft.Management/managementGroups/corp", hierarchy=known)
    assert states(found) == {"bad1": State.NON_COMPLIANT, "fine": State.COMPLIANT}


def test_a_hole_in_a_resource_is_told() -> None:
    condition = {"field": "location", "equals": "eastus"}
    found = only(run(definition_document(condition=condition), resources=(resource(location=hole("var.region")),)))
    assert found.state is State.UNKNOWN
    assert found.hole is not None
    assert found.hole.decided_by == ("var.region",)


@pytest.mark.parametrize(
    ("properties", "state"),
    [
        ({}, State.EXEMPT),
        ({"expiresOn": "2026-11-23T00:00:00Z"}, State.NON_COMPLIANT),
        ({"expiresOn": "2026-12-23T00:00:00Z", "exemptionCategory": "Mitigated"}, State.EXEMPT),
        ({"resourceSelectors": [{"selectors": [{"kind": "resourceType", "notIn": [THING]}]}]}, State.NON_COMPLIANT),
        ({"scope": "/subscriptions/s1/resourceGroups/{var.rg}"}, State.UNKNOWN),
    ],
)
def test_exemptions(properties: dict[str, Any], state: State) -> None:
    found = only(run(D1, resources=(BAD,), exemptions=(exemption_document("e1", "a1", **properties),)))
    assert found.state is state
    assert (found.exemption is not None) is (state is State.EXEMPT)


def test_an_exemption_that_may_reach_what_complies_changes_nothing() -> None:
    open_one = exemption_document("e1", "a1", scope="/subscriptions/s1/resourceGroups/{var.rg}")
    assert only(run(D1, resources=(FINE,), exemptions=(open_one,))).state is State.COMPLIANT


def test_exemptions_of_other_assignments_or_in_other_scopes_exempt_nothing() -> None:
    other = exemption_document("e1", "other")
    outside = exemption_document("e2", "a1", scope="/subscriptions/s2")
    found = run(D1, resources=(BAD,), exemptions=(other, outside))
    assert only(found).state is State.NON_COMPLIANT
    (problem,) = found.problems
    assert problem.subject == "exemption `e2`"
    assert not problem.incomplete


def test_an_exemption_wins_over_an_error_and_an_error_over_what_follows() -> None:
    failing = definition_document(condition={"value": "[div(1, 0)]", "equals": 1})
    assert only(run(failing, resources=(BAD,), exemptions=(exemption_document("e", "a1"),))).state is State.EXEMPT
    found = only(run(failing, resources=(BAD,)))
    assert found.state is State.ERROR
    assert found.error is not None
    assert "div" in found.error


def manual(state: str | None = None) -> dict[str, Any]:
    details = None if state is None else {"defaultState": state}
    return definition_document(effect="manual", details=details)


def attest(state: str, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{BAD.id}/providers/Microsoft.PolicyInsights/attestations/{state}",
        "properties": {"policyAssignmentId": A1, "complianceState": state, **properties},
    }


@pytest.mark.parametrize(
    ("default", "attested", "state"),
    [
        (None, (), State.MANUAL),
        ("Unknown", (), State.MANUAL),
        ("Compliant", (), State.COMPLIANT),
        ("NonCompliant", (), State.NON_COMPLIANT),
        ("NonCompliant", (attest("Compliant"),), State.COMPLIANT),
        ("Unknown", (attest("Compliant", expiresOn="2026-01-01T00:00:00Z"),), State.MANUAL),
        ("Unknown", (attest("Compliant"), attest("NonCompliant")), State.NON_COMPLIANT),
        ("Compliant", (attest("Unknown"),), State.MANUAL),
    ],
)
def test_manual_policies_wait_for_attestations(default: str | None, attested: Any, state: State) -> None:
    found = only(run(manual(default), resources=(BAD,), attestations=attested))
    assert found.state is state
    assert (found.attestation is not None) is (
        (bool(attested) and state is not State.MANUAL) or (default == "Compliant" and bool(attested))
    )


def test_a_default_state_that_is_none_is_an_error() -> None:
    broken = definition_document(
        effect="manual",
        details={"defaultState": "[parameters('s')]"},
        parameters={"s": {"type": "String", "defaultValue": "Fine"}},
    )
    assert only(run(broken, resources=(BAD,))).state is State.ERROR


def test_whatever_a_deny_action_is_about_is_protected() -> None:
    found = run(definition_document(effect="denyAction", details={"actionNames": ["delete"]}))
    assert states(found) == {"bad1": State.PROTECTED, "fine": State.PROTECTED}


def test_what_is_disabled_is_compliant_and_says_so() -> None:
    found = run(definition_document(effect="disabled"))
    assert states(found) == {"bad1": State.COMPLIANT, "fine": State.COMPLIANT}
    assert all(verdict.disabled for verdict in found.verdicts)


def test_effects_and_versions_are_overridden_by_place() -> None:
    newer = definition_document(condition={"field": "name", "like": "*"}, version="2.0.0")
    older = definition_document(version="1.0.0")
    west = [{"kind": "resourceLocation", "in": ["westus"]}]
    overrides = [
        {"kind": "policyEffect", "value": "deny", "selectors": west},
        {"kind": "policyVersion", "value": "2.*.*", "selectors": west},
    ]
    found = run(older, newer, definitionVersion="1.*.*", overrides=overrides)
    assert states(found) == {"bad1": State.NON_COMPLIANT, "fine": State.NON_COMPLIANT}
    assert {verdict.effect for verdict in found.verdicts} == {"audit", "deny"}
    lost = resource(name="bad9", location=hole("var.region"))
    verdict = only(run(older, newer, resources=(lost,), definitionVersion="1.*.*", overrides=overrides))
    assert verdict.state is State.UNKNOWN
    elsewhere = resource("Case.Test/others", "x", location=hole())
    assert not run(older, newer, resources=(elsewhere,), definitionVersion="1.*.*", overrides=overrides).verdicts


def test_an_override_to_a_version_that_is_not_held_is_told() -> None:
    found = run(D1, overrides=[{"kind": "policyVersion", "value": "7.*.*"}])
    assert only(found).state is State.ERROR
    assert only(found).resource_id == ""
    assert "there is no version `7.*.*`" in found.problems[0].reason
    summed = roll_up(found.verdicts)
    assert summed is not None
    assert (summed.state, summed.resources, summed.azure_percentage, summed.share(0)) == (State.ERROR, 0, None, None)


@pytest.mark.parametrize(("mode", "enforced"), [("Default", True), ("DoNotEnforce", False), ("Enroll", False)])
def test_whether_it_is_enforced(mode: str, enforced: bool) -> None:
    verdict = only(run(D1, resources=(BAD,), enforcementMode=mode))
    assert (verdict.state, verdict.enforced) == (State.NON_COMPLIANT, enforced)


def test_what_is_enrolled_is_enforced() -> None:
    enrolled = {
        "id": f"{GROUP}{PREFIX}/policyEnrollments/n",
        "properties": {"policyAssignmentId": A1},
    }
    assert only(run(D1, resources=(BAD,), enforcementMode="Enroll", enrollments=(enrolled,))).enforced is True
    other = {**enrolled, "properties": {"policyAssignmentId": "/other"}}
    assert only(run(D1, resources=(BAD,), enforcementMode="Enroll", enrollments=(other,))).enforced is False


def test_policies_that_modify_one_property_differently_conflict() -> None:
    def setting(name: str, value: str) -> dict[str, Any]:
        operations = [{"operation": "addOrReplace", "field": "tags['env']", "value": value}]
        return definition_document(
            name, effect="modify", details={"roleDefinitionIds": ["/r"], "operations": operations}
        )

    made = initiative_document("i1", reference("d1", "r1"), reference("d2", "r2"))
    identity = {"type": "SystemAssigned"}
    found = run(
        setting("d1", "x"),
        setting("d2", "y"),
        made,
        resources=(BAD,),
        target="policySetDefinitions/i1",
        identity=identity,
    )
    assert [verdict.state for verdict in found.verdicts] == [State.CONFLICTING, State.CONFLICTING]
    assert not found.problems
    alone = run(setting("d1", "x"), resources=(BAD,))
    assert only(alone).state is State.NON_COMPLIANT
    (problem,) = alone.problems
    assert problem.reason == "it has no identity, so `Title of d1` can repair nothing"
    assert not problem.incomplete


def test_what_the_platform_holds_is_not_judged() -> None:
    assert not run(definition_document(policyType="Static")).verdicts


def test_what_cannot_be_brought_to_bear_is_told() -> None:
    found = run(D1, target="policyDefinitions/gone")
    assert not found.verdicts
    assert found.problems[0].subject == "assignment `a1`"
    found = run(D1, parameters={"x": {"value": 1}})
    assert only(found).state is State.ERROR
    assert found.problems[0].incomplete
    dangling = initiative_document("i1", reference("gone", "r1"), reference("d1", "r2"))
    found = run(D1, dangling, target="policySetDefinitions/i1")
    assert len(found.verdicts) == 2
    assert found.problems[0].subject.startswith("reference `r1`")
    assert len(found.bound[A1.lower()].members) == 1


def test_an_existence_effect_without_its_condition_leaves_no_record() -> None:
    details = {"type": "Case.Test/locks", "name": "x"}
    found = run(
        definition_document(effect="auditIfNotExists", details=details), exemptions=(exemption_document("e", "a1"),)
    )
    assert states(found) == {"bad1": State.EXEMPT}


def grouped() -> Compliance:
    groups = [{"name": "G1"}, {"name": "G2"}]
    made = initiative_document(
        "i1",
        reference("d1", "r1", groupNames=["G1"]),
        reference("d2", "r2", groupNames=["G1", "G2"]),
        reference("d3", "r3"),
        policyDefinitionGroups=groups,
    )
    all_fine = definition_document("d2", condition={"field": "name", "like": "none*"})
    asked = definition_document("d3", effect="manual", condition={"field": "name", "like": "*"})
    return run(
        D1,
        all_fine,
        asked,
        made,
        target="policySetDefinitions/i1",
        also=(assignment_document("a2", "policyDefinitions/d2", scope=GROUP),),
    )


def test_verdicts_are_summed_up() -> None:
    found = grouped()
    groups = by_group(found.verdicts)
    assert {name: summed.state for name, summed in groups.items()} == {
        "G1": State.NON_COMPLIANT,
        "G2": State.COMPLIANT,
    }
    assert (groups["G1"].violated, groups["G1"].verified, groups["G1"].azure_percentage) == (1, 1, 50.0)
    definitions = by_definition(found.verdicts)
    assert definitions[f"{PREFIX}/policyDefinitions/d2"].verified == 2
    assert definitions[f"{PREFIX}/policyDefinitions/d3"].state is State.MANUAL
    assert list(by_initiative(found.verdicts)) == [f"{PREFIX}/policySetDefinitions/i1"]
    assert set(by_assignment(found.verdicts)) == {A1, f"{GROUP}{PREFIX}/policyAssignments/a2"}
    scopes = by_scope(found.verdicts)
    assert set(scopes) == {SUBSCRIPTION, GROUP}
    assert scopes[GROUP].resources == 2


def test_percentages_show_verified_exempt_and_unknown_apart() -> None:
    exempt = exemption_document("e", "a1", scope=BAD.id)
    summed = roll_up(run(D1, exemptions=(exempt,)).verdicts)
    assert summed is not None
    assert (summed.verified, summed.exempt, summed.violated, summed.unknown, summed.protected) == (1, 1, 0, 0, 0)
    assert summed.share(summed.verified) == 50.0
    # Azure counts what is exempt as compliant.
    assert summed.azure_percentage == 100.0
    assert summed.state is State.COMPLIANT


def test_one_open_policy_leaves_a_resource_unverified_where_azure_shows_it_compliant() -> None:
    summed = by_scope(grouped().verdicts)[GROUP]
    assert summed.verified == 0
    assert summed.unknown == 1
    assert summed.azure == {State.NON_COMPLIANT: 1, State.COMPLIANT: 1}


def test_the_strongest_state() -> None:
    assert strongest([State.EXEMPT, State.COMPLIANT, State.ERROR]) is State.COMPLIANT
    assert strongest([State.PROTECTED, State.CONFLICTING]) is State.CONFLICTING
    assert strongest([]) is None
    assert roll_up([]) is None


def test_disabled_verdicts_are_counted() -> None:
    summed = roll_up(run(definition_document(effect="disabled")).verdicts)
    assert summed is not None
    assert summed.disabled == 2


def test_what_stands_outside_subscriptions_has_no_scope() -> None:
    tenant = resource(id="/providers/Case.Test/things/bad1", name="bad1")
    found = run(D1, resources=(tenant,), scope="/")
    assert states(found) == {"bad1": State.NON_COMPLIANT}
    assert by_scope(found.verdicts) == {}


def test_an_open_conflict_is_open() -> None:
    def setting(name: str) -> dict[str, Any]:
        operations = [{"operation": "addOrReplace", "field": "[concat('tags[', field('kind'), ']')]", "value": name}]
        return definition_document(
            name, effect="modify", details={"roleDefinitionIds": ["/r"], "operations": operations}
        )

    subject = resource(name="bad1", kind=hole("var.kind"))
    made = initiative_document("i1", reference("d1", "r1"), reference("d2", "r2"))
    found = run(setting("d1"), setting("d2"), made, resources=(subject,), target="policySetDefinitions/i1")
    assert {verdict.state for verdict in found.verdicts} == {State.UNKNOWN}
    assert all(isinstance(verdict.hole, Unknown) for verdict in found.verdicts)
