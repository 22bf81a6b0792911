"""Assignments: their shape, and what they are about."""

from typing import Any

import pytest
from tests.policy.governing import GROUP, PREFIX, SUBSCRIPTION, assignment_document
from tests.policy.make import THING, hole, resource

from everward.policy.assignment import Assignment, load_assignment
from everward.policy.hierarchy import Hierarchy
from everward.policy.problem import DefinitionError
from everward.values import Unknown

NOWHERE = Hierarchy()


def assignment(**properties: Any) -> Assignment:
    return load_assignment(assignment_document("a1", "policyDefinitions/d1", **properties))


def test_what_an_assignment_says() -> None:
    made = assignment(
        displayName="Mine",
        parameters={"effect": {"value": "Deny"}, "bare": 5, "object": {"other": 1}},
        enforcementMode="donotenforce",
        nonComplianceMessages=[{"message": "all"}, {"message": "one", "policyDefinitionReferenceId": "R1"}],
        definitionVersion="1.*.*",
        identity={"type": "SystemAssigned"},
    )
    assert (made.title, made.mode, made.version, made.identity) == ("Mine", "DoNotEnforce", "1.*.*", "systemassigned")
    assert made.parameters == {"effect": "Deny", "bare": 5, "object": {"other": 1}}
    assert made.message("r1") == "one"
    assert made.message("other") == "all"
    assert assignment().message() == ""


def test_the_scope_is_that_of_the_id_when_nothing_says_it() -> None:
    made = load_assignment({"id": f"{GROUP}{PREFIX}/policyAssignments/x", "properties": {"policyDefinitionId": "d"}})
    assert made.scope == GROUP
    assert made.name == "x"


def test_ids_that_are_known_to_come_count() -> None:
    made = load_assignment({"policyDefinitionId": hole(reference="/d"), "scope": hole(text="/subscriptions/{var.s}")})
    assert (made.definition_id, made.scope) == ("/d", "/subscriptions/{var.s}")
    assert load_assignment({"policyDefinitionId": "d", "displayName": hole()}).title == ""


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, True),
        ({"scope": GROUP}, True),
        ({"scope": "/subscriptions/other"}, False),
        ({"notScopes": [GROUP]}, False),
        ({"notScopes": ["/subscriptions/s1/resourceGroups/other"]}, True),
        ({"resourceSelectors": [{"selectors": [{"kind": "resourceType", "notIn": [THING]}]}]}, False),
        ({"scope": "/providers/Microsoft.Management/managementGroups/m"}, None),
        ({"notScopes": ["/subscriptions/s1/resourceGroups/{var.rg}"]}, None),
    ],
)
def test_a_resource_is_covered_or_not(properties: dict[str, Any], expected: bool | None) -> None:
    truth = assignment(**properties).covers(resource(), NOWHERE)
    assert isinstance(truth, Unknown) if expected is None else truth is expected


def test_the_first_override_about_a_resource_counts() -> None:
    made = assignment(
        overrides=[
            {
                "kind": "policyEffect",
                "value": "DENY",
                "selectors": [
                    {"kind": "policyDefinitionReferenceId", "in": ["r1"]},
                    {"kind": "resourceLocation", "in": ["eastus"]},
                ],
            },
            {"kind": "policyEffect", "value": "disabled"},
            {
                "kind": "policyVersion",
                "value": "2.*.*",
                "selectors": [{"kind": "resourceLocation", "notIn": ["eastus"]}],
            },
        ]
    )
    east, west = resource(location="East US"), resource(location="westus")
    assert made.overriding("policyEffect", east, "R1") == "deny"
    assert made.overriding("policyEffect", east, "r2") == "disabled"
    assert made.overriding("policyEffect", west, "r1") == "disabled"
    assert made.overriding("policyVersion", east, "r1") is None
    assert made.overriding("policyVersion", west, "r1") == "2.*.*"
    assert isinstance(made.overriding("policyEffect", resource(location=hole()), "r1"), Unknown)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"enforcementMode": "Sometimes"}, "`Sometimes` is no `enforcementMode`"),
        ({"definitionVersion": "latest"}, "`latest` is no version"),
        ({"overrides": [{"kind": "policyColour", "value": "x"}]}, "`policyColour` is no `kind`"),
        ({"overrides": [{"kind": "policyEffect"}]}, "`value` is missing"),
        ({"overrides": [{"kind": "policyEffect", "value": "denied"}]}, "`denied` is no effect"),
        ({"overrides": [{"kind": "policyVersion", "value": "new"}]}, "`new` is no version"),
        ({"overrides": [{"kind": "policyEffect", "value": "deny"}] * 11}, "there are more than 10 overrides"),
        (
            {
                "overrides": [
                    {"kind": "policyEffect", "value": "deny", "selectors": [{"kind": "resourceType", "in": ["x"]}]}
                ]
            },
            "an override has no selector `resourceType`",
        ),
        ({"nonComplianceMessages": [{}]}, "`message` is missing"),
        ({"notScopes": "x"}, "`notScopes` is not an array"),
        ({"parameters": []}, "`parameters` is not an object"),
        ({"policyDefinitionId": ""}, "`policyDefinitionId` is missing"),
        ({"policyDefinitionId": 5}, "`policyDefinitionId` is not a text"),
        ({"policyDefinitionId": hole()}, "`policyDefinitionId` is not known yet: a variable has no value"),
    ],
)
def test_assignments_that_cannot_be(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        assignment(**properties)
    assert caught.value.message == message


def test_other_documents_are_no_assignments() -> None:
    with pytest.raises(DefinitionError, match="no assignment"):
        load_assignment({"properties": {"scope": SUBSCRIPTION}})


def test_an_identity_that_is_not_known_is_one() -> None:
    assert load_assignment({"policyDefinitionId": "d", "identity": {"type": hole()}}).identity == "unknown"
    assert load_assignment({"policyDefinitionId": "d", "identity": {"type": "None"}}).identity == "none"
